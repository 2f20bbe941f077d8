// The sign of an item that is not among the points: a star with a word beside it.
function drawStar(context, [left, top], text, width, colours) {
  context.beginPath();
  for (let corner = 0; corner < 10; corner++) {
    const radius = corner % 2 ? 5.5 : 13;
    const angle = (corner * Math.PI) / 5 - Math.PI / 2;
    context.lineTo(left + radius * Math.cos(angle), top + radius * Math.sin(angle));
  }
  context.closePath();
  context.lineJoin = "round";
  context.strokeStyle = colours.background;
  context.lineWidth = 5;
  context.stroke();
  context.fillStyle = "#e0143c"; // no category has it
  context.fill();
  const right = left < width / 2;
  context.font = "650 13px " + colours.font;
  context.textAlign = right ? "left" : "right";
  context.textBaseline = "middle";
  const start = left + (right ? 17 : -17);
  context.strokeText(text, start, top);
  context.fillStyle = colours.text;
  context.fillText(text, start, top);
}

const STAR_TRAVELS = 1400;

// Where the star is now ([x, y] on the map): on its way from where the item stood before its text was changed.
function starPlace(explorer, newcomer, space) {
  const to = newcomer.places[space];
  const from = newcomer.was && newcomer.was[space];
  if (!from) return to;
  const text = JSON.stringify(newcomer);
  if (explorer.starText !== text) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    Object.assign(explorer, { starText: text, starBegun: performance.now() - (still ? STAR_TRAVELS : 0) });
  }
  const time = Math.min(1, (performance.now() - explorer.starBegun) / STAR_TRAVELS);
  const share = time * time * (3 - 2 * time);
  if (time < 1 && !explorer.starDue) {
    explorer.starDue = requestAnimationFrame(() => {
      explorer.starDue = 0;
      explorer.light();
    });
  }
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
}

// A ring where the star came from, and a line to it.
function drawFormer(pane, context, newcomer, place) {
  const from = newcomer.was && newcomer.was[pane.shown.name];
  if (!from) return;
  const [left, top] = pane.camera.toScreen(...from);
  context.beginPath();
  context.moveTo(left, top);
  context.lineTo(...place);
  context.strokeStyle = "#e0143c";
  context.lineWidth = 2;
  context.setLineDash([2, 4]);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.arc(left, top, 6, 0, 2 * Math.PI);
  context.stroke();
}
