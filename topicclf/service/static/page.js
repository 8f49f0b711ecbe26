// The tabs, and the article: from a paste to topics, highlights, sums and corrections.

import { $, choices, fault, getJSON, hueOf, lengthOf, listed, make, percent, postJSON, request } from '/api.js';
import '/files.js';
import { evidenceSpans, highlighted, learnPlainWords, tells } from '/highlight.js';

const TYPING_PAUSE = 250;
const MOST_BARS = 12;
const MOST_TERMS = 10;
let models = [];
let answer = null;
let explanation = null;
let shown = '';
let thresholds = {};
let asking = null;
let labels = null;
let ready = null;

const model = () => models.find((each) => each.name === $('model').value) ?? models[0];
const topics = () => Object.keys(answer.probabilities);
const carried = () => topics().filter((topic) => answer.probabilities[topic] >= thresholds[topic])
  .sort((a, b) => answer.probabilities[b] - answer.probabilities[a]);

// Tabs.
const tabs = [...document.querySelectorAll('[role=tab]')];
const opened = {};

async function open(tab) {
  for (const each of tabs) {
    const selected = each === tab;
    each.setAttribute('aria-selected', selected);
    each.tabIndex = selected ? 0 : -1;
    $(each.getAttribute('aria-controls')).hidden = !selected;
  }
  fault(null);
  const name = tab.getAttribute('aria-controls');
  if (name === 'article' || name === 'files') return;
  opened[name] ??= import(`/${name}.js`);
  try {
    await prepared();
    await (await opened[name]).show(model());
  } catch (error) {
    fault(error);
  }
}

tabs.forEach((tab, place) => {
  tab.addEventListener('click', () => open(tab));
  tab.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(place + step + tabs.length) % tabs.length];
    next.focus();
    open(next);
  });
});

// Asking.
async function predict() {
  const text = $('text').value;
  const title = $('headline').value.trim();
  asking?.abort();
  if (!text.trim() && !title) {
    answer = explanation = null;
    $('found').hidden = $('caveat').hidden = true;
    $('legend').replaceChildren();
    $('verdict').textContent = 'Its topics appear here as soon as there is a text.';
    return;
  }
  asking = new AbortController();
  const { signal } = asking;
  const question = { text, title: title || null, model: $('model').value || null };
  try {
    const [next] = await Promise.all([postJSON('/v1/predict', { ...question, evidence: true }, { signal }), prepared()]);
    const same = answer && answer.model.sha256 === next.model.sha256;
    answer = next;
    explanation = null;
    shown = title ? `${title}\n${text}` : text;
    if (!same) thresholds = { ...answer.thresholds };
    fault(null);
    draw();
    explanation = await postJSON('/v1/explain', question, { signal });
    drawSums();
  } catch (error) {
    if (error.name !== 'AbortError') fault(error);
  }
}

let timer;
const soon = () => { clearTimeout(timer); timer = setTimeout(predict, TYPING_PAUSE); };

// Showing.
function draw() {
  $('found').hidden = false;
  $('kept').textContent = '';
  drawVerdict();
  drawBars();
  drawText();
  drawSums();
  labels = choices($('labels'), topics().slice(0, 40), () => { $('send').disabled = !differs(); });
  labels.all(Object.fromEntries(carried().map((topic) => [topic, 'yes'])));
}

