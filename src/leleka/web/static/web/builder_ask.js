// What can be asked, as a tree that is searched by typing: columns of the profiles, measures, related tables.
window.leleka = window.leleka || {};
leleka.ask = (() => {
  "use strict";
  const { el } = leleka.values;
  const { condition, related } = leleka.lines;

  const entry = (app, column, table, add) => {
    const name = el("button", { type: "button", className: "ask-name", textContent: column.name });
    name.addEventListener("click", () => add(column));
    const line = el("li", { className: "ask-line" }, name, el("span", { className: "ask-type", textContent: app.words.types[column.type] ?? column.type }));
    line.dataset.words = `${column.name} ${table}`.toLowerCase();
    if (!column.listed) return line;
    const more = el("details", { className: "ask-values" }, el("summary", { textContent: app.words.values }));
    more.addEventListener("toggle", async () => {
      if (!more.open || more.children.length > 1) return;
      const found = await app.values(app.asked.tables[table].source, column.name);
      more.append(el("ul", { className: "list-unstyled" }, ...found.slice(0, 5).map(([value, rows]) =>
        el("li", {}, el("span", { textContent: value || "—" }), el("span", { className: "number", textContent: app.number(rows) })))));
    }, { once: false });
    line.append(more);
    return line;
  };

  const group = (title, lines, open) => {
    const box = el("details", { open, className: "ask-group" }, el("summary", { textContent: title }), el("ul", {}, ...lines));
    return lines.length ? [box] : [];
  };

  const draw = (app, place) => {
    const { profiles, tables } = app.asked;
    const own = tables[profiles];
    const onProfile = (column) => app.add(condition(app, profiles, column.name));
    const columns = own.columns.filter((one) => !one.measure).map((one) => entry(app, one, profiles, onProfile));
    const measures = own.columns.filter((one) => one.measure).map((one) => entry(app, one, profiles, onProfile));
    const others = own.ways.flatMap((way) => {
      const title = way.name === way.table ? way.table : `${way.table} (${way.name})`;
      const exists = el("button", { type: "button", className: "ask-name", textContent: app.words.measures.exists });
      exists.addEventListener("click", () => app.add(related(app, profiles, way.name), "related"));
      const first = el("li", { className: "ask-line" }, exists);
      first.dataset.words = title.toLowerCase();
      const lines = tables[way.table].columns.map((one) => entry(app, one, way.table, (column) =>
        app.add({ ...related(app, profiles, way.name), where: condition(app, way.table, column.name) }, "value", ["where"])));
      return group(title, [first, ...lines], false);
    });
    const named = (name, node, focus = "value") => {
      const button = el("button", { type: "button", className: "ask-name", textContent: name });
      button.addEventListener("click", () => app.add(structuredClone(node), focus));
      const line = el("li", { className: "ask-line" }, button);
      line.dataset.words = name.toLowerCase();
      return line;
    };
    const sets = ["segment", "list"].map((head) => group(app.words[`${head}s`], app.asked[`${head}s`].map((name) => named(name, { [head]: name })), false));
    const share = group(app.words.share_, [named(app.words.randomTenth, { "random share": { seed: "1", from: 0, to: 10 } }, "from")], false);
    place.replaceChildren(...group(profiles, columns, true), ...group(app.words.measuresGroup, measures, true), ...others, ...sets.flat(), ...share);
  };

  // Lines that have every typed word stay; groups with one are open.
  const search = (place, typed, none) => {
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    let any = false;
    for (const box of place.querySelectorAll(".ask-group")) {
      let some = false;
      for (const line of box.querySelectorAll(".ask-line")) {
        line.hidden = !words.every((word) => line.dataset.words.includes(word));
        some ||= !line.hidden;
      }
      box.hidden = !some;
      if (words.length) box.open = some;
      any ||= some;
    }
    none.hidden = any;
  };

  return { draw, search };
})();
