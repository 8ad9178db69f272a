// The scorecard's keys: y n - mark and move on, j k move, Enter submits. Without this file it is five groups of radio buttons.
"use strict";
(() => {
  const card = document.querySelector(".scorecard");
  const criteria = card ? [...card.querySelectorAll(".crit:not([disabled])")] : [];
  if (!criteria.length) return;

  const VALUES = { y: "yes", n: "no", "-": "na" };
  const marked = (criterion) => criterion.querySelector(":checked") !== null;
  const keysAreOn = () => localStorage.getItem("supportbot.keys") !== "off";
  let now = Math.max(criteria.findIndex((criterion) => !marked(criterion)), 0);

  function show(at) {
    now = Math.min(Math.max(at, 0), criteria.length - 1);
    criteria.forEach((criterion, index) => criterion.classList.toggle("now", index === now));
  }

  function mark(value) {
    const radio = criteria[now].querySelector(`[value="${value}"]`);
    radio.checked = true;
    radio.focus({ preventScroll: true });
    if (value !== "no" || now < criteria.length - 1) show(now + 1);
  }

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("textarea, select, input:not([type=radio])");
    if (isTyping || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !keysAreOn()) return;
    if (VALUES[event.key]) mark(VALUES[event.key]);
    else if (event.key === "j") show(now + 1);
    else if (event.key === "k") show(now - 1);
    else if (event.key === "Enter" && !event.target.closest("a, button, summary") && criteria.every(marked)) card.requestSubmit();
    else return;
    event.preventDefault();
  });

  card.addEventListener("focusin", (event) => {
    const at = criteria.indexOf(event.target.closest(".crit"));
    if (at >= 0 && event.target.matches(":focus-visible") && at !== now && !event.target.checked) show(at);
  });

  show(now);
})();
