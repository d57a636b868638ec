// Draws every <figure class="chart" data-url="…">: figures over time with uPlot, and the same figures as a table.
// Few values are bars side by side: a line through three runs of one morning would say nothing, and of a single moment
// uPlot makes a thousand days. Many are lines over time.
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
  const hour = format({ hour: "numeric", minute: "2-digit" });
  const second = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const moment = format({ dateStyle: "medium", timeStyle: "short" });
  const exact = format({ dateStyle: "medium", timeStyle: "medium" });
  const DAY = 86400, MONTH = 28 * DAY, HEIGHT = 220, RECENT = 60, FEW = 18, BY_PLACE = 2, FAR = 4, SPACE = 64;

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

  // Below each bar its time of day, and its date where that is another than the bar's before it.
  const times = (seconds) => (_plot, moments) => moments.map((at, place) => {
    if (seconds) return second(at);
    const date = day(at);
    return place && day(moments[place - 1]) === date ? hour(at) : `${hour(at)}\n${date}`;
  });

  // As many bars as there is room for words have some, the newest among them.
  const places = (plot) => {
    const last = plot.data[0].length - 1;
    const step = Math.ceil((last + 1) * SPACE / (plot.width - 2 * SPACE));
    return plot.data[0].map((_at, place) => place).filter((place) => (last - place) % step === 0);
  };

  const around = (_plot, low, high) => (low === high ? [low - RECENT, high + RECENT] : [low, high]);
  const besides = (plot) => [-0.5, plot.data[0].length - 0.5];
  const upwards = (_plot, _low, high) => [0, high > 0 ? high * 1.1 : 1];

  // A limit is the same everywhere: it goes through the whole plot, even where there is a single moment.
  const level = (plot, index) => {
    const path = new Path2D();
    const height = plot.valToPos(plot.data[index][0], "y", true);
    path.moveTo(plot.bbox.left, height);
    path.lineTo(plot.bbox.left + plot.bbox.width, height);
    return { stroke: path, fill: null, clip: null, band: null, gaps: null, flags: 0 };
  };

  const bars = uPlot.paths.bars({ size: [0.7, 48, 2] });

  const seriesOf = (one, asBars) => ({
    label: one.label,
    stroke: () => colour(one.tone),
    width: 2,
    ...(one.dashed ? { dash: [6, 4], paths: level, points: { show: false } }
      : asBars ? { fill: () => colour(one.tone), paths: bars, points: { show: false } }
        : { fill: one.filled ? () => faint(one.tone) : undefined, points: { size: 6, fill: () => colour(one.tone) } }),
  });

  const axis = (more) => ({
    stroke: () => colour("secondary"),
    grid: { stroke: () => colour("border-color"), width: 1 },
    ticks: { stroke: () => colour("border-color"), width: 1 },
    font: "12px system-ui, sans-serif",
    ...more,
  });

  // What the pointer is over, in words, beside it. The plot's own values are added up where bars stand on each other.
  const tooltip = (drawn) => {
    const box = element("div", "", { className: "chart-tip", hidden: true });
    return {
      hooks: {
        init: (plot) => plot.over.append(box),
        setCursor: (plot) => {
          const { idx, left } = plot.cursor;
          box.hidden = idx == null || left < 0;
          if (box.hidden) return;
          const { told } = drawn;
          const lines = told.series.filter((_one, place) => plot.series[place + 1].show)
            .map((one) => element("div", `${one.label}: ${number.format(one.values[idx])}`));
          box.replaceChildren(element("strong", (told.seconds ? exact : moment)(told.moments[idx])), ...lines);
          const [width, wide] = [plot.over.clientWidth, box.offsetWidth];
          const beside = left > width / 2 ? left - wide - 12 : left + 12;
          box.style.left = `${Math.max(0, Math.min(beside, width - wide))}px`;
        },
      },
    };
  };

  const optionsOf = (drawn, width) => ({
    width,
    height: HEIGHT,
    class: drawn.asBars ? "chart-bars" : "",
    plugins: [tooltip(drawn)],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: !drawn.asBars } },
    legend: { live: false },
    scales: {
      x: drawn.asBars ? { time: false, distr: BY_PLACE, range: besides } : { time: true, range: around },
      y: { range: upwards },
    },
    axes: [
      axis(drawn.asBars ? { splits: places, values: times(drawn.told.seconds), size: 56, grid: { show: false } }
        : { values: ticks, space: 70 }),
      axis({
        values: (_plot, splits) => splits.map((one) => (Number.isInteger(one) ? short.format(one) : "")),
        size: (_plot, words) => 20 + 7 * Math.max(4, ...(words ?? []).map((one) => one.length)),
      }),
    ],
    series: [{ label: drawn.told.when }, ...drawn.told.series.map((one) => seriesOf(one, drawn.asBars))],
    bands: drawn.asBars ? stacked(drawn.told).map((place) => ({ series: [place + 1, place] })) : undefined,
  });

  // The places of the series that stand on the one before: parts of a whole do, a limit does not.
  const stacked = (told) => told.series.map((_one, place) => place).filter((place) => place && !told.series[place].dashed);

  const dataOf = ({ told, asBars }) => {
    const values = told.series.map((one) => one.values);
    if (asBars) stacked(told).forEach((place) => { values[place] = values[place].map((one, at) => one + values[place - 1][at]); });
    return [told.moments, ...values];
  };

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

  const plotted = (figure, place, told) => {
    const known = plots.get(figure);
    const asBars = told.moments.length <= FEW;
    if (known && known.asBars === asBars && known.told.series.length === told.series.length
      && known.told.seconds === told.seconds) {
      known.told = told;
      known.plot.setData(dataOf(known));
      return;
    }
    known?.plot.destroy();
    const drawn = { told, asBars };
    drawn.plot = new uPlot(optionsOf(drawn, place.clientWidth), dataOf(drawn), place);
    plots.set(figure, drawn);
  };

  // Without figures, or with nothing but noughts, there are words and no axis.
  const draw = (figure, told) => {
    const place = figure.querySelector("[data-plot]");
    const none = !told.moments.length;
    const highest = Math.max(0, ...told.series.filter((one) => !one.dashed).flatMap((one) => one.values));
    const zero = !none && !highest;
    figure.querySelector("[data-nothing]").hidden = !none;
    figure.querySelector("[data-zero]").hidden = !zero;
    figure.querySelector("[data-figures]").replaceChildren(table(told));
    figure.querySelector("details").hidden = none;
    place.hidden = none || zero;
    figure.style.minHeight = place.hidden ? "0" : "";  // room is kept for a plot alone
    // A limit that nothing came near would press all else to the ground: it stands in the table.
    const near = told.series.filter((one) => !one.dashed || one.values[0] <= FAR * highest);
    if (!place.hidden) plotted(figure, place, { ...told, series: near });
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
      if (width) plots.get(figure)?.plot.setSize({ width, height: HEIGHT });
    }).observe(figure);
    // The page's own figures are a second old at most: while nothing is drawn, it may already tell of something sent.
    document.body.addEventListener("htmx:afterSwap", () => { if (figure.dataset.every && !plots.has(figure)) load(figure); });
    const every = Number(figure.dataset.every || 0) * 1000;
    if (every) setInterval(() => { if (!document.hidden) load(figure); }, every);
  };

  new MutationObserver(() => plots.forEach(({ plot }) => plot.redraw(false)))
    .observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  document.querySelectorAll("figure.chart").forEach(begin);
})();
