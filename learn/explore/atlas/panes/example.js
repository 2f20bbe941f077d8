// While nothing is chosen, one item shows on the maps what changed: its neighbours in one space and in the other.
const CALLOUT = { size: 12.5, line: 16, padding: 6, away: 22 };

// {point, before, after, shared} of the two compared spaces, or null where something else is looked at.
function markedExample(explorer) {
  const { state, points, person, newcomer } = explorer;
  if (!points || newcomer || person || state.item >= 0 || state.selection || state.people) return null;
  return points.examples[`${state.before}\n${state.after}`] || null;
}

// The example's neighbours that are told of in the space of a pane; null where it is not marked there.
function toldIn(pane) {
  const { state } = pane.explorer;
  const example = markedExample(pane.explorer);
  if (!example || pane.morphing || hasTravelled(pane)) return null;
  const near = { [state.after]: example.after, [state.before]: example.before }[pane.shown.name];
  return near ? { point: example.point, near } : null;
}

function exampleWords(pane) {
  const told = toldIn(pane);
  if (!told) return "";
  const { titles } = pane.explorer.points;
  return `Ringed as an example: ${titles[told.point]}, here beside ${told.near.map((point) => titles[point]).join(" and ")}. `;
}

function shortened(text) {
  return text.length > 46 ? text.slice(0, 45) + "…" : text;
}

// "beside" and a long name take a line each.
function besideLines(name) {
  return name.length > 30 ? ["beside", shortened(name)] : [`beside ${name}`];
}

// The title is bold, the line below it is not.
function wordsFont(context, { colours }, place) {
  context.font = `${place ? 450 : 650} ${CALLOUT.size}px ${colours.font}`;
  return context;
}

// Where the words on the example stand: {box: [left, right, top, bottom], lines}, or null where it is out of sight.
function calloutOf(pane, context) {
  const told = toldIn(pane);
  if (!told) return null;
  const { camera, explorer } = pane;
  const { titles } = explorer.points;
  const [x, y] = pane.place(told.point);
  const [first, last] = [pane.covered + 4, camera.height - 48];
  if (x < 0 || y < first || x > camera.width || y > last) return null;
  const lines = [shortened(titles[told.point]), ...besideLines(titles[told.near[0]])];
  const width = Math.max(...lines.map((line, place) => wordsFont(context, explorer, place).measureText(line).width)) + 2 * CALLOUT.padding;
  const height = lines.length * CALLOUT.line + 2 * CALLOUT.padding;
  const rings = [pane.place(told.near[0])];
  let best = null;
  for (const [dx, dy] of [[1, 1], [-1, 1], [1, -1], [-1, -1], [0, 1], [0, -1]]) {
    for (const away of [CALLOUT.away, 3 * CALLOUT.away]) {
      const left = Math.max(4, Math.min(dx > 0 ? x + away : dx < 0 ? x - away - width : x - width / 2, camera.width - width - 4));
      const top = Math.max(first, Math.min(dy > 0 ? y + away : y - away - height, last - height));
      const box = [left, left + width, top, top + height];
      const hidden = [[x, y], ...rings].filter(([px, py]) => px > left - 10 && px < box[1] + 10 && py > top - 10 && py < box[3] + 10).length;
      if (!best || hidden < best.hidden) best = { box, lines, hidden };
    }
  }
  return best;
}

// What names on the map keep clear of.
function exampleBoxes(pane, context) {
  const callout = calloutOf(pane, context);
  return callout ? [callout.box] : [];
}

function drawExample(pane, context) {
  const told = toldIn(pane);
  if (!told) return;
  const { colours } = pane.explorer;
  const far = pane.explorer.neighbours(told.point, pane.shown.name).some(({ point, far: lost }) => lost && point === told.near[0]);
  drawLinks(pane, context, pane.place(told.point), [{ point: told.near[0], far, word: "" }]); // the one that the words name
  ring(pane, context, told.point, 9, colours.text, 3);
  const callout = calloutOf(pane, context);
  if (!callout) return;
  const [left, right, top, bottom] = callout.box;
  const [x, y] = pane.place(told.point);
  const towards = [Math.max(left, Math.min(x, right)), Math.max(top, Math.min(y, bottom))];
  const share = 11 / Math.max(Math.hypot(towards[0] - x, towards[1] - y), 11);
  context.beginPath();
  context.moveTo(x + (towards[0] - x) * share, y + (towards[1] - y) * share);
  context.lineTo(...towards);
  context.strokeStyle = colours.text;
  context.lineWidth = 1.5;
  context.stroke();
  context.fillStyle = colours.background;
  context.beginPath();
  context.roundRect(left, top, right - left, bottom - top, 6);
  context.fill();
  context.stroke();
  context.fillStyle = colours.text;
  context.textAlign = "left";
  context.textBaseline = "middle";
  callout.lines.forEach((line, place) => {
    wordsFont(context, pane.explorer, place).fillText(line, left + CALLOUT.padding, top + CALLOUT.padding + CALLOUT.line * (place + 0.5));
  });
}
