// A connection that breaks costs one question, not the page. Gradio's own script takes any break, and any answer that
// is not JSON, such as a proxy's while the server starts anew, for the end: it sends nothing more, asks for the server
// every two seconds, and loads the page anew, with which everything that is on it is gone. Here a break becomes an
// event that failed, so that the reader can ask again. "connectionbroke" is sent to the page's own script.
(() => {
  "use strict";
  const BROKE = "The connection broke off. Please ask again.";
  const OUT = "Your session has ended. Load the page again to log in.";
  const fetchPlainly = window.fetch;
  const asked = new Set(); // Gradio's names of the events that have no outcome yet

  const refuse = (detail) =>
    new Response(JSON.stringify({ detail }), { status: 500, headers: { "Content-Type": "application/json" } });

  const join = async (call) => {
    let reply;
    try {
      reply = await fetchPlainly(...call);
      const told = await reply.clone().json();
      if (told.event_id) asked.add(told.event_id);
      return reply;
    } catch {
      return refuse(reply?.status === 401 ? OUT : BROKE);
    }
  };

  // What ends the events that are still without an outcome, as the server itself would say it.
  const failAll = () => {
    const messages = [...asked].map((event_id) => (
      { msg: "process_completed", event_id, success: false, title: "Error", output: { error: BROKE, visible: true } }));
    if (messages.length) dispatchEvent(new Event("connectionbroke"));
    asked.clear();
    return [...messages, { msg: "close_stream" }].map((message) => `data: ${JSON.stringify(message)}\n\n`).join("");
  };

  // The stream's messages as they come, up to the last whole one when it breaks; then the failures.
  const mend = (reply) => {
    const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
    const encoder = new TextEncoder();
    let rest = "";
    const take = (text) => { // what can be passed on, and how the stream ends with it: "", "closed" or "broken"
      const parts = (rest + text).split("\n\n");
      rest = parts.pop();
      let passed = "";
      for (const part of parts) {
        const message = JSON.parse(part.slice("data: ".length));
        if (message.msg === "unexpected_error") return { passed, end: "broken" };
        if (message.msg === "process_completed") asked.delete(message.event_id);
        passed += `${part}\n\n`;
        if (message.msg === "close_stream") return { passed, end: "closed" };
      }
      return { passed, end: "" };
    };
    const body = new ReadableStream({
      async pull(controller) {
        const { done, value } = await reader.read().catch(() => ({ done: true }));
        const { passed, end } = done ? { passed: "", end: "broken" } : take(value);
        controller.enqueue(encoder.encode(end === "broken" ? passed + failAll() : passed));
        if (end) controller.close();
      },
      cancel: (why) => reader.cancel(why),
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  };

  const listen = async (call) => {
    const reply = await fetchPlainly(...call).catch(() => null);
    return mend(reply?.ok ? reply : new Response(""));
  };

  window.fetch = (...call) => {
    const path = new URL(call[0].url ?? call[0], location.href).pathname;
    if (path.endsWith("/gradio_api/queue/join")) return join(call);
    if (path.endsWith("/gradio_api/queue/data")) return listen(call);
    return fetchPlainly(...call);
  };
})();
