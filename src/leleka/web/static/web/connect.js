// Connect: the server answers in lines as the test goes on; each is an element that takes the place of the one with
// its id. Without this script the same button gives a whole page when the test is done.
(() => {
  "use strict";
  const MOST = 20, PAUSE = 1000;  // a test that goes on is asked after, so often and so many milliseconds apart
  const form = () => document.querySelector("form[data-connect]");
  const tell = (where) => where.dispatchEvent(new Event("change", { bubbles: true }));

  const drawn = (one) => one.options ? [...one.options].find((option) => option.defaultSelected)?.value : one.defaultValue;
  const secrets = () => [...(form()?.querySelectorAll("input[type=password][data-tested]") || [])];

  const put = (line) => {
    const holder = document.createElement("template");
    holder.innerHTML = line;
    for (const made of [...holder.content.children]) {
      const old = document.getElementById(made.id);
      if (!old) continue;
      if ("needed" in old.dataset) made.dataset.needed = "";
      old.replaceWith(made);
      const input = made.dataset.slot && document.getElementById(made.dataset.slot);
      if (input) {
        const wrong = made.textContent.trim() !== "";
        input.classList.toggle("is-invalid", wrong);
        input.toggleAttribute("aria-invalid", wrong);
        if (wrong && input.closest("details")) input.closest("details").open = true;
      }
    }
  };

  const read = async (stream) => {
    const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      const lines = (rest + (value || "")).split("\n");
      rest = lines.pop();
      lines.forEach(put);
      if (done) return;
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-connect-button]");
    if (!button) return;
    event.preventDefault();
    const sent = button.form, typed = new FormData(sent);
    button.disabled = true;
    try {
      for (let again = 0; again < MOST; again += 1) {
        const reply = await fetch(button.formAction, {
          method: "POST", body: typed, headers: { "Leleka-Stream": "1" },
        });
        if (reply.redirected || reply.status === 403) location.reload();
        else await read(reply.body);
        if (!("goingOn" in (document.getElementById("connect-end")?.dataset || {}))) break;
        await new Promise((go) => setTimeout(go, PAUSE));
      }
    } catch {
      document.getElementById("connect-end").textContent = button.dataset.unreachable;
    } finally {
      button.disabled = false;
      tell(sent.elements.proof);
    }
  });

  // What passed is true of the settings that were tested: whoever edits them has to Connect again.
  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!("tested" in field.dataset) || !field.form) return;
    const proof = field.form.elements.proof;
    proof.value = "";
    const differs = [...field.form.querySelectorAll("[data-tested]")].some((one) => one.value !== drawn(one));
    if (!field.form.elements.version || differs) proof.dataset.needed = "";
    else delete proof.dataset.needed;
    document.getElementById("connect-steps").replaceChildren();
    tell(proof);
  });

  document.addEventListener("toggle", (event) => {
    if (event.target.matches("[data-key][open]")) event.target.querySelector("input").focus();
  }, true);

  // The server never sends a secret back. Where Save found something else wrong, it stays in the field all the same.
  // It goes to no other connection: only the same form of the same kind, drawn again, is given it.
  const of = (one) => `${one.action} ${one.dataset.kind}`;
  let typed = {}, whose = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    const here = event.detail.target.id === "pane" ? form() : null;
    typed = here ? Object.fromEntries(secrets().map((one) => [one.name, one.value])) : {};
    whose = here ? of(here) : "";
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (!form() || of(form()) !== whose) return;
    for (const key of secrets()) {
      if (!typed[key.name] || key.value) continue;
      key.value = typed[key.name];
      typed[key.name] = "";
      if (key.closest("details")) key.closest("details").open = true;
    }
  });
})();
