// What differs between two spaces, as learn.explore.maps.moved has it: every figure here equals its.
const DIFFERENCES = ["neighbours kept", "crossed category", "trust of the map"];

// kept [n]: how many of its k nearest an item has in both; crossed [n]: whether their commonest category is another.
function compareSpaces(points, before, after) {
  const { n, k, arrays } = points;
  const [one, other] = [arrays["near:" + before], arrays["near:" + after]];
  const kept = new Uint8Array(n);
  const crossed = new Uint8Array(n);
  const bins = new Uint32Array(k + 1);
  const seen = new Int32Array(n).fill(-1);
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i * k; j < (i + 1) * k; j++) seen[one[j]] = i;
    let shared = 0;
    for (let j = i * k; j < (i + 1) * k; j++) shared += seen[other[j]] === i ? 1 : 0;
    kept[i] = shared;
    bins[shared]++;
    total += shared;
    crossed[i] = commonest(one, i, k, arrays.category) === commonest(other, i, k, arrays.category) ? 0 : 1;
  }
  return { before, after, kept, crossed, bins, mean: n ? total / n : 0 };
}

// The category that most of an item's neighbours have; of equally common ones the first of the catalogue's order.
function commonest(near, i, k, category) {
  let best = -1;
  let votes = 0;
  for (let j = i * k; j < (i + 1) * k; j++) {
    const own = category[near[j]];
    let count = 0;
    for (let other = i * k; other < (i + 1) * k; other++) count += category[near[other]] === own ? 1 : 0;
    if (count > votes || (count === votes && own < best)) [best, votes] = [own, count];
  }
  return best;
}

// Of an item's neighbours in the second space, how many are of a finest category that it had fewer of before.
function otherKinds(points, difference) {
  if (difference.others) return difference.others;
  const { n, k, arrays } = points;
  const [one, other] = [arrays["near:" + difference.before], arrays["near:" + difference.after]];
  const kinds = finestKinds(points);
  const had = new Int16Array(points.categories.length * points.finerNames.length);
  difference.others = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = i * k; j < (i + 1) * k; j++) had[kinds[one[j]]]++;
    for (let j = i * k; j < (i + 1) * k; j++) if (--had[kinds[other[j]]] < 0) difference.others[i]++;
    for (let j = i * k; j < (i + 1) * k; j++) had[kinds[one[j]]] = had[kinds[other[j]]] = 0;
  }
  return difference.others;
}

function finestKinds(points) {
  const { category, finer } = points.arrays;
  const names = points.finerNames.length;
  points.kinds = points.kinds || Uint32Array.from(category, (code, point) => code * names + finer[point]);
  return points.kinds;
}

// All points: those that kept least first, then those with most neighbours of another kind, then the most bought.
function changeOrder(points, difference) {
  if (difference.order) return difference.order;
  const others = otherKinds(points, difference);
  const groups = Array.from({ length: (points.k + 1) ** 2 }, () => []);
  for (const point of points.order) groups[difference.kept[point] * (points.k + 1) + points.k - others[point]].push(point);
  difference.order = groups.flat();
  return difference.order;
}

// The first `most` of them; `lit` (if given) says of which.
function mostMoved(points, difference, lit, most) {
  const found = [];
  for (const point of changeOrder(points, difference)) {
    if (!lit || lit[point]) found.push(point);
    if (found.length === most) break;
  }
  return found;
}

// The finest category that most of an item's neighbours in a space have, and how many of them.
function commonestKind(points, space, item) {
  const kinds = finestKinds(points);
  const votes = new Map();
  for (const near of trueNeighbours(points, space, item)) votes.set(kinds[near], (votes.get(kinds[near]) || 0) + 1);
  const [kind, count] = [...votes].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  const names = points.finerNames.length;
  const parts = (points.finerNames[kind % names] || "").split(" > ");
  return { kind, count, name: parts[parts.length - 1] || points.categories[Math.floor(kind / names)] };
}