function drawVerdict() {
  const found = carried();
  const parts = [];
  if (found.length) {
    parts.push('Carries ');
    found.forEach((topic, place) => {
      if (place) parts.push(place === found.length - 1 ? ' and ' : ', ');
      parts.push(make('b', { className: hueOf(topics().indexOf(topic)) }, topic));
      const words = telling(topic);
      if (words.length) parts.push(`${found.length > 1 ? ' (' : ', because of '}${words.map((word) => `“${word}”`).join(', ')}${found.length > 1 ? ')' : ''}`);
    });
    parts.push('.');
  } else {
    const nearest = topics().reduce((a, b) => (answer.probabilities[a] - thresholds[a] >= answer.probabilities[b] - thresholds[b] ? a : b));
    parts.push(`Carries none of the topics. Nearest: ${nearest}, at ${percent(answer.probabilities[nearest])} where ${percent(thresholds[nearest])} is needed.`);
  }
  $('verdict').replaceChildren(...parts);
  const caveat = answer.language ? `Not in a language that the model knows (${answer.language}): don’t rely on this.`
    : answer.known_share < 0.5 ? `The model knows only ${percent(answer.known_share)} of the words: don’t rely on this.`
    : answer.n_words < 5 ? 'Very short: a few more words would help.' : '';
  $('caveat').textContent = caveat;
  $('caveat').className = answer.language || answer.known_share < 0.5 ? 'caution' : 'note';
  $('caveat').hidden = !caveat;
}

function telling(topic) {
  const evidence = answer.evidence[topic];
  const names = evidence ? evidence.terms.filter(tells)
    : (explanation?.topics[topic].contributions ?? []).filter((each) => each.kind === 'term' && each.value > 0 && tells(each.name)).map((each) => each.name);
  const kept = [];
  for (const name of names) if (!kept.some((other) => ` ${other} `.includes(` ${name} `) || ` ${name} `.includes(` ${other} `))) kept.push(name);
  return kept.slice(0, 3);
}

function drawBars() {
  const order = topics().sort((a, b) => answer.probabilities[b] - answer.probabilities[a]);
  const places = topics();
  const visible = places.length > MOST_BARS ? order.slice(0, Math.max(MOST_BARS, carried().length)) : places;
  $('bars').replaceChildren(...visible.map((topic) => {
    const fill = make('i', { className: 'fill' });
    fill.style.width = `${100 * answer.probabilities[topic]}%`;
    const slider = make('input', { type: 'range', min: 0.01, max: 0.99, step: 0.01, value: thresholds[topic], 'aria-label': `Threshold of ${topic}` });
    const row = make('li', { className: hueOf(places.indexOf(topic)) },
      make('span', { className: 'topic' }, topic), make('span', { className: 'track' }, make('i'), fill, slider),
      make('span', { className: 'number' }, percent(answer.probabilities[topic])), make('span', { className: 'does' }));
    const update = () => {
      const yes = answer.probabilities[topic] >= thresholds[topic];
      row.classList.toggle('yes', yes);
      row.querySelector('.does').textContent = yes ? 'carries it' : `needs ${percent(thresholds[topic])}`;
      slider.setAttribute('aria-valuetext', `${percent(thresholds[topic])}: ${yes ? 'carries it' : 'does not carry it'}`);
    };
    slider.addEventListener('input', () => {
      thresholds[topic] = Number(slider.value);
      $('reset').hidden = false;
      update();
      drawVerdict();
      drawText();
    });
    update();
    return row;
  }));
  $('reset').hidden = topics().every((topic) => thresholds[topic] === answer.thresholds[topic]);
}

function drawText() {
  const text = $('text').value;
  const places = topics();
  const found = carried().flatMap((topic) => {
    const place = places.indexOf(topic);
    if (answer.evidence[topic]) return evidenceSpans(topic, place, answer.evidence[topic], lengthOf(shown) - lengthOf(text));
    const speaking = (explanation?.topics[topic].contributions ?? []).filter((each) => each.kind === 'term' && each.value > 0 && tells(each.name));
    return speaking.slice(0, MOST_TERMS).flatMap((each) => each.spans.map(([start, end]) => ({ topic, place, start, end, kind: 'word' })));
  });
  $('read').replaceChildren(...highlighted(shown, found, lengthOf(shown) - lengthOf(text)));
  $('legend').replaceChildren(...carried().slice(0, 6).map((topic) => make('mark', { className: hueOf(places.indexOf(topic)) }, topic)));
}

