// What is in the model, as its card says it.

import { $, getJSON, hueOf, make, percent } from '/api.js';

let shownFor = '';

export async function show() {
  const about = await getJSON('/v1/model');
  const key = about.models.map((each) => each.sha256).join();
  if (key === shownFor) return;
  shownFor = key;
  $('card').replaceChildren(...about.models.flatMap(described),
    ...(about.guide ? [make('h2', {}, 'What the topics mean'), ...markdown(about.guide, true)] : []),
    ...(about.card ? [make('h2', {}, 'Its card'), ...markdown(about.card.replace(/^---[\s\S]*?---\n/, ''), true)] : []));
}

function described(model) {
  const number = (value) => (Number.isFinite(value) ? value.toFixed(3) : '');
  const known = Object.values(model.topics).some((topic) => Number.isFinite(topic.numbers.f1));
  const heads = ['topic', 'threshold', 'how common', ...(known ? ['F1', 'average precision', 'calibration error'] : []), 'speaks for it', 'speaks against it'];
  const rows = Object.entries(model.topics).map(([name, topic], place) => make('tr', { className: hueOf(place) },
    make('th', { scope: 'row' }, name), make('td', {}, percent(topic.threshold)), make('td', {}, percent(topic.prevalence)),
    ...(known ? [number(topic.numbers.f1), number(topic.numbers.average_precision), number(topic.numbers.calibration_error)].map((each) => make('td', {}, each)) : []),
    make('td', { className: 'words' }, topic.speaks_for.join(', ')), make('td', { className: 'words' }, topic.speaks_against.join(', '))));
  return [
    make('h2', {}, model.name),
    make('p', {}, `${model.n_words.toLocaleString('en')} words, ${model.n_pairs.toLocaleString('en')} pairs of words; ${(model.size / 1e6).toFixed(1)} MB; ${model.languages.join(', ') || 'language unknown'}. `, make('small', {}, `SHA-256 ${model.sha256}`)),
    ...(known ? [picture(model)] : []),
    scrolled(make('table', {}, make('thead', {}, make('tr', {}, ...heads.map((head) => make('th', { scope: 'col' }, head)))), make('tbody', {}, ...rows))),
  ];
}

// F1 of each topic as bars; the numbers are in the table below.
function picture(model) {
  return make('div', { className: 'f1', role: 'img', 'aria-label': 'F1 of each topic, measured out of fold' },
    ...Object.entries(model.topics).slice(0, 20).map(([name, topic], place) => {
      const bar = make('i', { className: 'fill' });
      bar.style.width = `${100 * topic.numbers.f1}%`;
      return make('p', { className: hueOf(place) }, make('span', {}, name), make('span', { className: 'track yes' }, make('i'), bar), make('span', {}, topic.numbers.f1.toFixed(3)));
    }));
}

const scrolled = (table) => make('div', { className: 'wide', tabindex: 0, role: 'group', 'aria-label': 'Table' }, table);

// As much of Markdown as cards have: headings, paragraphs, lists, tables and blocks of code.
export function markdown(text, skipTitle = false) {
  const blocks = text.trim().split(/\n{2,}/);
  const parts = [];
  for (let number = 0; number < blocks.length; number += 1) {
    let block = blocks[number];
    if (block.startsWith('<!--')) block = block.replace(/^<!--[\s\S]*?-->\n?/, '');
    if (block.startsWith('```')) while (!/\n```\s*$/.test(block) && number + 1 < blocks.length) block += `\n\n${blocks[number += 1]}`;
    const heading = /^(#+) (.*)(?:\n([\s\S]*))?$/.exec(block);
    if (block.startsWith('```')) parts.push(make('pre', { className: 'wide', tabindex: 0 }, block.replace(/^```.*\n/, '').replace(/\n?```\s*$/, '')));
    else if (heading) {
      if (!(skipTitle && heading[1].length === 1)) parts.push(make('h3', {}, heading[2]));
      if (heading[3]) blocks.splice(number + 1, 0, heading[3]);
    } else if (block.startsWith('|')) parts.push(scrolled(table(block)));
    else if (/^[-*] /.test(block)) parts.push(make('ul', {}, ...block.split(/\n(?=[-*] )/).map((item) => make('li', {}, ...inline(item.slice(2))))));
    else if (block.trim()) parts.push(make('p', {}, ...inline(block)));
  }
  return parts;
}

function table(block) {
  const rows = block.split('\n').filter((row) => !/^\|[-|: ]+\|$/.test(row))
    .map((row) => row.replace(/^\||\|$/g, '').split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|')));
  return make('table', { className: 'prose' }, make('thead', {}, make('tr', {}, ...rows[0].map((cell) => make('th', { scope: 'col' }, ...inline(cell))))),
    make('tbody', {}, ...rows.slice(1).map((row) => make('tr', {}, ...row.map((cell) => make('td', {}, ...inline(cell)))))));
}

const inline = (text) => text.replaceAll('\n', ' ').split(/(\*\*[^*]+\*\*|`[^`]+`)/).filter(Boolean).map((part) =>
  part.startsWith('**') ? make('b', {}, part.slice(2, -2)) : part.startsWith('`') ? make('code', {}, part.slice(1, -1)) : part);
