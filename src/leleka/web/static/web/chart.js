// Draws every <figure class="chart" data-url="…">: figures over time with uPlot, and the same figures as a table.
// Colours come from the page's variables, words from the server, numbers and dates as the page's language writes them.
(() => {
  "use strict";
  const language = document.documentElement.lang || "en";
  const number = new Intl.NumberFormat(language);
  const short = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const format = (options) => {
    const told = new Intl.DateTimeFormat(language, options);
    return (seconds) => told.format(new Date(seconds * 1000));
  };
  const day = format({ day: "numeric", month: "short" });
  const month = format({ month: "short", year: "2-digit" });
  const hour = format({ hour: "2-digit", minute: "2-digit" });
  const second = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const moment = format({ dateStyle: "medium", timeStyle: "short" });
  const exact = format({ dateStyle: "medium", timeStyle: "medium" });
  const DAY = 86400, MONTH = 28 * DAY, HEIGHT = 220, RECENT = 60;

  // A canvas knows no variables: an element that nobody sees resolves them, for the theme there is now.
  const probe = document.body.appendChild(Object.assign(document.createElement("span"), { hidden: true }));
  const resolved = (value) => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const colour = (tone) => resolved(`var(--tblr-${tone})`);
  const faint = (tone) => resolved(`color-mix(in srgb, var(--tblr-${tone}) 15%, transparent)`);
  const element = (name, text = "", more = {}) => Object.assign(document.createElement(name), { textContent: text }, more);

  // One tick a day, a month or a moment: never two with the same words.
  const ticks = (_plot, splits, _axis, _space, step) =>
    splits.map(step >= MONTH ? month : step >= DAY ? day : step >= 60 ? hour : second);

  const around = (_plot, low, high) => (low === high ? [low - RECENT, high + RECENT] : [low, high]);
  const upwards = (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1];

  const seriesOf = (one) => ({
    label: one.label,
    stroke: () => colour(one.tone),
    fill: one.filled ? () => faint(one.tone) : undefined,
    width: 2,
    dash: one.dashed ? [6, 4] : undefined,
    points: { show: one.dashed ? false : undefined, size: 6, fill: () => colour(one.tone) },
    value: (_plot, value) => (value == null ? "–" : number.format(value)),
  });

  const axis = (more) => ({
    stroke: () => colour("secondary"),
    grid: { stroke: () => colour("border-color"), width: 1 },
    ticks: { stroke: () => colour("border-color"), width: 1 },
    font: "12px system-ui, sans-serif",
    ...more,
  });

  // What the pointer is over, in words, beside it.
  const tooltip = () => {
    const box = element("div", "", { className: "chart-tip", hidden: true });
    return {
      hooks: {
        init: (plot) => plot.over.append(box),
        setCursor: (plot) => {
          const { idx, left } = plot.cursor;
          box.hidden = idx == null || left < 0;
          if (box.hidden) return;
          const lines = plot.series.map((one, place) => [one, place]).slice(1).filter(([one]) => one.show)
            .map(([one, place]) => element("div", `${one.label}: ${one.value(plot, plot.data[place][idx])}`));
          box.replaceChildren(element("strong", plot.series[0].value(plot, plot.data[0][idx])), ...lines);
          const [width, wide] = [plot.over.clientWidth, box.offsetWidth];
          const beside = left > width / 2 ? left - wide - 12 : left + 12;
          box.style.left = `${Math.max(0, Math.min(beside, width - wide))}px`;
        },
      },
    };
  };

  const optionsOf = (told, width) => ({
    width,
    height: HEIGHT,
    plugins: [tooltip()],
    cursor: { y: false, drag: { x: false, y: false } },
    legend: { live: false },
    scales: { x: { time: true, range: around }, y: { range: upwards } },
    axes: [
      axis({ values: ticks, space: 70 }),
      axis({ values: (_plot, splits) => splits.map((one) => (Number.isInteger(one) ? short.format(one) : "")), size: 60 }),
    ],
    series: [{ label: told.when, value: (_plot, at) => (at == null ? "–" : (told.seconds ? exact : moment)(at)) },
      ...told.series.map(seriesOf)],
  });

  const table = (told) => {
    const head = element("tr");
    head.append(...[told.when, ...told.series.map((one) => one.label)].map((words, place) =>
      element("th", words, { scope: "col", className: place ? "number" : "" })));
    const rows = told.moments.map((at, place) => {
      const row = element("tr");
      row.append(element("td", (told.seconds ? exact : moment)(at)),
        ...told.series.map((one) => element("td", number.format(one.values[place]), { className: "number" })));
      return row;
    }).reverse();
    const [thead, tbody] = [element("thead"), element("tbody")];
    thead.append(head);
    tbody.append(...rows);
    const made = element("table", "", { className: "table table-sm card-table" });
    made.append(thead, tbody);
    return made;
  };

  const plots = new Map();

  const draw = (figure, told) => {
    const place = figure.querySelector("[data-plot]");
    const known = plots.get(figure);
    const data = [told.moments, ...told.series.map((one) => one.values)];
    figure.querySelector("[data-nothing]").hidden = told.moments.length > 0;
    figure.querySelector("[data-figures]").replaceChildren(table(told));
    figure.querySelector("details").hidden = place.hidden = !told.moments.length;
    if (!told.moments.length) return;
    if (known && known.series.length === data.length) known.setData(data);
    else {
      known?.destroy();
      plots.set(figure, new uPlot(optionsOf(told, place.clientWidth), data, place));
    }
  };

  const load = async (figure) => {
    try {
      const reply = await fetch(figure.dataset.url, { headers: { Accept: "application/json" } });
      if (reply.ok && !reply.redirected) draw(figure, await reply.json());
    } catch {
      // The next look may find the server again; the table keeps what was drawn.
    }
  };

  const begin = (figure) => {
    load(figure);
    new ResizeObserver(() => {
      const width = figure.querySelector("[data-plot]").clientWidth;
      if (width) plots.get(figure)?.setSize({ width, height: HEIGHT });
    }).observe(figure);
    const every = Number(figure.dataset.every || 0) * 1000;
    if (every) setInterval(() => { if (!document.hidden) load(figure); }, every);
  };

  new MutationObserver(() => plots.forEach((plot) => plot.redraw(false)))
    .observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  document.querySelectorAll("figure.chart").forEach(begin);
})();
