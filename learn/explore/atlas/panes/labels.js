// Names at every zoom: categories from afar, then finer ones, then the items' own titles; none touches another.
const FEWEST_LABELS = 6;
const BESIDE_IT = 20; // pixels from which on a line leads to what is named
const AFAR = 1.5; // times closer than the whole map up to which all maps have the same names

class Labels {
  // `dry`: nothing is written, only what would fit is looked for.
  constructor(context, camera, colours, top, dry = false) {
    Object.assign(this, { context, camera, colours, top, dry });
    this.taken = [];
    this.reserved = []; // boxes that names keep clear of
    this.said = new Set();
    this.inks = new Set();
    context.lineJoin = "round";
    context.textBaseline = "middle";
  }

  fits(box) {
    const [left, right, top, bottom] = box;
    if (left < 2 || right > this.camera.width - 2 || top < this.top || bottom > this.camera.height - 44) return false;
    return ![...this.taken, ...this.reserved].some((other) => left < other[1] && other[0] < right && top < other[3] && other[2] < bottom);
  }

  // Writes `text` at the first of the places (offsets from where it belongs) that is free; says whether it did.
  write(text, [left, top], { font = "650", halo = 3.5, size = 12, ink = this.colours.text, places = [[0, 0, "center"]], leader = false, once = true }) {
    const words = text.length > 30 ? text.slice(0, 29) + "…" : text;
    if (once && this.said.has(words)) return false;
    const { context, colours } = this;
    context.font = `${font} ${size}px ${colours.font}`;
    const width = context.measureText(words).width;
    for (const [dx, dy, align] of places) {
      let start = left + dx - (align === "center" ? width / 2 : align === "right" ? width : 0);
      const inner = Math.max(4, Math.min(start, this.camera.width - width - 5));
      if (align === "center" && Math.abs(inner - start) < width / 3) start = inner; // not cut by the edge
      const box = [start - 3, start + width + 3, top + dy - size * 0.75, top + dy + size * 0.75];
      if (!this.fits(box)) continue;
      this.taken.push(box);
      this.said.add(words);
      if (this.dry) return true;
      this.inks.add(ink);
      if (leader && Math.abs(dx) + Math.abs(dy) > BESIDE_IT) this.lead(left, top, align === "right" ? start + width : start, top + dy);
      context.textAlign = "left";
      context.lineWidth = halo;
      context.strokeStyle = colours.background;
      context.strokeText(words, start, top + dy);
      context.fillStyle = ink;
      context.fillText(words, start, top + dy);
      return true;
    }
    return false;
  }

  lead(left, top, toLeft, toTop) {
    this.context.beginPath();
    this.context.moveTo(left, top);
    this.context.lineTo(toLeft, toTop);
    this.context.strokeStyle = this.colours.text;
    this.context.lineWidth = 0.7;
    this.context.stroke();
  }
}

// Categories stand out, kinds within them are smaller and lighter.
const ON_IT = [[0, 0, "center"], [0, -16, "center"], [0, 16, "center"]];
const NEXT_TO_IT = [[0, -13, "center"], [0, 13, "center"], [0, 0, "center"]]; // a small heap is not hidden
const KIND = { font: "500", size: 12, places: NEXT_TO_IT };
const REGION_STYLES = [{ font: "700", size: 14.5, halo: 4.5, places: ON_IT }, KIND, KIND];
const BESIDE = [[8, 0, "left"], [-8, 0, "right"], [0, 14, "center"], [0, -14, "center"]];
const AROUND = [2, 3, 4, 5, 6, 7, 8, 9].flatMap((step) =>
  [[14, 16 * step, "left"], [14, -16 * step, "left"], [-14, 16 * step, "right"], [-14, -16 * step, "right"]]);

// A name that does not fit where it belongs stands near by, with a line to it.
const LED = [2, 3, 4, 5, 6].flatMap((step) =>
  [[16, 13 * step, "left"], [16, -13 * step, "left"], [-16, 13 * step, "right"], [-16, -13 * step, "right"]]);

