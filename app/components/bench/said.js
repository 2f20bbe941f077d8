// What the lists come down to, in sentences: computed anew from the rows under every setting.

const listed = (words) => words.slice(0, -1).join(", ") + (words.length > 1 ? " and " : "") + words[words.length - 1];
const namesOf = (found) => listed(found.map(({ short }) => short));
const verb = (found, one, many) => (found.length > 1 ? many : one);
const mostOf = ({ n, of }) => 2 * n > of;

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
  return `${most[0]} and ${most[1]} share most, ${both(most[2])}; ${least[0]} and ${least[1]} fewest, ${least[2] || "none"}.`;
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
    const stay = `${shared(list, listOf(column, other)) || "none"} of ${column.short}’s`;
    return place ? stay : `${stay} ${length} products`;
  });
  if (full) return `Popularity turned down to 0% would leave ${listed(kept)}.`;
  return `At these settings there ${kept.length > 1 || !kept[0].startsWith("1 ") ? "are" : "is"} still ${listed(kept)}.`;
}

// How many of each list `mark` (0 or 1 per item), of the columns that `counts` takes and that hold anything.
function marked(columns, lists, mark, counts = () => true) {
  return columns
    .map((column, place) => ({ short: column.short, of: lists[place].length, n: lists[place].filter(({ row }) => mark[row]).length, column }))
    .filter(({ column, of }) => of && counts(column));
}

// "10 of 10 each", "9, 10 and 8 of 10": of lists that were named, in their order.
function amounts(found) {
  const [{ n, of }] = found;
  if (!found.every((one) => one.of === of)) return listed(found.map((one) => `${one.n} of ${one.of}`));
  if (found.every((one) => one.n === n)) return `${n} of ${of}${verb(found, "", " each")}`;
  return `${listed(found.map((one) => String(one.n)))} of ${of}`;
}

const named = (found) => listed(found.map(({ short, n, of }) => `${n} of ${short}’s ${of}`));

// Which list hits most often.
function hitting(columns, lists, items) {
  const found = marked(columns, lists, items.hit, (column) => column.of);
  if (found.length < 2) return "";
  const [most, least] = [Math.max(...found.map(({ n }) => n)), Math.min(...found.map(({ n }) => n))];
  if (!most) return "None of these lists names a product that they bought later.";
  if (most === least) return `All these lists hit alike: ${amounts(found)} ${most > 1 ? "were" : "was"} bought later.`;
  const [best, worst] = [most, least].map((n) => found.filter((one) => one.n === n));
  const own = verb(best, `${most} of its ${best[0].of}`, amounts(best));
  return `${namesOf(best)} ${verb(best, "hits", "hit")} most often: ${own} ${most > 1 || best.length > 1 ? "were" : "was"} bought later; ${namesOf(worst)} least: ${least || "none"}.`;
}

// Whose lists are mostly what everybody buys; "" where none is.
function selling(columns, lists, items, bestsellers) {
  const found = marked(columns, lists, items.best);
  const sell = found.filter(mostOf);
  const rest = found.filter((one) => !mostOf(one));
  if (!sell.length) return "";
  const who = sell.length > 1 && !rest.length ? "All these lists" : namesOf(sell);
  const others = rest.length ? `, against ${named(rest)}` : "";
  return `${who} ${verb(sell, "shows", "show")} mostly bestsellers: ${amounts(sell)} are among the catalogue’s ${bestsellers} most bought products${others}.`;
}

// Whose lists follow the basket (mostly of a kind of product that is in it), and whose show what everybody buys.
function following(columns, lists, items, bestsellers) {
  const best = marked(columns, lists, items.best);
  const found = marked(columns, lists, items.akin).map((one, place) => ({ ...one, best: best[place].n }));
  if (!found.length) return "";
  const follow = found.filter(mostOf);
  const sell = found.filter((one) => !mostOf(one) && mostOf({ ...one, n: one.best }));
  const rest = found.filter((one) => !follow.includes(one) && !sell.includes(one));
  const said = [];
  if (sell.length) {
    const sold = amounts(sell.map((one) => ({ ...one, n: one.best })));
    said.push(`${namesOf(sell)} ${verb(sell, "shows", "show")} bestsellers, not the kinds in the basket: ${sold} are among the ${bestsellers} most bought, ${amounts(sell)} of a kind in it.`);
  }
  const only = sell.length && follow.length ? "Only " : "";
  const it = sell.length ? "it" : "the basket";
  if (follow.length) said.push(`${only}${namesOf(follow)} ${verb(follow, "follows", "follow")} ${it}: ${amounts(follow)}.`);
  if (rest.length) said.push(`Of a kind in the basket: ${named(rest)}.`);
  return said.join(" ");
}

// Sentences, the most telling first.
function conclusion(columns, lists, weights, items, bestsellers) {
  const moved = effect(columns, lists, weights);
  if (items.akin) return [following(columns, lists, items, bestsellers), moved].filter(Boolean);
  const sold = selling(columns, lists, items, bestsellers);
  return [sold, sold ? moved : "", hitting(columns, lists, items), sold ? "" : moved, alike(columns, lists)].filter(Boolean);
}
