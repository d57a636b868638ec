// How the values of a column are spread: bars for numbers and days, the most frequent values by how often they are there.
window.leleka = window.leleka || {};
leleka.spread = (() => {
  "use strict";
  const FIRST = 5; // values in the column of what can be asked
  const [WIDTH, HEIGHT] = [120, 28];
  const { el } = leleka.values;
  const svg = (name, attributes, ...children) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  };

  // The bars between two ends; who cannot see them is told the ends, and where most values lie.
  const bars = (app, found) => {
    const most = Math.max(...found.bars), wide = WIDTH / found.bars.length;
    const drawn = found.bars.map((one, place) => {
      const height = one ? Math.max(1, HEIGHT * one / most) : 0;
      return svg("rect", { x: place * wide, y: HEIGHT - height, width: Math.max(1, wide - 1), height });
    });
    const label = app.words.spread.replace("{low}", found.low).replace("{high}", found.high);
    const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "spread-bars" }, ...drawn);
    return el("figure", { className: "spread" }, picture,
      el("figcaption", {}, el("span", { textContent: found.low }), el("span", { textContent: found.high })));
  };

  // Each value with how often it is there, as a number and as a bar.
  const frequent = (app, found) => {
    const most = Math.max(...found.values.map(([, rows]) => rows));
    return el("ul", { className: "list-unstyled spread-values" }, ...found.values.slice(0, FIRST).map(([value, rows]) => {
      const bar = el("span", {});
      bar.style.width = `${100 * rows / most}%`;
      return el("li", {}, el("span", { textContent: value || "—" }), el("span", { className: "number", textContent: app.number(rows) }),
        el("span", { className: "bar" }, bar));
    }));
  };

  const draw = (app, found) => {
    if (found.bars?.length) return [bars(app, found)];
    return found.values?.length ? [frequent(app, found)] : [el("p", { className: "text-secondary", textContent: app.words.noValues })];
  };

  return { bars, draw };
})();
