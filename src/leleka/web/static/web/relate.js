// Suggested relationships by one key each, where the focus is among them: y accepts one, n leaves it out.
(() => {
  "use strict";
  const lines = (list) => [...list.querySelectorAll("[data-suggested]")];
  const goOn = (list, place) => {
    const left = lines(list);
    if (left.length) { left[Math.min(place, left.length - 1)].querySelector("input").focus(); return; }
    list.remove();
    document.getElementById("related")?.focus();
  };
  const leave = (line) => {
    const list = line.closest("[data-suggestions]");
    const place = lines(list).indexOf(line);
    line.remove();
    goOn(list, place);
  };
  const accept = (line) => {
    const form = line.closest("form");
    line.querySelector("[data-suggested-why]").hidden = true;
    htmx.ajax("POST", form.action, {
      source: line, target: "#related", swap: "outerHTML", values: { chosen: line.querySelector("input").value },
    });
  };
  document.addEventListener("htmx:afterRequest", (event) => {
    const line = event.detail.elt;
    if (line.matches?.("[data-suggested]") && event.detail.successful) leave(line);
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const line = event.detail.requestConfig?.elt;
    if (!line?.matches?.("[data-suggested]") || event.detail.xhr.status < 400) return;
    event.detail.shouldSwap = false;
    const why = line.querySelector("[data-suggested-why]");
    why.innerHTML = event.detail.xhr.responseText;
    why.hidden = false;
  });
  document.addEventListener("keydown", (event) => {
    const line = event.target.closest?.("[data-suggested]");
    if (!line || event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    if (event.code === "KeyY") accept(line);
    else if (event.code === "KeyN") leave(line);
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-suggested-yes], [data-suggested-no]");
    if (button) (button.matches("[data-suggested-yes]") ? accept : leave)(button.closest("[data-suggested]"));
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const list = document.querySelector("[data-suggestions]");
    if (list && event.detail.target.id !== "related" && document.activeElement === document.body) goOn(list, 0);
  });
})();
