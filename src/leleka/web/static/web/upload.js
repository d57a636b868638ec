// Uploading a file: sent as it is, with how far it is; and the few things that the form of a data source does by itself.
(() => {
  "use strict";
  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const size = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });
  const megabytes = (bytes) => `${size.format(bytes / 1e6)} MB`;

  const wrong = (place, said) => {
    const shown = place.querySelector("[data-upload-wrong]");
    shown.textContent = said;
    shown.hidden = !said;
  };

  const send = (place, file) => {
    const state = place.querySelector("[data-upload-state]");
    const input = place.querySelector("[data-upload-now]");
    const told = (event) => {
      state.querySelector("progress").value = event.total ? (100 * event.loaded) / event.total : 0;
      state.querySelector("[data-upload-said]").textContent = `${megabytes(event.loaded)} / ${megabytes(event.total)}`;
    };
    wrong(place, "");
    if (Number(place.dataset.most || Infinity) < file.size) {
      wrong(place, place.dataset.tooLarge);
      return;
    }
    const ask = new XMLHttpRequest();
    ask.open("POST", `${place.dataset.uploadTo}?name=${encodeURIComponent(file.name)}`);
    ask.setRequestHeader("X-CSRFToken", token());
    ask.setRequestHeader("Content-Type", "application/octet-stream");
    ask.upload.addEventListener("progress", told);
    const over = (said) => { state.hidden = true; input.disabled = false; input.value = ""; wrong(place, said); };
    ask.addEventListener("error", () => over(document.body.dataset.trouble));
    ask.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(ask.responseText); } catch { /* a page: whoever signed out meanwhile is sent there */ }
      if (answer.go) location.assign(answer.go);
      else if (answer.problems) over(answer.problems.join("\n"));
      else if (ask.responseURL.includes("/sign-in")) location.reload();
      else over(document.body.dataset.trouble);
    });
    input.disabled = true;
    state.hidden = false;
    ask.send(file);
  };

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("[data-upload-now]") && field.files.length) {
      send(field.closest("[data-upload-to]"), field.files[0]);
    } else if (field.matches("[data-fits]")) {
      field.closest("th").querySelectorAll("[data-fit]").forEach((one) => { one.hidden = one.dataset.fit !== field.value; });
    } else if (field.matches("[data-shows]")) {
      document.querySelector(field.dataset.shows).hidden = !field.checked;
    }
  });
})();
