// Lists under weights, as learn.explore.lists.terms computes them: to the last bit, ties included.

function unpack(text, Type) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Type(bytes.buffer);
}

const FULL = { similarity: 1, popularity_bias: 1, repeat_bias: 1 };
const WITHOUT_POPULARITY = { ...FULL, popularity_bias: 0 };
const inFull = (weights) => Object.keys(FULL).every((code) => weights[code] === 1);

// A column with its numbers unpacked; `rows` are places in the table of items, in the catalogue's order.
function readColumn(column) {
  const kept = new Map();
  if (!column.terms) return { ...column, kept };
  const rows = unpack(column.terms.rows, Int32Array);
  const whole = unpack(column.terms.whole, Float32Array);
  const popularity = unpack(column.terms.popularity, Float32Array);
  const repeats = Float64Array.from(unpack(column.terms.repeats, Float32Array));
  // The difference of two single-precision numbers is exact in double precision: the terms add up to the score.
  const similarity = Float64Array.from(whole, (score, place) => score - popularity[place]);
  return { ...column, kept, rows, similarity, popularity, repeats };
}

// [{row, score, place}], the best first; equal scores as the catalogue has the items.
function computeList(column, weights) {
  if (!column.terms) return column.fixed.rows.map((row, place) => ({ row, score: column.fixed.scores[place] }));
  const { similarity, popularity, repeats } = column;
  const scores = new Float32Array(column.rows.length);
  for (let place = 0; place < scores.length; place += 1)
    scores[place] =
      weights.similarity * similarity[place] +
      weights.popularity_bias * popularity[place] +
      weights.repeat_bias * repeats[place];
  // The k-th best score first, by the engine's own fast sort of numbers; then only what reaches it is put in order.
  const least = scores.length > column.k ? scores.slice().sort()[scores.length - column.k] : -Infinity;
  const order = [];
  for (let place = 0; place < scores.length; place += 1) if (scores[place] >= least) order.push(place);
  order.sort((one, other) => scores[other] - scores[one] || one - other);
  return order.slice(0, column.k).map((place) => ({ row: column.rows[place], score: scores[place], place }));
}

const MOST_KEPT = 60;

// The same, kept for the weights that were asked before.
function listOf(column, weights) {
  const key = [weights.similarity, weights.popularity_bias, weights.repeat_bias].join();
  if (column.kept.size > MOST_KEPT) column.kept.clear();
  if (!column.kept.has(key)) column.kept.set(key, computeList(column, weights));
  return column.kept.get(key);
}

const shared = (one, other) => {
  const rows = new Set(other.map((entry) => entry.row));
  return one.filter((entry) => rows.has(entry.row)).length;
};

const inAll = (lists) => {
  const rest = lists.slice(1).map((list) => new Set(list.map((entry) => entry.row)));
  return new Set(lists[0].map((entry) => entry.row).filter((row) => rest.every((rows) => rows.has(row))));
};
