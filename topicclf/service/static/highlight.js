// A text with the sentences and words that speak for topics: by colour, by line, and by name.

import { cutter, hueOf, lengthOf, make } from '/api.js';

let plainWords = new Set();

export function learnPlainWords(words) {
  plainWords = new Set(words);
}

// Whether a term means something by itself: it neither begins nor ends with a function word or a shred.
export function tells(name) {
  const words = name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const full = (word) => word.length > 2 && !plainWords.has(word);
  return words.length > 0 && full(words[0]) && full(words.at(-1));
}

// Evidence as spans of title and text together; the text starts at an offset.
export function evidenceSpans(topic, place, evidence, offset) {
  return evidence.sentences.flatMap((sentence) => {
    const from = sentence.where === 'title' ? 0 : offset;
    const span = (each, kind) => ({ topic, place, kind, start: each.start + from, end: each.end + from });
    return [span(sentence, 'sentence'), ...sentence.terms.filter((term) => tells(term.text)).map((term) => span(term, 'word'))];
  });
}

// Elements for a text; what lies before an offset is the title.
export function highlighted(text, spans, offset) {
  const cut = cutter(text);
  const edges = [...new Set([0, offset, lengthOf(text), ...spans.flatMap((each) => [each.start, each.end])])].sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, number) => {
    const end = edges[number + 1];
    const here = spans.filter((each) => each.start <= start && each.end >= end);
    const sentences = here.filter((each) => each.kind === 'sentence');
    const word = here.find((each) => each.kind === 'word');
    const piece = word ? make('mark', { className: hueOf(word.place), title: `speaks for ${word.topic}` }, cut(start, end)) : cut(start, end);
    const classes = [...(sentences.length ? ['s', hueOf(sentences[0].place)] : []), ...(end <= offset ? ['title'] : [])];
    const tags = sentences.filter((each) => each.start === start).map((each) => make('span', { className: `tag ${hueOf(each.place)}` }, each.topic));
    return classes.length ? make('span', { className: classes.join(' ') }, ...tags, piece) : piece;
  });
}
