// What happens in the desk's page alone: buttons in HTML, picking sentences, handing files in.
(() => {
  "use strict";
  const root = document;
  const find = (selector, within = root) => within.querySelector(selector);

  const write = (id, value) => {
    const box = find(`#${id} textarea, #${id} input`);
    const kind = box.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(box, value);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // The page hears of the new value first, then of the button.
  const press = (id, value) => {
    write(id, value);
    requestAnimationFrame(() => setTimeout(() => find(`#${id}-go`).click(), 30));
  };

  const ranges = () => [...root.querySelectorAll("#pick-article .picked")]
    .map((span) => `${span.dataset.start}-${span.dataset.end}`).join(" ");

  const pick = (span) => {
    const on = span.classList.toggle("picked");
    span.setAttribute("aria-pressed", String(on));
    write("picked", ranges());
  };

  // Sentences, not headings, can be picked; also by keyboard.
  const prepare = () => {
    for (const span of root.querySelectorAll("#pick-article :is(p, li, h4) > [data-start]:not([role])")) {
      span.setAttribute("role", "button");
      span.setAttribute("tabindex", "0");
      span.setAttribute("aria-pressed", "false");
    }
  };

  const upload = async (input) => {
    const file = input.files[0];
    const said = find(".uploaded", input.closest(".html-container, .prose, .block") || root) || find(".uploaded");
    const tell = (lines, look) => {
      said.className = `uploaded ${look}`;
      said.replaceChildren(...lines.map((line) => Object.assign(root.createElement("p"), { textContent: line })));
    };
    if (!file) return;
    tell([`Reading ${file.name}…`], "");
    try {
      const reply = await fetch(input.dataset.upload, {
        method: "POST",
        headers: { "Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(file.name) },
        body: file,
      });
      if (reply.status === 413) throw new Error("The file is too large; at most 5 MB can be taken.");
      if (reply.status === 401) throw new Error("Your session has ended; log in again.");
      const told = await reply.json();
      tell([told.message, ...(told.problems || [])], reply.ok ? "good" : "bad");
      if (reply.ok) press(input.dataset.then, String(Date.now()));
    } catch (error) {
      tell([error.message || "The file could not be handed in."], "bad");
    } finally {
      input.value = "";
    }
  };

  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-to]");
    if (button) {
      if (!button.dataset.confirm || confirm(button.dataset.confirm)) press(button.dataset.to, button.dataset.value);
      for (const other of root.querySelectorAll(".group[aria-current]")) other.removeAttribute("aria-current");
      if (button.matches(".group")) button.setAttribute("aria-current", "true");
      return;
    }
    const span = event.target.closest("#pick-article [role=button]");
    if (span) pick(span);
  });
  root.addEventListener("keydown", (event) => {
    if (!event.target.matches("#pick-article [role=button]") || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    pick(event.target);
  });
  root.addEventListener("change", (event) => {
    if (event.target.matches("input[data-upload]")) upload(event.target);
  });
  new MutationObserver(prepare).observe(root.documentElement, { childList: true, subtree: true });
})();
