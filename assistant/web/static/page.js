// What happens in the browser alone: showing a quote in the article, voting, copying, asking a suggestion.
(() => {
  "use strict";
  const root = document;
  const find = (selector, within = root) => within.querySelector(selector);
  const wide = matchMedia("(min-width: 861px)");
  // The conversation is drawn anew with every answer, so what the reader did is kept here by the answer's id.
  const votes = new Map();
  const drafts = new Map(); // an open form: which reasons are ticked, and the note so far
  let cameFrom = null;
  let newest = null;

  const light = (start, end) => {
    for (const old of root.querySelectorAll("#article .lit")) old.classList.remove("lit");
    const lit = [...root.querySelectorAll("#article [data-start]")].filter(
      (span) => Number(span.dataset.start) < end && Number(span.dataset.end) > start);
    for (const span of lit) span.classList.add("lit");
    return lit[0];
  };

  // Scrolls one pane alone: scrollIntoView would also move the page around it.
  const scrollPane = (pane, target, margin) => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const top = target.getBoundingClientRect().top - pane.getBoundingClientRect().top + pane.scrollTop - margin;
    pane.scrollTo({ top, behavior: calm ? "auto" : "smooth" });
  };

  const showInArticle = (start, end) => {
    const first = light(start, end);
    if (!first) return;
    root.body.classList.add("reading");
    const pane = find("#reading");
    scrollPane(pane, first, wide.matches ? pane.clientHeight / 3 : 90);
    if (!wide.matches) {
      find("#back-to-answer").focus({ preventScroll: true });
    }
  };

  const leaveArticle = () => {
    root.body.classList.remove("reading");
    if (cameFrom && cameFrom.isConnected) cameFrom.focus();
  };

  const ask = (question, asTyped) => {
    const box = find("#question textarea");
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, question);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(() => setTimeout(() => find(asTyped ? "#ask-typed" : "#send").click(), 30));
  };

  const say = (turn, what) => { // "kept", "notKept" or "copied", in the language of the question; "" for nothing
    const said = find(".said", turn);
    said.textContent = what ? said.dataset[what] : "";
  };

  const drawVote = (turn) => {
    const vote = votes.get(turn.dataset.answer) || 0;
    for (const button of turn.querySelectorAll(".vote"))
      button.setAttribute("aria-pressed", String(Number(button.dataset.vote) === vote));
  };

  const keepDraft = (form) => {
    const ticked = [...form.querySelectorAll("input:checked")].map((box) => box.value);
    drafts.set(form.closest(".turn").dataset.answer, { ticked, note: find("textarea", form).value });
  };

  const drawDraft = (turn) => {
    const draft = drafts.get(turn.dataset.answer);
    const form = find(".reasons", turn);
    if (!draft || !form || !form.hidden) return;
    form.hidden = false;
    for (const box of form.querySelectorAll("input")) box.checked = draft.ticked.includes(box.value);
    find("textarea", form).value = draft.note;
  };

  const closeForm = (form) => {
    form.hidden = true;
    drafts.delete(form.closest(".turn").dataset.answer);
  };

  const sendVote = async (turn, vote, reasons = [], note = "") => {
    const reply = await fetch("../api/feedback", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ answer_id: turn.dataset.answer, vote, reasons, note }),
    });
    if (!reply.ok) throw new Error(String(reply.status));
    votes.set(turn.dataset.answer, vote);
    drawVote(turn);
  };

  const castVote = async (button) => {
    const turn = button.closest(".turn");
    const chosen = Number(button.dataset.vote);
    const vote = votes.get(turn.dataset.answer) === chosen ? 0 : chosen;
    try {
      await sendVote(turn, vote);
      const form = find(".reasons", turn);
      say(turn, vote === 1 ? "kept" : "");
      if (vote === -1) {
        form.hidden = false;
        keepDraft(form);
        find("input", form).focus();
      } else closeForm(form);
    } catch {
      say(turn, "notKept");
    }
  };

  const sendReasons = async (form) => {
    const turn = form.closest(".turn");
    const reasons = [...form.querySelectorAll("input:checked")].map((box) => box.value);
    try {
      await sendVote(turn, -1, reasons, find("textarea", form).value);
      closeForm(form);
      say(turn, "kept");
    } catch {
      say(turn, "notKept"); // the form stays open with what was typed
    }
  };

  const copy = async (button) => {
    const text = `${button.dataset.copy}\n${new URL(button.dataset.link, location.href)}`;
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "✓";
    } catch {
      const area = root.createElement("textarea"); // no clipboard permission, or plain http
      area.value = text;
      root.body.append(area);
      area.select();
      button.textContent = root.execCommand("copy") ? "✓" : label;
      area.remove();
      button.focus();
    }
    setTimeout(() => { button.textContent = label; }, 1500);
  };

  const share = async (link) => {
    const turn = link.closest(".turn");
    try {
      if (navigator.share && !wide.matches) await navigator.share({ url: link.href });
      else {
        await navigator.clipboard.writeText(link.href);
        say(turn, "copied");
      }
    } catch (error) {
      if (error.name !== "AbortError") open(link.href, "_blank", "noopener"); // no permission: show it instead
    }
  };

  root.addEventListener("click", (event) => {
    const target = event.target.closest("a, button");
    if (!target) return;
    if (target.matches(".cite")) {
      event.preventDefault();
      cameFrom = target;
      showInArticle(Number(target.dataset.start), Number(target.dataset.end));
    } else if (target.matches("[data-ask]")) ask(target.dataset.ask, target.dataset.typed === "1");
    else if (target.matches(".vote")) castVote(target);
    else if (target.matches(".copy")) copy(target);
    else if (target.matches(".share") && !event.ctrlKey && !event.metaKey) { event.preventDefault(); share(target); }
    else if (target.id === "open-article") { cameFrom = target; root.body.classList.add("reading"); find("#back-to-answer").focus(); }
    else if (target.id === "back-to-answer") leaveArticle();
  });
  root.addEventListener("input", (event) => {
    const form = event.target.closest(".reasons");
    if (form) keepDraft(form);
  });
  root.addEventListener("submit", (event) => {
    if (!event.target.matches(".reasons")) return;
    event.preventDefault();
    sendReasons(event.target);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.body.classList.contains("reading")) leaveArticle();
  });

  // A question is shown at once when it is sent, and withdrawn when it is refused: the answer draws everything anew.
  const make = (tag, name, text) => {
    const made = root.createElement(tag);
    made.className = name;
    made.textContent = text;
    return made;
  };
  const showPending = (question) => {
    const log = find("#log");
    if (!log || !question.trim()) return;
    for (const old of log.querySelectorAll(".greeting, .problem, .pending")) old.remove();
    for (const offer of log.querySelectorAll(".suggestions")) offer.hidden = true;
    const turn = make("article", "turn pending", "");
    turn.append(make("h2", "asked", question.trim().slice(0, 500)), make("p", "waiting", "Looking through the article…"));
    log.append(turn);
    log.setAttribute("aria-busy", "true");
  };
  const withdrawPending = (words) => {
    const turn = find("#log .pending");
    if (!turn) return;
    const problem = make("p", "problem", words);
    problem.setAttribute("role", "alert");
    turn.replaceWith(problem);
    for (const offer of root.querySelectorAll("#log .suggestions")) offer.hidden = false;
    find("#log").setAttribute("aria-busy", "false");
  };
  const fetchPlainly = window.fetch;
  window.fetch = async (...call) => {
    if (!String(call[0]).includes("/queue/join")) return fetchPlainly(...call);
    const { data } = JSON.parse(call[1].body);
    if (data.length) showPending(String(data[0] ?? "")); // "New conversation" sends nothing
    const reply = await fetchPlainly(...call);
    if (!reply.ok) {
      const told = await reply.clone().json().catch(() => ({}));
      withdrawPending(told.detail || told.error?.message || "Something went wrong here. Please ask again.");
    }
    return reply;
  };
  addEventListener("connectionbroke", () => withdrawPending("The connection broke off. Please ask again."));
  // Gradio tells in a toast that an event failed; page.css hides it, since the conversation says it.
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeType === 1);
    if (added.some((node) => node.matches(".toast-body.error") || find(".toast-body.error", node)))
      withdrawPending("Something went wrong here. Please ask again.");
  }).observe(root.body, { childList: true, subtree: true });

  // Every new answer is brought to its question, and votes already given are drawn again.
  const arrive = () => {
    const turns = [...root.querySelectorAll("#log .turn")];
    for (const turn of turns) if (turn.dataset.answer) {
      drawVote(turn);
      drawDraft(turn);
    }
    const last = turns.at(-1);
    const name = last ? `${turns.length} ${last.dataset.answer || find(".asked", last).textContent}` : "";
    if (last && name !== newest) {
      scrollPane(find("#conversation"), last, 16);
      // The button that asked is gone with the old drawing: go on from the question it asked.
      if (root.activeElement === root.body && newest !== null) find(".asked", last).focus({ preventScroll: true });
    }
    newest = name;
  };
  const goToHash = () => {
    const place = /^#at=(\d+)-(\d+)$/.exec(location.hash);
    if (place) showInArticle(Number(place[1]), Number(place[2]));
  };
  let waiting = setInterval(() => {
    const conversation = find("#conversation");
    if (!conversation || !find("#article [data-start]")) return;
    clearInterval(waiting);
    new MutationObserver(arrive).observe(conversation, { childList: true, subtree: true });
    goToHash();
  }, 50);
  addEventListener("hashchange", goToHash);
})();
