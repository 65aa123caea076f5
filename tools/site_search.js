// The search of the site, instead of its generator's, which finds nothing if one word of a query is missing.
// A section is found by any word of the query, in any form of the word, and by the beginning of the last word. Sections
// with more and rarer words come first; a word in a heading counts more than one in the text.

const FIELDS = {title: 6, path: 2, text: 1};
const PAGE = 10;
let sections = [];
const index = new Map(); // the stem of a word: the sections that have it, and how often

const stem = (word) => word.toLowerCase().replace(/(?<=...)(ions?|ing|ed|es|s|e)$/, "");

function* words(html) {
  for (const {0: word, index: start} of html.matchAll(/<[^>]*>|&\w+;|[\p{L}\p{N}]+/gu)) {
    if (/^[\p{L}\p{N}]/u.test(word)) yield {stem: stem(word), start, end: start + word.length};
  }
}

function add(items) {
  sections = items.map((item, id) => {
    const fields = {...item, path: item.path.join("")};
    let length = 0;
    for (const [field, weight] of Object.entries(FIELDS)) {
      for (const word of words(fields[field])) {
        const found = index.get(word.stem) ?? index.set(word.stem, new Map()).get(word.stem);
        found.set(id, (found.get(id) ?? 0) + weight);
        length += weight;
      }
    }
    return {fields, length};
  });
}

// The sections of each word of a query, by the formula of Okapi BM25.
function rank(query) {
  const mean = sections.reduce((sum, {length}) => sum + length, 0) / sections.length;
  const scores = new Map();
  query.forEach((wanted, number) => {
    const isLast = number === query.length - 1;
    const forms = [...index.keys()].filter((known) => known === wanted || (isLast && known.startsWith(wanted)));
    const best = new Map();
    for (const form of forms) {
      const found = index.get(form);
      const rarity = Math.log(1 + (sections.length - found.size + 0.5) / (found.size + 0.5));
      for (const [id, count] of found) {
        const score = (rarity * count * 2.2) / (count + 0.6 + (0.6 * sections[id].length) / mean);
        best.set(id, Math.max(best.get(id) ?? 0, form === wanted ? score : score / 2));
      }
    }
    for (const [id, score] of best) scores.set(id, (scores.get(id) ?? 0) + score);
  });
  return [...scores].sort((one, other) => other[1] - one[1]).map(([id]) => id);
}

function matches(id, query) {
  const last = query.at(-1);
  return Object.keys(FIELDS).map((field) => ({
    field,
    value: {
      highlight: {
        ranges: [...words(sections[id].fields[field])]
          .filter((word) => query.includes(word.stem) || word.stem.startsWith(last))
          .map(({start, end}) => ({start, end, value: -1})),
      },
    },
  }));
}

function answer({input, page}) {
  const query = typeof input === "string" ? [...words(input)].map((word) => word.stem) : [];
  const ids = query.length ? rank(query) : [];
  const from = page?.from ?? 0;
  const pagination = {total: ids.length};
  if (from) pagination.prev = {from: from - PAGE};
  if (from + PAGE < ids.length) pagination.next = {from: from + PAGE};
  return {items: ids.slice(from, from + PAGE).map((id) => ({id, matches: matches(id, query)})), pagination};
}

self.onmessage = ({data: {type, data}}) => {
  if (type === 0) {
    add(data.items);
    self.postMessage({type: 1});
  } else if (type === 2) {
    self.postMessage({type: 3, data: answer(data)});
  }
};
