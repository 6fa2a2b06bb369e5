/** Types of the element <article-assistant>, for pages that speak to it from TypeScript. */

export interface ArticleQuote {
  /** The article's own words. */
  text: string;
  /** The sentence that introduces the list a quoted item belongs to; empty otherwise. */
  lead_in: string;
  /** The parts of `text` that carry the answer, in order. */
  marks: string[];
  /** Up to 60 characters of the article on either side. */
  before: string;
  after: string;
  /** Titles from the top of the article down to the section the quotation stands in. */
  section: string[];
  /** Range in the normalised article, in code points. */
  start: number;
  end: number;
  lang: string;
  /** The source with a text fragment, or the place on the assistant's own page. */
  url: string;
}

export interface ArticleAnswer {
  /** Its page is /answers/{id}; null when it could not be kept. */
  id: string | null;
  outcome: "answered" | "nearest" | "off_topic";
  /** Probability, 0 to 1, that the first quotation answers the question. */
  confidence: number;
  /** The stand-alone question a follow-up was understood as. */
  read_as: string | null;
  /** The language of the question, as far as it is spoken here. */
  language: string;
  message: string;
  hint: string;
  searched: string;
  quotes: ArticleQuote[];
  suggestions: string[];
  /** SHA-256 of the article's text. */
  revision: string;
  took_ms: number;
}

export interface ArticleAssistantElement extends HTMLElement {
  /** Opens the panel and asks; null when no answer came, which an error event has told by then. */
  ask(question: string): Promise<ArticleAnswer | null>;
  /** Opens the panel and, unless told otherwise, moves the focus into it. */
  open(options?: { focus?: boolean }): Promise<void>;
  close(): void;
  /** Forgets the conversation, the stored one too. */
  clear(): Promise<void>;
}

export interface ArticleAssistantEvents {
  "article-assistant:ready": CustomEvent<{ article: string }>;
  "article-assistant:question": CustomEvent<{ question: string }>;
  "article-assistant:answer": CustomEvent<ArticleAnswer & { question: string }>;
  "article-assistant:feedback": CustomEvent<{ answer_id: string; vote: -1 | 0 | 1; reasons: string[]; note: string }>;
  "article-assistant:error": CustomEvent<{ code: string; message: string }>;
}

declare global {
  interface HTMLElementTagNameMap {
    "article-assistant": ArticleAssistantElement;
  }
  interface DocumentEventMap extends ArticleAssistantEvents {}
}
