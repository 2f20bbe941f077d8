// Every text goes in through textContent: titles, brands and labels were written by strangers.
function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// With a true minus, as all texts here have it.
const digits = (value, places) => value.toFixed(places).replace("-", "−");

function mark(className, text, explanation) {
  const made = element("span", className, text);
  made.title = explanation;
  return made;
}

function chip(colour, className = "chip") {
  const made = element("span", className);
  made.style.backgroundColor = colour;
  return made;
}

function drawKind(row) {
  const made = element("div", "detail");
  made.append(chip(row.colour), element("span", "category", row.category));
  if (row.finer) made.append(element("span", "", " · " + row.finer));
  made.title = row.category + (row.finer ? " · " + row.finer : "");
  return made;
}

function drawFacts(row, byName) {
  const facts = element("div", "facts");
  if (row.detail) facts.append(mark("more", row.detail, row.detail));
  if (row.badge) facts.append(element("span", "badge " + row.badge[1], row.badge[0]));
  if (row.price) facts.append(mark("price", "price " + row.price, "Price, in the catalogue's currency"));
  if (row.score) facts.append(mark("score", row.score, row.scoreTip ?? "Comparable within this list only"));
  if (row.cold) facts.append(mark("cold", "never bought", "Cold start: nobody had this item in the training part"));
  const shared = element("span", "shared");
  for (const name of row.others ?? []) {
    const dot = chip(byName[name].colour, "dot");
    dot.title = "Also in: " + byName[name].label;
    shared.append(dot);
  }
  if (shared.childElementCount) facts.append(shared);
  const links = element("span", "links");
  for (const { text, href } of row.links ?? []) {
    const link = element("a", "link", text);
    link.href = href;
    link.target = "_self";
    link.setAttribute("aria-label", text + " " + row.title);
    links.append(link);
  }
  if (links.childElementCount) facts.append(links);
  return facts;
}

// A round button at the end of a row; `kept`: whether it shows that something holds.
function drawAction(row, { sign, text, kept, pick, name }) {
  const button = element("button", "action" + (kept ? " kept" : ""), sign);
  button.type = "button";
  button.title = text;
  button.dataset.action = name ?? "pick";
  button.setAttribute("aria-label", text + ": " + row.title);
  button.onclick = (event) => {
    event.stopPropagation();
    pick(row.item);
  };
  return button;
}

// The title is the row's button: a row holds links and buttons, so it cannot be one itself.
function drawRow(row, byName, actions = []) {
  const made = element("li", "row" + (row.hit ? " hit" : ""));
  made.dataset.item = row.item;
  if (row.rank !== undefined) made.append(element("span", "rank", String(row.rank)));
  if (row.picture !== undefined) made.append(pictureOf(row.picture));
  const words = element("div", "words");
  const title = element("button", "title", row.title);
  title.type = "button";
  title.dir = "auto";
  title.title = row.tip ?? row.title;
  title.setAttribute("aria-pressed", "false");
  words.append(title);
  if (row.category) words.append(drawKind(row));
  for (const reason of row.reasons ?? []) {
    const line = element("div", "reason", reason);
    line.dir = "auto";
    line.title = reason;
    words.append(line);
  }
  const facts = drawFacts(row, byName);
  if (facts.childElementCount) words.append(facts);
  made.append(words);
  if (row.hit) made.append(mark("check", "✓", "Bought later"));
  for (const action of actions) made.append(drawAction(row, action));
  return made;
}

function drawHead(column) {
  const head = element("header", "head");
  head.append(element("div", "label", column.label));
  if (column.hits) head.append(element("div", "hits", column.hits));
  if (column.source) head.append(element("div", "source", column.source));
  return head;
}

const SIGNS = {
  hit: () => [element("span", "check", "✓"), "bought later"],
  cold: () => [element("span", "cold", "never bought"), ""],
  category: () => [chip("#8b93a0"), "category"],
  shared: () => [chip("#8b93a0", "dot"), "also in the list of that colour"],
  alone: () => [element("span", "edge"), "in one list only"],
  line: () => [element("span", "stroke"), "in both lists"],
  kin: () => [element("span", "check like", "≈"), "same kind as in the basket"],
  new: () => [element("span", "badge new", "new"), "was not in the list before"],
  moved: () => [element("span", "badge rose", "▲ 3"), "rose three places"],
  price: () => [element("span", "price", "2.00"), "price"],
};

function drawLegend(names) {
  const made = element("div", "legend");
  for (const name of names) {
    const [sign, text] = SIGNS[name]();
    const entry = element("span", "entry");
    entry.append(sign, element("span", "", text));
    made.append(entry);
  }
  if (names.includes("shared"))
    made.append(element("span", "entry how", "Point at an item to find it in the other lists; click to keep it lit."));
  return made;
}

// What the small squares mean: entries of `known` ([words, colour, its categories]) of which a category is in `used`.
function drawCategories(known, used) {
  return known
    .filter(([, , categories]) => categories.some((category) => used.has(category)))
    .map(([words, colour]) => {
      const entry = element("span", "entry category");
      entry.append(chip(colour), element("span", "", words));
      return entry;
    });
}

// Pointing at a row, or clicking it, lights up every row of the same item; `told` is called with the lit item or null.
class Lights {
  constructor(grid, told = () => {}) {
    this.grid = grid;
    this.told = told;
    this.pinned = null;
    this.lit = null;
    // Where no list can hold what another holds, dimming the rest would only look like "cannot be clicked".
    this.dims = true;
    const itemOf = (event) => event.target.closest?.(".row")?.dataset.item ?? null;
    const point = (event) => this.light(itemOf(event) ?? this.pinned);
    grid.onpointerover = point;
    grid.addEventListener("focusin", point);
    grid.addEventListener("focusout", () => this.light(this.pinned));
    grid.onpointerleave = () => this.light(this.pinned);
    grid.onclick = (event) => {
      // A link or a button inside a row is not the row.
      if (!event.target.closest("a, .action") && itemOf(event) !== null) this.pin(itemOf(event));
    };
    grid.onkeydown = (event) => {
      if (event.key === "Escape" && !event.target.closest("a, .action")) this.pin(null);
    };
  }

  light(item) {
    if (item === this.lit) return;
    this.lit = item;
    this.show();
  }

  pin(item) {
    const pointed = item ?? null;
    this.pinned = this.pinned === pointed ? null : pointed;
    this.lit = this.pinned ?? pointed;
    this.show();
  }

  // Also for rows that have just been drawn.
  show() {
    this.grid.classList.toggle("lighting", this.dims && this.lit !== null);
    for (const row of this.grid.querySelectorAll(".row")) {
      row.classList.toggle("lit", row.dataset.item === this.lit);
      row.querySelector(".title").setAttribute("aria-pressed", String(row.dataset.item === this.pinned));
    }
    this.told(this.lit);
  }
}
