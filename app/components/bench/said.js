// What the lists come down to, in sentences: computed anew from the rows under every setting.

const listed = (words) => words.slice(0, -1).join(", ") + (words.length > 1 ? " and " : "") + words[words.length - 1];
const namesOf = (found) => listed(found.map(({ short }) => short));
const verb = (found, one, many) => (found.length > 1 ? many : one);
const mostOf = ({ n, of }) => 2 * n > of;

// Every two of `filled` ({ short, list }), and how many products both lists hold.
function pairsOf(filled) {
  return filled.flatMap((one, place) => filled.slice(place + 1).map((other) => ({ of: [one, other], n: shared(one.list, other.list) })));
}

// Who is meant by `pairs`: one pair, or every two of some lists; "" where neither.
function pairsNamed(pairs) {
  const members = [...new Set(pairs.flatMap(({ of }) => of))];
  if (pairs.length === 1) return namesOf(members);
  return 2 * pairs.length === members.length * (members.length - 1) ? `any two of ${namesOf(members)}` : "";
}

function alike(columns, lists) {
  const filled = columns.map(({ short }, place) => ({ short, list: lists[place] })).filter(({ list }) => list.length);
  const pairs = pairsOf(filled);
  if (!pairs.length) return "";
  const of = Math.max(...filled.map(({ list }) => list.length));
  const both = (n) => (n ? `${n} of ${of} products` : "no product");
  const [most, least] = [Math.max, Math.min].map((choose) => choose(...pairs.map(({ n }) => n)));
  if (pairs.length === 1) return `${namesOf(filled)} share ${both(most)}.`;
  if (most === least) {
    const all = most ? `; all of them share ${both(inAll(filled.map(({ list }) => list)).size)}` : "";
    return `Any two of these lists share ${both(most)}${all}.`;
  }
  const [top, bottom] = [most, least].map((wanted) => pairs.filter(({ n }) => n === wanted));
  const first = pairsNamed(top);
  const said = first ? `${first} share most, ${both(most)}` : `no two lists share more than ${both(most)}`;
  const lone = filled.find((one) => bottom.length === filled.length - 1 && bottom.every((pair) => pair.of.includes(one)));
  const centre = filled.find((one) => bottom.length > 1 && bottom.every((pair) => pair.of.includes(one)));
  const others = centre ? namesOf(filled.filter((one) => one !== centre && bottom.some((pair) => pair.of.includes(one)))) : "";
  const few = centre && `${centre.short} shares ${least ? `fewest with ${others}, ${least} each` : `nothing with ${others}`}`;
  const fewest = few || `${pairsNamed(bottom) || `${bottom.length} pairs of lists`} share ${least ? `fewest, ${least}` : "none"}`;
  const last = lone ? `${lone.short} shares ${least ? `fewest, ${least} with each other list` : "none with any other"}` : fewest;
  return `${said[0].toUpperCase()}${said.slice(1)}; ${last}.`;
}

// How much of each list as trained is in `lists`, of the columns that `counts` takes; "" of none.
function kept(columns, lists, counts = () => true) {
  const own = columns.map((column, place) => ({ column, list: lists[place] })).filter(({ column }) => column.terms && counts(column));
  return listed(
    own.map(({ column, list }, place) => {
      const stay = `${shared(list, listOf(column, FULL)) || "none"} of ${column.short}’s`;
      return place ? stay : `${stay} ${list.length} products`;
    }).concat(own.length ? [] : [""]),
  );
}

// What leaving out popularity would do to the lists as trained.
function withoutPopularity(columns) {
  const off = columns.map((column) => (column.terms ? listOf(column, WITHOUT_POPULARITY) : []));
  const stay = kept(columns, off, (column) => column.terms.has_popularity);
  return stay && `Turned down to 0 it would leave ${stay}.`;
}

// How many of each list `mark` (true of what counts, per item), of the columns that `counts` takes and that hold anything.
function marked(columns, lists, mark, counts = () => true) {
  return columns
    .map((column, place) => ({ short: column.short, of: lists[place].length, n: lists[place].filter(({ row }) => mark[row]).length, column, list: lists[place] }))
    .filter(({ column, of }) => of && counts(column));
}

// "10 of 10 each", "9, 10 and 8 of 10": of lists that were named, in their order.
function amounts(found) {
  const [{ n, of }] = found;
  if (!found.every((one) => one.of === of)) return listed(found.map((one) => `${one.n} of ${one.of}`));
  if (found.every((one) => one.n === n)) return `${n} of ${of}${verb(found, "", " each")}`;
  return `${listed(found.map((one) => String(one.n)))} of ${of}`;
}

const named = (found) => listed(found.map(({ short, n, of }) => `${n || "none"} of ${short}’s ${of}`));

