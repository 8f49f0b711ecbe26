// One article after the other, with keys; what is labelled is on the disk when the next one shows.

import { $, choices, fault, getJSON, lengthOf, listed, make, percent, postJSON, request, save } from '/api.js';
import { evidenceSpans, highlighted } from '/highlight.js';

const RENEW_EVERY = 60000;
let topics = [];
let task = null;
let labels = null;
let place;
let busy = false;

const who = () => localStorage.getItem('labeller') ?? '';

export async function show(model) {
  topics = Object.keys(model.topics);
  place ??= build();
  draw(await getJSON('/v1/labelling'));
  if (who()) await step('next');
}

function build() {
  const name = make('input', { id: 'who', value: who(), maxLength: 60, autocomplete: 'off', placeholder: 'your name' });
  name.onchange = () => { localStorage.setItem('labeller', name.value.trim()); task = null; if (who()) begin(); };
  const file = make('input', { type: 'file', id: 'pool', className: 'hidden', accept: '.jsonl,.ndjson,.json,.csv,.tsv,.parquet,.gz' });
  file.onchange = () => { if (file.files[0]) add(file.files[0]); file.value = ''; };
  const parts = {
    piece: make('div', { className: 'piece', tabIndex: 0, role: 'region', ariaLabel: 'The article to label' }),
    hint: make('p', { className: 'note' }),
    labels: make('div'),
    progress: make('p', { role: 'status' }),
    bar: make('progress', { max: 1, value: 0, ariaLabel: 'Articles labelled' }),
    added: make('p', { role: 'status' }),
    work: make('div', { hidden: true }),
    empty: make('p', { hidden: true }, 'Nothing is left to label. Bring more articles, or download the labels and train on them.'),
    open: make('input', { type: 'checkbox', id: 'reveal', checked: localStorage.getItem('reveal') === 'yes' }),
    save: make('button', { onclick: () => save('/v1/labelling/labels', 'labels.jsonl').catch(fault) }, 'Download labels'),
  };
  parts.open.onchange = () => { localStorage.setItem('reveal', parts.open.checked ? 'yes' : 'no'); drawTask(); };
  const key = (letter, shown, action) => make('button', { onclick: action }, shown, ' ', make('kbd', {}, letter));
  parts.work.append(parts.piece, parts.hint, parts.labels, make('p', { className: 'bar' },
    key('Enter', 'Save, next', keep), key('N', 'None of them', none), key('U', 'All unknown', unknown), key('S', 'Skip', () => step('skip')), key('Z', 'Undo', () => step('undo'))),
  make('p', { className: 'note small' }, 'Keys: a topic’s number to change it, with Shift for unknown. They work while no field is being typed in.'));
  $('labelling').append(
    make('div', { className: 'bar' }, make('label', {}, 'Who labels: ', name), make('label', { className: 'button', htmlFor: 'pool' }, 'Bring articles'), file, parts.save,
      make('label', {}, parts.open, ' Show what the model says')),
    make('p', { className: 'note' }, 'Bring what topicclf suggest or topicclf audit --json wrote, or any JSON lines, CSV or Parquet: of a pool the 100 most worth labelling are chosen.'),
    parts.added, parts.bar, parts.progress, parts.work, parts.empty);
  addEventListener('keydown', pressed);
  setInterval(() => { if (task && !document.hidden) postJSON('/v1/labelling/renew', { labeller: who() }).catch(() => {}); }, RENEW_EVERY);
  return parts;
}

async function add(file) {
  place.added.textContent = `Reading ${file.name} …`;
  try {
    const response = await request(`/v1/labelling/articles?name=${encodeURIComponent(file.name)}`, { method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: file });
    const added = await response.json();
    place.added.textContent = `${added.added} articles added${added.chosen_from ? `, chosen from ${added.chosen_from}` : ''}${added.there_already ? `; ${added.there_already} were there already` : ''}${added.bad ? `; ${added.bad} records can’t be used` : ''}.`;
    draw(added.progress);
    if (!task && who()) await begin();
    if (!who()) $('who').focus();
  } catch (error) {
    place.added.textContent = error.message;
  }
}

