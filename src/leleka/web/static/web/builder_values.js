// The controls of one value: by type and operator. What no control has is shown as it is written, and stays as it is
// until somebody changes it.
window.leleka = window.leleka || {};
leleka.values = (() => {
  "use strict";
  const SHOWN = 50; // values of a list that have a control each
  const { isMap } = leleka.rules;
  const el = (name, more = {}, ...children) => {
    const made = Object.assign(document.createElement(name), more);
    made.append(...children);
    return made;
  };
  const large = (value) => isMap(value) && typeof value.$integer === "string";
  const isPlain = (value) => value === undefined || value === null || typeof value !== "object" || large(value);

  const isColumn = (value) => isMap(value) && typeof value.column === "string" && Object.keys(value).length === 1;

  const shapeOf = (grammar, operator, value) => {
    if (grammar.flags.includes(operator)) return "none";
    const wanted = grammar.days.includes(operator) ? "days"
      : grammar.periods.includes(operator) ? "period"
      : grammar.ranks.includes(operator) ? "rank"
      : operator === "month of" ? "months"
        : operator === "between" ? "pair"
          : grammar.lists.includes(operator) ? "list"
            : "one";
    if (wanted === "one" && isColumn(value) && grammar.beside.includes(operator)) return "column";
    const many = wanted === "pair" || wanted === "list" || wanted === "months";
    const fits = value === undefined || (many ? Array.isArray(value) && value.every(isPlain) : isPlain(value));
    return fits ? wanted : "raw";
  };

  const EMPTY = { none: undefined, days: 30, months: [1], pair: ["", ""], list: [], one: "", raw: "", period: "month", rank: 100 };

  const RANGED = ["integer", "number", "date", "datetime"];
  const read = (text, type) => {
    const plain = text.trim();
    if (type === "integer" && /^-?\d{1,19}$/.test(plain)) {
      const number = Number(plain);
      return Number.isSafeInteger(number) ? number : { $integer: plain };
    }
    if (type === "number" && plain !== "") {
      const number = Number(plain.replace(",", "."));
      if (Number.isFinite(number)) return number;
    }
    return text;
  };
  const shown = (value) => (large(value) ? value.$integer : value === undefined || value === null ? "" : String(value));

  // One value; it is read when it was changed, never as it was drawn.
  const one = (context, value, label, change) => {
    const { type } = context;
    const long = type === "text" && /[\r\n]/.test(shown(value));
    const control = el(long ? "textarea" : "input", { className: "form-control form-control-sm", value: shown(value) });
    control.setAttribute("aria-label", label);
    if (long) control.rows = 2;
    else if (type === "date" || type === "datetime") control.type = "date";
    else if (type === "integer" || type === "number") control.inputMode = type === "integer" ? "numeric" : "decimal";
    if (!long) control.size = Math.min(Math.max(shown(value).length + 1, 8), 28);
    control.autocomplete = "off";
    control.dataset.value = "";
    control.addEventListener("input", () => change(read(control.value, type === "datetime" ? "date" : type)));
    if (context.listed && !long) suggest(context, control);
    return control;
  };

  const pick = (label, options, chosen, change) => {
    const box = el("select", { className: "form-select form-select-sm" });
    box.setAttribute("aria-label", label);
    box.append(...options.map(([value, text]) => el("option", { value, textContent: text, selected: value === chosen })));
    box.addEventListener("change", () => change(box.value));
    return box;
  };

  // A day is one of the calendar or is told from today: "today", "3 days ago", "in 3 days".
  const RELATIVE = /^(?:today|(\d+) days? (ago)|in (\d+) days?)$/;
  const day = (context, value, label, change) => {
    const found = typeof value === "string" ? value.match(RELATIVE) : null;
    const kind = !found ? "date" : found[2] ? "ago" : found[3] ? "ahead" : "today";
    const number = Number(found?.[1] ?? found?.[3] ?? 30);
    const told = (how, days) => ({ date: "", today: "today", ago: `${days} day${days === 1 ? "" : "s"} ago`, ahead: `in ${days} day${days === 1 ? "" : "s"}` })[how];
    const { words } = context;
    const kinds = [["date", words.onDate], ["today", words.today], ["ago", words.daysAgo], ["ahead", words.daysAhead]];
    const how = pick(`${label}: ${words.kind}`, kinds, kind, (chosen) => change(told(chosen, number), { redraw: true }));
    if (kind === "date") return [how, one(context, value, label, change)];
    if (kind === "today") return [how];
    const count = el("input", { type: "number", min: 1, className: "form-control form-control-sm days", value: number });
    count.setAttribute("aria-label", label);
    count.addEventListener("input", () => change(told(kind, Number(count.value))));
    return [count, how];
  };
  const isDay = (context) => context.type === "date" || context.type === "datetime";
  const single = (context, value, label, change) =>
    (isDay(context) ? day(context, value, label, change) : [one(context, value, label, change)]);

  const rank = (context, value, change) => {
    const percent = typeof value === "string" && value.trim().endsWith("%");
    const number = percent ? value.replace("%", "").trim() : shown(value);
    const told = (text, of) => (of === "%" ? `${text} %` : read(text, "integer"));
    const count = el("input", { type: "text", inputMode: "decimal", className: "form-control form-control-sm days", value: number });
    count.setAttribute("aria-label", context.words.value);
    const unit = pick(context.words.unit, [["rows", context.words.values], ["%", "%"]], percent ? "%" : "rows", () => change(told(count.value, unit.value)));
    count.addEventListener("input", () => change(told(count.value, unit.value)));
    return [count, unit];
  };

  // The most frequent values, asked for when somebody comes to the control.
  const suggest = (context, control) => {
    const id = `values-${context.source}-${encodeURIComponent(context.column)}`;
    control.setAttribute("list", id);
    // How numbers are spread stands beside the first control of a line while somebody is at it.
    if (RANGED.includes(context.type)) control.addEventListener("focus", async () => {
      const found = await context.values(context.source, context.column);
      const chips = control.closest(".chips");
      if (found.bars?.length && chips && !chips.querySelector(".spread")) chips.append(leleka.spread.bars(context, found));
    });
    control.addEventListener("focus", async () => {
      if (document.getElementById(id)) return;
      const list = document.body.appendChild(el("datalist", { id }));
      const found = await context.values(context.source, context.column);
      for (const [value, rows] of found.values ?? []) list.append(el("option", { value, label: `${value} (${context.number(rows)})` }));
    }, { once: true });
  };

  const days = (context, value, change) => {
    const control = el("input", {
      className: "form-control form-control-sm days", type: "number", min: 1, value: shown(value),
    });
    control.setAttribute("aria-label", context.words.days);
    control.addEventListener("input", () => change(read(control.value, "integer")));
    return [control, el("span", { textContent: context.words.days })];
  };

  const months = (context, value, change) => {
    const chosen = new Set(value);
    const name = new Intl.DateTimeFormat(context.language, { month: "short", timeZone: "UTC" });
    const box = el("span", { className: "months", role: "group" });
    box.setAttribute("aria-label", context.words.months);
    for (let month = 1; month <= 12; month += 1) {
      const tick = el("input", { type: "checkbox", className: "form-check-input", checked: chosen.has(month) });
      tick.addEventListener("change", () => {
        if (tick.checked) chosen.add(month);
        else chosen.delete(month);
        change([...chosen].sort((a, b) => a - b));
      });
      box.append(el("label", {}, tick, ` ${name.format(new Date(Date.UTC(2024, month - 1, 1)))}`));
    }
    return [box];
  };

  const pair = (context, value, change) => {
    const ends = [...(value ?? ["", ""])];
    const end = (place, label) => single(context, ends[place], label, (told, how) => { ends[place] = told; change([...ends], how); });
    return [...end(0, context.words.from), el("span", { textContent: context.words.and }), ...end(1, context.words.to)];
  };

  const list = (context, value, change) => {
    const items = [...(value ?? [])];
    const { words } = context;
    const token = (item, place) => {
      const control = one(context, item, words.value, (told) => { items[place] = told; change([...items]); });
      const away = el("button", { type: "button", className: "token-away", textContent: "×", title: words.removeValue });
      away.setAttribute("aria-label", `${words.removeValue}: ${shown(item)}`);
      away.addEventListener("click", () => change(items.filter((_one, at) => at !== place), { redraw: true }));
      return el("span", { className: "token" }, control, away);
    };
    const more = items.length > SHOWN
      ? [el("span", { className: "text-secondary", textContent: words.moreValues.replace("{n}", items.length - SHOWN) })] : [];
    const another = one(context, "", words.addValue, () => {});
    another.placeholder = words.addValue;
    const take = () => {
      if (another.value.trim() === "") return false;
      change([...items, read(another.value, context.type)], { redraw: true, focus: "another" });
      return true;
    };
    another.dataset.focus = "another";
    another.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && take()) { event.preventDefault(); event.stopPropagation(); }
    });
    another.addEventListener("change", take);
    return [...items.slice(0, SHOWN).map(token), ...more, another];
  };

  const raw = (context, value, change) => {
    const control = el("textarea", { className: "form-control form-control-sm font-monospace", rows: 1, value: JSON.stringify(value) });
    control.setAttribute("aria-label", `${context.words.value}: ${context.words.raw}`);
    control.addEventListener("input", () => {
      try { change(JSON.parse(control.value)); } catch { change(control.value); }
    });
    return [control];
  };

  // What a value may be compared with: one that is written, or another column of the same row.
  const beside = (context, other, change) => {
    if (!context.grammar.beside.includes(context.operator) || !context.columns?.length) return [];
    const tick = el("input", { type: "checkbox", className: "form-check-input", checked: other });
    tick.addEventListener("change", () => change(tick.checked ? { column: context.columns[0][0] } : "", { redraw: true }));
    return [el("label", { className: "ignore-case" }, tick, ` ${context.words.otherColumn}`)];
  };

  // The controls of a value, for the operator it stands with.
  const controls = (context, value, change) => {
    switch (shapeOf(context.grammar, context.operator, value)) {
      case "none": return [];
      case "days": return days(context, value, change);
      case "months": return months(context, value, change);
      case "pair": return pair(context, value, change);
      case "list": return list(context, value, change);
      case "raw": return raw(context, value, change);
      case "period": return [pick(context.words.value, Object.entries(context.words.periods), value, change)];
      case "rank": return rank(context, value, change);
      case "column": return [pick(context.words.column, context.columns, value.column, (name) => change({ column: name })), ...beside(context, true, change)];
      default: return [...single(context, value, context.words.value, change), ...beside(context, false, change)];
    }
  };

  // What a value becomes with another operator: it stays where the controls are the same.
  const carried = (grammar, operator, value) => {
    const shape = shapeOf(grammar, operator, undefined);
    if (value !== undefined && shape !== "none" && shapeOf(grammar, operator, value) === shape) return value;
    return structuredClone(EMPTY[shape]);
  };

  return { carried, controls, el, pick };
})();
