// What was typed into a form stays until it is saved or thrown away: after Escape, Back, a reload, an error on the way.
// It is kept in this tab alone, for the person who typed it, and never a secret.
(() => {
  "use strict";
  const SENT = "leleka-sent";
  const store = sessionStorage;
  const of = (key) => `leleka-kept ${document.body.dataset.person} ${key}`;
  const forms = (root = document) => [...root.querySelectorAll("form[data-kept]")];
  const fields = (form) => [...form.elements].filter((one) =>
    one.name && !one.matches("[type=hidden], [type=file], [type=password], [data-secret], [hx-post], button, fieldset"));
  const isTicked = (one) => one.type === "checkbox" || one.type === "radio";
  const told = (form) => fields(form).map((one) => [one.name, one.value, isTicked(one) ? one.checked : null]);

  // What leads to a form is thrown away with it, not when it was sent: a query may have to be corrected.
  const forget = (key, form) => [key, ...(form?.dataset.keptWith || "").split(" ")].forEach((one) => store.removeItem(of(one)));
  const keep = (form) => store.setItem(of(form.dataset.kept), JSON.stringify(told(form)));

  const sent = (form) => {
    if (!("keptLonger" in form.dataset)) store.setItem(SENT, JSON.stringify([form.dataset.kept, form.dataset.keptWith || ""]));
  };
  const wasSent = () => JSON.parse(store.getItem(SENT) || "[]");

  const put = (field, value, ticked) => {
    if (isTicked(field) ? field.checked === ticked : field.value === value) return false;
    if (isTicked(field)) field.checked = ticked;
    else if (field.matches("select") && ![...field.options].some((one) => one.value === value)) return false;
    else field.value = value;
    return true;
  };

  // What loads a part of the form goes first: the rest is put in when that part is there.
  const restore = (form) => {
    let kept;
    try { kept = JSON.parse(store.getItem(of(form.dataset.kept))); } catch { kept = null; }
    if (!kept) return;
    const changed = kept.flatMap(([name, value, ticked]) =>
      fields(form).filter((one) => one.name === name && (!isTicked(one) || one.value === value) && put(one, value, ticked)));
    if (!changed.length) return;
    const loads = changed.find((one) => one.hasAttribute("hx-get") && (!isTicked(one) || one.checked));
    (loads ? [loads] : changed).forEach((one) => one.dispatchEvent(new Event("change", { bubbles: true })));
    if (loads || form.querySelector("[data-kept-said]")) return;
    const said = document.createElement("div");
    said.className = "alert alert-info";
    said.dataset.keptSaid = "";
    said.setAttribute("role", "status");
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "btn btn-sm ms-2";
    drop.dataset.keptDrop = "";
    drop.textContent = document.body.dataset.wordsAfresh;
    said.append(document.body.dataset.wordsKept, " ", drop);
    (form.querySelector(".pane-body") || form).prepend(said);
  };
  const restoreAll = () => forms().filter((one) => !one.dataset.restored).forEach((one) => {
    one.dataset.restored = "true";
    restore(one);
  });

  const changed = (event) => {
    const form = event.target.form;
    if (event.isTrusted && form?.matches("[data-kept]")) keep(form);
  };
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-kept]") && !event.defaultPrevented) sent(event.target);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.matches("form[data-kept]")) sent(event.detail.elt);
  });
  document.addEventListener("click", (event) => {
    const drop = event.target.closest("[data-kept-drop]");
    if (drop) {
      const form = drop.closest("form");
      forget(form.dataset.kept);
      form.reset();
      fields(form).forEach((one) => one.dispatchEvent(new Event("change", { bubbles: true })));
      drop.closest("[data-kept-said]").remove();
      return;
    }
    // Cancel and the cross throw away what stands in their pane; Escape does not.
    const close = event.target.closest("[data-do=close-pane], [data-drops]");
    if (!close) return;
    if (close.dataset.drops) forget(close.dataset.drops, close.closest("form"));
    else if (close.closest("#pane")) forms(close.closest("#pane")).forEach((one) => forget(one.dataset.kept));
  });

  // A form that was sent and is not there again was saved, unless it is an error that came, or somebody who signed out.
  const failed = () => !document.body.dataset.person || performance.getEntriesByType("navigation")[0]?.responseStatus >= 400;
  document.addEventListener("htmx:afterSwap", () => {
    if (forms().some((one) => one.dataset.kept === wasSent()[0])) store.removeItem(SENT);
  });
  document.addEventListener("htmx:afterSettle", restoreAll);
  document.addEventListener("DOMContentLoaded", () => {
    const [key, others] = failed() ? [] : wasSent();
    if (key && !forms().some((one) => one.dataset.kept === key)) forget(key, { dataset: { keptWith: others } });
    store.removeItem(SENT);
    restoreAll();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) forms().forEach(restore); });
})();
