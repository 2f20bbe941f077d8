const NARROWEST = 176; // of a column, in pixels
const NEAR = { gap: 14, narrowest: 158 }; // of more than four
const WIDE = 330; // a column with room for a title in one line

class Bench {
  constructor(root, send) {
    this.root = root;
    this.settings = new Told(350, (value) => send("settings", value));
    this.controls = new Controls((change) => this.set(change));
    this.conclusion = element("p", "conclusion");
    this.conclusion.setAttribute("aria-live", "polite");
    this.since = element("p", "since");
    this.ready = element("button", "ready", "");
    this.ready.type = "button";
    this.ready.onclick = () => this.take();
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("class", "lines");
    this.svg.setAttribute("aria-hidden", "true");
    this.grid = element("div", "grid slim");
    this.legend = element("div", "signs");
    this.next = element("p", "next");
    this.lists = element("div", "benchLists");
    const under = element("div", "under");
    this.help = element("div", "help");
    under.append(this.legend, this.controls.tools, this.help);
    this.lists.append(this.since, this.conclusion, under, this.controls.node, this.ready, this.grid, this.next);
    this.lists.onpointerleave = () => this.take();
    this.grid.addEventListener("click", (event) => this.act(event));
    this.lights = new Lights(this.grid, (item) => lightLines(this.svg, item));
    this.basket = null;
    this.columns = [];
    this.listed = []; // rows of the table of items that a list shows
    this.send = send;
    this.root.replaceChildren(this.lists);
    new ResizeObserver(() => this.arrange()).observe(this.grid);
  }

  update(data) {
    const fresh = JSON.stringify([data.columns, data.items, data.links, data.terms, data.changed, data.told, data.next, data.said, data.hold, data.hint]);
    this.settings.adopt(data.settings, data.token);
    if (data.basket) this.withBasket(data.basket);
    if (fresh === this.fresh) return this.draw();
    this.coming = { ...data, columns: data.columns.map((column) => readColumn(column, data.items)) };
    this.comingFresh = fresh;
    // Rows do not run away from under the pointer: a basket's new lists wait until it leaves, or for a click.
    const busy = data.basket && this.data?.columns.length && this.grid.matches(":hover, :focus-within");
    this.root.classList.toggle("waits", Boolean(busy));
    this.ready.textContent = busy ? "The lists have changed with your basket: show them" : "";
    this.ready.hidden = !busy;
    if (!busy) this.take();
  }

  withBasket(data) {
    if (!this.basket) {
      this.basket = new Basket(new Told(300, (value) => this.send("basket", value)), () => this.changed());
      this.root.prepend(this.basket.node);
    }
    this.basket.update(data);
    if (!this.coming) this.tellApart();
  }

  // Rows of lists are copies: what their buttons do is heard here.
  act(event) {
    const button = event.target.closest(".action");
    if (!button || !this.basket) return;
    const { item } = button.closest(".row").dataset;
    this.basket.know(this.wordsOf(this.data.items.id.indexOf(item)));
    if (button.dataset.action === "buy") this.basket.buy(item);
    else this.basket.like(item);
  }

  wordsOf(row) {
    const { items, words } = this.data;
    return {
      ...{ item: items.id[row], title: items.title[row], brand: items.brand[row], price: items.price[row] },
      ...{ category: words.categories[items.category[row]], colour: words.colours[items.category[row]], finer: words.finer[items.finer[row]] },
      ...(items.picture ? { picture: items.picture[row] } : {}),
    };
  }

  changed() {
    this.basket.sign(this.grid);
    this.tellApart();
    this.root.classList.add("stale");
  }

  // Items of one title, anywhere on the page, say what tells them apart.
  tellApart() {
    const listed = this.columns.length ? this.listed.map((row) => this.wordsOf(row)) : [];
    writeApart(this.root, apart([...listed, ...(this.basket?.shown ?? [])]));
  }

  take() {
    if (!this.coming) return;
    this.data = this.coming;
    this.fresh = this.comingFresh;
    this.coming = null;
    this.ready.hidden = true;
    this.root.classList.remove("stale", "waits");
    this.setUp();
    this.draw();
    this.arrange();
  }

  set(change) {
    this.settings.set({ ...this.settings.value, ...change });
    this.draw();
  }

  // New lists: their columns, without rows.
  setUp() {
    const { data } = this;
    const copied = pattern(data.links, data.basket ? ["buy", "like"] : []);
    this.columns = data.columns.map((column) => new BenchColumn(data, column, copied));
    this.grid.replaceChildren(this.svg, ...this.columns.map((column) => column.node));
    this.lists.hidden = !this.columns.length;
    this.controls.draw(data.terms, data.columns, data.still);
    this.since.textContent = data.changed ?? "";
    this.next.replaceChildren(...drawNext(data.next));
    this.drawn = null;
    this.sides = null;
  }

