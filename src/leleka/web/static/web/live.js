// Parts of a page that renew themselves: they rest while nobody looks, and keep what was opened and how far it was scrolled.
(() => {
  "use strict";
  const opened = new Map();
  let scrolled = 0;
  const body = () => document.querySelector("#pane .pane-body");

  document.addEventListener("toggle", (event) => {
    const key = event.target.dataset?.keep;
    if (key) opened.set(key, event.target.open);
  }, true);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && event.detail.elt.matches("[data-live]")) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", () => { scrolled = body()?.scrollTop || 0; });
  document.addEventListener("htmx:afterSwap", (event) => {
    document.querySelectorAll("details[data-keep]").forEach((one) => {
      if (opened.has(one.dataset.keep)) one.open = opened.get(one.dataset.keep);
    });
    if (event.detail.target.id !== "pane" && body()) body().scrollTop = scrolled;
  });
  // Of a pane that is closed nothing stays: it is not asked after any more, and nothing typed or chosen in it goes elsewhere.
  document.addEventListener("close", (event) => {
    if (event.target.id === "pane") event.target.replaceChildren();
  }, true);
})();
