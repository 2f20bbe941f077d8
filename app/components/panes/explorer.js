// What all panes share: the points, their colours, and what is lit, found, selected and clicked.
class Explorer {
  constructor(root) {
    this.root = root;
    this.panes = [];
    this.hovered = this.selected = -1;
    this.links = {};
    this.newcomer = null;
    this.lit = null;
    this.filtered = null;
    this.found = [];
    this.tools = buildToolbar(this);
    this.legend = element("div", "legend");
    this.grid = element("div", "panes");
    root.replaceChildren(this.tools.bar, this.legend, this.grid);
    new ResizeObserver(() => this.resize()).observe(this.grid);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.checkTheme());
  }

  update(data, points, tell) {
    this.tell = tell;
    const fresh = this.points !== points;
    const spaces = data.spaces.map((space) => space.name).join("\n");
    const rearranged = fresh || spaces !== this.spaces.map((space) => space.name).join("\n");
    const recoloured = fresh || data.colour !== this.colour;
    Object.assign(this, { points, spaces: data.spaces, colour: data.colour, links: data.links });
    this.selected = data.selected;
    this.newcomer = data.newcomer || null;
    this.root.classList.toggle("plain", this.newcomer !== null);
    const stands = data.selected >= 0 || this.newcomer !== null;
    const dimmed = stands !== this.dimmed;
    this.dimmed = stands;
    this.colours = themeColours(this.root);
    if (fresh) {
      this.lit = null;
      this.filtered = null;
      this.found = [];
    }
    if (recoloured) {
      if (this.filtered !== null) this.lit = null;
      this.filtered = null;
      this.scheme = points.schemes[data.colour];
      this.codes = points.arrays["code:" + data.colour];
      this.palette = this.scheme.colours.map(parseColour);
      drawLegend(this);
    }
    if (rearranged) this.arrange();
    this.drawNotes();
    if (rearranged || recoloured || dimmed) this.paint();
    else this.light();
  }

  arrange() {
    while (this.panes.length < this.spaces.length) this.panes.push(new Pane(this, this.panes.length));
    this.panes.length = this.spaces.length;
    this.grid.style.setProperty("--panes", this.panes.length);
    this.grid.replaceChildren(...this.panes.map((pane) => pane.box));
    this.panes.forEach((pane, number) => pane.use(this.spaces[number]));
    for (const pane of this.panes) pane.resize();
  }

  resize() {
    if (!this.points) return;
    const width = this.grid.clientWidth;
    if (width === this.width) return;
    this.width = width;
    for (const pane of this.panes) pane.resize();
    this.paint();
  }

  checkTheme() {
    const colours = themeColours(this.root);
    if (!this.points || JSON.stringify(colours) === JSON.stringify(this.colours)) return;
    this.colours = colours;
    this.paint();
  }

  paint() {
    for (const pane of this.panes) pane.paint();
    this.root.dataset.painted = `${this.points.version} ${this.panes.length}`;
    this.root.dataset.lit = this.lit ? String(this.lit.reduce((sum, one) => sum + one, 0)) : "all";
  }

  light() {
    for (const pane of this.panes) pane.light();
  }

  // At most one repaint of a pane between two frames.
  repaint(pane) {
    if (pane.due) return;
    pane.due = requestAnimationFrame(() => {
      pane.due = 0;
      pane.paint();
    });
  }

  hover(pane, point) {
    if (point === this.hovered && this.hoveredIn === pane) return;
    this.hovered = point;
    this.hoveredIn = pane;
    this.light();
    for (const other of this.panes) other.showTip(other === pane ? point : -1);
    pane.over.classList.toggle("onItem", point >= 0);
    this.root.dataset.hovered = String(point);
  }

  pick(point) {
    if (this.newcomer) return; // it stays what the lines lead to
    if (point < 0 && this.selected < 0) return;
    this.selected = point;
    this.dimmed = point >= 0;
    this.links = {};
    this.paint();
    this.tell.picked(point);
  }

  lasso(pane, path) {
    const inside = insideLasso(pane.xy, path, pane.camera);
    this.filtered = null;
    this.found = [];
    const count = inside.reduce((sum, one) => sum + one, 0);
    this.lit = count ? inside : null;
    this.tools.count.textContent = count ? `${count.toLocaleString("en")} selected` : "";
    drawLegend(this);
    this.paint();
    this.tell.lassoed(count ? packMask(inside) : null);
  }

  filter(code) {
    this.found = [];
    this.filtered = this.filtered === code ? null : code;
    this.lit = this.filtered === null ? null : Uint8Array.from(this.codes, (one) => Number(one === code));
    this.tools.count.textContent = "";
    drawLegend(this);
    this.paint();
  }

  find(text) {
    const wanted = text.trim().toLowerCase();
    this.found = [];
    this.filtered = null;
    if (wanted) this.points.lower.forEach((title, point) => title.includes(wanted) && this.found.push(point));
    this.lit = null;
    if (this.found.length) {
      this.lit = new Uint8Array(this.points.n);
      for (const point of this.found) this.lit[point] = 1;
    }
    const { count } = this.tools;
    count.textContent = wanted ? `${this.found.length.toLocaleString("en")} found` : "";
    drawResults(this, wanted ? this.found : []);
    drawLegend(this);
    this.paint();
  }

  zoomToFound() {
    if (this.found.length) this.zoomTo(this.found);
  }

  zoomTo(points) {
    for (const pane of this.panes) pane.camera.frame(pane.xy, points);
    this.paint();
  }

  clear() {
    const told = this.lit !== null;
    this.lit = null;
    this.filtered = null;
    this.found = [];
    this.tools.box.value = "";
    this.tools.count.textContent = "";
    drawResults(this, []);
    drawLegend(this);
    this.paint();
    if (told) this.tell.lassoed(null);
    this.pick(-1);
  }

  category(point) {
    return this.points.categories[this.points.arrays.category[point]];
  }

  describe(point, space) {
    const { arrays, titles, popularityWord } = this.points;
    const title = element("div", "tipTitle", titles[point]);
    title.dir = "auto";
    const kind = element("div", "tipKind");
    kind.append(chip(this.scheme.colours[this.codes[point]]), element("span", "", this.category(point)));
    const facts = [];
    if (!Number.isNaN(arrays.price[point])) facts.push("price " + arrays.price[point].toFixed(2));
    const bought = arrays.popularity[point];
    facts.push(bought ? `${bought.toLocaleString("en")} ${popularityWord}` : "cold start: nobody had it in training");
    const trust = arrays["trust:" + space][point];
    const near = element("div", "tipTrust", `${trust} of its ${this.points.k} true neighbours are near it on this map`);
    return [title, kind, element("div", "", facts.join(" · ")), near];
  }

  drawNotes() {
    for (const pane of this.panes) {
      const link = this.newcomer || this.selected >= 0 ? this.links[pane.shown.name] : null;
      pane.note.textContent = link ? link.note : "";
      pane.note.classList.toggle("doubtful", Boolean(link && link.doubtful));
    }
    this.light();
  }
}

const explorers = new WeakMap();

export default function ({ parentElement, data, setTriggerValue, setStateValue }) {
  const root = parentElement.querySelector(".maps");
  if (data instanceof Uint8Array) {
    root.hidden = true;
    keepPoints(data);
    return;
  }
  withPoints(data.version, (points) => {
    if (!explorers.has(root)) explorers.set(root, new Explorer(root));
    const tell = {
      picked: (point) => setTriggerValue("picked", point),
      lassoed: (mask) => setStateValue("lasso", mask && { version: points.version, mask }),
    };
    explorers.get(root).update(data, points, tell);
  });
}
