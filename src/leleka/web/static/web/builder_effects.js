// Says what the rules would do: to the segment beside its saved rules, and to the exports that depend on it. It is asked
// once the count is known, and of the worker again until it is there.
window.leleka = window.leleka || {};
leleka.effects = (() => {
  "use strict";
  const PAUSE = 400, AGAIN = 1500; // milliseconds

  const asking = (app, page) => {
    let timer = 0, newest = 0;

    const change = (told) => {
      if (!told) { page.change.textContent = ""; return; }
      const signed = (sign, one) => `${one.exact ? "" : "≈ "}${sign}${app.number(one.count)}`;
      const same = !told.came.count && !told.left.count && told.came.exact && told.left.exact;
      page.change.textContent = same ? app.words.sameAsSaved
        : app.words.beside.replace("{came}", signed("+", told.came)).replace("{left}", signed("−", told.left));
    };

    const ask = async (body, mine) => {
      const told = await app.post("effects", body);
      if (mine !== newest || !told) return;
      page.effects.removeAttribute("aria-busy");
      if (told.html !== undefined) { page.effects.innerHTML = told.html; return; }
      if (told.task || told.busy) {
        page.effects.setAttribute("aria-busy", "true");
        page.effects.textContent = app.words.effectsCounted;
        timer = setTimeout(() => ask(told.task ? { task: told.task } : body, mine), AGAIN);
        return;
      }
      page.effects.textContent = told.problems?.length ? `${told.problems[0].message} ${told.problems[0].remedy}` : "";
    };

    // What is drawn for other rules goes; nothing is asked of rules that are wrong or not counted exactly.
    const show = (told) => {
      change(told?.change);
      clearTimeout(timer);
      const mine = ++newest;
      if (app.segment === null || !told?.whole) { page.effects.textContent = ""; return; }
      if (told.whole.exact) timer = setTimeout(() => ask({ segment: app.segment, rules: app.rules }, mine), PAUSE);
    };

    return { show };
  };

  return { asking };
})();
