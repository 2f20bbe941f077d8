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

// Points that kept least, the most bought first among equals; `lit` (if given) says of which.
function mostMoved(points, { kept }, lit, most) {
  const found = [];
  for (let wanted = 0; wanted <= points.k && found.length < most; wanted++) {
    for (const point of points.order) {
      if (kept[point] === wanted && (!lit || lit[point])) found.push(point);
      if (found.length === most) break;
    }
  }
  return found;
}

// [{name, mean, items}] of the categories with enough items, the most changed first.
function keptByCategory(points, { kept }, least = 20) {
  const sums = points.categories.map((name) => ({ name, total: 0, items: 0 }));
  points.arrays.category.forEach((code, point) => {
    sums[code].total += kept[point];
    sums[code].items++;
  });
  const enough = sums.filter((one) => one.items >= Math.min(least, points.n / 10));
  return enough.map((one) => ({ ...one, mean: one.total / one.items })).sort((a, b) => a.mean - b.mean);
}

function conclusion(points, difference, [before, after]) {
  const none = difference.bins[0] / points.n;
  const kinds = keptByCategory(points, difference);
  let text = `Of its ${points.k} nearest neighbours in ${before.label} an item keeps ${difference.mean.toFixed(1)} on average in ${after.label}; `;
  text += `${(100 * none).toFixed(0)}% keep none.`;
  if (kinds.length > 1) {
    const [most, least] = [kinds[0], kinds[kinds.length - 1]];
    text += ` Most changed: ${most.name} (${most.mean.toFixed(1)}); least: ${least.name} (${least.mean.toFixed(1)}).`;
  }
  return text;
}
