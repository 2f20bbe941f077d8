// Names of regions: the largest first, as many as fit without touching each other.
function placeLabels(context, camera, labels, colours) {
  context.font = "600 12px " + colours.font;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = colours.background;
  context.fillStyle = colours.text;
  const taken = [];
  // More names where one looks closer.
  const most = Math.round(9 * Math.max(1, camera.zoom ** 0.7));
  for (const [x, y, text] of labels) {
    if (taken.length >= most) break;
    const [left, top] = camera.toScreen(x, y);
    const words = text.length > 26 ? text.slice(0, 25) + "…" : text;
    const half = context.measureText(words).width / 2 + 3;
    if (left < half || left > camera.width - half || top < 12 || top > camera.height - 12) continue;
    const box = [left - half, left + half, top - 11, top + 11];
    if (taken.some((other) => box[0] < other[1] && other[0] < box[1] && box[2] < other[3] && other[2] < box[3])) continue;
    taken.push(box);
    context.strokeText(words, left, top);
    context.fillText(words, left, top);
  }
}
