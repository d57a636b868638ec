// One line of the builder: a condition, related rows, or what is written in a way that no line has.
window.leleka = window.leleka || {};
leleka.lines = (() => {
  "use strict";
  const { at, headOf, isMap } = leleka.rules;
  const { carried, controls, el } = leleka.values;
  const OWN = ["column", "operator", "value", "ignore case", "note"];
  const OF_RELATED = ["related", "measure", "of", "by", "operator", "value", "ignore case", "where", "note"];
  const SETTLED = 500; // milliseconds
  const IN_ORDER = ["first", "last"];
  const ANY = ["text", "integer", "number", "date", "datetime", "boolean"];
  const NUMERIC = ["integer", "number"], TEMPORAL = ["date", "datetime"];

  // Who chooses by typing letters, or with the arrows, is not interrupted: the choice counts when they pause or go on.
  const settled = (box, change) => {
    let timer = 0, typed = false, before = box.value;
    const told = () => {
      clearTimeout(timer);
      if (!box.isConnected || box.value === before) return; // a list that was drawn anew in between has the say
      before = box.value;
      change();
    };
    box.addEventListener("keydown", (event) => { typed = event.key !== "Enter"; });
    box.addEventListener("pointerdown", () => { typed = false; });
    box.addEventListener("change", () => { clearTimeout(timer); timer = setTimeout(told, typed ? SETTLED : 0); });
    // By then the focus is where they went, and stays there.
    box.addEventListener("blur", () => setTimeout(() => {
      leleka.lines.left = true;
      told();
      leleka.lines.left = false;
    }));
  };

  const select = (label, options, chosen, change) => {
    const box = el("select", { className: "form-select form-select-sm" });
    box.setAttribute("aria-label", label);
    const known = options.some(([value]) => value === chosen);
    for (const [value, text, group] of known ? options : [...options, [chosen, chosen]]) {
      const option = el("option", { value, textContent: text, selected: value === chosen });
      const last = box.lastElementChild;
      if (!group) box.append(option);
      else if (last?.label === group) last.append(option);
      else box.append(el("optgroup", { label: group }, option));
    }
    settled(box, () => change(box.value));
    return box;
  };

  const focusable = (control, name) => {
    control.dataset.focus = control.dataset.focus || name;
    return control;
  };

  const columnsOf = (app, table) => app.asked.tables[table]?.columns ?? [];
  const columnOf = (app, table, name) => columnsOf(app, table).find((one) => one.name === name);
  const columnOptions = (app, table, allowed) => columnsOf(app, table)
    .filter((one) => !allowed || allowed.includes(one.type))
    .map((one) => [one.name, one.name, one.measure ? app.words.measuresGroup : ""])
    .sort((a, b) => (a[2] ? 1 : 0) - (b[2] ? 1 : 0));
  const operatorsOf = (app, type) => (app.grammar.operators[type] ?? []).map((one) => [one, app.words.operators[one] ?? one]);

  // A condition on a column begins with the first operator of its type, and nothing to compare with yet.
  const condition = (app, table, name) => {
    const type = columnOf(app, table, name)?.type;
    const operator = (app.grammar.operators[type] ?? ["is"])[0];
    return compared({ column: name }, app, operator, undefined);
  };

  const compared = (node, app, operator, value) => {
    const made = { ...node, operator };
    delete made.value;
    const kept = carried(app.grammar, operator, value);
    if (kept !== undefined) made.value = kept;
    if (!app.grammar.caseless.includes(operator)) delete made["ignore case"];
    return made;
  };

  // Operator, value and case, of a condition and of a measure alike.
  const comparison = (app, steps, node, of, operators) => {
    const context = {
      ...of, operator: node.operator, words: app.words, grammar: app.grammar, language: app.language,
      number: app.number, values: app.values,
    };
    const change = (value, how = {}) => (how.redraw
      ? app.commit(app.put([...steps, "value"], value), steps, how.focus ?? "value")
      : app.type([...steps, "value"], value));
    const operator = select(app.words.operator, operators, node.operator, (chosen) =>
      app.commit(app.put(steps, compared(at(app.rules, steps), app, chosen, at(app.rules, steps).value)), steps, "operator"));
    const drawn = [focusable(operator, "operator"), ...controls(context, node.value, change)];
    const first = drawn.find((one, place) => place && one.matches("input, textarea, select, :has(input)"));
    const inside = first?.matches("input, textarea, select") ? first : first?.querySelector("input");
    if (inside) focusable(inside, "value");
    if (of.type === "text" && app.grammar.caseless.includes(node.operator)) {
      const tick = el("input", { type: "checkbox", className: "form-check-input", checked: node["ignore case"] === true });
      tick.addEventListener("change", () => app.type([...steps, "ignore case"], tick.checked || undefined));
      drawn.push(el("label", { className: "ignore-case" }, tick, ` ${app.words.ignoreCase}`));
    }
    return drawn;
  };

  const drawCondition = (app, steps, node, table) => {
    const known = columnOf(app, table, node.column);
    const column = select(app.words.column, columnOptions(app, table), node.column, (name) => {
      const type = columnOf(app, table, name)?.type;
      const same = type === known?.type;
      const other = same ? { ...node, column: name } : { ...condition(app, table, name), ...(node.note ? { note: node.note } : {}) };
      app.commit(app.put(steps, other), steps, "column");
    });
    const of = {
      type: known?.type ?? "text", listed: known?.listed, column: node.column,
      source: app.asked.tables[table]?.source,
      columns: columnOptions(app, table, [known?.type]).filter(([name]) => name !== node.column),
    };
    return [focusable(column, "column"), ...comparison(app, steps, node, of, operatorsOf(app, known?.type))];
  };

  const measured = (app, node, measure, to) => {
    const made = { related: node.related, measure };
    if (node.note) made.note = node.note;
    if (node.where) made.where = node.where;
    if (measure === "exists") return made;
    const types = typesOf(measure);
    if (types) {
      const same = columnOf(app, to, node.of);
      made.of = same && types.includes(same.type) ? node.of : columnOptions(app, to, types)[0]?.[0] ?? "";
    }
    if (IN_ORDER.includes(measure)) made.by = node.by ?? columnOptions(app, to, [...NUMERIC, ...TEMPORAL])[0]?.[0] ?? "";
    const type = typeOf(app, measure, to, made.of);
    const operators = app.grammar.operators[type] ?? [];
    const operator = operators.includes(node.operator) ? node.operator : operators.includes(">=") ? ">=" : operators[0];
    const { where, ...rest } = made;
    return { ...compared(rest, app, operator, node.value ?? (measure.startsWith("count") ? 1 : undefined)), ...(where ? { where } : {}) };
  };
  const typesOf = (measure) => ({
    sum: NUMERIC, avg: NUMERIC, min: [...NUMERIC, ...TEMPORAL], max: [...NUMERIC, ...TEMPORAL], first: ANY, last: ANY, "count distinct": ANY,
  })[measure];
  const typeOf = (app, measure, table, of) =>
    (measure === "count" || measure === "count distinct" ? "integer" : measure === "avg" ? "number" : columnOf(app, table, of)?.type ?? "number");

  const link = (text, label, act) => {
    const made = el("button", { type: "button", className: "btn btn-sm btn-ghost-secondary", textContent: text });
    made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  };

  // The relationships of a path with the tables that they lead to; shorter where one is not known.
  const path = (app, node, table) => {
    const found = [];
    let here = table;
    for (const one of Array.isArray(node.related) ? node.related : [node.related]) {
      const name = isMap(one) ? one.relationship : one;
      here = app.asked.tables[here]?.ways.find((way) => way.name === name)?.table;
      if (!here) return [];
      found.push({ name, table: here });
    }
    return found;
  };

  // A set of profiles by its name: another segment, or a list.
  const drawNamed = (app, steps, node, head) => {
    const known = (app.asked[`${head}s`] ?? []).map((name) => [name, name]);
    return [el("span", { textContent: app.words[`in ${head}`] }), focusable(select(app.words[`in ${head}`], known, node[head], (name) =>
      app.commit(app.put(steps, { ...node, [head]: name }), steps, "value")), "value")];
  };

  const drawShare = (app, steps, node) => {
    const share = node["random share"];
    const field = (key, label, kind) => {
      const box = el("input", { className: "form-control form-control-sm days", value: share[key] ?? "", type: kind });
      if (kind === "number") Object.assign(box, { min: 0, max: 100, step: "any" });
      box.setAttribute("aria-label", label);
      box.addEventListener("input", () => app.type([...steps, "random share", key], kind === "number" ? Number(box.value) : box.value));
      return box;
    };
    const { words } = app;
    return [el("span", { textContent: words.share_ }), focusable(field("from", words.from, "number"), "from"), el("span", { textContent: "–" }),
      field("to", words.to, "number"), el("span", { textContent: "%" }), field("seed", words.seed, "text")];
  };

  const drawRelated = (app, steps, node, table, to) => {
    const { words } = app;
    const there = path(app, node, table);
    const names = there.map((one) => one.name);
    // Another way at one place of the path: what came behind it may not be there any more.
    const led = (way) => {
      const found = path(app, { related: way }, table);
      const { where: _where, ...plain } = node;
      const last = found.at(-1)?.table;
      app.commit(app.put(steps, measured(app, { ...(last === to ? node : plain), related: way.length === 1 ? way[0] : way }, node.measure, last)), steps, "related");
    };
    const ways = there.map((one, place) => {
      const from = place ? there[place - 1].table : table;
      const options = app.asked.tables[from].ways.map((way) => [way.name, way.name === way.table ? way.table : `${way.table} (${way.name})`]);
      const box = select(words.related, options, one.name, (name) => led([...names.slice(0, place), name]));
      return place ? box : focusable(box, "related");
    });
    const plainPath = !Array.isArray(node.related) || node.related.every((one) => typeof one === "string");
    const further = app.asked.tables[to].ways[0];
    const links = plainPath ? [
      ...(further ? [link(`→ ${words.further}`, words.further, () => led([...names, further.name]))] : []),
      ...(names.length > 1 ? [link("×", words.shorter, () => led(names.slice(0, -1)))] : []),
    ] : [];
    const measure = select(words.measure, Object.entries(words.measures), node.measure, (chosen) =>
      app.commit(app.put(steps, measured(app, at(app.rules, steps), chosen, to)), steps, "measure"));
    const drawn = [...ways, ...links, focusable(measure, "measure")];
    if (node.measure === "exists") return drawn;
    const types = typesOf(node.measure);
    if (types) {
      drawn.push(focusable(select(words.of, columnOptions(app, to, types), node.of, (name) =>
        app.commit(app.put(steps, measured(app, { ...at(app.rules, steps), of: name }, node.measure, to)), steps, "of")), "of"));
    }
    if (IN_ORDER.includes(node.measure)) {
      drawn.push(select(words.by, columnOptions(app, to, [...NUMERIC, ...TEMPORAL]), node.by, (name) =>
        app.commit(app.put([...steps, "by"], name), steps, "of")));
    }
    const type = typeOf(app, node.measure, to, node.of);
    const operators = operatorsOf(app, type).filter(([one]) => (type === "boolean" || !app.grammar.flags.includes(one)) && !app.grammar.ranks.includes(one));
    return [...drawn, ...comparison(app, steps, node, { type }, operators)];
  };

  const drawRaw = (app, steps, node) => {
    const box = el("textarea", { className: "form-control font-monospace", rows: 3, value: JSON.stringify(node, null, 1) });
    box.setAttribute("aria-label", app.words.raw);
    box.addEventListener("input", () => {
      try { app.type(steps, JSON.parse(box.value)); } catch { app.type(steps, box.value); }
    });
    return [focusable(box, "raw")];
  };

  // Where related rows lead from a table; undefined where it is no way that a line can show.
  const leadsTo = (app, node, table) => path(app, node, table).at(-1)?.table;

  const only = (node, keys) => Object.keys(node).every((key) => keys.includes(key));

  // The controls of a leaf, and the table that conditions on its related rows are about.
  const draw = (app, steps, node, table) => {
    if (headOf(node) === "column" && only(node, OWN) && typeof node.column === "string") {
      return { controls: drawCondition(app, steps, node, table) };
    }
    const to = isMap(node) && headOf(node) === "related" && only(node, OF_RELATED) ? leadsTo(app, node, table) : undefined;
    if (to && node.measure in app.words.measures) {
      const through = Array.isArray(node.related) ? path(app, node, table).flatMap((one, place) =>
        (isMap(node.related[place]) ? [{ steps: [...steps, "related", place, "where"], table: one.table }] : [])) : [];
      return { controls: drawRelated(app, steps, node, table, to), to, through };
    }
    for (const head of ["segment", "list"]) {
      if (isMap(node) && typeof node[head] === "string" && only(node, [head, "note"])) return { controls: drawNamed(app, steps, node, head) };
    }
    if (isMap(node?.["random share"]) && only(node, ["random share", "note"]) && only(node["random share"], ["seed", "from", "to"])) {
      return { controls: drawShare(app, steps, node) };
    }
    return { controls: drawRaw(app, steps, node) };
  };

  const related = (app, table, name) => measured(app, { related: name }, "exists", leadsTo(app, { related: name }, table));

  return { condition, draw, focusable, left: false, related, select };
})();
