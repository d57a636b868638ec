// The few things a page does by itself. Everything else is HTML from the server, moved by htmx.
(() => {
  "use strict";
  const pane = () => document.getElementById("pane");

  // A side pane is a dialog: whatever htmx puts into it opens it, and Escape closes it. A pane that stands as a page
  // of its own is none, and answers in its place.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "pane") return;
    if (pane().showModal && !pane().open) pane().showModal();
    const first = pane().querySelector("[autofocus]") || pane().querySelector("input:not([type=hidden]), select, button");
    const wrong = pane().querySelector("[aria-invalid=true]");
    (wrong || first)?.focus();
    // What is wrong may stand below the fold, and beside something that cannot have the focus.
    pane().querySelector(".alert-danger, .invalid-feedback:not(:empty)")?.scrollIntoView({ block: "center" });
  });

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-do]");
    if (!target) return;
    const what = target.dataset.do;
    if (what === "close-pane" && pane()?.open) {
      event.preventDefault();
      pane().close();
    } else if (what === "theme") {
      const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
      localStorage.setItem("leleka-theme", next);
      document.documentElement.dataset.bsTheme = next;
    } else if (what === "copy") {
      navigator.clipboard.writeText(document.getElementById(target.dataset.from).value);
      target.querySelector("[data-said]").textContent = target.dataset.done;
    } else if (what === "open-dialog") {
      document.getElementById(target.dataset.dialog).showModal();
    } else if (what === "close-dialog") {
      target.closest("dialog").close();
    } else if (what === "menu") {
      const menu = document.getElementById("menu");
      const open = menu.classList.toggle("show");
      target.setAttribute("aria-expanded", String(open));
    } else if (what === "remove-row") {
      const rows = target.closest("[data-rows]");
      target.closest("[data-row]").remove();
      (rows.querySelector("[data-row] select") || rows.parentElement.querySelector("[data-do=add-row]"))?.focus();
      rows.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (what === "add-row") {
      // Rows are numbered in their fields' names, so that the server knows which belong together.
      const rows = document.getElementById(target.dataset.to);
      const text = document.getElementById(target.dataset.template).innerHTML;
      rows.dataset.next = String(Number(rows.dataset.next || rows.children.length) + 1);
      rows.insertAdjacentHTML("beforeend", text.replaceAll("__n__", rows.dataset.next));
      htmx.process(rows.lastElementChild);
      rows.lastElementChild.querySelector("select, input")?.focus();
    }
  });

  // The bell is asked once a minute while somebody may see it. A session that is over is noticed by whoever does
  // something: being sent away from a half-filled form by a bell would be rude.
  setInterval(() => { if (!document.hidden) htmx.trigger(document.body, "bell"); }, 60000);
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.elt.id === "bell" && event.detail.xhr.getResponseHeader("HX-Redirect")) event.preventDefault();
  });

  // Whoever pressed something hears of it when no answer came; what a page asks by itself is asked again anyway.
  const silent = (event) => {
    const by = event.detail.elt;
    if (by.id === "bell" || by.closest("[data-live]")) return;
    document.getElementById("trouble")?.remove();
    const said = document.createElement("div");
    said.id = "trouble";
    said.className = "alert alert-danger";
    said.setAttribute("role", "alert");
    said.textContent = document.body.dataset.trouble;
    (document.querySelector("#pane[open] .pane-body") || document.querySelector("#content > *"))?.prepend(said);
    said.scrollIntoView({ block: "center" });
  };
  document.addEventListener("htmx:sendError", silent);
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500) silent(event);
  });
  document.addEventListener("htmx:beforeRequest", () => document.getElementById("trouble")?.remove());

  // Forms that say so are sent as soon as something in them is chosen: languages, sort orders.
  document.addEventListener("change", (event) => {
    if (event.target.closest("form[data-at-once]")) event.target.form.requestSubmit();
  });

  // A save button waits until the parts that it names are there.
  const ready = (form) => {
    const missing = [...form.querySelectorAll("[required], [data-needed]")].some((one) =>
      one.type === "checkbox" ? !one.checked : !one.value.trim());
    form.querySelectorAll("[data-when-ready]").forEach((button) => { button.disabled = missing; });
  };
  const watch = (root) => root.querySelectorAll("form[data-watched]").forEach(ready);
  document.addEventListener("input", (event) => event.target.form?.matches("[data-watched]") && ready(event.target.form));
  document.addEventListener("change", (event) => event.target.form?.matches("[data-watched]") && ready(event.target.form));
  document.addEventListener("htmx:afterSettle", () => watch(document));
  document.addEventListener("DOMContentLoaded", () => watch(document));
})();
