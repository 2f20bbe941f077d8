// Items beyond the edge of the first view: an arrow at the rim for those of a place, and how many they are.
const HEAP = 120; // pixels of the rim that one arrow stands for
const RIM_NOTE = "▸ with a number: items beyond the edge, coloured as most of them are";

// [{left, top, dx, dy, points}] of the items that lie beyond (`first`, `last`: from where to where the map is free).
function beyond(pane, first, last) {
  const { camera, explorer } = pane;
  const heaps = new Map();
  for (const point of explorer.points.order) {
    if (explorer.lit && !explorer.lit[point]) continue;
    const [x, y] = pane.place(point);
    const dx = x < 0 ? -1 : x > camera.width ? 1 : 0;
    const dy = y < first ? -1 : y > last ? 1 : 0;
    if (!dx && !dy) continue;
    const key = [dx, dy, Math.floor((dx ? y : x) / HEAP)].join();
    if (!heaps.has(key)) heaps.set(key, { dx, dy, points: [], x: 0, y: 0 });
    const heap = heaps.get(key);
    heap.points.push(point);
    heap.x += x;
    heap.y += y;
  }
  return [...heaps.values()].map(({ dx, dy, points, x, y }) => ({
    ...{ dx, dy, points },
    left: Math.max(9, Math.min(x / points.length, camera.width - 9)),
    top: Math.max(first + 7, Math.min(y / points.length, last - 7)),
  }));
}

// The group that most of the points have; of equally common ones that of the most bought item.
function mostHave(found, codes) {
  const votes = new Map();
  for (const point of found) votes.set(codes[point], (votes.get(codes[point]) || 0) + 1);
  return [...votes].reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

// Where the number of an arrow may stand, seen from it: behind it, else to its sides.
function besideArrow(dx, dy) {
  if (dy) return [[0, -16 * dy, "center"], [10, -4 * dy, "left"], [-10, -4 * dy, "right"], [0, -30 * dy, "center"]];
  const side = dx > 0 ? "right" : "left";
  return [0, 15, -15, 30, -30].map((down) => [-dx * (Math.abs(down) === 0 ? 12 : 2), down, side]);
}

// Every arrow has its number: where there is no room for it, there is no arrow either.
function drawRim(pane, context, colours, labels) {
  if (pane.camera.moved || pane.explorer.newcomer || pane.explorer.state.views) return;
  const { codes, colours: groups } = pane.explorer.colouringOf(pane.shown.name);
  const heaps = beyond(pane, pane.covered, pane.camera.height - BUTTONS);
  heaps.sort((one, other) => other.points.length - one.points.length);
  for (const { left, top, dx, dy, points: found } of heaps) {
    if (!labels.write(count(found.length), [left, top], { ...KIND, places: besideArrow(dx, dy), once: false })) continue;
    context.save();
    context.translate(left, top);
    context.rotate(Math.atan2(dy, dx));
    context.beginPath();
    for (const [x, y] of [[6, 0], [-4, -5], [-4, 5]]) context.lineTo(x, y);
    context.closePath();
    context.fillStyle = groups[mostHave(found, codes)];
    context.strokeStyle = colours.background;
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
    context.restore();
  }
}
