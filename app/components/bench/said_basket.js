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

// The same of a small basket, where popularity finds more over known users (`worth`: for which Runs, in words).
function sellingRight(sell, worth, weights) {
  if (!worth?.words || !inFull(weights) || !sell.every(({ column }) => worth.names.includes(column.name))) return null;
  const bestsellers = `${verb(sell, "shows", "show")} ${likeness(sell)}bestsellers`;
  const one = sell.every(({ n }) => n === 1);
  const first = sell.every(({ n }) => !n)
    ? `${namesOf(sell)} ${verb(sell, "ignores", "ignore")} the basket and ${bestsellers}.`
    : `${namesOf(sell)} ${bestsellers}: only ${amounts(sell)} ${one ? "is" : "are"} of a kind in the basket.`;
  return [first, worth.words];
}

// Behind the question mark, where that is said: what baskets are meant, what the lists would be without popularity, and
// who finds less over known users.
function basketNotes(columns, lists, items, { worth, kinds, names, users = "known users" }, weights) {
  const sell = items.akin ? sellers(ofBasket(columns, lists, items, kinds)) : [];
  if (!sell.length || !sellingRight(sell, worth, weights)) return [];
  const less = columns.filter((column) => column.less).map(({ short, less }) => `Over ${users} ${short} finds less: ${less}.`);
  return [worth.note, whyNot(sell, items, names, weights), ...less].filter(Boolean);
}

// Of lists that a basket is told of: how many of each are of a kind in it, and how many are bestsellers.
function ofBasket(columns, lists, items, kinds) {
  const best = marked(columns, lists, items.best);
  return marked(columns, lists, items.akin).map((one, place) => ({ ...one, best: best[place].n, has: covered(one.list, items.akin, kinds) }));
}

const sellers = (found) => found.filter((one) => !mostOf(one) && mostOf({ ...one, n: one.best }));

// "the ", "the 2nd ", "the 11th ": before "most bought".
function nth(place) {
  if (place === 1) return "the";
  const teen = place % 100 > 10 && place % 100 < 14;
  return `the ${place}${(!teen && ["", "st", "nd", "rd"][place % 10]) || "th"}`;
}

// Those of `found` whose lists are as trained and that find clearly less over `users`, with their figures; "" of none.
function findLess(found, users, weights) {
  const less = found.filter(({ column }) => column.less && (inFull(weights) || !column.terms?.has_popularity));
  const each = less.map(({ short, column }) => `${found.length > 1 ? short : "it"} finds less: ${column.less}`);
  return less.length ? `Over ${users} ${each.join("; ")}.` : "";
}

// What the lists that hold mostly bestsellers would be without popularity: whether that is why they leave the basket.
// "" where the mix is not as trained, or no score has popularity in it.
function whyNot(sell, items, names, weights) {
  const own = sell.filter(({ column }) => column.terms?.has_popularity);
  if (!own.length || !inFull(weights)) return "";
  const off = own.map(({ short, column, n: before }) => {
    const list = listOf(column, WITHOUT_POPULARITY);
    return { short, list, before, of: list.length, n: list.filter(({ row }) => items.akin[row]).length };
  });
  const [most, few] = [off.filter(mostOf), off.filter((one) => !mostOf(one))];
  const part = ({ n, of, short }) => (n === of ? `all ${of} of ${short}’s` : `${n || "none"} of ${short}’s ${of}`);
  const parts = (some) => listed(some.map(part));
  if (!most.length) {
    if (off.every(({ n, before }) => n <= before)) return `Without popularity ${few.some(({ n }) => n) ? "no more would be" : "none would be, either"}.`;
    return `Popularity is only part of the reason: without it, ${parts(few)} would be.`;
  }
  const others = few.length ? `, but ${few.some(({ n }) => n) ? "only " : ""}${parts(few)}` : "";
  return `Popularity outweighs the basket: without it, ${parts(most)} would be ${kindsOf(most, items.akin, names)}${others}.`;
}

// ", under 2 names": of a list whose products have few names, their sizes apart.
function underNames([{ list }, ...more], title) {
  const n = new Set(list.map(({ row }) => withoutSize(title?.[row] ?? String(row))[0])).size;
  return more.length || 2 * n > list.length ? "" : `, under ${n === 1 ? "one name" : `${n} names`}`;
}

// What bestsellers are, and how much bought the first of them is that the lists show.
function sellingIn(lists, items, { bestsellers }) {
  const first = items.sold && lists.flat().find(({ row }) => items.best[row])?.row;
  return `Bestsellers: ${bestsellers}${first === undefined ? "" : `; “${items.title[first]}” is ${nth(items.sold[first])} most bought`}.`;
}

function following(columns, lists, items, { kinds, names, unknown, worth, users = "known users" }, weights) {
  const found = ofBasket(columns, lists, items, kinds);
  if (!found.length) return [];
  const of = kinds.reduce((sum, n) => sum + n, 0);
  const known = unknown ? " of a known kind" : "";
  const answered = (some) => (some.every(({ has }) => has === some[0].has) ? String(some[0].has) : listed(some.map(({ has }) => String(has))));
  const follow = found.filter((one) => mostOf(one) && 2 * one.has > of);
  const stick = found.filter((one) => mostOf(one) && 2 * one.has <= of);
  const sell = sellers(found);
  const rest = found.filter((one) => !mostOf(one) && !sell.includes(one));
  const right = sell.length ? sellingRight(sell, worth, weights) : null;
  const said = right ?? (sell.length ? [sellingOnly(sell), whyNot(sell, items, names, weights)] : []);
  if (follow.length) {
    said.push(`${namesOf(follow)} ${verb(follow, "follows", "follow")} the basket: ${amount(follow)} are ${kindsOf(follow, items.akin, names)}${right ? "" : underNames(follow, items.title)}.`, right ? "" : findLess(follow, users, weights));
  }
  if (stick.length) {
    said.push(`${namesOf(stick)} ${verb(stick, "sticks", "stick")} to part of the basket: ${amount(stick)} are ${kindsOf(stick, items.akin, names)}, like ${answered(stick)} of its ${of} items${known}.`);
  }
  if (rest.length) said.push(`Of a kind in the basket: ${named(rest)}.`);
  return [...said, sell.length > 1 || !inFull(weights) ? "" : alike(columns, lists)];
}
