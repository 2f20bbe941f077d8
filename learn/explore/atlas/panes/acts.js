// What people do with the Atlas: every act changes the state, draws what follows, and writes the address.
const SETTLE_MS = 220;
const PICTURE_MS = 2000; // after which a picture that did not come is asked for again

Object.assign(Explorer.prototype, {
  change(parts, step = false) {
    const before = this.state;
    this.state = { ...before, ...parts };
    if (parts.apart !== undefined || parts.maps !== undefined) this.state.views = null;
    this.apply(parts.apart !== undefined || parts.maps !== undefined);
    this.write(step);
  },

  // Puts the state into the address: in place, or as a step that Back undoes.
  write(step = false) {
    if (this.newcomer || !this.root.isConnected) return;
    const hash = writeState(this.state, this.initial, this.points);
    if (hash === location.hash.replace(/^#/, "")) return;
    const address = location.pathname + location.search + (hash ? "#" + hash : "");
    if (step) history.pushState(history.state, "", address);
    else history.replaceState(history.state, "", address);
  },

  // Chooses an item, or (-1) none; `zoom` brings it into view.
  open(point, zoom = false) {
    if (this.newcomer || (point < 0 && this.state.item < 0)) return;
    const trail = point < 0 ? [] : this.state.item >= 0 ? [...this.state.trail, this.state.item].slice(-50) : [];
    if (point === this.state.item) return;
    this.hovered = -1;
    for (const pane of this.panes) pane.showTip(-1);
    this.change({ item: point, trail }, true);
    if (point >= 0) this.say(`${this.points.titles[point]} is open; its neighbours are listed under Details.`);
    if (zoom && point >= 0) this.bringIntoView(point);
  },

  stepBack() {
    const trail = [...this.state.trail];
    const item = trail.pop();
    if (item === undefined) return;
    this.change({ item, trail });
    this.bringIntoView(item);
  },

  // Moves the maps only where the item is out of sight or the map is still seen from afar.
  bringIntoView(point) {
    const hidden = this.panes.some((pane) => {
      const [left, top] = pane.place(point);
      return left < 30 || top < 50 || left > pane.camera.width - 30 || top > pane.camera.height - 50;
    });
    if (hidden) this.zoomTo([point, ...this.drawnNeighbours(point)]);
  },

  hover(pane, point) {
    if (point === this.hovered && this.hoveredIn === pane) return;
    this.hovered = point;
    this.hoveredIn = pane;
    this.light();
    for (const other of this.panes) {
      other.showTip(other === pane ? point : -1);
      other.over.classList.toggle("onItem", other === pane && point >= 0);
    }
    this.root.dataset.hovered = String(point);
  },

  lasso(pane, path) {
    const selection = { kind: "lasso", space: pane.shown.name, corners: mapCorners(path, pane.camera) };
    this.select(litBy(this, selection).includes(1) ? selection : null);
  },

  select(selection) {
    if (!selection || !["words", "meaning"].includes(selection.kind)) {
      this.tools.search.box.value = "";
      this.tools.search.open(false);
    }
    if (this.panes.some((pane) => hasTravelled(pane))) for (const pane of this.panes) pane.show(pane.space);
    this.asked = undefined;
    this.awaited = false;
    this.change({ selection });
  },

  filter(code) {
    const { selection } = this.state;
    this.select(selection && selection.kind === "group" && selection.code === code ? null : { kind: "group", code });
  },

  find(text) {
    const wanted = text.trim();
    this.select(wanted ? { kind: "words", text: wanted } : null);
    if (wanted) this.tools.search.show(findWords(this.points, wanted));
  },

  lightUp(points) {
    const text = byKind(this.points, points)[0].title;
    this.tools.search.box.value = text;
    this.select({ kind: "words", text });
  },

  recolour(colour) {
    const { selection } = this.state;
    this.change({ colour, selection: selection && selection.kind === "group" ? null : selection });
  },

  // Compares two spaces; those that the points do not have are asked of the server.
  compare(before, after) {
    const old = this.state;
    if (before === after) [before, after] = before === old.before ? [old.after, before] : [after, old.before]; // they change places
    const loaded = this.spaces.map((space) => space.name);
    if (loaded.includes(before) && loaded.includes(after)) {
      const { selection } = this.state;
      this.change({ before, after, selection: selection && selection.kind === "kept" ? null : selection }, true);
      return;
    }
    this.pending = writeState({ ...this.state, before, after, selection: null }, {}, this.points);
    this.tell.spaces([before, after]);
  },

  link(together) {
    this.change({ apart: !together });
  },

  wholeMap() {
    this.state.views = null;
    for (const pane of this.panes) pane.camera.reset();
    this.paint();
    drawTable(this);
    this.write();
  },

  zoomTo(points) {
    if (!points.length) return;
    const { apart } = this.state;
    for (const pane of apart ? this.panes : this.panes.slice(0, 1)) {
      pane.camera.frame(apart ? [pane.xy] : this.panes.map((one) => one.xy), points);
      this.lookedAt(pane);
    }
  },

  // A pane's camera moved: the others follow, all are drawn before the next frame, and the address soon after.
  lookedAt(pane) {
    if (!this.state.apart) for (const other of this.panes) if (other !== pane) other.camera.follow(pane.camera);
    if (!this.due) {
      this.due = requestAnimationFrame(() => {
        this.due = 0;
        this.paint();
      });
    }
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLE_MS);
  },

  settle() {
    if (this.newcomer) return;
    for (const pane of this.panes) if (pane.camera.moved) pane.camera.snap();
    const panes = this.state.apart ? this.panes : this.panes.slice(0, 1);
    this.state.views = panes.some((pane) => pane.camera.moved) ? panes.map(({ camera }) => [camera.x, camera.y, camera.zoom]) : null;
    this.paint();
    drawTable(this);
    this.write();
  },

  clear() {
    this.tools.search.box.value = "";
    this.tools.search.open(false);
    for (const pane of this.panes) if (hasTravelled(pane)) pane.show(pane.space);
    this.change({ selection: null, item: -1, trail: [] });
  },

  // The picture of an item, where there are pictures; the server is asked for it, and answers with another drawing.
  pictureOf(point) {
    if (this.newcomer) return null;
    const id = this.points.ids[point];
    if (!this.pictures.has(id)) {
      if (!this.can.pictures) return null; // a file has those that it has
      const asked = this.askedPicture;
      if (!asked || asked.id !== id || Date.now() - asked.at > PICTURE_MS) {
        this.askedPicture = { id, at: Date.now() };
        setTimeout(() => this.tell.picture(id));
      }
      return null;
    }
    const address = this.pictures.get(id);
    if (!address.startsWith("data:image/webp;base64,")) return null;
    const made = element("img", "cardPicture");
    made.alt = "";
    made.src = address;
    return made;
  },

  describe(point, space) {
    const { points } = this;
    const title = element("div", "tipTitle", points.titles[point]);
    title.dir = "auto";
    const kind = element("div", "tipKind");
    const { colours, codes } = this.colouringOf(space);
    kind.append(chip(colours[codes[point]]), element("span", "", this.category(point)));
    const lines = [element("div", "", factsOf(this, point).slice(saidOf(points, point).filter(Boolean).length).join(" · "))];
    if (this.difference && this.state.before !== this.state.after) {
      lines.push(element("div", "tipTrust", `keeps ${this.difference.kept[point]} of ${points.k} neighbours between the two spaces`));
    }
    lines.push(element("div", "tipTrust", `${points.arrays["trust:" + space][point]} of its ${points.k} true neighbours are near it on this map`));
    return [title, kind, ...lines];
  },
});
