// Asks how many fit while somebody edits, one question at a time and always the newest, and puts the answers where they
// belong. What was counted on a sample is asked for exactly at once.
window.leleka = window.leleka || {};
leleka.counts = (() => {
  "use strict";
  const PAUSE = 120, AGAIN = 2000; // milliseconds
  const { el } = leleka.values;

  const asking = (app, page) => {
    const effects = leleka.effects.asking(app, page);
    let waiting = null, underway = false, latest = "";

    const ask = async (more = {}) => {
      if (underway) { waiting = more; return; }
      if (app.rules === null) { show(null); return; }
      underway = true;
      const asked = JSON.stringify(app.rules);
      latest = asked;
      page.result.setAttribute("aria-busy", "true");
      const told = await app.post("counts", { rules: app.rules, segment: app.segment, ...more });
      underway = false;
      page.result.removeAttribute("aria-busy");
      const newer = waiting;
      waiting = null;
      if (told && asked === JSON.stringify(app.rules)) show(told);
      if (newer) ask(newer);
      else if (told?.busy && !isSlow(told)) setTimeout(() => latest === asked && ask(more), AGAIN);
      else if (told?.whole && !told.whole.exact) ask({ exact: true });
    };

    // What takes too long once takes too long again: it is counted when the segment is refreshed.
    const isSlow = (told) => told.problems?.some((one) => one.code === "READING_SLOW");
    const bounds = (one) => (one.exact ? "" : app.words.between
      .replace("{low}", app.number(one.low)).replace("{high}", app.number(one.high)));
    const percent = new Intl.NumberFormat(app.language, { style: "percent", maximumFractionDigits: 1 });

    const showNode = (node, profiles) => {
      for (const box of page.rules.querySelectorAll(`[data-path="${CSS.escape(node.path)}"]`)) {
        const [fits, left, bar] = box.children;
        fits.textContent = node.fits ? `${node.fits.exact ? "" : "≈ "}${app.number(node.fits.count)}` : "—";
        fits.title = node.fits ? [app.words.fits.replace("{n}", app.number(node.fits.count)), bounds(node.fits)].join(" ").trim() : "";
        const differs = node.left && node.fits && node.left.count !== node.fits.count;
        left.textContent = differs ? app.words.left.replace("{n}", app.number(node.left.count)) : "";
        bar.firstElementChild.style.width = node.left && profiles ? `${Math.max(node.left.count ? 1 : 0, 100 * node.left.count / profiles)}%` : "0";
      }
    };

    const show = (told) => {
      for (const box of page.rules.querySelectorAll(".line-count")) {
        if (told?.nodes && !told.nodes.some((one) => one.path === box.dataset.path)) box.children[0].textContent = "—";
      }
      showProblems(told?.problems ?? []);
      if (told?.busy) { page.note.textContent = isSlow(told) ? told.problems[0].message : app.words.busy; return; }
      (told?.nodes ?? []).forEach((node) => showNode(node, told.profiles));
      const whole = told?.whole;
      page.total.textContent = whole ? app.number(whole.count) : "—";
      page.share.textContent = whole ? app.words.share.replace("{share}", percent.format(whole.share)).replace("{n}", app.number(told.profiles)) : "";
      page.bounds.textContent = whole ? bounds(whole) : "";
      page.note.textContent = !told ? "" : !whole ? app.words.incomplete : whole.exact ? app.words.exact : app.words.estimated;
      effects.show(told);
      funnel(told);
      if (told?.members) members(told.members);
    };

    // The cards, one below the other, as wide as what is left of the profiles.
    const funnel = (told) => {
      const cards = [...page.rules.querySelectorAll(".rule-card")].map((card) => card.querySelector("[data-path]")?.dataset.path);
      const found = cards.map((path) => told?.nodes?.find((one) => one.path === path)).filter((one) => one?.left);
      page.funnel.replaceChildren(...(found.length > 1 ? found : []).map((one, place) => {
        const bar = el("span", {});
        bar.style.width = `${Math.max(one.left.count ? 1 : 0, 100 * one.left.count / told.profiles)}%`;
        return el("li", {}, el("span", { textContent: app.words.rule.replace("{n}", place + 1) }),
          el("strong", { textContent: app.number(one.left.count) }), el("span", { className: "bar" }, bar));
      }));
    };

    // A problem stands at the line whose place it names, at the control if that is known; else above all lines.
    const showProblems = (problems) => {
      page.rules.querySelectorAll(".line-problems").forEach((box) => box.replaceChildren());
      page.rules.querySelectorAll("[aria-invalid]").forEach((one) => { one.removeAttribute("aria-invalid"); one.classList.remove("is-invalid"); });
      page.problems.replaceChildren();
      const lines = [...page.rules.querySelectorAll("[data-line]")];
      for (const problem of problems) {
        const owner = lines.filter((one) => problem.where.startsWith(one.dataset.inner ?? one.dataset.line))
          .sort((a, b) => b.dataset.line.length - a.dataset.line.length)[0];
        const said = el("div", { className: "invalid-feedback d-block" }, `${problem.message} ${problem.remedy} `,
          el("code", { className: "text-secondary", textContent: problem.code }));
        (owner?.querySelector(".line-problems") ?? page.problems).append(said);
        const name = problem.where.slice((owner?.dataset.inner ?? owner?.dataset.line ?? "").length + 1).split(/[.[]/)[0];
        const chip = owner && (owner.querySelector(`[data-focus="${CSS.escape(name)}"]`) ?? owner.querySelector('[data-focus="value"]'));
        chip?.setAttribute("aria-invalid", "true");
        chip?.classList.add("is-invalid");
      }
    };

    const members = (told) => {
      if (!told.rows.length) { page.members.replaceChildren(el("p", { textContent: app.words.nobody })); return; }
      const said = (row) => row.why.map((path) => app.said(path)).filter(Boolean).join("; ");
      page.members.replaceChildren(el("ul", { className: "builder-members" }, ...told.rows.map((row) => el("li", {},
        el("strong", { textContent: row.values.filter(Boolean).join(" · "), title: told.columns.join(" · ") }),
        el("span", { textContent: `${app.words.why}: ${said(row)}` })))));
    };

    let timer = 0;
    const soon = () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE); };
    return { ask, soon };
  };

  return { asking };
})();