// Seen from afar all maps have the same names of categories, so that groups can be followed from one to the other: those
// that fit into every map. null: the maps are not seen so, or have few names in common.
function namesOfAll(explorer, context, colours) {
  const { panes, points, state } = explorer;
  if (panes.length < 2 || state.apart) return null;
  if (panes.some((pane) => !pane.layer || pane.morphing || hasTravelled(pane) || pane.camera.closer >= AFAR)) return null;
  let names = null;
  for (let size = -1; !names || names.size !== size; ) {
    size = names ? names.size : -1;
    for (const pane of panes) {
      const labels = new Labels(context, pane.camera, colours, pane.covered + 4, true);
      labels.reserved.push(...exampleBoxes(pane, context));
      writeCategories(labels, points.regions[pane.shown.name] || [], names, () => colours.text);
      names = labels.said;
    }
  }
  return names.size < FEWEST_LABELS ? null : names;
}

// Writes the names of categories that `names` (null: all) has.
function writeCategories(labels, regions, names, inkOf) {
  for (const [x, y, text, level, colour] of regions) {
    if (level || (names && !names.has(text))) continue;
    const style = { ...REGION_STYLES[0], places: [...ON_IT, ...LED], leader: true, ink: inkOf(colour) };
    labels.write(text, labels.camera.toScreen(x, y), style);
  }
}

function placeLabels(pane, context, colours) {
  const { camera, xy, explorer } = pane;
  const { points, lit } = explorer;
  const head = pane.covered + 4; // names keep clear of the heading, however many lines it has
  const labels = new Labels(context, camera, colours, head);
  const [west, north] = camera.toMap(0, head);
  const [east, south] = camera.toMap(camera.width, camera.height - 44);
  const inside = (point) =>
    xy[2 * point] > west && xy[2 * point] < east && xy[2 * point + 1] > south && xy[2 * point + 1] < north;
  const inView = [];
  for (const point of points.order) if ((!lit || lit[point]) && inside(point)) inView.push(point);
  const most = Math.max(FEWEST_LABELS + 2, Math.min(18, Math.round((camera.width * camera.height) / 26000)));
  const regions = points.regions[pane.shown.name] || [];
  const tinted = explorer.state.colour === "category"; // else the dots mean something else than the names do
  labels.reserved.push(...exampleBoxes(pane, context));
  const write = (level, limit) => {
    for (const [x, y, text, own, colour] of regions) {
      if (labels.taken.length >= limit) return;
      const style = { ...REGION_STYLES[own], ink: tinted ? readable(colour, colours) : colours.text };
      if (own === level && x > west && x < east && y > south && y < north) labels.write(text, camera.toScreen(x, y), style);
    }
  };
  const title = (point, style) => labels.write(points.titles[point], pane.place(point), { font: "450", size: 11.5, ...style });
  const titles = (limit, style) => {
    for (const point of inView.slice(0, 600)) {
      if (labels.taken.length >= limit) return;
      title(point, style);
    }
  };
  const { closer } = camera;
  const ofAll = namesOfAll(explorer, context, colours);
  if (ofAll) writeCategories(labels, regions, ofAll, (colour) => (tinted ? readable(colour, colours) : colours.text));
  if (closer < 2.5 && !ofAll) write(0, most);
  if (closer < 6 && !ofAll) write(1, most);
  if (closer >= 2) write(2, inView.length < 400 ? Math.ceil(most / 3) : most);
  if (inView.length < 400) titles(most, { places: BESIDE });
  drawRim(pane, context, colours, labels);
  if (labels.taken.length < FEWEST_LABELS) write(2, FEWEST_LABELS);
  if (labels.taken.length < FEWEST_LABELS) titles(FEWEST_LABELS, { places: BESIDE });
  if (labels.taken.length < FEWEST_LABELS) titles(FEWEST_LABELS, { places: AROUND, leader: true });
  if (labels.taken.length < FEWEST_LABELS) titles(FEWEST_LABELS, { places: AROUND, leader: true, once: false });
  pane.labelled = labels.taken;
  pane.inks = labels.inks;
  pane.stage.dataset.labels = String(labels.taken.length);
  pane.stage.dataset.inView = String(inView.length);
}
