// Lines and groups are dragged by their handle, to before or behind another one. The keyboard does the same with Alt and
// the arrows; on a touch screen the menu of the line does.
window.leleka = window.leleka || {};
leleka.drag = (() => {
  "use strict";
  const { moveTo } = leleka.rules;
  const { el } = leleka.values;
  let dragged = null;

  const handle = (app, steps) => {
    const made = el("span", { className: "drag", draggable: true, title: app.words.drag, ariaHidden: "true" });
    made.addEventListener("dragstart", (event) => {
      dragged = steps;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    made.addEventListener("dragend", () => { dragged = null; });
    return made;
  };

  const drop = (app, line, steps) => {
    const behind = (event) => event.clientY > line.getBoundingClientRect().top + line.offsetHeight / 2;
    const clear = () => line.classList.remove("drop-before", "drop-behind");
    line.addEventListener("dragover", (event) => {
      if (!dragged || !moveTo(app.rules, dragged, steps, behind(event))) return;
      event.preventDefault();
      clear();
      line.classList.add(behind(event) ? "drop-behind" : "drop-before");
    });
    line.addEventListener("dragleave", clear);
    line.addEventListener("drop", (event) => {
      event.preventDefault();
      clear();
      app.moved(dragged && moveTo(app.rules, dragged, steps, behind(event)));
    });
  };

  return { drop, handle };
})();