// Which list hits most, and all others after it.
function hitting(columns, lists, items) {
  const found = marked(columns, lists, items.hit, (column) => column.of);
  if (!found.length) return "";
  const counts = [...new Set(found.map(({ n }) => n))].sort((one, other) => other - one);
  if (!counts[0]) return `${found.length > 1 ? "None of these lists" : "This list"} names ${found.length > 1 ? "a" : "no"} product that they bought later.`;
  if (found.length === 1) return `${amounts(found)} bought later.`;
  if (counts.length === 1) return `All these lists hit alike: ${amounts(found)} bought later.`;
  const [best, ...rest] = counts.map((n) => found.filter((one) => one.n === n));
  const even = found.every(({ of }) => of === found[0].of);
  const amount = (group) => (even ? (group[0].n ? `${group[0].n}${verb(group, "", " each")}` : "none") : amounts(group));
  return `${namesOf(best)} ${verb(best, "hits", "hit")} most: ${amounts(best)} bought later; ${rest.map((group) => `${namesOf(group)} ${amount(group)}`).join(", ")}.`;
}

// Fewer products than this between the most hits of one person and the fewest are what chance gives, too.
const CHANCE = 6;

// That the hits tell nothing of who is better, with the fewest and the most of them; "" where they do, or all are the same.
function tooFew(columns, lists, items) {
  const found = marked(columns, lists, items.hit, (column) => column.of);
  const hits = found.map(({ n }) => n);
  const [least, most] = [Math.min(...hits), Math.max(...hits)];
  if (hits.length < 2 || most === least || most - least >= CHANCE) return "";
  const even = found.every(({ of }) => of === found[0].of);
  return `Too few hits to tell them apart: ${least} to ${most}${even ? ` of ${found[0].of}` : ""}`;
}

// How many of all suggestions in `found` are what is counted: "All 40", "All but one of the 40", "37 of the 40".
function altogether(found) {
  const [n, of] = ["n", "of"].map((name) => found.reduce((sum, one) => sum + one[name], 0));
  if (n === of) return `All ${of}`;
  return of - n === 1 ? `All but one of the ${of}` : `${n} of the ${of}`;
}

// Whose lists are mostly what everybody buys: [who, how much], without a stop; null where none is.
function selling(columns, lists, items, { most_bought: top }) {
  const found = marked(columns, lists, items.best);
  const sell = found.filter(mostOf);
  const rest = found.filter((one) => !mostOf(one));
  if (!sell.length) return null;
  const among = top > 1 ? ` (among the ${top} most bought)` : "";
  if (sell.length > 1 && !rest.length) return [`${altogether(sell)} suggestions are bestsellers`, among];
  const others = rest.length ? `, against ${named(rest)}` : "";
  const only = sell.every(({ n, of }) => n === of);
  const whose = verb(sell, "its", "their");
  const how = only ? "" : `: ${altogether(sell).replace("the", whose).toLowerCase()}`;
  return [`${namesOf(sell)} ${verb(sell, "shows", "show")} ${only ? "only" : "mostly"} bestsellers`, `${among}${how}${others}`];
}

// Of a known person's lists, what is sure first: who hits most, or that the hits cannot tell.
function ofHits(columns, lists, items, told) {
  const sell = selling(columns, lists, items, told);
  const few = tooFew(columns, lists, items);
  if (!few) return [hitting(columns, lists, items), sell ? `${sell.join("")}.` : alike(columns, lists)];
  if (!sell) return [`${few}.`, alike(columns, lists)];
  const [who, much] = sell;
  return [`${few}; ${/^All /.test(who) ? who[0].toLowerCase() + who.slice(1) : who}.`, much && `Bestsellers${much}.`];
}

// What is behind the question mark: how lists are read, what bestsellers are.
function notes(columns, lists, items, told) {
  const best = lists.some((list) => list.some(({ row }) => items.best[row]));
  const lines = "A grey line joins the same product in two lists that stand beside each other. Point at a product, or click it, to mark it in every list.";
  const titles = "Titles are the catalogue’s own, abbreviations included; a size stands below its title.";
  return [columns.length > 1 ? lines : "", best ? sellingIn(lists, items, told) : "", titles].filter(Boolean);
}

// Sentences, the most telling first; `told`: of the kinds in the basket.
function conclusion(columns, lists, weights, items, told) {
  const moved = columns.some((column) => column.terms) && !inFull(weights);
  if (moved && Object.values(weights).every((weight) => !weight))
    return ["Nothing counts now, so all scores are equal: the items come as the catalogue has them."];
  const only = weights.similarity === 1 && weights.repeat_bias === 1; // then other lists stay as they are
  const stay = moved ? kept(columns, lists, (column) => !only || column.terms.has_popularity) : "";
  const own = items.akin
    ? following(columns, lists, items, told, weights)
    : ofHits(columns, lists, items, told);
  return [...own, stay && `Of the lists as trained this mix keeps ${stay}.`].filter(Boolean);
}
