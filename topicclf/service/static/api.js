// What all tabs share: asking the service, making elements, and cutting text as Python counts it.

const MOST_SECONDS = 2;
const MOST_WAITS = 10;

export const $ = (id) => document.getElementById(id);

export function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (name in element && name !== 'list') element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function authorization() {
  const token = sessionStorage.getItem('token');
  return token ? { authorization: `Bearer ${token}` } : {};
}

async function askToken() {
  const dialog = $('ask');
  if (!dialog.open) dialog.showModal();
  await new Promise((done) => dialog.addEventListener('close', done, { once: true }));
  sessionStorage.setItem('token', $('token').value.trim());
  $('token').value = '';
}

// A response, or an Error with the problem's words. Whoever is told to come again in a moment does.
export async function request(path, options = {}) {
  let response;
  for (let waits = 0; ;) {
    const headers = { ...authorization(), ...options.headers };
    try {
      response = await fetch(path, { ...options, headers });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Error('The service does not answer. Is it still running?');
    }
    const seconds = Number(response.headers.get('retry-after'));
    if (response.status === 401) await askToken();
    else if (response.status === 429 && seconds <= MOST_SECONDS && waits < MOST_WAITS) {
      waits += 1;
      await new Promise((done) => { setTimeout(done, 1000 * seconds); });
    } else break;
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  const error = new Error(problem.detail || `The service answered ${response.status}.`);
  error.status = response.status;
  throw error;
}

export const getJSON = async (path) => (await request(path)).json();

export async function postJSON(path, body, options = {}) {
  const headers = { 'content-type': 'application/json' };
  return (await request(path, { ...options, method: 'POST', headers, body: JSON.stringify(body) })).json();
}

export function fault(error) {
  const shown = $('fault');
  shown.hidden = !error;
  shown.textContent = error ? error.message : '';
}

// Python counts code points, JavaScript UTF-16 units; they differ beyond the Basic Multilingual Plane.
export function cutter(text) {
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return (start, end) => text.slice(start, end);
  const points = Array.from(text);
  return (start, end) => points.slice(start, end).join('');
}

export const lengthOf = (text) => Array.from(text).length;

export const percent = (share) =>
  share > 0.995 && share < 1 ? '>99%' : share < 0.005 && share > 0 ? '<1%' : `${Math.round(share * 100)}%`;

export const listed = (names) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

export const hueOf = (place) => `t${place % 6}`;

export async function save(path, name) {
  const url = URL.createObjectURL(await (await request(path)).blob());
  const link = make('a', { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

// Three buttons for each topic: carries it, doesn't, unknown. Returns how to read and set them.
export function choices(place, topics, onChange) {
  const state = {};
  const rows = {};
  const set = (topic, value) => {
    state[topic] = value;
    for (const button of rows[topic]) button.setAttribute('aria-pressed', button.value === value);
    onChange?.();
  };
  place.replaceChildren(...topics.map((topic, number) => {
    rows[topic] = [['yes', 'carries'], ['no', 'doesn’t'], ['unknown', 'unknown']].map(([value, shown]) =>
      make('button', { type: 'button', value, 'aria-pressed': 'false', 'aria-label': `${topic}: ${shown}`, onclick: () => set(topic, value) }, shown));
    return make('div', { className: `choice ${hueOf(number)}`, role: 'group', 'aria-label': topic },
      make('span', { className: 'of' }, topic), ...rows[topic]);
  }));
  return {
    set,
    all: (values) => topics.forEach((topic) => set(topic, values[topic] ?? 'no')),
    of: (topic) => state[topic],
    chosen: (value) => topics.filter((topic) => state[topic] === value),
  };
}