// Keys work at once, without a click away from the field.
async function begin() {
  await step('next');
  place.piece.focus();
}

async function step(action, more = {}) {
  if (busy || !who()) return;
  busy = true;
  try {
    const body = { labeller: who(), ...more };
    if (action === 'skip') body.article = task.number;
    const answer = await postJSON(`/v1/labelling/${action}`, body);
    fault(null);
    if (action !== 'undo' || answer.next) task = answer.next;
    draw(answer.progress);
    drawTask();
  } catch (error) {
    fault(error);
    // Somebody else has it: go on with another one.
    if (error.status === 409) { task = null; busy = false; await step('next'); }
  } finally {
    busy = false;
  }
}

const keep = () => task && step('labels', { article: task.number, topics: labels.chosen('yes'), unknown: labels.chosen('unknown') });
const none = () => { labels.all({}); keep(); };
const unknown = () => { labels.all(Object.fromEntries(topics.map((topic) => [topic, 'unknown']))); };

function draw(progress) {
  const { with_model: model, with_before: before } = progress;
  const people = Object.entries(progress.labellers).map(([name, count]) => `${name} ${count}`).join(', ');
  place.bar.max = Math.max(progress.articles, 1);
  place.bar.value = progress.labelled;
  place.bar.hidden = !progress.articles;
  place.progress.textContent = progress.articles
    ? `${progress.labelled} of ${progress.articles} labelled${people ? ` (${people})` : ''}.${agreement(model, 'with the model')}${agreement(before, 'with the earlier labels')}`
    : 'There are no articles to label yet.';
  place.save.disabled = !progress.labelled;
  place.empty.hidden = !progress.articles || progress.labelled < progress.articles;
}

const agreement = ({ same, compared }, what) => (compared ? ` Agreement ${what}: ${same} of ${compared}, ${percent(same / compared)}.` : '');

function drawTask() {
  place.work.hidden = !task;
  if (!task) { place.empty.hidden = place.bar.hidden; return; }
  const joined = task.title ? `${task.title}\n${task.text}` : task.text;
  const offset = lengthOf(joined) - lengthOf(task.text);
  // Whoever sees the model's answer first tends to agree with it.
  const revealed = place.open.checked;
  const spans = (revealed ? task.answer : []).flatMap((topic) => evidenceSpans(topic, topics.indexOf(topic), task.evidence[topic], offset));
  place.piece.replaceChildren(...highlighted(joined, spans, offset));
  place.piece.scrollTop = 0;
  const said = task.answer.length ? listed(task.answer.map((topic) => `${topic} (${percent(task.probabilities[topic])})`)) : 'none of the topics';
  const doubts = task.doubts.map((doubt) => `${doubt.topic} ${doubt.labelled ? '' : 'not '}labelled`).join(', ');
  place.hint.textContent = `${revealed ? `The model says ${said}. ` : ''}${task.before ? `Labelled ${task.before.length ? listed(task.before) : 'none'} before.` : ''}${doubts ? ` In doubt: ${doubts}.` : ''}`;
  labels = choices(place.labels, topics);
  const start = task.topics ?? task.before ?? (revealed ? task.answer : []);
  labels.all(Object.fromEntries([...start.map((topic) => [topic, 'yes']), ...task.unknown.map((topic) => [topic, 'unknown'])]));
}

function pressed(event) {
  if ($('label').hidden || !task || busy || event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  if (event.key === 'Enter' && event.target.tagName === 'BUTTON') return;
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1];
  const topic = digit && topics[digit - 1];
  if (topic) labels.set(topic, event.shiftKey ? 'unknown' : labels.of(topic) === 'yes' ? 'no' : 'yes');
  else {
    const action = { Enter: keep, n: none, u: unknown, s: () => step('skip'), z: () => step('undo') }[event.key];
    if (!action) return;
    action();
  }
  event.preventDefault();
}
