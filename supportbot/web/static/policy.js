// How the models fare, at once when it changes. Without this file, or without a stream, the page asks every minute.
"use strict";
(() => {
  const part = document.querySelector("#models-now");
  if (!part) return;
  const source = new EventSource(part.dataset.live);
  const refresh = () => htmx.trigger("#models-now", "changed");
  source.addEventListener("models", refresh);
  source.addEventListener("reset", refresh);
})();