function drawSums() {
  if (!explanation || !$('why').open) return;
  const order = Object.values(explanation.topics).sort((a, b) => b.probability - a.probability).slice(0, MOST_BARS);
  $('sums').replaceChildren(...order.map((each) => {
    const named = each.contributions.filter((one) => one.kind !== 'term' || tells(one.name));
    const kept = [...named.filter((one) => one.kind !== 'term'), ...named.filter((one) => one.kind === 'term').slice(0, MOST_TERMS)];
    const rest = each.contributions.length - kept.length;
    const names = { intercept: 'to start with', prevalence: 'no word is known', unevenness: 'passages speak unevenly', share: 'share of passages that speak for it', count: 'number of passages' };
    const rows = kept.sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).map((one) => [one.kind === 'term' ? `“${one.name}”` : names[one.name] ?? one.name, one.value]);
    if (rest) rows.push([`${rest} other words`, each.log_odds - kept.reduce((sum, one) => sum + one.value, 0)]);
    const most = Math.max(...rows.map(([, value]) => Math.abs(value)), 1e-9);
    const table = make('table', {}, make('tbody', {}, ...rows.map(([name, value]) => {
      const bar = make('span', { className: value < 0 ? 'sum less' : 'sum' });
      bar.style.width = `${100 * Math.abs(value) / most}%`;
      return make('tr', {}, make('td', {}, name), make('td', {}, signed(value)), make('td', {}, bar));
    }), make('tr', { className: 'total' }, make('td', {}, `log-odds, which is ${percent(each.probability)}`), make('td', {}, signed(each.log_odds)), make('td'))));
    const tip = each.tip ? make('p', { className: 'note small' }, `Without ${listed(each.tip.words)} it would be at ${percent(each.tip.probability)}, and not carried.`) : null;
    return make('div', { className: hueOf(topics().indexOf(each.topic)) }, make('h2', {}, each.topic), table, tip);
  }));
}

const signed = (value) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

// Reading and editing.
function reading(on) {
  $('text').hidden = on;
  $('read').hidden = !on;
  $('edit').hidden = !on;
  if (!on) $('text').focus();
}

async function take(text, title = '') {
  $('text').value = text;
  $('headline').value = title;
  reading(true);
  await predict();
}

async function openFile(file) {
  try {
    fault(null);
    const response = await request(`/v1/read?name=${encodeURIComponent(file.name)}`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: file });
    const { articles } = await response.json();
    $('entries').hidden = articles.length < 2;
    $('entries').replaceChildren(...articles.map((each, place) => make('option', { value: place }, each.title || each.text.slice(0, 60))));
    $('entries').onchange = () => take(articles[$('entries').value].text, articles[$('entries').value].title);
    await take(articles[0].text, articles[0].title);
  } catch (error) {
    fault(error);
  }
}

// Corrections.
const differs = () => labels && (labels.chosen('unknown').length > 0 || String(labels.chosen('yes').sort()) !== String([...answer.topics].sort()));

async function correct(right) {
  const chosen = right ? [...answer.topics] : labels.chosen('yes');
  const body = {
    id: crypto.randomUUID?.() ?? String(Math.random()).slice(2).padEnd(12, '0'), text: $('text').value, title: $('headline').value.trim() || null,
    topics: chosen, unknown: right ? [] : labels.chosen('unknown'),
    model: answer.model.name, sha256: answer.model.sha256, answered: answer.topics,
  };
  try {
    const kept = await postJSON('/v1/feedback', body);
    $('kept').textContent = `Kept: ${chosen.length ? listed(chosen) : 'none of the topics'}. ${kept.corrections.toLocaleString('en')} in all, ready to train on.`;
    $('send').disabled = true;
  } catch (error) {
    $('kept').textContent = error.message;
  }
}

