// Which point is nearest to a place: points sorted into the cells of a grid, only the cells around are looked at.
const CELLS = 128;
const EXTENT = 65536;

function cellOf(coordinate) {
  return Math.max(0, Math.min(CELLS - 1, (coordinate * CELLS / EXTENT) | 0));
}

function buildGrid(xy) {
  const n = xy.length / 2;
  const starts = new Uint32Array(CELLS * CELLS + 1);
  const cells = new Uint16Array(n);
  for (let i = 0; i < n; i++) {
    cells[i] = cellOf(xy[2 * i + 1]) * CELLS + cellOf(xy[2 * i]);
    starts[cells[i] + 1]++;
  }
  for (let cell = 0; cell < CELLS * CELLS; cell++) starts[cell + 1] += starts[cell];
  const next = starts.slice();
  const members = new Uint32Array(n);
  for (let i = 0; i < n; i++) members[next[cells[i]]++] = i;
  return { xy, starts, members };
}

// The nearest point within `reach` of (x, y), or -1; points that `shown` (if given) marks 0 are passed over.
function nearestPoint({ xy, starts, members }, x, y, reach, shown) {
  let best = -1;
  let bestDistance = reach * reach;
  for (let row = cellOf(y - reach); row <= cellOf(y + reach); row++) {
    const first = starts[row * CELLS + cellOf(x - reach)];
    const last = starts[row * CELLS + cellOf(x + reach) + 1];
    for (let place = first; place < last; place++) {
      const i = members[place];
      if (shown && !shown[i]) continue;
      const distance = (xy[2 * i] - x) ** 2 + (xy[2 * i + 1] - y) ** 2;
      if (distance < bestDistance) {
        bestDistance = distance;
        best = i;
      }
    }
  }
  return best;
}
