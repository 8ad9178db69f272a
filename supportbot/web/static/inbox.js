// The desk: keys, live updates and counting down. Every act works without this file; it adds speed.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const GO_MS = 1200; // how long "g" waits for its second key

  // Keys: an element names its own with data-key; one that shows it is preferred over a hidden one.
  let pending = null;

  const keysAreOn = () => localStorage.getItem("supportbot.keys") !== "off";
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  const visible = (element) => element.getClientRects().length > 0;
  const openDialog = () => $("[popover]:popover-open");

  function press(key) {
    const focus = $$(`[data-focus-key="${CSS.escape(key)}"]`).find(visible);
    if (focus) { focus.focus(); return true; }
    const named = $$(`[data-key="${CSS.escape(key)}"]`);
    const element = named.find(visible) || named[0];
    if (!element) return false;
    element.click();
    return true;
  }

  function move(step) {
    if (keepsWords()) return;
    const rows = $$("#rows .row");
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
    const more = $("#rows .pager a");
    if (more && at + step === rows.length) { more.click(); return; }
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (next) { next.click(); next.scrollIntoView({ block: "nearest" }); }
  }

  const moves = { j: () => move(1), k: () => move(-1), o: () => { const row = $("#rows .row"); if (row && !$("#rows .row[aria-current]")) row.click(); } };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const form = event.target.closest("#compose");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      const closing = event.shiftKey && $('button[form="compose"][value="1"]');
      form.requestSubmit(closing || $('button[form="compose"]') || undefined);
      return;
    }
    if (event.key === "Escape" && !openDialog() && (keepsWords() || press("Escape"))) { event.preventDefault(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) && event.target.type !== "radio") return;
    if (openDialog()) { choose(event); return; }
    if (!keysAreOn()) return;
    const key = pending ? `g ${event.key}` : event.key;
    clearTimeout(pending);
    pending = null;
    if (event.key === "g" && key === "g") {
      pending = setTimeout(() => { pending = null; }, GO_MS);
      return;
    }
    const done = moves[key] ? (moves[key](), true) : press(key);
    if (done) event.preventDefault();
  });

  // Escape leaves the composer; with words in it that would be lost, only when it is pressed again.
  function keepsWords() {
    const form = $("#compose");
    if (!form || form.dataset.asked) return false;
    const isChanged = $$("textarea, input:not([type=hidden])", form).some((field) => field.value !== field.defaultValue);
    if (!isChanged && !$("[aria-invalid], .notice.risk", form)) return false;
    form.dataset.asked = "yes";
    const said = document.createElement("p");
    said.className = "hint";
    said.setAttribute("role", "status");
    form.append(said);
    said.textContent = "Not sent yet. Esc again drops your words.";
    setTimeout(() => { delete form.dataset.asked; said.remove(); }, GO_MS * 4);
    return true;
  }

  // In the reject dialog a number picks a reason.
  function choose(event) {
    const radio = $(`[popover]:popover-open [data-choice="${CSS.escape(event.key)}"]`);
    if (!radio) return;
    radio.checked = true;
    radio.focus();
    event.preventDefault();
  }

  // The switch for single keys.
  function showKeysSwitch() {
    const label = $("#keys-switch");
    if (!label) return;
    label.hidden = false;
    const box = $("input", label);
    box.checked = keysAreOn();
    box.addEventListener("change", () => localStorage.setItem("supportbot.keys", box.checked ? "on" : "off"));
  }

  // Counting down to when a reply leaves, in words.
  setInterval(() => {
    for (const time of $$("[data-until]")) {
      const left = Math.ceil((new Date(time.dataset.until) - Date.now()) / 1000);
      time.textContent = left > 0 ? `${left} s` : "now";
      const bar = time.closest(".toast")?.querySelector("progress");
      if (bar) bar.value = Math.max(left - 1, 0); // where the bar shall be in a second: it glides there
      if (left <= -1) time.closest(".toast[data-outgoing]")?.remove();
    }
  }, 500);

  // Live: the stream says that something changed; the list and, when it is the open one, the case are fetched again.
  const app = $("#app");
  const live = () => $("#live");
  let failures = 0, lastAt = new Date(), due = null, touched = new Set();

  const openId = () => $("#thread")?.dataset.case;
  const isBusy = () => $("#compose, #thread[data-past]") !== null || openDialog() !== null;

  function refreshSoon(conversation) {
    touched.add(String(conversation));
    if (due) return;
    // A fetch that the browser breaks off, because the page is left, is no error.
    due = setTimeout(() => refresh().catch(() => {}), 150);
  }

  async function refresh() {
    due = null;
    const changed = touched;
    touched = new Set();
    const open = openId();
    const query = new URLSearchParams(location.search);
    query.delete("compose");
    if (open) query.set("open", open);
    const before = new Set($$("#rows .row").map((row) => row.id));
    const scrolled = $("#rows")?.scrollTop || 0;
    await htmx.ajax("GET", `/inbox/rows?${query}`, { target: "#queue", swap: "outerHTML" });
    const list = $("#rows");
    if (list) list.scrollTop = scrolled;
    if (scrolled > 40) tellNewAbove($$("#rows .row").filter((row) => !before.has(row.id)).length);
    if (open && open === openId() && changed.has(open) && !isBusy()) {
      const focused = document.activeElement?.dataset?.key;
      const headers = { "X-Live": open };
      await htmx.ajax("GET", `/inbox/conversations/${open}${location.search}`, { target: "#thread", swap: "outerHTML", headers });
      if (focused) $(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  // A live answer about a case that is no longer the open one, or is being written on by now, comes too late.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const about = event.detail.requestConfig.headers["X-Live"];
    if (about && (about !== openId() || isBusy())) event.detail.shouldSwap = false;
  });

  function tellNewAbove(count) {
    const button = $("#new-above");
    if (!button || !count) return;
    button.textContent = `${count} new`;
    button.hidden = false;
    button.onclick = () => { $("#rows").scrollTop = 0; button.hidden = true; };
  }

  const KINDS = ["message", "draft", "conversation", "note", "outgoing", "seen"];

  function connect() {
    if (!app) return;
    const source = new EventSource(app.dataset.live);
    source.onopen = () => {
      if (failures) refreshSoon(openId());
      failures = 0;
      lastAt = new Date();
      if (live()) live().hidden = true;
    };
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        lastAt = new Date();
        refreshSoon(JSON.parse(event.data).conversation_id);
      });
    }
    source.addEventListener("reset", () => refreshSoon(openId()));
    source.onerror = () => {
      source.close();
      failures += 1;
      // The stream ends by itself every ten minutes: the first failure is tried again without a word.
      if (failures === 1) setTimeout(connect, 1000);
      else tryAgainIn(Math.min(2 ** failures, 30));
    };
  }

  function tryAgainIn(seconds) {
    if (seconds <= 0) { connect(); return; }
    const at = lastAt.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
    if (live()) {
      live().hidden = false;
      live().textContent = `Not live. Last update ${at}. Trying again in ${seconds} s.`;
    }
    setTimeout(() => tryAgainIn(seconds - 1), 1000);
  }

  // A conversation opens at its draft; browsers that know scroll-initial-target do so by the sheet.
  function showDraft() {
    if (!CSS.supports("scroll-initial-target", "nearest")) $("#draft")?.scrollIntoView({ block: "nearest" });
  }

  // The row of the open case stays marked when the case is swapped.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt?.id === "thread") {
      showDraft();
      // What had the focus may have gone with the old case; reading goes on in the new one.
      if (document.activeElement === document.body) ($("#thread[data-past] .scroll") || $("#thread"))?.focus({ preventScroll: true });
    }
    const open = openId();
    for (const row of $$("#rows .row")) {
      if (row.id === `row-${open}`) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  });

  showKeysSwitch();
  showDraft();
  connect();
})();
