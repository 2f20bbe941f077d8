// The upper canvas: links of the chosen item, a person, the item under the pointer, the line being drawn.
const LOST_COLOUR = "#c4501b";
const GAINED_COLOUR = "#1f6fc4";

function drawOverlay(pane) {
  const { explorer, camera } = pane;
  const context = pane.over.getContext("2d");
  context.setTransform(pane.ratio, 0, 0, pane.ratio, 0, 0);
  context.clearRect(0, 0, camera.width, camera.height);
  const { hovered, newcomer, colours, state } = explorer;
  const { item } = state;
  if (newcomer) {
    const place = camera.toScreen(...starPlace(explorer, newcomer, pane.shown.name));
    const link = explorer.links[pane.shown.name];
    drawLinks(pane, context, place, link ? link.to.map((point, i) => ({ point, far: link.far[i], word: "" })) : []);
    drawFormer(pane, context, newcomer, place);
    drawStar(context, place, newcomer.text, camera.width, colours);
  } else {
    if (explorer.person && !pane.morphing) drawPerson(pane, context, explorer.person);
    if (item >= 0) {
      drawLinks(pane, context, pane.place(item), explorer.neighbours(item, pane.shown.name));
      ring(pane, context, item, 8, colours.primary, 3);
    } else drawExample(pane, context);
  }
  if (hovered >= 0) ring(pane, context, hovered, 7, colours.text, 2.5);
  if (pane.path) drawPath(context, pane.path, colours);
  else if (state.selection && state.selection.kind === "lasso" && state.selection.space === pane.shown.name && !pane.morphing) {
    drawPath(context, state.selection.corners.map(([x, y]) => camera.toScreen(x, y)), colours);
  }
}

function ring(pane, context, point, radius, colour, width) {
  const [left, top] = pane.place(point);
  for (const [stroke, thickness] of [[pane.explorer.colours.background, width + 3], [colour, width]]) {
    context.beginPath();
    context.arc(left, top, radius, 0, 2 * Math.PI);
    context.strokeStyle = stroke;
    context.lineWidth = thickness;
    context.stroke();
  }
}

// Neighbours: [{point, far, word}]; "lost" and "gained" have colours of their own, a far one a dashed line.
function drawLinks(pane, context, [left, top], neighbours) {
  const { colours } = pane.explorer;
  const inks = { lost: LOST_COLOUR, gained: GAINED_COLOUR };
  for (const { point, far, word } of neighbours) {
    const [toLeft, toTop] = pane.place(point);
    context.setLineDash(far ? [4, 4] : []);
    for (const [stroke, thickness] of [[colours.background, 4.5], [inks[word] || colours.text, 1.8]]) {
      context.beginPath();
      context.moveTo(left, top);
      context.lineTo(toLeft, toTop);
      context.strokeStyle = stroke;
      context.lineWidth = thickness;
      context.stroke();
    }
  }
  context.setLineDash([]);
  for (const { point, word } of neighbours) ring(pane, context, point, 4.5, inks[word] || colours.text, 2);
}

function drawPath(context, path, colours) {
  context.beginPath();
  for (const [left, top] of path) context.lineTo(left, top);
  context.closePath();
  context.fillStyle = colours.primary;
  context.globalAlpha = 0.1;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = colours.primary;
  context.lineWidth = 1.5;
  context.setLineDash([5, 3]);
  context.stroke();
  context.setLineDash([]);
}
