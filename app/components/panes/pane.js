// One pane: a heading, a canvas of points with region names, and over it a canvas for whatever is lit.
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

  // `space` is what the pane is for; `shown`, after a morph, what it shows.
  use(space) {
    this.space = space;
    this.show(space);
    this.camera.reset();
  }

  show(space) {
    this.shown = space;
    this.xy = this.explorer.points.arrays["xy:" + space.name];
    this.grid = buildGrid(this.xy);
    this.camera.home = homeView(this.xy);
    this.drawHead();
  }

  drawHead() {
    const title = element("div", "label", this.shown.label);
    const others = this.explorer.spaces.filter((space) => space.name !== this.shown.name);
    const row = element("div", "titleRow");
    row.append(title);
    if (this.number === 0 && others.length) {
      const all = this.explorer.spaces;
      const next = all[(all.findIndex((space) => space.name === this.shown.name) + 1) % all.length];
      row.append(
        button("small morph", "Morph into " + next.label, "Watch the items travel to where that space puts them", () =>
          this.morph(next)
        )
      );
    }
    this.head.replaceChildren(row, element("div", "explanation", this.shown.explanation));
    this.over.setAttribute("aria-label", "Map of the items: " + this.shown.label);
  }

  resize() {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const [width, height] = [this.stage.clientWidth, this.stage.clientHeight];
    if (!width || !height) return;
    this.camera.resize(width, height);
    this.ratio = ratio;
    for (const canvas of [this.base, this.over]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.image = new ImageData(this.base.width, this.base.height);
  }

  paint() {
    if (!this.image) return;
    const { palette, codes, lit, colours, points, dimmed } = this.explorer;
    const strength = dimmed && !lit ? 0.4 : 0.85; // what is linked stands out
    const background = parseColour(colours.background);
    paintPoints(this.image, this.camera, this.ratio, this.xy, codes, palette, background, lit, strength);
    const context = this.base.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.putImageData(this.image, 0, 0);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const users = points.arrays["users:" + this.shown.name];
    if (users && !this.morphing) this.paintUsers(context, users, colours);
    if (!this.morphing) placeLabels(context, this.camera, this.shown.regions, colours);
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

  // Draws the upper canvas: links of the clicked item, the item under the pointer, the lasso.
  light() {
    if (!this.image) return;
    const context = this.over.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.camera.width, this.camera.height);
    const { hovered, selected, newcomer, links, colours } = this.explorer;
    const link = links[this.shown.name];
    if (newcomer) {
      const place = this.camera.toScreen(...newcomer.places[this.shown.name]);
      this.drawLinks(context, place, link, colours);
      drawStar(context, place, newcomer.text, this.camera.width, colours);
    } else if (selected >= 0) {
      this.drawLinks(context, this.place(selected), link, colours);
      this.ring(context, selected, 8, colours.primary, 3, colours.background);
    }
    if (hovered >= 0) this.ring(context, hovered, 7, colours.text, 2.5, colours.background);
    if (this.path) this.drawLasso(context, colours);
  }

  place(point) {
    return this.camera.toScreen(this.xy[2 * point], this.xy[2 * point + 1]);
  }

  ring(context, point, radius, colour, width, halo) {
    const [left, top] = this.place(point);
    for (const [stroke, thickness] of [[halo, width + 3], [colour, width]]) {
      context.beginPath();
      context.arc(left, top, radius, 0, 2 * Math.PI);
      context.strokeStyle = stroke;
      context.lineWidth = thickness;
      context.stroke();
    }
  }

  drawLinks(context, [left, top], link, colours) {
    for (let i = 0; link && i < link.to.length; i++) {
      const [toLeft, toTop] = this.place(link.to[i]);
      context.setLineDash(link.far[i] ? [4, 4] : []);
      for (const [stroke, thickness] of [[colours.background, 4.5], [colours.text, 1.6]]) {
        context.beginPath();
        context.moveTo(left, top);
        context.lineTo(toLeft, toTop);
        context.strokeStyle = stroke;
        context.lineWidth = thickness;
        context.stroke();
      }
    }
    context.setLineDash([]);
    for (const point of link ? link.to : []) this.ring(context, point, 4, colours.text, 1.8, colours.background);
  }

  drawLasso(context, colours) {
    context.beginPath();
    for (const [left, top] of this.path) context.lineTo(left, top);
    context.closePath();
    context.fillStyle = colours.primary;
    context.globalAlpha = 0.12;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = colours.primary;
    context.lineWidth = 1.5;
    context.setLineDash([5, 3]);
    context.stroke();
    context.setLineDash([]);
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
    this.tip.style.top = Math.max(4, Math.min(top - 20, this.camera.height - 96)) + "px";
  }

  // The points travel from where this pane shows them to where `space` has them.
  morph(space) {
    if (this.morphing) return;
    const from = this.xy;
    const to = this.explorer.points.arrays["xy:" + space.name];
    const between = new Float32Array(from.length);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const [begun, lasts] = [performance.now(), still ? 1 : 1400];
    this.morphing = true;
    const { camera } = this;
    const [start, home] = [{ x: camera.x, y: camera.y, zoom: camera.zoom }, homeView(to)];
    const goal = camera.atHome ? home : start;
    const step = (now) => {
      const time = Math.min(1, Math.max(0, now - begun) / lasts);
      const share = time * time * (3 - 2 * time);
      for (let i = 0; i < from.length; i++) between[i] = from[i] + (to[i] - from[i]) * share;
      this.xy = between;
      for (const part of ["x", "y", "zoom"]) camera[part] = start[part] + (goal[part] - start[part]) * share;
      if (time < 1) {
        this.paint();
        requestAnimationFrame(step);
      } else {
        this.morphing = false;
        this.show(space);
        this.explorer.drawNotes();
        this.paint();
      }
    };
    requestAnimationFrame(step);
  }
}
