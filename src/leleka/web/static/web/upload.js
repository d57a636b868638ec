// Uploading files: sent as they are, one after the other, with how far each is; what failed is said at its file, and can
// be sent again. And the few things that the form of a data source does by itself.
(() => {
  "use strict";
  const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  const unit = (one) => new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: one, maximumFractionDigits: 1 });
  const sizes = { kilobyte: unit("kilobyte"), megabyte: unit("megabyte") };
  const inUnits = (bytes) => (bytes < 1e6 ? sizes.kilobyte.format(Math.max(0.1, bytes / 1e3)) : sizes.megabyte.format(bytes / 1e6));
  const trouble = () => document.body.dataset.trouble;
  const wait = (seconds) => new Promise((done) => { setTimeout(done, 1000 * seconds); });
  const batches = new WeakMap();  // of several files: the place of an upload -> its files
  let held = null;  // the place of an upload that has files

  // Send something; resolve with what was answered, {problems} where it was refused, never reject.
  const ask = (url, body, kind, told) => new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", token());
    if (kind) request.setRequestHeader("Content-Type", kind);
    if (told) request.upload.addEventListener("progress", told);
    request.addEventListener("error", () => done({ problems: [trouble()] }));
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* a page: whoever signed out meanwhile is sent there */ }
      if (request.responseURL.includes("/sign-in")) location.reload();
      else if (answer.go || answer.upload) done(answer);
      else done({ problems: answer.problems || [trouble()], later: Number(request.getResponseHeader("Retry-After") || 0) });
    });
    request.send(body);
  });
  const sendFile = (place, file, more, told) =>
    ask(`${place.dataset.uploadTo}?name=${encodeURIComponent(file.name)}${more ? "&more" : ""}`, file, "application/octet-stream", told);
  const tooLarge = (place, file) => Number(place.dataset.most || Infinity) < file.size;

  const wrong = (place, said) => {
    const shown = place.querySelector("[data-upload-wrong]");
    shown.textContent = said;
    shown.hidden = !said;
  };

  const sendOne = async (place, file) => {
    const state = place.querySelector("[data-upload-state]");
    const input = place.querySelector("[data-upload-now]");
    wrong(place, "");
    if (tooLarge(place, file)) { wrong(place, place.dataset.tooLarge); input.value = ""; return; }
    input.disabled = true;
    state.hidden = false;
    const answer = await sendFile(place, file, false, (event) => {
      state.querySelector("progress").value = event.total ? (100 * event.loaded) / event.total : 0;
      state.querySelector("[data-upload-said]").textContent = `${inUnits(event.loaded)} / ${inUnits(event.total)}`;
    });
    if (answer.go) { location.assign(answer.go); return; }
    state.hidden = true;
    input.disabled = false;
    input.value = "";
    wrong(place, answer.problems.join("\n"));
    input.focus();
  };

  // Several files: a line each.
  const said = (line, problems) => {
    const why = line.querySelector("[data-upload-why]");
    why.textContent = problems.join("\n");
    why.hidden = !problems.length;
    line.querySelector("[data-upload-again]").hidden = !problems.length;
  };
  const summarize = (place) => {
    const batch = batches.get(place);
    const sent = batch.files.filter((one) => one.upload).length;
    const failed = batch.files.filter((one) => one.failed).length;
    const shown = place.querySelector("[data-upload-summary]");
    shown.textContent = shown.dataset.sent.replace("{n}", sent).replace("{all}", batch.files.length)
      + (failed ? `, ${shown.dataset.failed.replace("{n}", failed)}` : "");
    place.querySelector("[data-upload-go]").disabled = batch.looking || batch.sending || !sent;
    place.querySelector("[data-upload-several]").hidden = !batch.files.length;
  };
  const sendAll = async (place) => {
    const batch = batches.get(place);
    if (batch.sending) return;
    batch.sending = true;
    for (;;) {
      const next = batch.files.find((one) => !one.upload && !one.failed);
      if (!next) break;
      summarize(place);
      const bar = next.line.querySelector("progress");
      const answer = tooLarge(place, next.file) ? { problems: [place.dataset.tooLarge] } : await sendFile(
        place, next.file, true, (event) => { bar.value = event.total ? (100 * event.loaded) / event.total : 0; });
      next.upload = answer.upload;
      next.failed = !answer.upload;
      bar.hidden = true;
      next.line.querySelector("[data-upload-done]").hidden = next.failed;
      said(next.line, answer.problems || []);
    }
    batch.sending = false;
    summarize(place);
  };
  const take = (place, files) => {
    const batch = batches.get(place) || { files: [], sending: false, looking: false };
    batches.set(place, batch);
    held = place;
    const template = place.querySelector("[data-upload-line]");
    for (const file of files) {
      const line = template.content.firstElementChild.cloneNode(true);
      line.querySelector(".upload-name").textContent = file.name;
      line.querySelector("[data-upload-size]").textContent = inUnits(file.size);
      line.querySelector("progress").setAttribute("aria-label", file.name);
      place.querySelector("[data-upload-list]").append(line);
      batch.files.push({ file, line });
    }
    sendAll(place);
  };
  const fileOf = (target) => {
    const place = target.closest("[data-upload-to]");
    const batch = batches.get(place);
    return [place, batch, batch.files.find((one) => one.line === target.closest("li"))];
  };

  // Who asks for much at once is asked to wait: it goes on by itself.
  const lookInto = async (place, name, uploads) => {
    const asked = new FormData();
    asked.append("name", name);
    uploads.forEach((one) => asked.append("upload", one));
    for (;;) {
      const answer = await ask(place.dataset.uploadLook, asked);
      if (!answer.later) return answer;
      await wait(answer.later);
    }
  };
  const look = async (place) => {
    const batch = batches.get(place);
    const sent = batch.files.filter((one) => one.upload);
    const shown = place.querySelector("[data-upload-summary]");
    wrong(place, "");
    batch.looking = true;
    summarize(place);
    shown.textContent = shown.dataset.looking;
    if (place.querySelector("[name=several]:checked").value === "parts" || sent.length === 1) {
      const answer = await lookInto(place, sent[0].file.name, sent.map((one) => one.upload));
      if (answer.go) { location.assign(answer.go); return; }
      wrong(place, answer.problems.join("\n"));
    } else {
      for (const one of sent.filter((each) => !each.task)) {
        const answer = await lookInto(place, one.file.name, [one.upload]);
        one.task = answer.task;
        said(one.line, answer.problems || []);
      }
      const tasks = sent.filter((one) => one.task).map((one) => `task=${one.task}`);
      if (tasks.length === sent.length) { location.assign(`${place.dataset.uploadDrafts}?${tasks.join("&")}`); return; }
    }
    batch.looking = false;
    summarize(place);
  };

  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("[data-upload-now]") && field.files.length) {
      const place = field.closest("[data-upload-to]");
      if (place.dataset.uploadLook && (field.files.length > 1 || batches.has(place))) {
        take(place, [...field.files]);
        field.value = "";
      } else sendOne(place, field.files[0]);
    } else if (field.matches("[data-fits]")) {
      field.closest("th").querySelectorAll("[data-fit]").forEach((one) => { one.hidden = one.dataset.fit !== field.value; });
    } else if (field.matches("[data-shows]")) {
      document.querySelector(field.dataset.shows).hidden = field.type === "checkbox" ? !field.checked : !field.value;
    }
  });
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-upload-go], [data-upload-again], [data-upload-drop]");
    if (!target) return;
    if (target.matches("[data-upload-go]")) { look(target.closest("[data-upload-to]")); return; }
    const [place, batch, file] = fileOf(target);
    if (target.matches("[data-upload-again]")) {
      file.failed = false;
      said(file.line, []);
      file.line.querySelector("progress").hidden = false;
      sendAll(place);
    } else {
      batch.files.splice(batch.files.indexOf(file), 1);
      file.line.remove();
      if (!batch.files.length) { batches.delete(place); held = null; }
      if (batch.files.length) summarize(place);
      else place.querySelector("[data-upload-several]").hidden = true;
      place.querySelector("[data-upload-now]").focus();
    }
  });
  // The pane is emptied when it closes. Files that were chosen are there again when it opens, until it is canceled.
  document.addEventListener("htmx:afterSwap", () => {
    const place = document.querySelector("#pane [data-upload-look]");
    if (place && held && place !== held) place.replaceWith(held);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#pane .pane-foot [data-do=close-pane]")) held = null;
  });
  addEventListener("beforeunload", (event) => {
    if (held && batches.get(held)?.sending) event.preventDefault();
  });
})();
