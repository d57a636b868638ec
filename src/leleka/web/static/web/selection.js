// Lists in which several lines are chosen at once: the command bar follows the choice. And menus beside a line.
(() => {
  "use strict";
  const boxes = () => [...document.querySelectorAll("[data-choice]")];
  const follow = () => {
    const chosen = boxes().filter((one) => one.checked);
    document.querySelectorAll("[data-when-chosen]").forEach((one) => {
      const wanted = one.dataset.whenChosen;
      one.hidden = wanted === "none" ? chosen.length > 0 : wanted === "one" ? chosen.length !== 1 : !chosen.length;
    });
    document.querySelectorAll("[data-chosen-count]").forEach((one) => { one.textContent = chosen.length; });
    // What the one chosen line does not offer, the command bar does not either.
    document.querySelectorAll("[data-line-action]").forEach((one) => {
      const line = chosen.length === 1 && chosen[0].closest("tr");
      one.hidden = !line || !line.querySelector(`[data-action="${one.dataset.lineAction}"]`);
    });
    document.querySelectorAll("[data-choose-all]").forEach((one) => {
      const group = [...document.querySelectorAll(one.dataset.chooseAll)];
      const marked = group.filter((box) => box.checked).length;
      one.checked = group.length > 0 && marked === group.length;
      one.indeterminate = marked > 0 && marked < group.length;
    });
  };
  document.addEventListener("change", (event) => {
    const all = event.target.dataset?.chooseAll;
    if (all) {
      const group = document.querySelectorAll(all);
      group.forEach((box) => { box.checked = event.target.checked; });
      group[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    }
    follow();
  });
  document.addEventListener("click", (event) => {
    const action = event.target.closest("[data-line-action]")?.dataset.lineAction;
    if (action) {
      boxes().find((one) => one.checked)?.closest("tr").querySelector(`[data-action="${action}"]`).click();
    } else if (event.target.closest("[data-choose-none]")) {
      boxes().forEach((one) => { one.checked = false; });
      follow();
    } else if (event.target.closest("[popover] a, [popover] button")) {
      event.target.closest("[popover]").hidePopover();
    }
  });
  // A menu opens below its button, at the button's right edge.
  document.addEventListener("toggle", (event) => {
    if (event.newState !== "open" || !event.target.id) return;
    const button = document.querySelector(`[popovertarget="${event.target.id}"]`);
    if (!button) return;
    const at = button.getBoundingClientRect(), menu = event.target;
    const below = Math.min(at.bottom, window.innerHeight - menu.offsetHeight - 8);
    menu.style.inset = "auto";
    menu.style.top = `${below}px`;
    menu.style.left = `${Math.max(8, at.right - menu.offsetWidth)}px`;
  }, true);
  // Only one way of treating leavers is filled in.
  const leavers = () => document.querySelectorAll("[data-leavers]").forEach((one) => {
    const policy = one.closest("form")?.querySelector("[name=leavers]:checked")?.value;
    one.hidden = one.dataset.leavers !== policy;
  });
  document.addEventListener("change", leavers);
  document.addEventListener("htmx:afterSettle", () => { follow(); leavers(); });
  document.addEventListener("DOMContentLoaded", () => { follow(); leavers(); });
})();
