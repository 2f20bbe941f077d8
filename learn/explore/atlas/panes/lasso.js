// A closed line drawn on the screen: its corners on the map, few enough for an address.
const MOST_CORNERS = 48;

function mapCorners(path, camera) {
  const every = Math.ceil(path.length / MOST_CORNERS);
  return path
    .filter((_, place) => place % every === 0)
    .map(([left, top]) => camera.toMap(left, top).map((one) => Math.round(Math.max(-EXTENT, Math.min(2 * EXTENT, one)))));
}

// Which points lie inside the line (even-odd rule): [n] of 0 and 1.
function insideLasso(xy, corners) {
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of corners) {
    west = Math.min(west, x);
    east = Math.max(east, x);
    south = Math.min(south, y);
    north = Math.max(north, y);
  }
  const n = xy.length / 2;
  const inside = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const x = xy[2 * i];
    const y = xy[2 * i + 1];
    if (x < west || x > east || y < south || y > north) continue;
    let odd = 0;
    for (let a = 0, b = corners.length - 1; a < corners.length; b = a++) {
      const [ax, ay] = corners[a];
      const [bx, by] = corners[b];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd ^= 1;
    }
    inside[i] = odd;
  }
  return inside;
}
