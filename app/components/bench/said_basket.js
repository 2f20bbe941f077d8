// Whose lists follow a basket, and whose show what everybody buys: the same sentences for somebody new.

// For how many items of the basket a list has something of their kind; `kinds`: how many of them are of each.
function covered(list, akin, kinds) {
  const there = new Set(list.map(({ row }) => akin[row]).filter(Boolean));
  return [...there].reduce((sum, place) => sum + kinds[place - 1], 0);
}

// The kinds of the basket that a list has something of: "Beers/ales or Dry sauces/gravy"; of many, or where lists differ,
// "of its kinds".
function kindsOf(some, akin, names) {
  const each = some.map(({ list }) => [...new Set(list.map(({ row }) => akin[row]).filter(Boolean))].sort((one, other) => one - other));
  const [first] = each;
  if (first.length > 3 || each.some((one) => String(one) !== String(first))) return "of its kinds";
  const own = first.map((place) => names[place - 1]);
  return [own.slice(0, -1).join(", "), own[own.length - 1]].filter(Boolean).join(" or ");
}

// "all 10", "8 of 10", "9 and 10 of 10".
function amount(some) {
  const [{ n, of }] = some;
  return some.length === 1 && n === of ? `all ${n}` : amounts(some);
}

// How much alike any two of `found` are, in a word.
function likeness(found) {
  const of = Math.max(...found.map((one) => one.of));
  const least = Math.min(...pairsOf(found).map(({ n }) => n));
  if (found.length < 2 || !mostOf({ n: least, of })) return "";
  return least === of ? "the same " : `${5 * least < 4 * of ? "mostly" : "nearly"} the same `;
}

function sellingOnly(sell) {
  const none = sell.every(({ n }) => !n);
  const one = sell.every(({ n }) => n === 1);
  const how = none ? "none is" : `only ${amounts(sell)} ${one ? "is" : "are"}`;
  return `${namesOf(sell)} ${verb(sell, "shows", "show")} ${likeness(sell)}bestsellers: ${how} of a kind in the basket.`;
}

// "the ", "the 2nd ", "the 11th ": before "most bought".
function nth(place) {
  if (place === 1) return "the";
  const teen = place % 100 > 10 && place % 100 < 14;
  return `the ${place}${(!teen && ["", "st", "nd", "rd"][place % 10]) || "th"}`;
}

// Those of `found` that find clearly less among real users, with their figures; "" of none.
function findLess(found) {
  const less = found.filter(({ column }) => column.less);
  const each = less.map(({ short, column }) => `${found.length > 1 ? short : "it"} finds less: ${column.less}`);
  return less.length ? `For real users ${each.join("; ")}.` : "";
}

// What bestsellers are, and how much bought the first of them is that the lists show.
function sellingIn(lists, items, { bestsellers }) {
  const first = items.sold && lists.flat().find(({ row }) => items.best[row])?.row;
  return `Bestsellers: ${bestsellers}${first === undefined ? "" : `; “${items.title[first]}” is ${nth(items.sold[first])} most bought`}.`;
}

function following(columns, lists, items, { kinds, names, unknown }) {
  const best = marked(columns, lists, items.best);
  const found = marked(columns, lists, items.akin).map((one, place) => ({ ...one, best: best[place].n, has: covered(one.list, items.akin, kinds) }));
  if (!found.length) return [];
  const of = kinds.reduce((sum, n) => sum + n, 0);
  const known = unknown ? " of a known kind" : "";
  const answered = (some) => (some.every(({ has }) => has === some[0].has) ? String(some[0].has) : listed(some.map(({ has }) => String(has))));
  const follow = found.filter((one) => mostOf(one) && 2 * one.has > of);
  const stick = found.filter((one) => mostOf(one) && 2 * one.has <= of);
  const sell = found.filter((one) => !mostOf(one) && mostOf({ ...one, n: one.best }));
  const rest = found.filter((one) => !mostOf(one) && !sell.includes(one));
  const said = sell.length ? [sellingOnly(sell)] : [];
  if (follow.length) {
    said.push(`${namesOf(follow)} ${verb(follow, "follows", "follow")} the basket: ${amount(follow)} are ${kindsOf(follow, items.akin, names)}.`, findLess(follow));
  }
  if (stick.length) {
    said.push(`${namesOf(stick)} ${verb(stick, "sticks", "stick")} to part of the basket: ${amount(stick)} are ${kindsOf(stick, items.akin, names)}, like ${answered(stick)} of its ${of} items${known}.`);
  }
  if (rest.length) said.push(`Of a kind in the basket: ${named(rest)}.`);
  return [...said, sell.length > 1 ? "" : alike(columns, lists)];
}
