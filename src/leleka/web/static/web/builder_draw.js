// Rules as cards, groups and lines, and what the keyboard does to them.
window.leleka = window.leleka || {};
leleka.draw = (() => {
  "use strict";
  const { SETS, add, addBehind, addCard, at, groupAt, headOf, isAlone, isMap, move, moveInto, moveOut, negate, noted, pathOf, regroup,
    remove } = leleka.rules;
  const { el } = leleka.values;
  const { condition, draw: drawLeaf, focusable, related, select } = leleka.lines;

  const LEAVES = ["column", "related", "segment", "list", "random share"];
  const button = (text, label, act, more = "btn btn-sm btn-ghost-secondary") => {
    const made = el("button", { type: "button", className: more, textContent: text });
    if (label !== text) made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  };

  const firstColumn = (app, table) => app.asked.tables[table]?.columns[0]?.name ?? "";

  // How many fit a part, and how many are left after it: filled in when the answer is there.
  const figures = (steps) => {
    const box = el("div", { className: "line-count" });
    box.dataset.path = pathOf(steps);
    box.append(el("strong"), el("span", { className: "left" }), el("span", { className: "bar" }, el("span")));
    return box;
  };

  const menu = (app, steps) => {
    const { words } = app;
    const acts = [
      [words.up, "Alt+↑", () => app.moved(move(app.rules, steps, -1))],
      [words.down, "Alt+↓", () => app.moved(move(app.rules, steps, 1))],
      [words.into, "Alt+→", () => app.moved(moveInto(app.rules, steps))],
      [words.out, "Alt+←", () => app.moved(moveOut(app.rules, steps))],
      [words.negate, "", () => app.commit(negate(app.rules, steps), steps)],
      [words.addNote, "", () => app.commit(app.put([...steps, "note"], at(app.rules, steps).note ?? ""), steps, "note")],
      [words.duplicate, "", () => app.added(addBehind(app.rules, steps, structuredClone(at(app.rules, steps))))],
      [words.remove, "Alt+⌫", () => app.commit(remove(app.rules, steps), null)],
    ];
    const items = acts.map(([label, keys, act]) => {
      const item = button(label, label, act, "dropdown-item");
      if (keys) item.append(el("kbd", { className: "ms-auto", textContent: keys }));
      return item;
    });
    const summary = el("summary", { className: "btn btn-icon btn-sm btn-ghost-secondary", textContent: "⋯" });
    summary.setAttribute("aria-label", words.more);
    return el("details", { className: "line-menu" }, summary, el("div", { className: "dropdown-menu show" }, ...items));
  };

  // What somebody wrote beside a part; nothing where nobody did.
  const note = (app, steps) => {
    const written = at(app.rules, steps)?.note;
    if (typeof written !== "string") return [];
    const box = el("input", { className: "form-control form-control-sm line-note", value: written, maxLength: 500, placeholder: app.words.note });
    box.setAttribute("aria-label", app.words.note);
    box.addEventListener("input", () => app.type([...steps, "note"], box.value));
    return [focusable(box, "note")];
  };

  const KEYS = {
    ArrowUp: (app, steps) => app.moved(move(app.rules, steps, -1)),
    ArrowDown: (app, steps) => app.moved(move(app.rules, steps, 1)),
    ArrowRight: (app, steps) => app.moved(moveInto(app.rules, steps)),
    ArrowLeft: (app, steps) => app.moved(moveOut(app.rules, steps)),
    Backspace: (app, steps) => app.commit(remove(app.rules, steps), null),
  };

  // Enter adds a condition behind this one; with Alt the arrows move it.
  const listen = (app, line, steps, table) => {
    leleka.drag.drop(app, line, steps);
    line.addEventListener("keydown", (event) => pressed(app, line, steps, table, event));
  };
  const pressed = (app, line, steps, table, event) => {
    if (event.target.closest(".line, .group-head") !== line) return;
    if (event.altKey && KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key](app, steps);
    } else if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      app.added(addBehind(app.rules, steps, condition(app, table, firstColumn(app, table))));
    }
  };

  const drawLine = (app, steps, node, table, negated) => {
    const whole = negated ? steps.slice(0, -1) : steps;
    const leaf = drawLeaf(app, steps, node, table);
    const chips = el("div", { className: "chips" });
    if (typeof whole.at(-1) === "number") chips.append(leleka.drag.handle(app, whole));
    if (negated) chips.append(button(app.words.not, app.words.negate, () => app.commit(negate(app.rules, whole), whole), "btn btn-sm not"));
    chips.append(...leaf.controls);
    const line = el("div", { className: "line" }, chips, figures(whole), menu(app, whole));
    line.dataset.line = pathOf(whole);
    line.dataset.inner = pathOf(steps);
    line.append(...note(app, whole), ...(negated ? note(app, steps) : []), el("div", { className: "line-problems" }));
    listen(app, line, whole, table);
    if (!leaf.to) return line;
    const inner = [...steps, "where"];
    const through = (leaf.through ?? []).map((one) => el("div", { className: "where" },
      el("div", { className: "where-word", textContent: `${one.table}: ${app.words.where}` }),
      drawNode(app, one.steps, at(app.rules, one.steps), one.table)));
    if (!node.where) {
      chips.append(button(`+ ${app.words.addWhere}`, app.words.addWhere, () =>
        app.added(add(app.rules, inner, condition(app, leaf.to, firstColumn(app, leaf.to))))));
      return through.length ? el("div", { className: "line-with" }, line, ...through) : line;
    }
    const box = el("div", { className: "where" }, el("div", { className: "where-word", textContent: app.words.where }),
      drawNode(app, inner, node.where, leaf.to));
    if (!groupAt(app.rules, inner)) box.append(adders(app, inner, leaf.to));
    return el("div", { className: "line-with" }, line, ...through, box);
  };

  const adders = (app, steps, table) => {
    const { words } = app;
    const foot = el("div", { className: "adders" },
      button(`+ ${words.addCondition}`, words.addCondition, () =>
        app.added(add(app.rules, steps, condition(app, table, firstColumn(app, table))))));
    const way = app.asked.tables[table]?.ways[0];
    if (way) foot.append(button(`+ ${words.addRelated}`, words.addRelated, () => app.added(add(app.rules, steps, related(app, table, way.name)), "related")));
    foot.append(button(`+ ${words.addGroup}`, words.addGroup, () =>
      app.added(add(app.rules, steps, { any: [condition(app, table, firstColumn(app, table))] }), "group")));
    return foot;
  };

  const drawGroup = (app, steps, group, table) => {
    const { words } = app;
    const how = select(words.group, ["all", "any", "none", "notAll"].map((one) => [one, words[one]]), group.mode,
      (mode) => app.commit(regroup(app.rules, steps, mode), steps, "group"));
    const head = el("div", { className: "group-head" }, focusable(how, "group"), figures(steps), menu(app, steps));
    if (typeof steps.at(-1) === "number") head.prepend(leleka.drag.handle(app, steps));
    head.dataset.line = pathOf(steps);
    listen(app, head, steps, table);
    const parts = at(app.rules, group.list).map((one, place) => drawNode(app, [...group.list, place], one, table));
    const problems = el("div", { className: "line-problems" });
    head.append(...note(app, steps), problems);
    return el("div", { className: "group-box" }, head, ...parts, adders(app, steps, table));
  };

  // Sets within sets, and the opposite of them.
  const drawSets = (app, steps, head, table) => {
    const parts = at(app.rules, [...steps, head]);
    const box = el("div", { className: "group-box" });
    parts.forEach((one, place) => {
      if (place) box.append(joiner(app, steps, head));
      box.append(drawNode(app, [...steps, head, place], one, table));
    });
    return box;
  };

  const joiner = (app, steps, head) => el("div", { className: "joiner" },
    focusable(select(app.words.join, SETS.map((one) => [one, app.words[one]]), head, (chosen) =>
      app.commit(app.put(steps, noted({ [chosen]: at(app.rules, [...steps, head]) }, at(app.rules, steps).note)), steps, "join")), "join"));

  const drawNode = (app, steps, node, table) => {
    const group = groupAt(app.rules, steps);
    if (group) return drawGroup(app, steps, group, table);
    const head = headOf(node);
    if (SETS.includes(head) && Array.isArray(node[head]) && isAlone(node)) return drawSets(app, steps, head, table);
    if (head === "not" && isAlone(node) && isMap(node.not)) {
      const inner = [...steps, "not"];
      const single = LEAVES.includes(headOf(node.not));
      if (single) return drawLine(app, inner, node.not, table, true);
      const flip = button(app.words.not, app.words.negate, () => app.commit(negate(app.rules, steps), steps), "btn btn-sm not");
      const top = el("div", { className: "group-head" }, flip, figures(steps), menu(app, steps), ...note(app, steps));
      return el("div", { className: "group-box" }, top, drawNode(app, inner, node.not, table));
    }
    return drawLine(app, steps, node, table, false);
  };

  const card = (app, steps, number, table) => {
    const title = app.words.rule.replace("{n}", number);
    const box = el("section", { className: "card rule-card" }, drawNode(app, steps, at(app.rules, steps), table));
    box.setAttribute("aria-label", title);
    if (!groupAt(app.rules, steps)) box.append(adders(app, steps, table));
    return box;
  };

  const begin = (app, table) => el("div", { className: "card rule-card" },
    el("p", { className: "text-secondary", textContent: app.words.empty }), adders(app, [], table),
    el("div", { className: "adders" }, ...app.templates.map((one) =>
      button(one.name, one.name, () => app.begin(one), "btn btn-sm"))));

  // Draw all cards anew.
  const draw = (app, place) => {
    const table = app.asked.profiles;
    if (app.rules === null) {
      place.replaceChildren(begin(app, table));
      return;
    }
    const head = headOf(app.rules);
    const joined = SETS.includes(head) && Array.isArray(app.rules[head]) && isAlone(app.rules);
    const cards = joined ? app.rules[head].map((_one, at_) => [head, at_]) : [[]];
    const drawn = cards.flatMap((steps, number) => [
      ...(number ? [joiner(app, [], head)] : []), card(app, steps, number + 1, table),
    ]);
    const more = button(`+ ${app.words.addCard}`, app.words.addCard, () =>
      app.added(addCard(app.rules, { all: [condition(app, table, firstColumn(app, table))] })), "btn");
    place.replaceChildren(...drawn, el("div", { className: "adders" }, more));
  };

  return { draw };
})();