// How many of its k nearest an item keeps on average, from one space to another.
function meanKept({ n, k, arrays }, before, after) {
  const [one, other] = [arrays["near:" + before], arrays["near:" + after]];
  const seen = new Int32Array(n).fill(-1);
  let total = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i * k; j < (i + 1) * k; j++) seen[one[j]] = i;
    for (let j = i * k; j < (i + 1) * k; j++) total += seen[other[j]] === i ? 1 : 0;
  }
  return n ? total / n : 0;
}

// What `mean` is measured by: [words, mean] of another space that the points have, and of neighbours drawn by chance.
function yardsticks(points, difference, [before, after], spaces) {
  if (difference.yardsticks) return difference.yardsticks;
  const third = spaces.find((space) => space.name !== before.name && space.name !== after.name);
  const chance = points.n > 1 ? points.k ** 2 / (points.n - 1) : 0;
  difference.yardsticks = third ? [[`in ${amid(third)}`, meanKept(points, before.name, third.name)]] : [];
  difference.yardsticks.push(["by chance", chance]);
  return difference.yardsticks;
}

const SHARES = [[0, "hardly any"], [0.1, "about a tenth"], [0.25, "about a quarter"], [1 / 3, "about a third"], [0.5, "about half"],
  [2 / 3, "about two thirds"], [0.75, "about three quarters"], [0.9, "about nine tenths"], [1, "nearly all"]];

function shareWords(share) {
  return SHARES.reduce((best, one) => (Math.abs(one[0] - share) < Math.abs(best[0] - share) ? one : best))[1];
}

// What changed between two spaces, as one plain sentence, and the figures behind it.
function conclusion(points, difference, [before, after], spaces) {
  const [was, is] = buyersShared(points, before, after);
  const told = before.near !== after.near && before.near && after.near && !(is < was); // fewer buyers: not "to the same people"
  const [from, to] = told ? [`“${before.near}”`, `“${after.near}”`] : [amid(before), amid(after)];
  const { mean } = difference;
  const share = shareWords(mean / Math.max(points.k, 1));
  const plain = `From ${from} to ${to}: an item keeps ${share} of its ${points.k} nearest neighbours${buyersThen(was, is)}.`;
  const others = yardsticks(points, difference, [before, after], spaces).map(([words, other]) => `${other < 0.005 ? "practically 0" : other.toFixed(other < 0.1 ? 2 : 1)} ${words}`);
  const none = difference.bins[0] / points.n;
  const text = `It keeps ${mean.toFixed(1)} on average in ${amid(after)}, against ${others.join(" and ")}; ${(100 * none).toFixed(0)}% keep none.`;
  return [plain, [text, buyersWords(points, before, after)].filter(Boolean).join(" ")];
}

const percent = (share) => `${(100 * share).toFixed(1)}%`;

// The mean share of buyers that the much-bought items share with their neighbours in each space; undefined: not known.
function buyersShared({ buyers }, before, after) {
  return [before, after].map(({ name }) => ((buyers || {}).shared || {})[name]);
}

// The end of the plain sentence: whether a neighbour shares more buyers than before; "" where that is not known.
function buyersThen(was, is) {
  if (was === undefined || is === undefined) return "";
  const [now, before] = [percent(is), percent(was)];
  if (now === before) return `, and a neighbour shares as many of its buyers as before (${now})`;
  return `, ${is > was ? "and" : "but"} a neighbour shares ${is > was ? "more" : "fewer"} of its buyers than before (${now}, before ${before})`;
}

const BUYERS_TIP = "Buyers shared: those of both items, over the root of the product of both numbers of buyers; the mean over the neighbours.";

// What the shares of buyers are of, and why they need not rise; "" where they are not known.
function buyersWords(points, before, after) {
  const [was, is] = buyersShared(points, before, after);
  if (was === undefined || is === undefined) return "";
  const told = `Shared buyers are the mean of ${muchBought(points)}.`;
  const near = is > was || !after.near || after.near === before.near ? "" : ` Near means ${after.near}, which does not mean bought by the same people.`;
  return told + near;
}

function muchBought({ buyers }) {
  return `the ${count(buyers.items)} most bought items`;
}
