// Whose lists follow a basket, and whose show what everybody buys: the same sentences for somebody new.

// For how many items of the basket a list has something of their kind; `kinds`: how many of them are of each.
function covered(list, akin, kinds) {
  const there = new Set(list.map(({ row }) => akin[row]).filter(Boolean));
  return [...there].reduce((sum, place) => sum + kinds[place - 1], 0);
}

// "9 of 10", or "at least 8 of 10": what any two of `found` share; `word`: how much alike that makes them.
function likeness(found) {
  if (found.length < 2) return { word: "", share: "" };
  const counts = pairsOf(found).map(({ n }) => n);
  const [least, most, of] = [Math.min(...counts), Math.max(...counts), Math.max(...found.map((one) => one.of))];
  if (!mostOf({ n: least, of })) return { word: "", share: "" };
  if (least === of) return { word: "the same ", share: "" };
  const any = found.length > 2 ? "any two share" : "they share";
  return { word: `${5 * least < 4 * of ? "mostly" : "nearly"} the same `, share: ` (${any} ${least === most ? "" : "at least "}${least} of ${of})` };
}

function sellingOnly(sell) {
  const { word, share } = likeness(sell);
  const none = sell.every(({ n }) => !n);
  const one = sell.every(({ n }) => n === 1);
  const how = none ? "none is" : `only ${amounts(sell)} ${one ? "is" : "are"}`;
  return `${namesOf(sell)} ${verb(sell, "shows", "show")} ${word}bestsellers${share}: ${how} of a kind in the basket.`;
}

function following(columns, lists, items, { kinds, unknown }) {
  const best = marked(columns, lists, items.best);
  const found = marked(columns, lists, items.akin).map((one, place) => ({ ...one, best: best[place].n, has: covered(one.list, items.akin, kinds) }));
  if (!found.length) return [];
  const of = kinds.reduce((sum, n) => sum + n, 0);
  const all = `${of} items${unknown ? " of a known kind" : ""}`;
  const answered = (some) => (some.every(({ has }) => has === some[0].has) ? String(some[0].has) : listed(some.map(({ has }) => String(has))));
  const follow = found.filter((one) => mostOf(one) && 2 * one.has > of);
  const stick = found.filter((one) => mostOf(one) && 2 * one.has <= of);
  const sell = found.filter((one) => !mostOf(one) && mostOf({ ...one, n: one.best }));
  const rest = found.filter((one) => !mostOf(one) && !sell.includes(one));
  const said = sell.length ? [sellingOnly(sell)] : [];
  if (follow.length) {
    const wide = of > 1 ? `, for ${follow.every(({ has }) => has === of) ? "all" : `${answered(follow)} of`} its ${all}` : "";
    said.push(`${namesOf(follow)} ${verb(follow, "follows", "follow")} the basket: ${amounts(follow)} are of its ${kinds.length > 1 ? "kinds" : "kind"}${wide}.`);
  }
  if (stick.length)
    said.push(`${namesOf(stick)} ${verb(stick, "sticks", "stick")} to ${answered(stick)} of the basket’s ${all}: ${amounts(stick)} are like ${stick.every(({ has }) => has === 1) ? "it" : "these"}, nothing for the others.`);
  if (rest.length) said.push(`Of a kind in the basket: ${named(rest)}.`);
  return [...said, sell.length > 1 ? "" : alike(columns, lists)];
}
