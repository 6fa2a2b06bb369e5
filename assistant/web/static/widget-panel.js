// The panel: the conversation, and showing a quotation in the article of the page. Fetched by the loader.
(() => {
  "use strict";
  const Assistant = customElements.get("article-assistant");
  const LONGEST_TALK = 40; // turns kept; older ones fall away
  const HISTORY = 10; // earlier questions that the server looks at
  const TRIES = 3; // a refused question is sent again so often, and no more
  const LONGEST_WAIT = 30; // seconds a reader is made to wait without being asked
  const PATIENCE = 60_000; // milliseconds for one request
  const MARK = "article-assistant-quote";

  const SHEET = new CSSStyleSheet();
  SHEET.replaceSync(`
    .panel, .panel * { box-sizing: border-box; }
    .panel { --serif: var(--article-assistant-serif, Charter, "Bitstream Charter", "Iowan Old Style", Georgia, serif);
      --soft: light-dark(#5b564e, #b3ac9f); --card: light-dark(#fff, #24221f); --mark: light-dark(#ffe49a, #6d5713);
      --warn: light-dark(#6b4a00, #f1d08a); --warn-wash: light-dark(#fbf3df, #2c2616);
      display: flex; flex-direction: column; pointer-events: auto; overflow: hidden; overflow-wrap: anywhere;
      background: var(--paper); color: var(--ink); border: 1px solid var(--line); font: 400 16px/1.5 var(--sans); }
    .panel:focus { outline: none; }
    .floating .panel { width: var(--article-assistant-width, 400px); max-width: calc(100vw - 32px); border-radius: 14px;
      height: min(var(--article-assistant-height, 640px), calc(100dvh - 112px)); box-shadow: 0 2px 6px #0002, 0 18px 60px #0004; }
    .inline .panel { flex: none; height: calc(var(--article-assistant-height, min(560px, 80vh)) - 56px);
      border-radius: 0 0 10px 10px; border-color: var(--edge); border-top: 0; }
    .inline.opened .launch { border-radius: 10px 10px 0 0; }
    .panel button, .panel textarea, .panel a { font: inherit; color: inherit; letter-spacing: inherit; }
    .panel button { cursor: pointer; touch-action: manipulation; }
    .panel :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
    header { display: flex; align-items: center; gap: 4px; flex: none; padding: 4px 6px 4px 20px; border-bottom: 1px solid var(--line); }
    header:dir(rtl) { padding: 4px 20px 4px 6px; }
    header h2 { flex: 1; min-width: 0; margin: 0; font: 700 17px/1.25 var(--serif); letter-spacing: -.01em; }
    .inline header { justify-content: flex-end; border: 0; padding-block: 0; }
    .inline header h2, .inline .shut { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
    .inline .shut { display: none; }
    .quiet { display: inline-flex; align-items: center; justify-content: center; gap: 6px; min-height: 44px; min-width: 44px;
      padding: 0 10px; border: 0; border-radius: 8px; background: none; font-size: 14px !important; color: var(--soft) !important;
      text-decoration: none; }
    .quiet:hover { color: var(--ink) !important; background: color-mix(in srgb, var(--ink) 7%, transparent); }
    .quiet svg { width: 18px; height: 18px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
    .quiet[aria-pressed="true"] { color: var(--link) !important; font-weight: 600; box-shadow: inset 0 0 0 1px var(--link); }
    .quiet[aria-pressed="true"] svg { fill: color-mix(in srgb, var(--link) 25%, transparent); }
    .underlined { text-decoration: underline; text-underline-offset: .2em; }
    .talk { flex: 1; min-height: 0; overflow: hidden auto; overscroll-behavior: contain; padding: 20px; }
    .greeting { font: 400 19px/1.45 var(--serif); margin: 0 0 20px; }
    .turn { padding: 0 0 20px; margin: 0 0 20px; border-bottom: 1px solid var(--line); }
    .turn:last-child { border-bottom: 0; margin-bottom: 0; }
    .asked { font: 700 19px/1.3 var(--serif); margin: 0 0 12px; text-wrap: pretty; }
    .asked:focus { outline: none; }
    .waiting, .hint, .searched, .read-as { color: var(--soft); font-size: 15px; margin: 0 0 10px; }
    .waiting { font-style: italic; }
    .read-as q { color: var(--ink); font-style: italic; }
    .verdict { font: 600 13px/1.3 var(--sans); letter-spacing: .05em; text-transform: uppercase; color: var(--link); margin: 0 0 10px; }
    .nearest .verdict, .off_topic .verdict { font: 700 17px/1.35 var(--serif); letter-spacing: 0; text-transform: none; color: var(--warn); margin: 0 0 4px; }
    .card.nearest, .card.off_topic { background: var(--warn-wash); border: 1px dashed var(--warn); border-radius: 8px; padding: 14px 16px 6px; margin-bottom: 4px; }
    figure { margin: 0 0 12px; }
    blockquote { margin: 0; padding-inline-start: 16px; border-inline-start: 3px solid var(--link); font: 400 18px/1.55 var(--serif); }
    .nearest blockquote { border-inline-start: 1px solid var(--warn); font-size: 17px; }
    figure + figure blockquote { font-size: 17px; border-inline-start-color: var(--line); }
    blockquote p { margin: 0 0 6px; }
    blockquote ul { margin: 6px 0; padding-inline-start: 20px; }
    blockquote li { margin: 4px 0; }
    blockquote .first::before { content: "“"; }
    blockquote .last::after { content: "”"; }
    .lead-in { color: var(--soft); font-size: 16px; }
    mark { background: var(--mark); color: inherit; border-radius: 2px; padding: 0 1px; }
    figcaption { display: flex; flex-wrap: wrap; align-items: center; gap: 0 8px; padding-inline-start: 19px; font-size: 14px; }
    .cite { flex: 1 1 180px; display: inline-flex; flex-wrap: wrap; align-items: center; align-content: center; column-gap: 8px;
      min-height: 44px; padding: 4px 0; color: var(--soft) !important; text-decoration: none; font-size: 14px !important; line-height: 1.35 !important; }
    .go { color: var(--link); text-decoration: underline; text-underline-offset: .2em; }
    .cite:hover .go { text-decoration-thickness: 2px; }
    .changed, .problem { margin: 4px 0 10px; padding: 10px 14px; border-inline-start: 3px solid var(--warn); background: var(--warn-wash); font-size: 15px; }
    .changed a { color: var(--link); display: inline-flex; align-items: center; min-height: 44px; }
    .tools { display: flex; flex-wrap: wrap; align-items: center; gap: 0 2px; margin-inline-start: -10px; }
    .said { font-size: 14px; color: var(--soft); padding-inline-start: 10px; }
    .reasons { margin: 8px 0 4px; padding: 14px 16px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); font-size: 15px; }
    fieldset { border: 0; padding: 0; margin: 0 0 8px; min-width: 0; }
    legend { font-weight: 600; padding: 0; }
    fieldset label { display: flex; align-items: center; gap: 10px; min-height: 44px; }
    input { width: 20px; height: 20px; flex: none; accent-color: var(--link); }
    textarea { display: block; width: 100%; resize: none; padding: 10px 14px; min-height: 48px; background: var(--card);
      border: 1px solid var(--edge); border-radius: 10px; field-sizing: content; max-height: 130px; }
    .panel textarea:focus-visible { outline-width: 2px; outline-offset: -1px; border-radius: 10px; }
    textarea::placeholder { color: var(--soft); opacity: 1; }
    .note textarea { margin-top: 4px; min-height: 72px; }
    .solid { min-height: 48px; padding: 0 18px; border: 1px solid transparent; border-radius: 10px; background: var(--accent);
      color: var(--accent-ink) !important; font-weight: 600 !important; }
    .reasons .solid { margin-top: 10px; min-height: 44px; }
    .offers p { margin: 0 0 8px; color: var(--soft); font-size: 14px; }
    .offers { margin: 14px 0 0; }
    .offers ul { list-style: none; margin: 0; padding: 0; display: flex; flex-direction: column; gap: 8px; align-items: flex-start; }
    .offer { min-height: 44px; padding: 8px 16px; text-align: start; border: 1px solid var(--edge); border-radius: 22px;
      background: var(--card); font-size: 15px !important; line-height: 1.35 !important; }
    .offer:hover { border-color: var(--link); color: var(--link); }
    .asking { flex: none; display: flex; align-items: end; gap: 8px; padding: 12px; border-top: 1px solid var(--line); }
    .asking label { flex: 1; min-width: 0; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    @media (max-width: 40rem) {
      .root.floating.opened { left: 0; right: 0; bottom: var(--below, 0px); inset-inline: 0; gap: 0; align-items: stretch; }
      .floating.opened .launch { display: none; }
      .floating .panel { width: 100%; max-width: none; height: calc(var(--view, 100dvh) * .88); border-width: 1px 0 0;
        border-radius: 16px 16px 0 0; padding-bottom: env(safe-area-inset-bottom, 0px); }
      textarea { font-size: 16px; }
    }
    @media (max-height: 26rem) {
      .floating .panel { overflow: auto; display: block; height: auto; max-height: calc(var(--view, 100dvh) - 16px); }
      .talk { overflow: visible; }
    }
    @media (forced-colors: active) { mark { background: Mark; color: MarkText; } .solid { border-color: ButtonText; }
      .quiet[aria-pressed="true"] { outline: 2px solid Highlight; outline-offset: -2px; } }
    @media (prefers-reduced-motion: no-preference) { .floating .panel { animation: rise .16s ease-out; }
      @keyframes rise { from { opacity: 0; transform: translateY(8px); } } }`);

  const THUMB = "M7 11v9H4v-9h3zm0 0 4-8c1.5 0 2.5 1 2.5 2.5V9H19c1 0 1.8 1 1.5 2l-2 7.5c-.2.9-1 1.5-1.9 1.5H7";
  const THUMB_DOWN = "M17 13V4h3v9h-3zm0 0-4 8c-1.5 0-2.5-1-2.5-2.5V15H5c-1 0-1.8-1-1.5-2l2-7.5C5.7 4.6 6.5 4 7.4 4H17";

  // make("p", "hint", "words") or make("ul", "", [nodes]); the rest are attributes. No text is ever read as markup.
  const make = (name, look = "", inside = [], attributes = {}) => {
    const node = document.createElement(name);
    if (look) node.className = look;
    node.append(...(Array.isArray(inside) ? inside : [inside]));
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };
  const makeButton = (look, inside, act, attributes = {}) => {
    const node = make("button", look, inside, { type: "button", ...attributes });
    node.addEventListener("click", act);
    return node;
  };
  const draw = (line) => {
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    icon.setAttribute("viewBox", "0 0 24 24");
    icon.setAttribute("aria-hidden", "true");
    path.setAttribute("d", line);
    icon.append(path);
    return icon;
  };
  const fill = (text, value) => text.replace(/\{\w+\}/, () => value);
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const narrow = () => matchMedia("(max-width: 40rem)").matches;

  // A request that did not end well: a code for programs, a message for the reader.
  class Trouble extends Error {
    constructor(code, message) {
      super(message);
      this.code = code;
    }
  }

  // Sends a question, and again after what the server asked for: never sooner, a little later each at another time.
  const send = async (url, body, words, stop, tell) => {
    for (let tried = 1; ; tried++) {
      let reply;
      try {
        reply = await fetch(url, {
          method: body ? "POST" : "GET",
          headers: body ? { "Content-Type": "application/json" } : {},
          body: body && JSON.stringify(body),
          credentials: "omit",
          signal: AbortSignal.any([stop, AbortSignal.timeout(PATIENCE)]),
        });
        if (reply.ok) return await reply.json();
      } catch (error) {
        if (stop.aborted) throw error;
        reply = null; // no connection, or cut off
      }
      const problem = reply ? (await reply.json().catch(() => ({}))).error : null; // a proxy's error is no JSON
      const code = problem?.code ?? (reply ? `http_${reply.status}` : "unreachable");
      if (reply && reply.status !== 429 && reply.status !== 503)
        throw new Trouble(code, reply.status === 422 ? problem?.message ?? words.failed : words.failed);
      const reason = !reply ? words.unreachable : reply.status === 429 ? words.too_many
        : code === "busy" ? words.busy : words.unreachable;
      const asked = reply ? Number(reply.headers.get("Retry-After")) || 5 : tried;
      if (tried >= TRIES || asked > LONGEST_WAIT)
        throw new Trouble(code, reply?.status === 429 ? `${reason} ${fill(words.wait, asked)}` : reason);
      const wait = asked * (1 + Math.random() / 4);
      tell?.(`${reason} ${fill(words.retrying, Math.ceil(wait))}`);
      await new Promise((done, fail) => {
        const timer = setTimeout(done, wait * 1000);
        stop.addEventListener("abort", () => { clearTimeout(timer); fail(stop.reason); }, { once: true });
      });
    }
  };

  // ---- Where a quotation stands on the page -------------------------------------------------------------------

  // Letters and digits alone, so that markup, white space, entities, quotes and dashes make no difference:
  // fold("“It’s  <Fine>” – 2") is "itsfine2".
  const fold = (text) => text.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

  // The page's text folded, with the node and offset that every folded character comes from.
  const readPage = (scope, skipped) => {
    const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) => {
      if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
      if (node.matches(skipped) || node.checkVisibility?.() === false && !node.closest("details:not([open])"))
        return NodeFilter.FILTER_REJECT;
      return NodeFilter.FILTER_SKIP;
    });
    const nodes = [], starts = [];
    let text = "";
    while (walker.nextNode()) {
      nodes.push(walker.currentNode);
      starts.push(text.length);
      text += fold(walker.currentNode.data);
    }
    return { nodes, starts, text };
  };
  const SKIPPED = "article-assistant, script, style, noscript, template, textarea, select, svg";

  // The place of one folded character: its text node and where in it, counted in UTF-16 units.
  const locate = ({ nodes, starts }, at, after) => {
    let low = 0, high = nodes.length - 1;
    while (low < high) { // the last node that begins at or before it; of several, the one that holds it
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= at) low = middle;
      else high = middle - 1;
    }
    const data = nodes[low].data;
    let left = at - starts[low];
    let offset = 0;
    for (const sign of data) {
      const length = fold(sign).length;
      if (left < length) return [nodes[low], after ? offset + sign.length : offset];
      left -= length;
      offset += sign.length;
    }
    return [nodes[low], data.length];
  };

  // Of several places with the same words, the one whose surroundings agree longest with the quotation's.
  const choose = (text, wanted, before, after) => {
    let best = -1, most = -1;
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
      let agree = 0;
      while (agree < before.length && before.at(-1 - agree) === text[at - 1 - agree]) agree++;
      let ahead = 0;
      while (ahead < after.length && after[ahead] === text[at + wanted.length + ahead]) ahead++;
      if (agree + ahead > most) [best, most] = [at, agree + ahead];
    }
    return best;
  };

  // Signs such as full stops and quotation marks at the ends belong to the quotation too, also in the next node.
  const widen = ({ nodes }, range, words) => {
    const sign = /[^\p{L}\p{N}\s]/u;
    const count = (ends) => ends.exec(words.trim())[0].length;
    const reach = (set, node, offset, step, left) => {
      for (let at = nodes.indexOf(node); left > 0 && at >= 0 && at < nodes.length; at += step, offset = undefined) {
        const { data } = nodes[at];
        offset ??= step > 0 ? 0 : data.length;
        for (; left > 0 && offset !== (step > 0 ? data.length : 0); left--) {
          if (!sign.test(data.at(step > 0 ? offset : offset - 1))) return;
          offset += step;
          range[set](nodes[at], offset);
        }
      }
    };
    reach("setEnd", range.endContainer, range.endOffset, 1, count(/[^\p{L}\p{N}\s]*$/u));
    reach("setStart", range.startContainer, range.startOffset, -1, count(/^[^\p{L}\p{N}\s]*/u));
    return range;
  };

  const findWords = (page, words, before, after) => {
    const wanted = fold(words);
    const at = wanted ? choose(page.text, wanted, before, after) : -1;
    if (at < 0) return null;
    const range = document.createRange();
    range.setStart(...locate(page, at, false));
    range.setEnd(...locate(page, at + wanted.length - 1, true));
    return widen(page, range, words);
  };

  // The ranges of a quotation: as one, or line by line where the page puts something between; [] when it is gone.
  const findQuote = (scope, quote) => {
    const [before, after] = [fold(quote.before), fold(quote.after)];
    const lines = quote.text.split("\n").map((line) => line.replace(/^\s*(?:[-*•–]|\d{1,3}[.)])\s+/, "")).filter(fold);
    for (const skipped of [SKIPPED, `${SKIPPED}, sup, aside, figure, button, [aria-hidden=true]`]) {
      const page = readPage(scope, skipped);
      const whole = findWords(page, lines.join("\n"), before, after);
      if (whole) return [whole];
      const parts = lines.map((line) => findWords(page, line, "", ""));
      if (parts.every(Boolean)) return parts;
    }
    return [];
  };

  const lightUp = (ranges) => {
    if (!("highlights" in CSS)) {
      getSelection().removeAllRanges();
      getSelection().addRange(ranges[0]);
      return;
    }
    lightUp.sheet ??= new CSSStyleSheet();
    lightUp.sheet.replaceSync(`::highlight(${MARK}) { background-color: #ffe08a; color: #1c1a17; }`);
    if (!document.adoptedStyleSheets.includes(lightUp.sheet)) document.adoptedStyleSheets.push(lightUp.sheet);
    CSS.highlights.set(MARK, new Highlight(...ranges));
  };

  // Brings a range to a third of the window's height, whatever boxes scroll around it.
  const bring = (range) => {
    let around = range.startContainer.parentElement;
    for (let closed; (closed = around.closest("details:not([open])")); ) closed.open = true;
    for (let box = around; box && box !== document.scrollingElement && box !== document.body; box = box.parentElement) {
      if (box.scrollHeight > box.clientHeight && /auto|scroll/.test(getComputedStyle(box).overflowY))
        box.scrollTop += range.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
    }
    const top = scrollY + range.getBoundingClientRect().top - innerHeight / 3;
    scrollTo({ top, behavior: calm() ? "instant" : "smooth" });
    return Math.max(0, Math.min(top, document.documentElement.scrollHeight - innerHeight)) - scrollY;
  };

  const samePage = (url) => {
    const canonical = document.querySelector('link[rel="canonical"]')?.href;
    const bare = (address) => new URL(address, location).href.replace(/[?#].*$/, "").replace(/\/$/, "");
    return [location.href, canonical].some((here) => here && bare(here) === bare(url));
  };

  // ---- The panel ----------------------------------------------------------------------------------------------

  class Panel {
    static async mount(given) {
      const stop = new AbortController();
      const english = { failed: "", unreachable: "", too_many: "", busy: "", wait: "", retrying: "" };
      const url = `${given.host}api/articles/${encodeURIComponent(given.article)}?lang=${given.language}`;
      return new Panel(given, await send(url, null, english, stop.signal));
    }

    constructor(given, about) {
      Object.assign(this, given); // element, root, button, host, language, article, emit, close
      this.about = about;
      this.words = about.words;
      this.turns = []; // {question, reply, vote, node}, as far as answered
      this.last = Promise.resolve();
      this.stop = new AbortController();
      this.cameFrom = null;
      const sheets = this.element.shadowRoot.adoptedStyleSheets;
      if (!sheets.includes(SHEET)) sheets.push(SHEET);
      this.draw();
      this.restore();
    }

    draw() {
      const { words } = this;
      const greeting = this.element.getAttribute("greeting") || words.greeting;
      const own = (this.element.getAttribute("starters") ?? "").split("|").map((each) => each.trim()).filter(Boolean);
      this.log = make("div", "log", [], { role: "log", "aria-label": words.conversation, "aria-live": "polite", part: "log" });
      this.hello = make("div", "hello", [
        make("p", "greeting", greeting, { dir: "auto", part: "greeting" }),
        this.offer(own.length ? own : this.about.starters, words.for_example),
      ]);
      this.talk = make("div", "talk", [this.hello, this.log]);
      this.box = make("textarea", "", [], { rows: "1", maxlength: this.about.longest, placeholder: words.placeholder,
        enterkeyhint: "send", autocomplete: "off", dir: "auto", part: "input" });
      this.status = make("p", "unseen", [], { role: "status" });
      const form = make("form", "asking", [
        make("label", "", [make("span", "unseen", words.question), this.box]),
        make("button", "solid", words.ask, { type: "submit", part: "send" }),
      ], { part: "form" });
      const cross = draw("M6 6l12 12M18 6 6 18");
      this.fresh = makeButton("quiet", words.new_conversation, () => { this.clear(); this.box.focus(); });
      this.fresh.hidden = true;
      this.node = make("section", "panel", [
        make("header", "", [
          make("h2", "", words.ask_this),
          this.fresh,
          makeButton("quiet shut", cross, () => this.close(), { "aria-label": words.close }),
        ], { part: "header" }),
        this.talk, this.status, form,
      ], { part: "panel", tabindex: "-1", "aria-label": words.ask_this, lang: words.language,
        role: this.root.classList.contains("inline") ? "region" : "dialog" });
      this.node.hidden = true;
      form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
      this.box.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
      });
      this.button.after(this.node);
    }

    offer(questions, label) {
      return make("div", "offers", questions.length ? [
        make("p", "", label),
        make("ul", "", questions.map((each) => make("li", "", makeButton("offer", each, () => {
          this.ask(each);
          this.node.focus(); // the button is gone once it is asked
        }, { dir: "auto" })))),
      ] : []);
    }

    show(focus) {
      this.node.hidden = false;
      this.fit();
      this.fitting ??= () => this.fit();
      for (const sign of ["resize", "scroll"]) visualViewport.addEventListener(sign, this.fitting);
      if (this.cameFrom?.isConnected) this.cameFrom.focus({ preventScroll: true });
      else if (focus) (matchMedia("(pointer: coarse)").matches ? this.node : this.box).focus({ preventScroll: true });
      this.cameFrom = null;
    }

    hide() {
      this.node.hidden = true;
      for (const sign of ["resize", "scroll"]) visualViewport.removeEventListener(sign, this.fitting);
    }

    // Above the on-screen keyboard, which covers the lower part of the layout; pinching leaves the sheet alone.
    fit() {
      const { height, offsetTop, scale } = visualViewport;
      const pinched = scale > 1.01;
      this.root.style.setProperty("--view", pinched ? "100dvh" : `${height}px`);
      this.root.style.setProperty("--below", pinched ? "0px" : `${Math.max(0, innerHeight - height - offsetTop)}px`);
    }

    leave() { // the element was taken out of the page: nothing is waited for, nothing stays marked
      this.stop.abort();
      this.stop = new AbortController();
      CSS.highlights?.delete(MARK);
    }

    remove() {
      this.leave();
      this.hide();
      this.node.remove();
    }

    clear() {
      this.leave();
      this.turns = [];
      this.log.replaceChildren();
      this.log.setAttribute("aria-busy", "false");
      this.hello.hidden = false;
      this.fresh.hidden = true;
      this.keep();
    }

    prefill(text) {
      const cut = text.length > 160 ? `${text.slice(0, 160).replace(/\s\S*$/, "")}…` : text;
      this.box.value = fill(this.words.about, cut);
      this.box.focus();
      this.box.select();
    }

    submit() {
      const question = this.box.value;
      if (!question.trim()) return this.box.focus();
      this.box.value = "";
      this.ask(question);
    }

    // One after the other: a question asked while another waits is asked after it, and may refer to it.
    ask(question, asTyped = false) {
      const asked = this.last.then(() => this.answer(question.trim(), asTyped));
      this.last = asked;
      return asked;
    }

    async answer(question, asTyped) {
      if (!question) return null;
      const { signal } = this.stop;
      const waiting = make("p", "waiting", this.words.waiting);
      const turn = make("div", "turn", [make("h3", "asked", question, { dir: "auto", tabindex: "-1" }), waiting]);
      this.log.setAttribute("aria-busy", "true"); // said once, when the answer is there
      this.log.append(turn);
      this.hello.hidden = true;
      this.fresh.hidden = false;
      this.bringTurn(turn);
      this.emit("question", { question });
      try {
        const reply = await send(`${this.host}api/ask`, {
          article: this.article, question, as_typed: asTyped,
          history: this.turns.slice(-HISTORY).map((each) => each.question),
        }, this.words, signal, (told) => { waiting.textContent = told; this.say(told); });
        this.drawReply(turn, { question, reply, vote: 0 });
        this.bringTurn(turn);
        this.keep();
        this.emit("answer", { question, ...reply });
        return reply;
      } catch (error) {
        if (signal.aborted) { turn.remove(); return null; }
        if (!(error instanceof Trouble)) throw error;
        const again = makeButton("quiet underlined", this.words.try_again, () => {
          turn.remove();
          this.ask(question, asTyped);
          this.node.focus();
        });
        waiting.replaceWith(make("div", "problem", [make("div", "", error.message), again]));
        this.emit("error", { code: error.code, message: error.message });
        return null;
      } finally {
        this.log.setAttribute("aria-busy", String(Boolean(this.log.querySelector(".waiting"))));
      }
    }

    bringTurn(turn) {
      const top = turn.getBoundingClientRect().top - this.talk.getBoundingClientRect().top + this.talk.scrollTop - 16;
      this.talk.scrollTo({ top, behavior: calm() ? "instant" : "smooth" });
    }

    say(text) {
      this.status.textContent = text;
    }

    drawReply(turn, talk) {
      const { reply } = talk;
      const { words } = this;
      const parts = [];
      if (reply.read_as) {
        parts.push(make("p", "read-as", [`${words.reading_as} `, make("q", "", reply.read_as, { dir: "auto" }), " ",
          makeButton("quiet underlined", words.ask_as_typed, () => this.ask(talk.question, true))]));
      }
      parts.push(make("div", `card ${reply.outcome}`, [
        make("p", "verdict", reply.message, { lang: reply.language, dir: "auto" }),
        ...[["searched", reply.searched], ["hint", reply.hint]].filter(([, text]) => text)
          .map(([look, text]) => make("p", look, text, { lang: reply.language, dir: "auto" })),
        ...reply.quotes.map((quote) => this.drawQuote(quote, reply)),
      ], { part: "answer" }));
      if (reply.id) parts.push(...this.drawTools(talk));
      for (const old of this.log.querySelectorAll(".offers")) old.remove();
      if (reply.suggestions.length) parts.push(this.offer(reply.suggestions, words.suggestions));
      turn.querySelector(".waiting")?.remove();
      turn.append(...parts);
      this.turns.push(Object.assign(talk, { node: turn }));
      while (this.turns.length > LONGEST_TALK) this.turns.shift().node.remove();
    }

    drawQuote(quote, reply) {
      const { words } = this;
      const path = quote.section.join(" › ");
      const said = make("blockquote", "", this.drawWords(quote), { lang: quote.lang, dir: "auto", part: "quote" });
      const cite = make("a", "cite", [make("span", "", path, { lang: quote.lang, dir: "auto" }), make("span", "go", words.show_in_article)],
        { href: new URL(quote.url, this.host).href, target: "_blank", rel: "noopener", part: "citation" });
      const figure = make("figure", "", [said]);
      cite.addEventListener("click", (event) => {
        if (!event.ctrlKey && !event.metaKey && !event.shiftKey && this.showInArticle(quote, reply, cite, figure))
          event.preventDefault();
      });
      const copied = `“${quote.text}” — ${this.about.title}, ${path}\n${cite.href}`;
      figure.append(make("figcaption", "", [cite,
        makeButton("quiet", words.copy, (event) => this.copy(copied, event.currentTarget))]));
      return figure;
    }

    // The quotation's lines and list items apart, the words that answer marked.
    drawWords(quote) {
      const marks = [...quote.marks];
      const drawLine = (line) => {
        const parts = [];
        for (let at; marks.length && (at = line.indexOf(marks[0])) >= 0; ) {
          const [marked] = marks.splice(0, 1);
          parts.push(line.slice(0, at), make("mark", "", marked));
          line = line.slice(at + marked.length);
        }
        return [...parts, line];
      };
      const blocks = quote.lead_in ? [make("p", "lead-in", `${quote.lead_in} …`)] : [];
      const ends = [];
      for (const line of quote.text.split("\n").filter((each) => each.trim())) {
        const marker = ends.length ? /^\s*(?:[-*•–]|\d{1,3}[.)])\s+/.exec(line) : null;
        ends.push(make(marker ? "li" : "p", "", drawLine(line.slice(marker ? marker[0].length : 0))));
        if (!marker) blocks.push(ends.at(-1));
        else if (blocks.at(-1)?.localName === "ul") blocks.at(-1).append(ends.at(-1));
        else blocks.push(make("ul", "", ends.at(-1)));
      }
      ends[0].classList.add("first");
      ends.at(-1).classList.add("last");
      return blocks;
    }

    // Shows the quotation in this page's article. False when the article is on another page: the link goes there.
    showInArticle(quote, reply, cite, figure) {
      const { scope } = this.element;
      figure.querySelector(".changed")?.remove();
      let ranges = findQuote(scope, quote);
      if (!ranges.length && scope !== document.body) ranges = findQuote(document.body, quote);
      if (!ranges.length) return this.tellChanged(scope, quote, reply, figure);
      lightUp(ranges);
      const moved = bring(ranges[0]);
      const panel = this.node.getBoundingClientRect();
      const covered = this.root.classList.contains("floating") && ranges.some((range) =>
        [...range.getClientRects()].some((at) => at.right > panel.left && at.left < panel.right
          && at.bottom - moved > panel.top && at.top - moved < panel.bottom));
      if (covered || narrow()) {
        this.cameFrom = cite;
        this.close({ away: this.words.back_to_answer });
      }
      this.say("");
      requestAnimationFrame(() => this.say(this.words.shown));
      return true;
    }

    tellChanged(scope, quote, reply, figure) {
      const { source_url: source, title } = this.about;
      const page = fold(scope.textContent);
      const near = [title, quote.section.at(-1), quote.before, quote.after].map((text) => fold(text).slice(-40));
      const holds = near.some((text) => text.length > 7 && page.includes(text));
      if (source ? !samePage(source) : !holds) return false;
      const told = make("p", "changed", `${this.words.changed} `, { role: "alert" });
      if (reply.id) {
        told.append(make("a", "", this.words.as_it_was,
          { href: `${this.host}answers/${reply.id}`, target: "_blank", rel: "noopener" }));
      }
      figure.append(told);
      return true;
    }

    drawTools(talk) {
      const { words } = this;
      const { id } = talk.reply;
      const said = make("span", "said", [], { role: "status" });
      const form = make("form", "reasons", [
        make("fieldset", "", [make("legend", "", words.what_was_wrong), ...Object.entries(words.reasons).map(
          ([key, label]) => make("label", "", [make("input", "", [], { type: "checkbox", value: key }), label]))]),
        make("label", "note", [words.note, make("textarea", "", [], { rows: "2", maxlength: "1000" })]),
        make("button", "solid", words.send, { type: "submit" }),
      ]);
      form.hidden = true;
      const votes = [[1, words.helpful, THUMB], [-1, words.not_helpful, THUMB_DOWN]].map(([value, label, line]) =>
        makeButton("quiet", draw(line), () => cast(talk.vote === value ? 0 : value), { "aria-label": label, title: label }));
      const press = () => votes.forEach((button, at) =>
        button.setAttribute("aria-pressed", String(talk.vote === (at ? -1 : 1))));
      const vote = async (value, reasons = [], note = "") => {
        try {
          await send(`${this.host}api/feedback`, { answer_id: id, vote: value, reasons, note }, words, this.stop.signal,
            (told) => { said.textContent = told; });
        } catch (error) {
          if (this.stop.signal.aborted || !(error instanceof Trouble)) throw error;
          said.textContent = words.not_kept;
          this.emit("error", { code: error.code, message: words.not_kept });
          return false;
        }
        talk.vote = value;
        press();
        this.keep();
        this.emit("feedback", { answer_id: id, vote: value, reasons, note });
        return true;
      };
      const cast = async (value) => {
        if (!await vote(value)) return;
        form.hidden = value !== -1;
        said.textContent = value === 1 ? words.kept : "";
        if (value === -1) form.querySelector("input").focus();
      };
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const reasons = [...form.querySelectorAll("input:checked")].map((each) => each.value);
        if (!await vote(-1, reasons, form.querySelector("textarea").value)) return; // it stays, with what was typed
        form.hidden = true;
        said.textContent = words.kept;
        votes[1].focus();
      });
      press();
      const url = `${this.host}answers/${id}`;
      const share = make("a", "quiet", words.share, { href: url, target: "_blank", rel: "noopener" });
      share.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        if (!navigator.share || !narrow()) return this.copy(url, share, said);
        navigator.share({ url }).catch((error) => {
          if (error.name !== "AbortError") this.copy(url, share, said); // not permitted here; an abort is the reader's
        });
      });
      return [make("div", "tools", [...votes, share, said], { role: "group", "aria-label": words.rate }), form];
    }

    async copy(text, button, said) {
      const tell = said ? (done) => { said.textContent = done ? this.words.copied : text; } : (done) => {
        if (!done) return this.say(this.words.failed);
        this.say(this.words.copied);
        button.textContent = "✓";
        setTimeout(() => { button.textContent = this.words.copy; }, 1500);
      };
      try {
        await navigator.clipboard.writeText(text);
        tell(true);
      } catch { // plain http, or not permitted: the older way
        const area = make("textarea", "unseen");
        area.value = text;
        this.node.append(area);
        area.select();
        tell(document.execCommand("copy"));
        area.remove();
        button.focus();
      }
    }

    // ---- What stays while the tab is open: the conversation, nothing before it and nothing else ----------------

    get drawer() {
      return `article-assistant ${this.host} ${this.article}`;
    }

    keep() {
      try {
        if (!this.turns.length) return sessionStorage.removeItem(this.drawer);
        const turns = this.turns.map(({ question, reply, vote }) => ({ question, reply, vote }));
        sessionStorage.setItem(this.drawer, JSON.stringify(turns));
      } catch (error) { // storage is full or forbidden here: the conversation lives as long as the page
        console.info("article-assistant: the conversation is not kept:", error.name);
      }
    }

    restore() {
      let turns = [];
      try {
        turns = JSON.parse(sessionStorage.getItem(this.drawer) ?? "[]");
      } catch (error) {
        console.info("article-assistant: no conversation is restored:", error.name);
      }
      for (const { question, reply, vote } of turns) {
        const turn = make("div", "turn", [make("h3", "asked", question, { dir: "auto", tabindex: "-1" })]);
        this.log.append(turn);
        this.drawReply(turn, { question, reply, vote });
      }
      this.hello.hidden = this.turns.length > 0;
      this.fresh.hidden = this.turns.length === 0;
    }
  }

  Assistant.mount ??= Panel.mount;
})();
