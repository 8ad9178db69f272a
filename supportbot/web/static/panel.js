// The chat panel inside the frame. One loop, `sync`, brings everything up to date: it signs in, sends what waits,
// fetches what is new, and listens. A message is kept in this browser until the server has acknowledged it, under an
// id of its own, so that a reload, a second tab or a lost answer never doubles or loses it.
// Text from people only ever becomes textContent.
(() => {
  const TEXT = {
    close: 'Close chat', log: 'Conversation', write: 'Write a message', label: 'Your message', send: 'Send',
    person: 'Talk to a person', hello: 'What can we help you with?',
    software: 'Software drafts each answer; a person reads and approves it before you see it.',
    usually: n => `Usually answers in ${n} ${n > 1 ? 'minutes' : 'minute'}`,
    open: time => `Open today until ${time}. Write at any time; we answer here.`,
    shut: when => `Closed now, open again ${when}. Write at any time; we answer here.`,
    today: 'Today', yesterday: 'Yesterday', sending: 'Sending', sent: time => `Sent ${time}`,
    kept: 'Kept here, sent when you are back online', notSent: why => `Not sent. ${why}`, retry: 'Try again', remove: 'Remove',
    preparing: 'An answer is being prepared', still: 'Still with us.', stillUsually: n => `Still with us. Usually ${n} ${n > 1 ? 'minutes' : 'minute'}.`,
    checks: 'A person checks it first. You can leave this page; the answer will stand here.',
    answer: time => `Answer, ${time}`, asked: time => `Asked ${time}`, case: number => `Case ${number}`,
    offline: 'No connection.', down: 'The chat does not answer.', many: 'Many messages at once.',
    again: s => `Trying again in ${s} s.`, ended: 'Your sign-in has ended. Reload this page to go on.',
    signIn: 'Sign in to the shop to write here.', long: n => `This is too long by ${n} bytes. Please send it in two messages.`,
    peek: 'Your answer is here', earlier: 'Show earlier messages',
    ask: {
      open_invoices: 'Please show me my invoices.', track_order: 'Where is my order now?',
      manage_plan: 'I would like to change my plan.', update_details: 'I would like to update my details.',
      send_information: 'I would like to send you more information.', report_problem: 'I would like to report a problem.',
      refund_review: 'Please review a refund for me.', cancellation_review: 'Please review my cancellation.',
      talk_to_person: 'I would like to talk to a person.',
    },
  };
  const STILL_AFTER = 60000, POLL_OPEN = 5000, POLL_QUIET = 60000, SILENCE = 40000;
  const shop = JSON.parse(document.body.dataset.shop);
  const prefix = `supportbot:${shop.site}:`;
  const find = id => document.getElementById(id);
  const [log, text, said] = ['log', 'text', 'said'].map(find);

  // me: undefined until the page around us has said who is here, null for a visitor, else the shop's proof.
  let me, session, messages = [], earlier, loading, state, stateAt, handled, visible = false, host;
  let era = 0, busy, again, timer, failures = 0, trouble, renewing, stream, streamAfter = 0, lastEvent = '', lastSent, ours = new Set();

  // Storage. A browser that refuses it still chats, until the page closes.
  const memory = new Map();
  const guarded = (run, otherwise) => {
    try { return run(); } catch { return otherwise(); }
  };
  const store = {
    get: key => JSON.parse(guarded(() => localStorage.getItem(prefix + key), () => memory.get(key)) || 'null'),
    set: (key, value) => guarded(() => localStorage.setItem(prefix + key, JSON.stringify(value)), () => memory.set(key, JSON.stringify(value))),
    drop: key => guarded(() => localStorage.removeItem(prefix + key), () => memory.delete(key)),
    keys: start => guarded(
      () => Object.keys(localStorage).filter(key => key.startsWith(prefix)).map(key => key.slice(prefix.length)),
      () => [...memory.keys()],
    ).filter(key => key.startsWith(start)),
  };
  const who = (proof = me) => (proof ? `u:${proof.user_id || subject(proof.token)}:` : 'visitor:');
  const subject = token => guarded(() => JSON.parse(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'))).sub, () => token);
  const waiting = () => store.keys(`${who()}out:`).map(store.get).filter(Boolean).sort((a, b) => a.at - b.at);
  const keep = item => store.set(`${who()}out:${item.id}`, item);
  const forget = item => store.drop(`${who()}out:${item.id}`);

  // The server.
  const headers = () => (session ? { Authorization: `Bearer ${session.session_token}` } : {});
  async function call(method, path, body) {
    const now = era;
    const options = { method, headers: headers(), cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(10000) };
    if (body) Object.assign(options, { body: JSON.stringify(body), headers: { ...options.headers, 'Content-Type': 'application/json' } });
    const response = await fetch(`/widget/v1/${path}`, options);
    // A good answer cut off half way counts as lost; of a refusal the status alone says enough.
    const answer = await (response.status == 204 ? null : response.ok ? response.json() : response.json().catch(() => ({})));
    if (now != era) throw { stale: true };
    if (response.ok) return answer;
    throw { status: response.status, code: answer.error, message: answer.message, wait: +response.headers.get('Retry-After') };
  }

  // Two tabs of one new visitor must not become two visitors. One signs in at a time; the pause is for what the
  // other tab stored to arrive, since storage reaches other processes a little later than locks do.
  const alone = run => (navigator.locks ? navigator.locks.request(prefix, run) : run());
  const pause = delay => new Promise(done => setTimeout(done, delay));
  async function signIn() {
    session = await alone(async () => {
      if (!me && !store.get('visitor')) await pause(150);
      const kept = me ? null : store.get('visitor');
      if (kept?.session_token && Date.parse(kept.expires_at) > Date.now() + POLL_QUIET) return kept;
      const proof = me?.token ? { identity_token: me.token } : me ? { user_id: me.user_id, user_hash: me.user_hash } : {};
      if (kept) proof.visitor_token = kept.visitor_token;
      const { session_token, visitor_token, expires_at } = await call('POST', 'sessions', { site_key: shop.site, ...proof });
      if (kept && kept.visitor_token != visitor_token) forgetThread();
      if (!me) store.set('visitor', { session_token, visitor_token, expires_at });
      return { session_token };
    });
    renewing = false;
  }

  async function deliver(item) {
    try {
      const { message_id } = await call('POST', 'messages', { client_message_id: item.id, text: item.text });
      keep({ ...item, message_id });
    } catch (error) {
      if (![400, 413].includes(error.status)) throw error;
      keep({ ...item, failed: error.message || '' });
    }
    render();
  }

  // `stateAt` and `handled` remember how far the case and the reader's eye have followed, so that a call that fails
  // half way is made up for by the next.
  async function fetchNew() {
    for (let more = true; more;) {
      const after = newest();
      const got = await call('GET', `messages${after ? `?after=${after}` : ''}`);
      if (!after) earlier = !!got.earlier;
      messages.push(...got.messages);
      more = got.later;
    }
    waiting().filter(item => item.message_id && item.message_id <= newest()).forEach(forget);
    if (stateAt != newest() || (state.waiting && unanswered())) {
      state = await call('GET', 'conversation');
      stateAt = newest();
    }
    render();
    const first = handled === undefined;
    const fresh = messages.filter(message => message.id > handled && message.role != 'customer');
    handled = newest();
    if (first) toEnd();
    else if (fresh.length) arrived(fresh);
  }

  // What is read stays where it is; the button that was pressed stays at the top while there is more.
  async function showEarlier() {
    if (loading) return;
    loading = true;
    try {
      const got = await call('GET', `messages?before=${messages[0].id}`);
      const below = log.scrollHeight - log.scrollTop;
      messages.unshift(...got.messages);
      earlier = !!got.earlier;
      render();
      log.scrollTop = log.scrollHeight - below;
      if (!earlier) log.focus();
    } catch (error) {
      recover(error);
    }
    loading = false;
  }

  function arrived(fresh) {
    fresh.forEach(({ id, role, text }) => tellHost('message', { id, role, text }));
    if (visible) said.textContent = fresh.map(headline).join(' ');
    showTop(fresh[0].id);
  }

  async function noteSeen() {
    const last = messages.findLast(message => message.role != 'customer')?.id || 0;
    const seen = store.get(`${who()}seen`) || 0;
    if (visible && !document.hidden) {
      if (last > seen) {
        store.set(`${who()}seen`, last);
        await call('POST', 'seen', { message_id: last });
      }
      tellHost('unread', { count: 0 });
      return;
    }
    const unread = messages.filter(message => message.role != 'customer' && message.id > seen);
    const fresh = unread.at(-1);
    const peek = fresh && fresh.id > (store.get(`${who()}peeked`) || 0) && { title: TEXT.peek, text: headline(fresh) };
    if (peek) store.set(`${who()}peeked`, fresh.id);
    tellHost('unread', { count: unread.length, peek: peek || null });
  }

  async function listen() {
    if (stream || !visible || !session || Date.now() < streamAfter) return;
    const mine = (stream = new AbortController());
    const now = era;
    try {
      const resume = lastEvent ? { 'Last-Event-ID': lastEvent } : {};
      const response = await fetch('/widget/v1/events', { headers: { ...headers(), ...resume }, signal: mine.signal, credentials: 'omit' });
      if (!response.ok) streamAfter = Date.now() + (+response.headers.get('Retry-After') || 30) * 1000;
      else await read(response.body.pipeThrough(new TextDecoderStream()).getReader(), mine);
    } catch { /* lost or closed: the loop below takes over */ }
    if (now != era) return;
    stream = null;
    if (visible) plan(Date.now() < streamAfter ? POLL_OPEN : 1000 + Math.random() * 2000);
  }

  async function read(reader, mine) {
    sync(); // what came between the last look and this moment
    for (let rest = ''; ;) {
      const silence = setTimeout(() => mine.abort(), SILENCE);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (done) return;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop();
      for (const block of blocks) {
        lastEvent = block.match(/^id: (\d+)$/m)?.[1] || lastEvent;
        if (/^data: /m.test(block)) sync();
      }
    }
  }

  // The loop.
  // A new visitor's session begins with their first message, in the tab where it was written.
  const wanted = () => me || store.get('visitor') || waiting().some(item => item.failed === undefined && ours.has(item.id));
  async function step() {
    if (!session) {
      if (!wanted()) return;
      await signIn();
    }
    for (const item of waiting()) if (item.failed === undefined && !item.message_id) await deliver(item);
    await fetchNew();
    await noteSeen();
    listen();
  }

  async function sync() {
    if (me === undefined) return;
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    clearTimeout(timer);
    try {
      do {
        again = false;
        await step();
      } while (again);
      failures = 0;
      say(null);
      if (session) plan(!visible || stream ? POLL_QUIET : POLL_OPEN);
    } catch (error) {
      recover(error);
    }
    busy = false;
    render();
  }

  function recover(error) {
    if (error.stale) return plan(0);
    if (error.status == 401) return renew(error);
    const wait = error.wait || Math.min(2 ** failures++, 30);
    say(error.status == 429 ? TEXT.many : error.status ? TEXT.down : TEXT.offline, wait);
    plan(wait * 1000);
  }

  function renew(error) {
    const signedIn = session;
    session = null;
    if (!me && store.get('visitor')) store.set('visitor', { visitor_token: store.get('visitor').visitor_token });
    if (error.code == 'identity_required') return say(TEXT.signIn);
    if (signedIn && !failures++) return plan(0);
    if (!me) return plan(Math.min(2 ** failures++, 30) * 1000);
    if (renewing || !host) return say(TEXT.ended);
    renewing = true;
    tellHost('identity');
  }

  const plan = delay => {
    clearTimeout(timer);
    timer = setTimeout(sync, delay);
  };

  // Trouble is said once; the seconds count down beside it without being read out.
  let ticking;
  function say(what, seconds) {
    trouble = what;
    clearInterval(ticking);
    find('trouble').hidden = !what;
    if (find('trouble-what').textContent != (what || '')) find('trouble-what').textContent = what || '';
    const until = Date.now() + seconds * 1000;
    const count = () => {
      const left = Math.max(1, Math.ceil((until - Date.now()) / 1000));
      find('trouble-when').textContent = what && seconds ? TEXT.again(left) : '';
    };
    count();
    if (what && seconds) ticking = setInterval(count, 1000);
  }

  function send(words) {
    const now = Date.now();
    if (me === undefined || (lastSent?.words == words && now - lastSent.now < 1000)) return false;
    lastSent = { words, now };
    const id = [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
    ours.add(id);
    keep({ id, text: words, at: now });
    render();
    toEnd();
    sync();
    return true;
  }

  // The second click of a double one may meet another button, since what was asked moves the thread: it asks nothing.
  const ask = (click, words) => click.detail < 2 && send(words);

  // What is shown. Every piece has a key and what it says; a piece that says the same stays the same node.
  const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const time = at => clock.format(new Date(at));
  const newest = () => messages.at(-1)?.id || 0;
  const headline = message => message.reply?.answer || message.text;
  const unanswered = () => messages.at(-1)?.role == 'customer';
  const shown = new Map();

  function make(name, className, content, ...children) {
    const node = document.createElement(name);
    if (content) node.dir = 'auto'; // an answer in Arabic reads from the right in any panel
    if (className) node.className = className;
    if (content) plain(node, content);
    node.append(...children);
    return node;
  }

  // Ids and amounts never break across lines.
  function plain(node, content) {
    for (const part of content.split(/([A-Z]{2,5}-[\w-]*\d|\d[\d.,]* ?[A-Z]{3}\b)/)) {
      if (!part) continue;
      const piece = /\d/.test(part) && /^[A-Z]|[A-Z]$/.test(part) && part.length < 30 ? make('span', 'nowrap') : document.createTextNode('');
      piece.textContent = part;
      node.append(piece);
    }
  }

  function press(className, label, run) {
    const node = make('button', className, label);
    node.type = 'button';
    node.onclick = run;
    return node;
  }

  function icon(name) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
    svg.setAttribute('class', 'icon turn');
    svg.setAttribute('aria-hidden', 'true');
    use.setAttribute('href', `#${name}`);
    svg.append(use);
    return svg;
  }

  function dayOf(at) {
    const day = new Date(at), today = new Date();
    const ago = Math.round((new Date(today).setHours(0, 0, 0, 0) - new Date(day).setHours(0, 0, 0, 0)) / 864e5);
    if (ago == 0) return TEXT.today;
    if (ago == 1) return TEXT.yesterday;
    return day.toLocaleDateString(document.documentElement.lang, { day: 'numeric', month: 'long', year: ago > 300 ? 'numeric' : undefined });
  }

  function hours() {
    if (!shop.hours) return '';
    const at = new Date(shop.hours.changes_at), zone = { timeZone: shop.time_zone };
    const clock = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...zone });
    if (shop.hours.is_open) return TEXT.open(clock);
    return TEXT.shut(`${at.toLocaleDateString(document.documentElement.lang, { weekday: 'long', ...zone })}, ${clock}`);
  }

  function pieces() {
    const list = [], mine = waiting();
    const put = (key, says, build) => list.push({ key, says: String(says), build });
    if (!messages.length && !mine.length) {
      put('hello', '', () => make('p', 'hello', TEXT.hello));
      put('software', '', () => make('p', 'sys', TEXT.software));
      if (shop.questions.length) put('usual', '', usual);
      if (hours()) put('hours', '', () => make('p', 'sys hours', hours()));
      return list;
    }
    if (earlier) put('earlier', '', () => make('p', 'earlier', '', press('', TEXT.earlier, showEarlier)));
    let day;
    const dated = (key, at) => {
      if (dayOf(at) == day) return;
      day = dayOf(at);
      put(`day ${key}`, day, () => make('p', 'day', dayOf(at)));
    };
    for (const message of messages) {
      dated(message.id, message.sent_at);
      if (message.role == 'customer') {
        put(`me ${message.id}`, '', () => make('p', 'me', message.text));
        put(`tick ${message.id}`, '', () => make('p', 'tick', TEXT.sent(time(message.sent_at))));
      } else {
        const from = message.role == 'agent' ? TEXT.answer(time(message.sent_at)) : time(message.sent_at);
        put(`from ${message.id}`, '', () => make('p', 'from', from));
        put(`reply ${message.id}`, '', () => reply(message));
      }
    }
    for (const item of mine) {
      dated(item.id, item.at);
      const unsure = !item.message_id && (trouble || item.failed !== undefined);
      put(`me ${item.id}`, unsure, () => make('p', unsure ? 'me waiting' : 'me', item.text));
      put(`tick ${item.id}`, [item.failed, item.message_id, unsure], () => tick(item, unsure));
    }
    const last = mine.at(-1) || (unanswered() && state?.waiting && messages.at(-1));
    if (last && (last.message_id || last.role)) prepare(put, Date.parse(last.sent_at) || last.at);
    return list;
  }

  function prepare(put, since) {
    const late = Date.now() - since >= STILL_AFTER;
    if (!late) setTimeout(render, STILL_AFTER - (Date.now() - since) + 50);
    const words = !late ? TEXT.preparing : shop.usual_reply_minutes ? TEXT.stillUsually(shop.usual_reply_minutes) : TEXT.still;
    const dots = () => make('span', 'writing', '', make('i'), make('i'), make('i'));
    put('prep', words, () => make('p', 'prep', '', dots(), make('span', '', words)));
    put('checks', '', () => make('p', 'sys', TEXT.checks));
  }

  function tick(item, unsure) {
    if (item.failed === undefined) return make('p', 'tick', item.message_id ? TEXT.sent(time(item.at)) : unsure ? TEXT.kept : TEXT.sending);
    const retry = () => (keep({ id: item.id, text: item.text, at: item.at }), sync());
    const remove = () => (forget(item), render(), text.focus());
    return make('p', 'tick bad', TEXT.notSent(item.failed), press('', TEXT.retry, retry), press('', TEXT.remove, remove));
  }

  function usual() {
    const list = make('ul', 'usual');
    for (const question of shop.questions) {
      const button = press('', question, event => ask(event, question));
      button.append(icon('chev'));
      list.append(make('li', '', '', button));
    }
    return list;
  }

  function reply(message) {
    const { answer = message.text, details, case_fields = [], next_actions = [], sign_off } = message.reply || {};
    const node = make('article', 'reply', '', make('p', message.reply ? 'answer' : 'details', answer));
    if (details) node.append(make('p', 'details', details));
    const fields = case_fields.map(({ label, value }) => make('div', '', '', make('dt', '', label), make('dd', '', '', make('bdi', '', value))));
    if (fields.length) node.append(make('dl', 'fields', '', ...fields));
    const actions = next_actions.flatMap(({ id, label }) => {
      const asked = make('span', 'asked');
      asked.dataset.words = TEXT.ask[id] || label;
      asked.dataset.after = message.id;
      return [press('', label, event => ask(event, asked.dataset.words)), asked];
    });
    if (actions.length) node.append(make('div', 'next', '', ...actions));
    if (sign_off) node.append(make('p', 'sign-off', sign_off));
    return node;
  }

  function render() {
    if (me === undefined) return;
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    let place = log.firstChild;
    const list = pieces();
    const keys = new Set(list.map(piece => piece.key));
    for (const [key, { node }] of shown) {
      if (keys.has(key)) continue;
      if (place == node) place = node.nextSibling;
      node.remove();
      shown.delete(key);
    }
    for (const { key, says, build } of list) {
      const old = shown.get(key);
      const node = old?.says == says ? old.node : build();
      if (old && old.node != node) {
        if (place == old.node) place = node;
        old.node.replaceWith(node);
      }
      shown.set(key, { says, node });
      if (node == place) place = place.nextSibling;
      else log.insertBefore(node, place);
    }
    markAsked();
    if (atEnd && (waiting().length || unanswered())) log.scrollTop = log.scrollHeight;
    const number = state?.case_number;
    const usually = shop.usual_reply_minutes ? TEXT.usually(shop.usual_reply_minutes) : '';
    find('subtitle').textContent = number ? TEXT.case(number) : usually;
  }

  function markAsked() {
    const mine = [...messages.filter(message => message.role == 'customer'), ...waiting()];
    for (const mark of log.querySelectorAll('.asked')) {
      const { words, after } = mark.dataset;
      const used = mine.findLast(item => item.text == words && !(item.sent_at && item.id < +after));
      mark.textContent = used ? TEXT.asked(time(used.sent_at || used.at)) : '';
      mark.hidden = !used;
    }
  }

  const toEnd = () => {
    const last = messages.at(-1);
    if (last && last.role != 'customer' && !waiting().length) return showTop(last.id);
    log.scrollTop = log.scrollHeight;
  };
  const showTop = id => {
    const first = shown.get(`from ${id}`)?.node;
    if (first) log.scrollTop = first.offsetTop - log.offsetTop - 12;
  };

  // The page around us. It is answered only at the exact origin that spoke, which must be one of the shop's.
  const tellHost = (type, more) => host && parent.postMessage({ supportbot: type, ...more }, host);

  function forgetThread() {
    messages = [];
    earlier = false;
    state = stateAt = handled = undefined;
  }

  function reset() {
    era++;
    stream?.abort();
    stream = session = null;
    forgetThread();
    lastEvent = '';
    failures = 0;
    renewing = false;
    say(null);
  }

  function begin({ identity, failed, open }) {
    visible = !!open;
    if (failed) {
      if (me === undefined || me === null) reset();
      me ??= undefined;
      return say(TEXT.ended);
    }
    const isNew = me === undefined || who(identity) != who();
    if (isNew) reset();
    me = identity;
    if (isNew) ours = new Set(waiting().map(item => item.id));
    render();
    if (isNew && visible) focusText();
    sync();
  }

  function logout() {
    if (session) fetch('/widget/v1/sessions/current', { method: 'DELETE', headers: headers(), keepalive: true, credentials: 'omit' }).catch(() => {});
    if (me !== undefined) store.keys(who()).forEach(store.drop);
    store.drop('visitor');
    store.keys('visitor:').forEach(store.drop);
    reset();
    me = null;
    render();
    tellHost('unread', { count: 0 });
  }

  // On a phone the keyboard would cover what was said.
  const focusText = () => matchMedia('(pointer: coarse)').matches || text.focus();

  function opened(now) {
    visible = now;
    if (now) {
      focusText();
      if (messages.length) toEnd();
    } else {
      stream?.abort();
    }
    sync();
  }

  addEventListener('message', ({ source, origin, data }) => {
    if (source !== parent || parent === window || (origin !== location.origin && !shop.origins.includes(origin))) return;
    host = origin;
    if (data?.supportbot == 'identify') begin(data);
    if (data?.supportbot == 'logout') logout();
    if (data?.supportbot == 'open') opened(true);
    if (data?.supportbot == 'close') opened(false);
  });
  addEventListener('online', () => sync());
  addEventListener('offline', () => recover({}));
  addEventListener('storage', ({ key }) => (key === null || key.startsWith(prefix)) && sync());
  document.addEventListener('visibilitychange', () => document.hidden || sync());
  document.addEventListener('keydown', event => event.key == 'Escape' && !event.isComposing && tellHost('close'));

  find('close').onclick = () => tellHost('close');
  find('person').onclick = () => send(TEXT.ask.talk_to_person);
  find('write').onsubmit = event => {
    event.preventDefault();
    const words = text.value.trim();
    const excess = new TextEncoder().encode(words).length - shop.longest;
    find('refused').textContent = excess > 0 ? TEXT.long(excess) : '';
    if (words && excess <= 0 && send(words)) text.value = '';
    text.focus();
  };
  text.onkeydown = event => {
    if (event.key != 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    find('write').requestSubmit();
  };

  const label = (id, words) => find(id).setAttribute('aria-label', words);
  label('close', TEXT.close);
  label('send', TEXT.send);
  label('text', TEXT.label);
  label('log', TEXT.log);
  text.placeholder = TEXT.write;
  find('person-label').textContent = TEXT.person;
  if (shop.accent) {
    // The shop's colour; for the dark the same hue, as light as the panel's own accent (contrast 8:1 and more).
    const tone = (name, light, share) => {
      const value = `oklch(from ${shop.accent} ${light} calc(c * ${share}) h)`;
      if (CSS.supports('color', value)) document.documentElement.style.setProperty(name, value);
    };
    document.documentElement.style.setProperty('--shop', shop.accent);
    tone('--shop-soft', 0.94, 0.25);
    tone('--shop-dark', 0.77, 1.3);
    tone('--shop-dark-soft', 0.28, 0.5);
  }
  if (parent === window) begin({ identity: null, open: true });
})();
