// Lists under weights, as learn.explore.lists.terms computes them: to the last bit, ties included.

function unpack(text, Type) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Type(bytes.buffer);
}

const FULL = { similarity: 1, popularity_bias: 1, repeat_bias: 1 };
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

const listed = (words) => words.slice(0, -1).join(", ") + (words.length > 1 ? " and " : "") + words[words.length - 1];

function alike(columns, lists) {
  const filled = columns.map((column, place) => [column.short, lists[place]]).filter(([, list]) => list.length);
  const pairs = [];
  for (let one = 0; one < filled.length; one += 1)
    for (let other = one + 1; other < filled.length; other += 1)
      pairs.push([filled[one][0], filled[other][0], shared(filled[one][1], filled[other][1])]);
  if (!pairs.length) return "";
  const of = Math.max(...filled.map(([, list]) => list.length));
  const both = (n) => (n ? `${n} of ${of} products` : "no product");
  if (pairs.length === 1) return `${pairs[0][0]} and ${pairs[0][1]} share ${both(pairs[0][2])}.`;
  pairs.sort((one, other) => other[2] - one[2]);
  const [most, least] = [pairs[0], pairs[pairs.length - 1]];
  const all = inAll(filled.map(([, list]) => list)).size;
  if (most[2] === least[2]) return `Any two of these lists share ${both(most[2])}; all of them share ${both(all)}.`;
  return `${most[0]} and ${most[1]} agree most: they share ${both(most[2])}. ${least[0]} and ${least[1]} agree least: they share ${both(least[2])}.`;
}

// What the weights do, or, where all count in full, what leaving out popularity would do.
function effect(columns, lists, weights) {
  const own = columns.map((column, place) => ({ column, list: lists[place] })).filter(({ column }) => column.terms);
  if (!own.length) return "";
  if (Object.values(weights).every((weight) => !weight))
    return "Nothing counts now, so all scores are equal: the items come as the catalogue has them.";
  const full = inFull(weights);
  const other = full ? { ...FULL, popularity_bias: 0 } : FULL;
  const moved = own.filter(({ column }) => !full || column.terms.has_popularity);
  if (!moved.length) return "";
  const length = Math.max(...moved.map(({ list }) => list.length));
  const kept = moved.map(({ column, list }, place) => {
    const stay = `${shared(list, listOf(column, other))} of ${column.short}’s`;
    return place ? stay : `${stay} ${length} products`;
  });
  if (full) return `With popularity turned down to 0%, ${listed(kept)} would stay.`;
  return `At these settings ${listed(kept)} stay.`;
}

// How many of each list `mark` (0 or 1 per item), of the columns that `counts` takes and that hold anything.
function marked(columns, lists, mark, counts) {
  return columns
    .map((column, place) => ({ short: column.short, of: lists[place].length, n: lists[place].filter(({ row }) => mark[row]).length, column }))
    .filter(({ column, of }) => of && counts(column));
}

// Which list names most of what was bought later.
function hitting(columns, lists, items) {
  const found = marked(columns, lists, items.hit, (column) => column.of);
  if (found.length < 2) return "";
  const [most, least] = [Math.max(...found.map(({ n }) => n)), Math.min(...found.map(({ n }) => n))];
  const of = Math.max(...found.map((one) => one.of));
  if (!most) return "None of these lists names a product that they bought later.";
  if (most === least) return `Each of these lists names ${most} of ${of} products that they bought later.`;
  const named = (n) => listed(found.filter((one) => one.n === n).map(({ short }) => short));
  const many = found.filter((one) => one.n === most).length > 1;
  return `${named(most)} ${many ? "name" : "names"} most of what they bought later: ${most} of ${of} products; least ${named(least)}: ${least || "none"}.`;
}

// How much of each list is of a kind of product that is in the basket.
function akin(columns, lists, items) {
  if (!items.akin) return "";
  const found = marked(columns, lists, items.akin, () => true);
  if (!found.length) return "";
  const words = found.map(({ short, of, n }, place) => `${n} of ${short}’s${place ? "" : ` ${of} products`}`);
  return `Of a kind that is in the basket: ${listed(words)}.`;
}

// Sentences, the most telling first.
function conclusion(columns, lists, weights, items) {
  const own = akin(columns, lists, items);
  return [own || hitting(columns, lists, items), effect(columns, lists, weights), own ? "" : alike(columns, lists)].filter(Boolean);
}