// Links: the text is in the fragment, which browsers don't send.
async function packed(value) {
  const stream = new Blob([JSON.stringify(value)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

async function unpacked(text) {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return JSON.parse(await new Response(stream).text());
}

async function copyLink() {
  const changed = Object.fromEntries(topics().filter((topic) => thresholds[topic] !== answer.thresholds[topic]).map((topic) => [topic, thresholds[topic]]));
  location.hash = `a=${await packed({ text: $('text').value, title: $('headline').value, thresholds: changed })}`;
  try {
    await navigator.clipboard.writeText(location.href);
    $('kept').textContent = 'Copied. The link holds the article itself.';
  } catch {
    $('kept').textContent = 'The link is in the address bar. It holds the article itself.';
  }
}

async function fromLink() {
  const found = /^#a=([\w-]+)$/.exec(location.hash);
  if (!found) return;
  try {
    const view = await unpacked(found[1]);
    await take(String(view.text ?? ''), String(view.title ?? ''));
    if (!answer) return;
    for (const topic of topics()) if (Number.isFinite(view.thresholds?.[topic])) thresholds[topic] = view.thresholds[topic];
    draw();
  } catch {
    fault(new Error('This link is damaged: copy the whole of it.'));
  }
}

const EXAMPLE = ['Gulf summit ends with a pledge on pipelines and patrols', 'The two-day meeting of foreign ministers in Muscat closed on Wednesday with smiles and a communique of eleven pages. Most of it dealt with visas for students and a joint museum.\n\nFrom March, frigates and patrol aircraft from four countries will share radar pictures of the strait and take turns at escorting merchant ships past the minefields laid last winter.\n\nMinisters also agreed to pay for a second gas pipeline under the sea, which would carry enough fuel for six power stations.\n\nA dispute over fruit was settled as well: import duties on dates and citrus will fall to zero in stages, and customs officers will accept each other’s certificates.\n\nThe hosts had hoped for a word on football. “One miracle a day,” a spokesman said.'];

$('text').addEventListener('input', soon);
$('headline').addEventListener('input', soon);
$('text').addEventListener('paste', () => setTimeout(() => { clearTimeout(timer); reading(true); predict(); }));
$('edit').onclick = () => reading(false);
$('read').addEventListener('keydown', (event) => { if (event.key === 'Escape' || event.key === 'Enter') { event.preventDefault(); reading(false); } });
$('read').addEventListener('dblclick', () => reading(false));
$('clear').onclick = () => { $('text').value = $('headline').value = ''; $('entries').hidden = true; reading(false); predict(); history.replaceState(null, '', ' '); };
$('example').onclick = () => take(EXAMPLE[1], EXAMPLE[0]);
$('file').onchange = () => { if ($('file').files[0]) openFile($('file').files[0]); $('file').value = ''; };
$('reset').onclick = () => { thresholds = { ...answer.thresholds }; draw(); };
$('why').ontoggle = drawSums;
$('right').onclick = () => correct(true);
$('send').onclick = () => correct(false);
$('link').onclick = copyLink;
$('model').onchange = () => { drawModel(); predict(); };
addEventListener('hashchange', fromLink);
for (const kind of ['dragover', 'dragleave', 'drop']) {
  $('article').addEventListener(kind, (event) => {
    event.preventDefault();
    $('article').classList.toggle('over', kind === 'dragover');
    if (kind !== 'drop') return;
    const [file] = event.dataTransfer.files;
    const text = event.dataTransfer.getData('text/plain');
    if (file) openFile(file); else if (text) take(text);
  });
}

function drawModel() {
  $('hash').textContent = `${models.length > 1 ? '' : `model ${model().name} `}${model().sha256.slice(0, 12)}`;
  $('hash').title = `SHA-256 ${model().sha256}`;
}

async function start() {
  const about = await getJSON('/v1/model');
  models = about.models;
  learnPlainWords(about.function_words);
  $('model').hidden = models.length < 2;
  $('model').replaceChildren(...models.map((each) => make('option', { value: each.name }, each.name)));
  drawModel();
}

// Once, unless it fails.
function prepared() {
  ready ??= start().catch((error) => { ready = null; throw error; });
  return ready;
}

prepared().then(fromLink).catch(fault);