  draw() {
    const { data } = this;
    if (!data) return;
    const wanted = JSON.stringify(this.settings.value);
    if (wanted === this.drawn) return;
    this.drawn = wanted;
    const { weights, differ } = this.settings.value;
    const lists = data.columns.map((column) => listOf(column, weights));
    const filled = lists.filter((list) => list.length);
    const hidden = differ && filled.length > 1 ? inAll(filled) : new Set();
    const holders = new Map();
    for (const { row } of lists.flat()) holders.set(row, (holders.get(row) ?? 0) + 1);
    this.controls.show(this.settings.value, hidden.size, { popularity_bias: withoutPopularity(data.columns) });
    this.conclude(conclusion(data.columns, lists, weights, data.items, data.told), data.basket ? data.columns : []);
    const usual = inFull(weights);
    this.columns.forEach((column, place) => {
      const full = () => column.column.terms && listOf(column.column, FULL).map((entry) => entry.row);
      column.show(lists[place], hidden, holders, usual ? column.column.before : full());
    });
    this.listed = [...new Set(lists.flat().map(({ row }) => row))];
    const abouts = data.columns.filter(({ about }) => about).map(({ short, about }) => `${short}: ${about[0].toLowerCase()}${about.slice(1)}.`);
    const said = [data.hint, ...basketNotes(data.columns, lists, data.items, data.told, weights), ...notes(data.columns, lists, data.items, data.told), ...abouts, data.said];
    this.explain(this.listed, usual, said.filter(Boolean));
    this.tellApart();
    this.fillSoon();
    if (this.sides) drawLines(this.svg, this.columns, this.sides, this.step);
    if (this.lights.lit !== null) this.lights.show();
  }

  // `columns`: those that one click shows without popularity.
  conclude([first = "", ...others], columns) {
    const button = columns.some(({ terms }) => terms?.has_popularity) ? [" ", this.oneClick()] : [];
    this.conclusion.replaceChildren(element("strong", "", first), others.length ? " " + others.join(" ") : "", ...button);
    this.conclusion.hidden = !first;
  }

  // The lists without popularity, or as trained again.
  oneClick() {
    const usual = inFull(this.settings.value.weights);
    const made = element("button", "plain offer", usual ? "Show without popularity" : "Show as trained");
    made.type = "button";
    made.onclick = () => {
      this.set({ weights: { ...(usual ? WITHOUT_POPULARITY : FULL) } });
      this.conclusion.querySelector("button")?.focus();
    };
    return made;
  }

  // What is behind the question mark, which stays open.
  explanation(said) {
    if (said === this.explained) return;
    const open = this.help.firstChild?.open;
    this.help.replaceChildren(folded(said));
    [this.explained, this.help.firstChild.open] = [said, Boolean(open)];
  }

  // Only what can be seen in `rows` is explained; `said`: lines for behind the question mark.
  explain(rows, usual, said) {
    const { legend, items, words } = this.data;
    const marks = { hit: items.hit, kin: items.akin ?? [] };
    const beside = this.columns.length > 1 ? [] : ["line", "alone"];
    const signs = legend.filter((name) => !beside.includes(name) && (!marks[name] || rows.some((row) => marks[name][row])));
    const drawn = drawLegend(usual ? signs : [...new Set(["new", "moved", ...signs])]);
    const used = new Set(rows.map((row) => words.categories[items.category[row]]));
    for (const row of this.basket?.heldRows ?? []) used.add(row.category);
    drawn.append(...drawCategories(words.legend, used));
    drawn.querySelector(".edge")?.replaceWith(edges(this.data.columns));
    if (this.data.hold) drawn.append(element("span", "entry", this.data.hold));
    this.legend.replaceChildren(drawn);
    this.explanation(said.join("\n"));
  }

  // Rows far down come when those in view have been painted.
  fillSoon() {
    this.basket?.sign(this.grid);
    cancelAnimationFrame(this.frame);
    clearTimeout(this.later);
    const fill = () => {
      for (const column of this.columns) column.fill();
      this.basket?.sign(this.grid);
      this.tellApart();
      if (this.lights.lit !== null) this.lights.show();
    };
    this.frame = requestAnimationFrame(() => {
      this.later = setTimeout(fill, 0);
    });
  }

  // As many columns beside each other as fit.
  arrange() {
    const n = this.columns.length;
    if (!n || !this.grid.isConnected) return;
    const { gap, narrowest } = n > 4 ? NEAR : { gap: 28, narrowest: NARROWEST };
    const fit = Math.max(1, Math.floor((this.grid.clientWidth + gap) / (narrowest + gap)));
    const beside = fit >= n ? n : fit >= 2 ? 2 : 1;
    const wide = (this.grid.clientWidth - gap * (beside - 1)) / beside >= WIDE;
    this.step = stepOf(this.data.items, wide);
    this.grid.classList.toggle("wide", wide);
    this.grid.classList.toggle("near", beside > 4);
    this.grid.style.setProperty("--gap", gap + "px");
    this.grid.style.setProperty("--step", this.step + "px");
    this.grid.style.setProperty("--columns", beside);
    this.sides = sidesOf(this.columns);
    drawLines(this.svg, this.columns, this.sides, this.step);
    lightLines(this.svg, this.lights.lit);
  }
}

// Where to go from here: links of { text, href }.
function drawNext(next) {
  if (!next?.length) return [];
  const links = next.map(({ text, href }) => {
    const made = element("a", "link", text);
    made.href = href;
    made.target = "_self";
    return made;
  });
  return [element("span", "", "Go on to"), ...links];
}

// The key of what is in no other list: the edges that such rows have in `columns`.
function edges(columns) {
  const made = element("span", "edges");
  for (const { colour } of columns) {
    const edge = element("span", "edge");
    edge.style.backgroundColor = colour;
    made.append(edge);
  }
  return made;
}

const benches = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".lists");
  if (!benches.has(root)) benches.set(root, new Bench(root, setStateValue));
  const bench = benches.get(root);
  bench.send = setStateValue;
  bench.update(data);
}
