// The loader: <article-assistant> with its button. Everything else is fetched once a reader wants it.
(() => {
  "use strict";
  // Filled in when served: where the panel is, its hash, and the few texts the button needs in each language.
  const PANEL = "widget-panel.js";
  const INTEGRITY = "";
  const WORDS = {};
  const NAME = "article-assistant";
  const tag = document.currentScript;
  const HOST = new URL(tag.src).href.replace(/widget(\/\w+\/widget)?\.js.*$/, "");

  const SHEET = new CSSStyleSheet();
  // The outer element gets what no page rule may overrule; inside, nothing of the page's styles is inherited.
  // Any accent can be read: white stands on it when it is dark, black when it is light, and the lightness between,
  // where neither has a contrast of 4.5, is darkened; as a text it is as dark or light as the paper needs.
  SHEET.replaceSync(`
    :host { all: initial !important; display: block !important; direction: inherit !important;
      margin: var(--article-assistant-margin, 0) !important; min-height: 3.5rem !important; }
    :host([mode="floating"]) { display: contents !important; }
    :host([hidden]) { display: none !important; }
    .root { all: initial; box-sizing: border-box; display: flex; flex-direction: column; color-scheme: light dark;
      --paper: light-dark(#fdfcf9, #1b1a18); --ink: light-dark(#1c1a17, #ece8df);
      --given: var(--own, var(--article-assistant-accent, light-dark(#7a1f2b, #f0a3a9)));
      --accent: oklch(from var(--given) calc(l - clamp(0, (.62 - l) * 999, 1) * max(0, l - .55)) c h);
      --accent-ink: oklch(from var(--given) calc(clamp(0, (.62 - l) * 999, 1)) 0 0);
      --link: light-dark(oklch(from var(--given) min(l, .48) c h), oklch(from var(--given) max(l, .74) c h));
      --line: light-dark(#ddd7cb, #45413a); --edge: light-dark(#86806f, #8d8677);
      --sans: var(--article-assistant-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
      font: 400 16px/1.5 var(--sans); color: var(--ink); }
    .root.floating { position: fixed; z-index: 2147483647; inset: auto; gap: 12px; pointer-events: none;
      bottom: calc(var(--article-assistant-offset, 24px) + env(safe-area-inset-bottom, 0px));
      flex-direction: column-reverse; }
    .root.end { inset-inline-end: var(--article-assistant-offset, 24px); align-items: flex-end; }
    .root.start { inset-inline-start: var(--article-assistant-offset, 24px); align-items: flex-start; }
    .root.right { right: var(--article-assistant-offset, 24px); align-items: flex-end; }
    .root.left { left: var(--article-assistant-offset, 24px); align-items: flex-start; }
    .launch, .chip { all: initial; color-scheme: inherit; box-sizing: border-box; pointer-events: auto; cursor: pointer; font: inherit;
      display: inline-flex; align-items: center; gap: 10px; min-height: 48px; padding: 0 20px; border-radius: 24px;
      background: var(--accent); color: var(--accent-ink); font-weight: 600; direction: inherit;
      border: 1px solid transparent; box-shadow: 0 1px 2px #0003, 0 6px 20px #0003; }
    .launch:focus-visible, .chip:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; }
    .launch[aria-busy="true"] { opacity: .75; cursor: progress; }
    .launch svg { flex: none; width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.8;
      stroke-linecap: round; stroke-linejoin: round; }
    .root.inline .launch { width: 100%; min-height: 56px; border-radius: 10px; background: var(--paper);
      color: var(--ink); border: 1px solid var(--edge); box-shadow: none; }
    .root.inline .launch svg { color: var(--link); }
    .root.inline.opened { min-height: var(--article-assistant-height, min(560px, 80vh)); }
    .trouble { box-sizing: border-box; max-width: 320px; margin: 0; padding: 10px 14px; border-radius: 8px;
      background: var(--paper); border: 1px solid var(--edge); font-size: 15px; pointer-events: auto; }
    .trouble:empty, [hidden] { display: none !important; }
    .chip { position: fixed; inset: auto; margin: 0; min-height: 44px; padding: 0 16px; font-size: 15px; }
    @media print { .root { display: none; } }`);

  const drawIcon = () => {
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    icon.setAttribute("viewBox", "0 0 24 24");
    icon.setAttribute("aria-hidden", "true");
    path.setAttribute("d", "M4 5h16v11H11l-5 4v-4H4zM8.5 9h7M8.5 12h4");
    icon.append(path);
    return icon;
  };

  class ArticleAssistant extends HTMLElement {
    static observedAttributes = ["article", "mode", "position", "accent", "theme", "lang", "open"];
    static #script;
    #root; #button; #label; #trouble; #chip; #panel; #mounting; #living; #selected = ""; #wanted = false;

    // What a script tag asks for: one floating button an article, however often the tag runs.
    static place(options) {
      const there = [...document.querySelectorAll(NAME)].some(
        (each) => each.getAttribute("article") === options.article && each.getAttribute("mode") === "floating");
      if (there) return;
      const element = document.createElement(NAME);
      for (const [name, value] of Object.entries({ mode: "floating", ...options })) element.setAttribute(name, value);
      document.body.append(element);
    }

    static #load() {
      ArticleAssistant.#script ??= new Promise((done, fail) => {
        const script = document.createElement("script");
        script.src = HOST + PANEL;
        script.nonce = tag.nonce;
        if (INTEGRITY) Object.assign(script, { integrity: INTEGRITY, crossOrigin: "anonymous" });
        script.addEventListener("load", () => done());
        script.addEventListener("error", () => {
          ArticleAssistant.#script = undefined; // the next click tries again
          script.remove();
          fail(new Error("the panel could not be loaded"));
        });
        document.head.append(script);
      });
      return ArticleAssistant.#script;
    }

    constructor() {
      super();
      const make = (name, look) => Object.assign(document.createElement(name), { className: look });
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [SHEET];
      this.#root = make("div", "root");
      this.#button = make("button", "launch");
      this.#label = make("span", "label");
      this.#trouble = make("p", "trouble");
      this.#chip = make("button", "chip");
      this.#button.append(drawIcon(), this.#label);
      this.#button.type = this.#chip.type = "button";
      this.#chip.hidden = true;
      this.#chip.popover = "manual";
      this.#trouble.setAttribute("role", "alert");
      for (const [part, node] of Object.entries({ root: this.#root, button: this.#button, chip: this.#chip }))
        node.setAttribute("part", part);
      this.#root.append(this.#button, this.#trouble, this.#chip);
      this.shadowRoot.append(this.#root);
      this.#button.setAttribute("aria-expanded", "false");
      this.#button.addEventListener("click", () => (this.#wanted ? this.close() : this.open()));
      for (const sign of ["pointerenter", "focus"]) // so that the click finds it there
        this.#button.addEventListener(sign, () => ArticleAssistant.#load().catch(() => {})); // the click will tell
      this.#chip.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the selection
      this.#chip.addEventListener("click", () => this.#askAbout());
      this.#root.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || event.defaultPrevented) return;
        if (!this.#chip.hidden) this.#hideChip();
        else if (this.#wanted) this.close();
        event.stopPropagation();
      });
    }

    get language() {
      return (this.closest("[lang]")?.lang || "en").slice(0, 2).toLowerCase();
    }

    // The part of the page that holds the article: named, around the tag, or the longest there is.
    get scope() {
      const named = this.getAttribute("scope");
      const around = "article, main, [role=main]";
      return (named && document.querySelector(named)) || this.closest(around)
        || [...document.querySelectorAll(around)].sort((a, b) => b.textContent.length - a.textContent.length)[0]
        || document.body;
    }

    connectedCallback() {
      this.#living = new AbortController();
      const { signal } = this.#living;
      this.#dress();
      let timer;
      const later = () => {
        clearTimeout(timer);
        timer = setTimeout(() => signal.aborted || this.#offer(), 200);
      };
      document.addEventListener("selectionchange", later, { signal });
      addEventListener("scroll", () => { if (!this.#chip.hidden) { this.#hideChip(); later(); } },
        { signal, passive: true, capture: true });
      queueMicrotask(() => this.isConnected && this.#emit("ready", { article: this.getAttribute("article") }));
      if (this.hasAttribute("open")) this.open({ focus: false });
    }

    disconnectedCallback() {
      this.#living.abort();
      this.#hideChip();
      this.#panel?.leave();
    }

    attributeChangedCallback(name, before, now) {
      if (!this.#living || this.#living.signal.aborted || before === now) return;
      if (name === "article" || name === "lang") this.#forget();
      if (name === "open") now === null ? this.close() : this.open({ focus: false });
      else this.#dress();
    }

    async open({ focus = true } = {}) {
      this.#setOpen(true);
      this.#trouble.textContent = "";
      this.#button.setAttribute("aria-busy", "true");
      try {
        const panel = await this.#mount();
        if (this.#wanted) panel.show(focus);
      } catch (error) {
        this.#setOpen(false);
        this.#trouble.textContent = this.#words.unreachable;
        this.#emit("error", { code: error.code ?? "unreachable", message: error.message });
      } finally {
        this.#button.removeAttribute("aria-busy");
      }
    }

    // `away`: the reader goes to the article; what the button says about the way back.
    close({ away = "" } = {}) {
      const inside = this.shadowRoot.activeElement;
      this.#setOpen(false);
      this.#panel?.hide();
      this.#label.textContent = away || this.#words.ask_this;
      if (inside || away) this.#button.focus({ preventScroll: true });
    }

    async ask(question) {
      await this.open({ focus: false });
      return this.#panel ? this.#panel.ask(String(question)) : null;
    }

    async clear() {
      (await this.#mount()).clear();
    }

    get #words() {
      return WORDS[this.language] ?? WORDS.en;
    }

    #emit(type, detail) {
      this.dispatchEvent(new CustomEvent(`${NAME}:${type}`, { bubbles: true, composed: true, detail }));
    }

    #mount() {
      this.#mounting ??= ArticleAssistant.#load()
        .then(() => ArticleAssistant.mount({
          element: this, root: this.#root, button: this.#button, host: HOST, language: this.language,
          article: this.getAttribute("article"),
          emit: (type, detail) => this.#emit(type, detail),
          close: (options) => this.close(options),
        }))
        .then((panel) => (this.#panel = panel))
        .catch((error) => {
          this.#mounting = undefined;
          throw error;
        });
      return this.#mounting;
    }

    #forget() {
      this.#panel?.remove();
      this.#panel = this.#mounting = undefined;
      this.#setOpen(false);
    }

    #setOpen(wanted) {
      this.#wanted = wanted;
      this.#root.classList.toggle("opened", wanted);
      this.#button.setAttribute("aria-expanded", String(wanted));
      if (wanted) this.#label.textContent = this.#words.ask_this;
    }

    #dress() {
      const inline = this.getAttribute("mode") !== "floating";
      const position = this.getAttribute("position");
      const sides = ["start", "end", "left", "right"];
      this.#root.className = `root ${inline ? "inline" : `floating ${sides.includes(position) ? position : "end"}`}`;
      this.#root.classList.toggle("opened", this.#wanted);
      this.#root.style.colorScheme = ["light", "dark"].find((each) => each === this.getAttribute("theme")) ?? "";
      this.#label.textContent = this.#words.ask_this;
      this.#chip.textContent = this.#words.ask_about;
      this.#root.lang = this.#words === WORDS[this.language] ? this.language : "en";
      const accent = this.getAttribute("accent");
      this.#root.style.setProperty("--own", accent && CSS.supports("color", accent) ? accent : "");
      if (inline) this.#root.removeAttribute("popover");
      else if (!this.#root.matches(":popover-open")) {
        this.#root.popover = "manual"; // the top layer: above every z-index, free of every transform
        this.#root.showPopover();
      }
    }

    #offer() {
      const selection = getSelection();
      const range = selection.rangeCount ? selection.getRangeAt(0) : null;
      const text = range ? range.toString().trim().replace(/\s+/g, " ") : "";
      const here = text.length > 3 && this.scope.contains(range.commonAncestorContainer);
      if (!here) return this.#hideChip();
      this.#selected = text;
      this.#chip.hidden = false;
      this.#chip.showPopover();
      const place = [...range.getClientRects()].at(-1) ?? range.getBoundingClientRect();
      const { width, height } = this.#chip.getBoundingClientRect();
      const left = Math.min(Math.max(8, place.left + place.width / 2 - width / 2), innerWidth - width - 8);
      const below = place.bottom + 10;
      const top = below + height < innerHeight ? below : Math.max(8, range.getBoundingClientRect().top - height - 10);
      Object.assign(this.#chip.style, { left: `${left}px`, top: `${top}px` });
    }

    #hideChip() {
      if (this.#chip.hidden) return;
      if (this.#chip.matches(":popover-open")) this.#chip.hidePopover();
      this.#chip.hidden = true;
    }

    async #askAbout() {
      const text = this.#selected;
      this.#hideChip();
      await this.open();
      this.#panel?.prefill(text);
    }
  }

  if (!customElements.get(NAME)) customElements.define(NAME, ArticleAssistant);
  const options = { ...tag.dataset };
  if (!options.article) return;
  const place = () => customElements.get(NAME).place(options);
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place, { once: true });
})();
