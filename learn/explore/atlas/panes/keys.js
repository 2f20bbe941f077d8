// The keyboard on a map: arrows move it, or walk from the chosen item to the nearest one in that direction.
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function followKeys(pane) {
  const { camera, explorer, over } = pane;
  over.onkeydown = (event) => {
    const way = WAYS[event.key];
    const from = explorer.hovered >= 0 ? explorer.hovered : explorer.state.item;
    if (way && from >= 0 && !event.shiftKey && !explorer.newcomer) {
      const next = nextPoint(pane, from, way);
      if (next >= 0) point(pane, next);
    } else if (way) {
      camera.pan(-60 * way[0], 60 * way[1]);
      explorer.lookedAt(pane);
    } else if (event.key === "+" || event.key === "=") {
      camera.zoomAt(1.4);
      explorer.lookedAt(pane);
    } else if (event.key === "-") {
      camera.zoomAt(1 / 1.4);
      explorer.lookedAt(pane);
    } else if (event.key === "0") explorer.wholeMap();
    else if (event.key === "Enter" || event.key === " ") {
      if (explorer.hovered >= 0) explorer.open(explorer.hovered);
      else point(pane, nearestPoint(pane.grid, camera.x, camera.y, EXTENT, explorer.lit));
    } else if (event.key === "Escape") {
      if (explorer.hovered >= 0) explorer.hover(pane, -1);
      else explorer.clear();
    } else return;
    event.preventDefault();
  };
  over.onblur = () => explorer.hover(pane, -1);
}

// Points at an item as the pointer would, keeps it in view, and says its name.
function point(pane, next) {
  const { camera, explorer } = pane;
  const [left, top] = pane.place(next);
  if (left < 40 || top < 60 || left > camera.width - 40 || top > camera.height - 60) {
    [camera.x, camera.y, camera.moved] = [pane.xy[2 * next], pane.xy[2 * next + 1], true];
    explorer.lookedAt(pane);
  }
  explorer.hover(pane, next);
  explorer.say(`${explorer.points.titles[next]}, ${explorer.category(next)}. Enter opens it.`);
}

// The nearest point within 45 degrees of a direction, or -1; what is far to the side counts as farther.
function nextPoint(pane, from, [dx, dy]) {
  const { xy, explorer } = pane;
  const [x, y] = [xy[2 * from], xy[2 * from + 1]];
  let best = -1;
  let least = Infinity;
  for (let i = 0; i < xy.length / 2; i++) {
    if (i === from || (explorer.lit && !explorer.lit[i])) continue;
    const along = (xy[2 * i] - x) * dx + (xy[2 * i + 1] - y) * dy;
    const aside = Math.abs((xy[2 * i] - x) * dy) + Math.abs((xy[2 * i + 1] - y) * dx);
    if (along <= 0 || aside > along) continue;
    if (along + aside < least) [best, least] = [i, along + aside];
  }
  return best;
}
