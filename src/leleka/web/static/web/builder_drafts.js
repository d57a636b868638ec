// Keeps what is typed and not saved: at once in this tab, soon on the server. One request at a time and in order, so that
// none that is late brings back what was saved or thrown away meanwhile.
window.leleka = window.leleka || {};
leleka.drafts = (() => {
  "use strict";
  const PAUSE = 800, AGAIN = 3200; // milliseconds

  const keeping = (app, page, name, what) => {
    const key = `leleka-segment ${document.body.dataset.person} ${what}`;
    let timer = 0, underway = Promise.resolve(), resting = false;

    const send = async () => {
      if (resting) return;
      const answer = await app.post("draft", { segment: app.segment, name: name.value, rules: app.rules, version: app.version });
      if (!answer || answer.busy) { later(AGAIN); return; }
      const time = new Intl.DateTimeFormat(app.language, { timeStyle: "short" }).format(new Date());
      page.kept.textContent = answer.problems?.length ? answer.problems[0].message : app.words.saved.replace("{time}", time);
    };
    const later = (pause) => {
      clearTimeout(timer);
      if (app.copied || resting) return; // the draft of a new segment is another one's
      timer = setTimeout(() => { underway = underway.then(send); }, pause);
    };
    const soon = () => {
      sessionStorage.setItem(key, JSON.stringify({ name: name.value, rules: app.rules, version: app.version }));
      page.kept.textContent = app.words.unsaved;
      later(PAUSE);
    };
    // Nothing is sent from now on, and what was sent is there.
    const rest = async () => {
      resting = true;
      clearTimeout(timer);
      await underway;
    };
    const goOn = () => { resting = false; };
    const typed = () => JSON.parse(sessionStorage.getItem(key) || "null");
    const forget = () => { clearTimeout(timer); sessionStorage.removeItem(key); };

    return { forget, goOn, rest, soon, typed };
  };

  return { keeping };
})();
