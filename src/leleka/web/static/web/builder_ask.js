// What can be asked, as a tree that is searched by typing: columns of the profiles, measures, related tables.
window.leleka = window.leleka || {};
leleka.ask = (() => {
  "use strict";
  const { el } = leleka.values;
  const { condition, related } = leleka.lines;

  const RANGED = ["integer", "number", "date", "datetime"];

  const entry = (app, column, table, add) => {
    const name = el("button", { type: "button", className: "ask-name", textContent: column.name });
    name.addEventListener("click", () => add(column));
    const line = el("li", { className: "ask-line" }, name, el("span", { className: "ask-type", textContent: app.words.types[column.type] ?? column.type }));
    line.dataset.words = `${column.name} ${table}`.toLowerCase();
    if (!column.listed) return line;
    const more = el("details", { className: "ask-values" }, el("summary", { textContent: RANGED.includes(column.type) ? app.words.spreadOf : app.words.values }));
    more.addEventListener("toggle", async () => {
      if (!more.open || more.children.length > 1) return;
      more.append(...leleka.spread.draw(app, await app.values(app.asked.tables[table].source, column.name)));
    }, { once: false });
    line.append(more);
    return line;
  };

  const named = (name, act, of) => {
    const button = el("button", { type: "button", className: "ask-name", textContent: name });
    button.addEventListener("click", act);
    const line = el("li", { className: "ask-line" }, button);
    line.dataset.words = `${of} ${name}`.toLowerCase();
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
      const exists = () => related(app, profiles, way.name);
      const first = [
        named(app.words.measures.exists, () => app.add(exists(), "related"), title),
        named(app.words.noRows, () => app.add({ not: exists() }, "related", ["not"]), title),
      ];
      const lines = tables[way.table].columns.map((one) => entry(app, one, way.table, (column) =>
        app.add({ ...related(app, profiles, way.name), where: condition(app, way.table, column.name) }, "value", ["where"])));
      return group(title, [...first, ...lines], false);
    });
    // Who is in a set of profiles, and who is not.
    const both = (name, node, focus) => [
      named(name, () => app.add(node(), focus), ""),
      named(`${app.words.not} ${name}`, () => app.add({ not: node() }, focus, ["not"]), ""),
    ];
    const sets = ["segment", "list"].map((head) =>
      group(app.words[`${head}s`], app.asked[`${head}s`].flatMap((name) => both(name, () => ({ [head]: name }), "value")), false));
    const share = group(app.words.share_, both(app.words.randomTenth, () => ({ "random share": { seed: "1", from: 0, to: 10 } }), "from"), false);
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
