// One pane: a canvas of points with names, over it a canvas for whatever is lit, and its heading laid on them.
const BUTTONS = 46;

class Pane {
  constructor(explorer, number) {
    this.explorer = explorer;
    this.number = number;
    this.camera = new Camera();
    this.box = element("section", "pane");
    this.head = element("header", "head");
    this.stage = element("div", "stage");
    this.base = element("canvas", "base");
    this.over = element("canvas", "over");
    this.over.tabIndex = 0;
    this.over.setAttribute("role", "application");
    this.tip = element("div", "tip");
    this.tip.hidden = true;
    this.stage.append(this.base, this.over, this.tip);
    this.note = element("div", "note");
    this.box.append(this.head, this.stage, this.note);
    followPointer(this);
    followKeys(this);
  }

  // `space` is what the pane is for; `shown`, after a journey of all, what it shows.
  use(space) {
    this.space = space;
    this.show(space);
  }

  show(space) {
    this.shown = space;
    this.travelled = null;
    this.layOut(this.explorer.points.arrays["xy:" + space.name]);
    this.drawHead();
  }

  layOut(xy) {
    this.xy = xy;
    this.grid = buildGrid(xy);
  }

  drawHead() {
    const row = element("div", "titleRow");
    row.append(element("h2", "label", this.shown.label));
    const words = [this.shown.explanation, this.explorer.reading].filter(Boolean).join(" ");
    this.head.replaceChildren(row, element("div", "explanation", words));
    this.head.title = words;
    this.nameItself();
  }

  // What a screen reader says of the map.
  nameItself() {
    this.over.setAttribute(
      "aria-label",
      `Map of the items: ${this.shown.label}. ${exampleWords(this)}Arrows move it, or go from the chosen item to the next one ` +
        "that way; plus and minus zoom; Enter chooses; Escape clears."
    );
  }

  // How far the heading reaches down into the map; in a narrow window it stands above it.
  get covered() {
    return Math.max(0, this.head.offsetTop + this.head.offsetHeight - this.stage.offsetTop);
  }

  resize() {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const [width, height] = [this.stage.clientWidth, this.stage.clientHeight];
    if (!width || !height) return;
    // The whole map lies between the heading and the buttons; in a narrow window both stand outside it.
    const inset = !this.explorer.newcomer && this.covered && height > 400;
    this.camera.resize(width, height, inset ? this.explorer.headings() : 0, inset ? BUTTONS : 0);
    this.ratio = ratio;
    for (const canvas of [this.base, this.over]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.layer = makeLayer(this.base.width, this.base.height);
  }

  paint() {
    if (!this.layer) return;
    const { lit, colours, points, dimmed, state } = this.explorer;
    const strength = dimmed && !lit ? 0.32 : 0.8; // what is linked stands out
    const { codes, palette } = this.explorer.colouringOf(this.shown.name);
    paintPoints(this.layer, this.camera, this.ratio, this.xy, codes, palette, groundAndInk(colours), lit, strength);
    const context = this.base.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.putImageData(this.layer.image, 0, 0);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    if (this.travelled) drawTrails(this, context, colours);
    const users = points.arrays["users:" + this.shown.name];
    if (state.people && users && !this.morphing) this.paintUsers(context, users, colours);
    if (!this.morphing) placeLabels(this, context, colours);
    this.light();
  }

  paintUsers(context, users, colours) {
    context.strokeStyle = colours.text;
    context.globalAlpha = 0.55;
    context.lineWidth = 1;
    for (let i = 0; i < users.length; i += 2) {
      const [left, top] = this.camera.toScreen(users[i], users[i + 1]);
      context.strokeRect(left - 2, top - 2, 4, 4);
    }
    context.globalAlpha = 1;
  }

  light() {
    if (this.layer) drawOverlay(this);
  }

  place(point) {
    return this.camera.toScreen(this.xy[2 * point], this.xy[2 * point + 1]);
  }

  pointAt(left, top) {
    const [x, y] = this.camera.toMap(left, top);
    return nearestPoint(this.grid, x, y, 12 / this.camera.scale, this.explorer.lit);
  }

  showTip(point) {
    this.tip.hidden = point < 0;
    if (point < 0) return;
    this.tip.replaceChildren(...this.explorer.describe(point, this.shown.name));
    const [left, top] = this.place(point);
    const right = left > this.camera.width / 2;
    this.tip.style.left = right ? "" : left + 14 + "px";
    this.tip.style.right = right ? this.camera.width - left + 14 + "px" : "";
    this.tip.style.top = Math.max(4, Math.min(top - 20, this.camera.height - 110)) + "px";
  }
}
