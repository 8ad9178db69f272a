// The launcher on a shop's page: a button in a shadow root, and the chat's frame once somebody opens it.
// Nothing is fetched before that. Use it so, calls before it has loaded included:
//
//   <script>window.supportbot ||= function () { (supportbot.q ||= []).push(arguments); };</script>
//   <script src="https://support.example/widget.js" data-site-key="shop" async></script>
//
//   supportbot('open')      supportbot('close')
//   supportbot('identify', {token})    or {user_id, user_hash}, or a function that gives or promises either: it is
//                                      asked again when the proof has run out
//   supportbot('logout')    the session ends and its history is no longer shown
//   supportbot('shutdown')  the same, and the launcher goes; 'open' brings it back
//   supportbot('on', 'message' | 'unread' | 'open' | 'close', fn)
//
// data-accent="#1f5f5b" is the button's colour; data-label="Open chat" its name.
(() => {
  const script = document.currentScript || document.querySelector('script[data-site-key]');
  const early = window.supportbot?.q || [];
  if (window.supportbot?.ready || !script) return;
  const { siteKey, accent, label = 'Open chat' } = script.dataset;
  const home = new URL(script.src).origin;
  const TEXT = { close: 'Close chat', frame: 'Chat', unread: n => `${label}, ${n} unread ${n > 1 ? 'answers' : 'answer'}` };
  const handlers = {};
  let frame, loaded, open, identity, unread = 0, fading;

  const css = `
:host{all:initial;color-scheme:inherit;position:fixed;z-index:2147483000;inset-inline-end:20px;inset-block-end:20px;
--a:#1f5f5b;--i:#fff;--p:#fff;--t:#1d1c1a}
@supports(color:light-dark(red,red)){:host{--a:light-dark(#1f5f5b,#6cc5bd);--i:light-dark(#fff,#0d1f1e);--p:light-dark(#fff,#1d1f23);--t:light-dark(#1d1c1a,#ececea)}}
button{border:0;cursor:pointer;font:14px/1.5 system-ui,sans-serif}
button:focus-visible{outline:2px solid var(--a);outline-offset:3px}
[hidden],:host([hidden]){display:none!important}
#b{position:relative;width:56px;height:56px;padding:16px;border-radius:50%;background:var(--a);color:var(--i);box-shadow:0 8px 32px #0003}
path{fill:none;stroke:currentColor;stroke-width:1.5;stroke-linejoin:round}
#n{position:absolute;top:-2px;inset-inline-end:-2px;min-width:20px;border-radius:10px;background:#a4262c;color:#fff;font-weight:650;font-size:12px;line-height:20px}
#p{position:absolute;inset-block-end:0;inset-inline-end:68px;width:max-content;max-width:min(272px,70vw);padding:16px;border:1px solid #8888;border-radius:8px;background:var(--p);color:var(--t);text-align:start;box-shadow:0 8px 32px #0003}
#p *{overflow:hidden;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2}
iframe{box-sizing:border-box;position:fixed;inset-inline-end:20px;inset-block-end:88px;width:376px;height:min(656px,100dvh - 108px);border:1px solid #8888;border-radius:14px;background:var(--p);box-shadow:0 8px 32px #0003;visibility:hidden}
.o{visibility:visible}
@media(max-width:599px){iframe{inset:0;width:100%;height:100%;border:0;border-radius:0}}`;

  const add = (parent, name, set, svg) => {
    const node = svg ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
    for (const key in set) node.setAttribute(key, set[key]);
    parent.append(node);
    return node;
  };
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  if (/^#[0-9a-f]{6}$/i.test(accent)) {
    host.style.setProperty('--a', accent);
    host.style.setProperty('--i', '#fff');
  }
  const button = add(root, 'button', { id: 'b' });
  add(add(button, 'svg', { viewBox: '0 0 16 16', 'aria-hidden': true }, 1), 'path', { d: 'M2.5 3h11v8H7.5L4.5 13.5V11h-2z' }, 1);
  const count = add(button, 'span', { id: 'n' });
  const peek = add(add(root, 'div', { role: 'status' }), 'button', { id: 'p' });
  const title = add(peek, 'b');
  const line = add(peek, 'span');

  const emit = (name, value) => (handlers[name] || []).forEach(fn => fn(value));
  const tell = (type, more) => loaded && frame.contentWindow.postMessage({ supportbot: type, ...more }, home);
  const show = () => {
    button.setAttribute('aria-label', open ? TEXT.close : unread ? TEXT.unread(unread) : label);
    button.setAttribute('aria-expanded', !!open);
    count.hidden = open || !unread;
    count.textContent = unread;
    if (open) peek.hidden = true;
    frame?.classList.toggle('o', !!open);
  };
  // A proof that cannot be had is said to have failed: a known customer never turns into a visitor silently.
  const prove = async () => {
    const asked = identity;
    const answer = { open };
    try {
      answer.identity = (asked?.call ? await asked() : asked) || null;
    } catch {
      answer.failed = true;
    }
    if (asked === identity) tell('identify', answer);
  };
  const drop = () => {
    identity = null;
    unread = 0;
    tell('logout');
    show();
  };
  const attach = () => {
    host.hidden = false;
    if (!host.isConnected) document.body.append(host);
  };

  const commands = {
    open() {
      attach();
      open = true;
      if (!frame) {
        frame = add(root, 'iframe', { title: TEXT.frame, src: `${home}/widget/frame?site=${siteKey}` });
        frame.onload = () => {
          loaded = true;
          prove();
          if (open) frame.focus();
        };
      }
      show();
      tell('open');
      frame.focus();
      emit('open');
    },
    close() {
      if (!open) return;
      open = false;
      show();
      tell('close');
      button.focus();
      emit('close');
    },
    identify(proof) {
      identity = proof;
      if (loaded) prove();
    },
    logout: drop,
    shutdown() {
      commands.close();
      drop();
      host.hidden = true;
    },
    on: (name, fn) => (handlers[name] ||= []).push(fn),
  };

  addEventListener('message', event => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== home) return;
    const { supportbot: type, ...data } = event.data || {};
    if (type == 'close') commands.close();
    if (type == 'identity') prove();
    if (type == 'message') emit(type, data);
    if (type == 'unread') {
      unread = data.count;
      if (data.peek && !open) {
        title.textContent = data.peek.title;
        line.textContent = data.peek.text;
        peek.hidden = false;
        clearTimeout(fading);
        fading = setTimeout(() => (peek.hidden = true), 15000);
      }
      show();
      emit(type, unread);
    }
  });
  button.onclick = () => commands[open ? 'close' : 'open']();
  peek.onclick = commands.open;
  root.onkeydown = event => event.key == 'Escape' && commands.close();

  window.supportbot = (name, ...rest) => commands[name]?.(...rest);
  window.supportbot.ready = true;
  peek.hidden = true;
  show();
  const start = () => {
    attach();
    early.forEach(call => window.supportbot(...call));
  };
  document.body ? start() : addEventListener('DOMContentLoaded', start);
})();
