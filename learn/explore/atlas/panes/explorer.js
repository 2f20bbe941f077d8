// What all panes share: the points, what is looked at, and what follows from a change of it.
class Explorer {
  constructor(root) {
    Object.assign(this, {
      root, panes: [], spaces: [], others: [], hovered: -1, links: {}, newcomer: null, lit: null, person: null,
      meaning: null, can: {}, notices: [], about: [], state: { ...EMPTY }, cache: new Map(), pictures: new Map(),
    });
    root.explorer = this;
    this.tools = buildBar(this);
    this.controls = buildControls(this);
    this.legend = element("div", "legend");
    this.grid = element("div", "panes");
    this.field = element("div", "field");
    this.field.style.setProperty("--panes", 1);
    this.table = element("div", "twin");
    this.side = element("aside", "side");
    this.status = element("div", "status");
    this.status.setAttribute("role", "status");
    for (const [box, name] of [[this.table, "Items as a table"], [this.side, "Details"]]) {
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", name);
      box.tabIndex = 0;
    }
    this.field.append(this.grid, this.controls.box, this.table);
    this.title = element("h1", "atlasTitle", "Atlas");
    this.datasetName = element("span", "dataset", "");
    this.tools.bar.prepend(this.title, this.datasetName);
    root.replaceChildren(this.tools.bar, this.field, this.side, this.legend, this.status);
    new ResizeObserver(() => this.resize()).observe(this.grid);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.checkTheme());
    window.addEventListener("popstate", () => root.isConnected && this.points && !this.newcomer && this.readAddress());
  }

  update(data, points, tell) {
    const fresh = this.points !== points;
    const initial = JSON.stringify(data.initial || {});
    const again = fresh || initial !== this.initialText;
    Object.assign(this, {
      tell, points, spaces: data.spaces, others: data.others || [], links: data.links || {}, newcomer: data.newcomer || null,
      person: data.person || null, user: data.user || "", meaning: data.meaning || null, can: data.can || {},
      told: data.notices || [], about: data.about || [], reading: data.reading || "", people: data.people || [], hrefs: data.hrefs || {},
      initial: data.initial || {}, initialText: initial, colours: themeColours(this.root),
    });
    if (data.picture) this.pictures.set(data.picture.item, data.picture.address);
    for (const [id, address] of Object.entries(data.pictures || {})) this.pictures.set(id, address);
    this.root.classList.toggle("plain", Boolean(this.newcomer));
    this.title.hidden = Boolean(this.newcomer);
    this.datasetName.textContent = data.dataset || "";
    this.root.classList.toggle("atlas", !this.newcomer);
    this.cache.clear();
    if (this.newcomer) {
      const names = this.spaces.map((space) => space.name);
      this.state = { ...EMPTY, before: names[0], after: names[1] || names[0], maps: names.length };
      this.apply(fresh);
    } else if (again) this.readAddress(this.pending);
    else {
      this.notices = this.told;
      this.apply(false);
    }
    this.pending = undefined;
    this.write();
    this.showFound();
  }

  // Asks the server for what is meant by `text`. Nothing is drawn before the answer: drawing keeps the processor from reading.
  ask(text) {
    this.asked = text;
    this.awaited = true;
    this.tell.meaning(text);
  }

  // An answer to a search by meaning; all the rest is as it was. The list comes first, then the maps.
  hear(meaning) {
    if (!this.points) return;
    this.meaning = meaning;
    const { awaited } = this;
    this.awaited = false;
    if (awaited && meaning) {
      this.tools.search.showMeaning(meaning);
      setTimeout(() => this.meaning === meaning && this.select({ kind: "meaning", text: meaning.text }));
      return;
    }
    this.showFound();
    this.cache.clear();
    this.apply(false);
  }

  showFound() {
    const { selection } = this.state;
    if (this.meaning && selection && selection.kind === "meaning") this.tools.search.showMeaning(this.meaning);
  }

  // Takes up what the address says; `hash`: instead of it, where the server has just changed the rest.
  readAddress(hash = location.hash) {
    const names = this.spaces.map((space) => space.name);
    const colourings = [...Object.keys(this.points.schemes), ...DIFFERENCES];
    const { state, refused } = readState(hash, this.initial, this.points, names, colourings);
    this.state = state;
    this.notices = [...this.told, ...refused.map((value) => `The address asks for something that is not here: ${value}.`)];
    if (state.selection && state.selection.text) this.tools.search.box.value = state.selection.text;
    else this.tools.search.box.value = "";
    this.apply(true);
  }

  // Draws everything that follows from the state.
  apply(rearranged) {
    const { state, points } = this;
    const compared = this.hasNeighbours() && this.spaces.length > 1;
    const same = this.difference && this.difference.before === state.before && this.difference.after === state.after;
    if (!compared) this.difference = null;
    else if (!same || this.comparedOf !== points) this.difference = compareSpaces(points, state.before, state.after);
    this.comparedOf = points;
    this.cache.clear();
    this.lit = litBy(this, state.selection);
    this.dimmed = state.item >= 0 || Boolean(this.person) || Boolean(this.newcomer);
    const shown = this.paneSpaces().map((space) => space.name).join("\n");
    if (rearranged || shown !== this.arranged) this.arrange();
    this.arranged = shown;
    this.draw();
  }

  draw() {
    drawBar(this);
    drawLegend(this);
    if (!this.newcomer) drawPanel(this);
    this.controls.counted.textContent = selectionWords(this);
    this.controls.clear.hidden = !this.lit && this.state.item < 0 && !this.state.selection;
    this.controls.linked.setAttribute("aria-pressed", String(!this.state.apart));
    this.drawNotes();
    for (const pane of this.panes) pane.nameItself();
    this.paint();
    drawTable(this);
  }

  arrange() {
    const spaces = this.paneSpaces();
    while (this.panes.length < spaces.length) this.panes.push(new Pane(this, this.panes.length));
    this.panes.length = spaces.length;
    this.field.style.setProperty("--panes", spaces.length);
    this.grid.replaceChildren(...this.panes.map((pane) => pane.box));
    this.panes.forEach((pane, number) => pane.use(spaces[number]));
    const together = homeView(this.panes.map((pane) => pane.xy));
    this.panes.forEach((pane, number) => {
      pane.camera.home = this.state.apart ? homeView([pane.xy]) : together;
      pane.resize();
      const views = this.state.views;
      const view = views && (this.state.apart ? views[number] : views[0]);
      if (view) Object.assign(pane.camera, { x: view[0], y: view[1], zoom: view[2], moved: true });
      else pane.camera.reset();
    });
  }

  // The spaces of the panes: the two compared ones, then the others in their order.
  paneSpaces() {
    const { state, spaces } = this;
    const wanted = [...new Set([state.before, state.after, ...spaces.map((space) => space.name)])];
    return wanted.slice(0, Math.min(state.maps, spaces.length)).map((name) => this.spaceNamed(name)).filter(Boolean);
  }

  spaceNamed(name) {
    return this.spaces.find((space) => space.name === name);
  }

  hasNeighbours() {
    return this.spaces.every((space) => this.points.arrays["near:" + space.name]);
  }

  colouringOf(space) {
    const key = `colour ${this.state.colour === "trust of the map" ? space : ""}`;
    if (!this.cache.has(key)) this.cache.set(key, withPalette(colouringIn(this, space)));
    return this.cache.get(key);
  }

  legendOf() {
    return legendIn(this);
  }

  neighbours(item, space) {
    const key = `near ${item} ${space}`;
    if (!this.cache.has(key)) this.cache.set(key, markedNeighbours(this, item, space));
    return this.cache.get(key);
  }

  drawnNeighbours(item) {
    return this.paneSpaces().flatMap((space) => trueNeighbours(this.points, space.name, item));
  }

  linksOf(item) {
    const { hrefs, points } = this;
    const id = encodeURIComponent(points.ids[item]);
    const found = [];
    if (hrefs.audience && !points.arrays.popularity[item]) found.push({ text: "Who is shown it", href: hrefs.audience + id });
    if (hrefs.why) found.push({ text: "Why it is recommended", href: hrefs.why + id });
    return found;
  }

  litCount() {
    return this.lit ? this.lit.reduce((sum, one) => sum + one, 0) : 0;
  }

  // How far the tallest heading reaches down: the maps are seen from one place, so all keep clear of it.
  headings() {
    return Math.max(...this.panes.map((pane) => pane.covered));
  }

  resize() {
    if (!this.points) return;
    const size = `${this.grid.clientWidth} ${this.grid.clientHeight} ${this.panes.length}`;
    if (size === this.size) return;
    this.size = size;
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
    this.root.dataset.lit = this.lit ? String(this.litCount()) : "all";
    this.root.dataset.selected = String(this.state.item);
  }

  light() {
    for (const pane of this.panes) pane.light();
  }

  drawNotes() {
    for (const pane of this.panes) {
      const link = this.newcomer ? this.links[pane.shown.name] : null;
      pane.note.textContent = link ? link.note : "";
      pane.note.classList.toggle("doubtful", Boolean(link && link.doubtful));
    }
  }

  category(point) {
    return this.points.categories[this.points.arrays.category[point]];
  }

  say(text) {
    this.status.textContent = text;
  }
}
