// The builder of a segment's rules: what is typed, what it was before, and where it is kept. The form around it saves
// the rules as text; without this script the text is what people edit.
(() => {
  "use strict";
  const MANY = 200, PAUSE = 800, TOGETHER = 1500; // steps back; milliseconds
  const form = document.getElementById("builder");
  const told = document.getElementById("builder-data");
  if (!form || !told) return;
  const given = JSON.parse(told.textContent);
  const { add, at, pathOf, put } = leleka.rules;
  const part = (name) => form.querySelector(`[data-part="${name}"]`);
  const page = Object.fromEntries(["ask", "search", "none", "rules", "problems", "result", "total", "share", "bounds",
    "note", "change", "effects", "funnel", "members", "undo", "redo", "kept", "notice", "text", "text-problems", "say", "sentence"].map((name) => [name, part(name)]));
  const [name, text] = [form.elements.name, form.elements.rules];
  const language = document.documentElement.lang || "en";
  const numbers = new Intl.NumberFormat(language);
  const done = { undone: [], redone: [], last: "", when: 0 };
  const known = new Map();

  const app = {
    ...given, language, number: (value) => numbers.format(value), rules: null,
    put: (steps, value) => put(app.rules, steps, value),

    // What changes which controls there are: all is drawn anew, and the focus goes back to where it was.
    commit(rules, steps, focus = "") {
      const there = leleka.lines.left ? focused() : null;
      remember("");
      app.rules = rules;
      changed();
      redraw();
      if (there) there();
      else if (!leleka.lines.left) refocus(steps, focus);
    },
    // A template has a name to begin with, too.
    begin(template) {
      name.value = name.value.trim() || template.name;
      app.commit(structuredClone(template.rules), []);
    },
    added({ rules, steps }, focus = "column") { app.commit(rules, steps, focus); },
    moved(result) {
      if (!result) return;
      app.commit(result.rules, result.steps);
      const [place, all] = [result.steps.at(-1) ?? 0, at(app.rules, result.steps.slice(0, -1))?.length ?? 1];
      page.say.textContent = app.words.moved.replace("{n}", place + 1).replace("{all}", all);
    },
    // From the column of what can be asked: to the card where somebody was last, or the first.
    add(node, focus = "value", inside = []) {
      const { rules, steps } = add(app.rules, app.rules === null ? [] : place(), node);
      app.commit(rules, [...steps, ...inside], focus);
    },
    // A value that is being typed: its control stays as it is.
    type(steps, value) {
      remember(pathOf(steps));
      app.rules = put(app.rules, steps, value);
      changed();
    },
    said(path) {
      const line = page.rules.querySelector(`[data-line="${CSS.escape(path)}"] .chips`);
      if (!line) return "";
      const words = [...line.children].map((one) => (one.matches("select") ? one.selectedOptions[0]?.textContent
        : one.matches("input, textarea") ? one.value
          : one.matches("button:not(.not), label") ? "" : one.querySelector?.("input")?.value ?? one.textContent));
      return words.filter(Boolean).join(" ").trim();
    },
    async values(source, column) {
      const asked = `${source} ${column}`;
      if (!known.has(asked)) {
        const url = `${given.urls.values}?source=${source}&column=${encodeURIComponent(column)}`;
        known.set(asked, fetch(url, { headers: { "HX-Request": "true" } })
          .then((reply) => (reply.ok ? reply.json() : {})).catch(() => ({})));
      }
      return known.get(asked);
    },
    post,
  };

  // The answer as data; of a refusal its problems. Nothing is lost where there is none: it is asked again.
  async function post(what, body) {
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    try {
      const reply = await fetch(given.urls[what], {
        method: "POST", body: JSON.stringify(body),
        headers: { "Content-Type": "application/json", "X-CSRFToken": token, "HX-Request": "true" },
      });
      if (reply.headers.get("HX-Redirect") || reply.status === 403) { signedOut(); return null; }
      if (reply.status >= 500) return { busy: true, nodes: [] };
      return await reply.json();
    } catch {
      return { busy: true, nodes: [] };
    }
  }

  const signedOut = () => notice(app.words.signedOut, app.words.signIn, () => location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`));
  const notice = (words, label, act) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm ms-2", textContent: label });
    button.addEventListener("click", act);
    page.notice.replaceChildren(words, button);
    page.notice.hidden = false;
  };

  // Typing in one control is one step back, however many letters it has.
  const remember = (where) => {
    const now = performance.now();
    if (where && where === done.last && now - done.when < TOGETHER) { done.when = now; return; }
    Object.assign(done, { last: where, when: now, redone: [] });
    done.undone.push(JSON.stringify(app.rules));
    if (done.undone.length > MANY) done.undone.shift();
  };
  const back = (from, to) => {
    if (!from.length) return;
    to.push(JSON.stringify(app.rules));
    app.rules = JSON.parse(from.pop());
    done.last = "";
    changed();
    redraw();
    (page.undo.disabled ? page.redo : page.undo).focus();
  };

  let textTimer = 0;
  const changed = () => {
    text.value = written();
    page.undo.disabled = !done.undone.length;
    page.redo.disabled = !done.redone.length;
    name.dispatchEvent(new Event("change", { bubbles: true }));
    counting.soon();
    drafts.soon();
    clearTimeout(textTimer);
    textTimer = setTimeout(writeText, PAUSE);
  };
  // What the form sends: a number that a browser cannot hold goes as it is written.
  const written = () => (app.rules === null ? "" : JSON.stringify(app.rules).replace(/\{"\$integer":"(-?\d+)"\}/g, "$1"));
  const writeText = async () => {
    if (app.rules === null || document.activeElement === page.text) return;
    const answer = await post("text", { rules: app.rules });
    if (answer?.text !== undefined) page.text.value = answer.text;
    page.sentence.textContent = answer?.sentence ?? "";
  };
  const readText = async () => {
    const answer = await post("text", { text: page.text.value });
    if (!answer || answer.busy) return;
    page["text-problems"].replaceChildren(...(answer.problems ?? []).map((one) =>
      Object.assign(document.createElement("div"), { textContent: `${one.where} ${one.message} ${one.remedy} ${one.code}` })));
    if (answer.rules) { app.commit(answer.rules, null); page.text.value = answer.text; }
  };

  let lastPlace = [];
  const place = () => (lastPlace.length && at(app.rules, lastPlace) ? lastPlace : []);
  const redraw = () => {
    leleka.draw.draw(app, page.rules);
    if (typeof app.rules === "object" && app.rules) {
      const head = leleka.rules.headOf(app.rules);
      if (!leleka.rules.SETS.includes(head)) lastPlace = [];
      else if (!at(app.rules, lastPlace) || !lastPlace.length) lastPlace = [head, 0];
    }
  };
  // How to come back to where the focus is, when the lines are others; null where it is not in them.
  const focused = () => {
    const now = document.activeElement;
    const line = page.rules.contains(now) && now.closest("[data-line]");
    if (!line) return null;
    const [path, which] = [line.dataset.line, [...line.querySelectorAll("select, input, textarea, button, summary")].indexOf(now)];
    return () => {
      const found = page.rules.querySelector(`[data-line="${CSS.escape(path)}"]`);
      const named = now.dataset.focus && found?.querySelector(`[data-focus="${CSS.escape(now.dataset.focus)}"]`);
      (named || found?.querySelectorAll("select, input, textarea, button, summary")[which])?.focus();
    };
  };
  const refocus = (steps, focus) => {
    if (!steps) { page.rules.querySelector(".line [data-focus], .adders button")?.focus(); return; }
    const path = pathOf(steps);
    const line = page.rules.querySelector(`[data-line="${CSS.escape(path)}"], [data-inner="${CSS.escape(path)}"]`);
    const wanted = focus && line?.querySelector(`[data-focus="${CSS.escape(focus)}"]`);
    (wanted || line?.querySelector("[data-focus]") || page.rules.querySelector(`[data-focus="${CSS.escape(focus)}"]`))?.focus();
  };

  const counting = leleka.counts.asking(app, page);
  const drafts = leleka.drafts.keeping(app, page, name, given.segment ?? `new${location.search}`);

  const begin = () => {
    const draft = drafts.typed() ?? given.draft;
    const differs = draft && (JSON.stringify(draft.rules) !== JSON.stringify(given.rules) || draft.name !== name.value);
    const failed = form.querySelector("[aria-invalid=true], .alert-danger, #sure");
    app.rules = differs && !failed && draft.rules !== undefined ? draft.rules : given.rules;
    if (differs && !failed) {
      name.value = draft.name || name.value;
      const when = given.draft ? new Date(given.draft.saved_at) : new Date();
      const time = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(when);
      const stale = given.segment && draft.version !== given.version ? ` ${app.words.stale}` : "";
      notice(app.words.restored.replace("{time}", time) + stale, app.words.discard, discard);
    }
    text.value = app.rules === null ? text.value : written();
    text.required = false;
    text.dataset.needed = "";
  };
  const discard = async () => {
    await drafts.rest();
    if (!given.copied) await post("draft", { segment: given.segment, discard: true });
    Object.assign(form.elements.name, { value: form.elements.name.defaultValue });
    page.notice.hidden = true;
    app.commit(given.rules, null);
    drafts.forget();
    drafts.goOn();
  };

  // What is refused comes back as a page with what is wrong; whoever is signed out loses nothing.
  let refused = false;
  async function save(event) {
    if (refused) return;
    event.preventDefault();
    if (form.hasAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    await drafts.rest();
    if (await isSaved(event.submitter)) return;
    form.removeAttribute("aria-busy");
    drafts.goOn();
  }
  async function isSaved(button) {
    const body = new FormData(form);
    if (button?.name) body.set(button.name, button.value);
    try {
      const reply = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { "HX-Request": "true" } });
      const next = reply.headers.get("HX-Redirect");
      if (next?.startsWith("/sign-in")) { signedOut(); return false; }
      if (next) {
        drafts.forget();
        location.assign(next);
        return true;
      }
      if (reply.status >= 500) { page.note.textContent = app.words.busy; return false; }
      refused = true;
      form.requestSubmit(button);
      return true;
    } catch {
      page.note.textContent = app.words.busy;
      return false;
    }
  }

  page.undo.addEventListener("click", () => back(done.undone, done.redone));
  page.redo.addEventListener("click", () => back(done.redone, done.undone));
  part("apply").addEventListener("click", readText);
  part("show-members").addEventListener("click", () => counting.ask({ exact: true, members: true }));
  page.search.addEventListener("input", () => leleka.ask.search(page.ask, page.search.value, page.none));
  page.search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    [...page.ask.querySelectorAll(".ask-line:not([hidden]) .ask-name")].find((one) => one.offsetParent)?.click();
  });
  page.rules.addEventListener("focusin", (event) => {
    const path = event.target.closest(".rule-card")?.querySelector("[data-path]")?.dataset.path;
    const joined = path?.match(/^rules\.(union|intersect|except)\[(\d+)\]/);
    if (joined) lastPlace = [joined[1], Number(joined[2])];
  });
  name.addEventListener("input", drafts.soon);
  form.addEventListener("submit", save);
  form.addEventListener("keydown", (event) => {
    const steps = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase();
    if (steps !== "z" && steps !== "y") return;
    if (event.target === page.text || event.target === name) return;
    event.preventDefault();
    if (steps === "y" || event.shiftKey) back(done.redone, done.undone);
    else back(done.undone, done.redone);
  });

  begin();
  form.classList.add("built");
  leleka.ask.draw(app, page.ask);
  redraw();
  page.undo.disabled = page.redo.disabled = true;
  counting.ask();
  writeText();
})();
