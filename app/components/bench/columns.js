// The lists of a bench as rows, and what changed in them.

const AT_ONCE = 25; // rows
const LATER = " bought later"; // after a list's hits
const ONE_LINE = 22; // letters of a title that surely fit into one line
const WIDE_LINE = 38; // and where a column is wide

// Rows are copies of this one: making each from nothing is what takes time in lists of a hundred.
function pattern(links, actions) {
  const made = element("li", "row");
  const place = element("span", "rank");
  place.append(element("span", "no"), element("span", "badge"));
  const words = element("div", "words");
  const title = element("button", "title");
  title.type = "button";
  title.dir = "auto";
  title.setAttribute("aria-pressed", "false");
  const foot = element("div", "foot");
  const own = element("span", "own");
  own.append(element("span", "much"), element("span", "apart"));
  title.append(chip(""), document.createTextNode(""), own);
  foot.append(element("span", "apart"), element("span", "kind"));
  const rest = element("span", "links");
  for (const { text } of links) {
    const link = element("a", "link", text);
    link.target = "_self";
    rest.append(link);
  }
  words.append(title, foot);
  made.append(place, words, rest);
  for (const name of actions) {
    const button = element("button", "action");
    button.type = "button";
    button.dataset.action = name;
    made.append(button);
  }
  return made;
}

// By what two titles look the same, their sizes apart.
const nameOf = (title) => withoutSize(title)[0].toLowerCase();

// A name whose lines may break after a slash; it stays the same text.
function breakable(name) {
  return name.split("/").flatMap((piece, place) => (place ? ["/", document.createElement("wbr"), piece] : [piece]));
}

// One list: its heading, and a row for every item that was ever in it.
class BenchColumn {
  constructor(data, column, copied) {
    Object.assign(this, { data, column, copied });
    this.node = element("section", "column");
    this.node.style.setProperty("--run", column.colour);
    this.node.setAttribute("aria-label", column.label);
    const head = element("header", "head");
    this.hits = element("div", "hits");
    head.append(element("div", "label", column.label), this.hits);
    if (column.about) {
      const about = element("div", "about", column.about);
      head.title = column.about; // there is not always room for it
      head.append(about);
    }
    if (column.source) head.append(element("div", "source", column.source));
    this.list = element("ol", "rows");
    this.empty = element("div", "empty");
    this.node.append(head, this.list, this.empty);
    this.rows = new Map();
  }

  make(row) {
    const { items, words, links } = this.data;
    const made = this.copied.cloneNode(true);
    const id = items.id[row];
    made.dataset.item = id;
    const foot = made.querySelector(".foot");
    if (items.picture) made.firstElementChild.after(pictureOf(items.picture[row]));
    const title = made.querySelector(".title");
    const [name, size] = withoutSize(items.title[row]);
    title.childNodes[1].replaceWith(...breakable(name));
    title.querySelector(".much").textContent = size && `, ${size}`;
    made.classList.toggle("long", name.length > ONE_LINE);
    made.classList.toggle("wordy", items.title[row].length > WIDE_LINE);
    if (size) foot.prepend(element("span", "size", size));
    const [category, finer] = [words.categories[items.category[row]], words.finer[items.finer[row]]];
    title.firstChild.style.backgroundColor = words.colours[items.category[row]];
    const kind = foot.querySelector(".kind");
    kind.textContent = name.startsWith(`${finer}: `) ? category : finer || category;
    kind.title = category + (finer ? " · " + finer : "");
    made.querySelectorAll(".link").forEach((link, place) => {
      link.href = links[place].href.replace("{item}", encodeURIComponent(id));
      link.setAttribute("aria-label", `${links[place].text} ${items.title[row]}`);
    });
    if (items.cold[row]) {
      foot.prepend(mark("cold", "never bought", "Cold start: nobody had this item in the training part"));
    }
    if (items.price[row]) foot.append(mark("price", `price ${items.price[row]}`, "Price, in the catalogue's currency"));
    if (items.hit[row]) this.sign(made, "hit", mark("check", "✓", "Bought later"));
    if (items.akin?.[row]) this.sign(made, "kin", mark("check like", "≈", "Same kind as something in the basket"));
    return made;
  }

  sign(made, name, sign) {
    made.classList.add(name);
    made.querySelector(".badge").before(sign);
  }

  tip(entry) {
    const { items, words } = this.data;
    const kind = [words.categories[items.category[entry.row]], words.finer[items.finer[entry.row]]];
    const price = items.price[entry.row] && `price ${items.price[entry.row]}`;
    const sold = items.sold && items.best[entry.row] ? `${nth(items.sold[entry.row])} most bought product` : "";
    const facts = [items.title[entry.row], [...kind, price].filter(Boolean).join(" · "), items.detail[entry.row], sold];
    const lines = [...facts.filter(Boolean), `score ${digits(entry.score, 3)}`];
    if (this.column.terms) {
      const terms = ["similarity", "popularity", "repeats"].map((code) => digits(this.column[code][entry.place], 2));
      lines[lines.length - 1] += `; in full: similarity ${terms[0]}, popularity ${terms[1]}, buying again ${terms[2]}`;
    }
    return lines.join("\n");
  }

  // Shows `list` but for the `hidden` rows; `holders`: row -> how many lists have it; `before`: rows to compare with.
  // The first rows are there at once; `fill` adds those that no window is high enough for.
  show(list, hidden, holders, before) {
    const several = this.data.columns.length > 1;
    const old = before && new Map(before.map((row, place) => [row, place + 1]));
    const names = list.map(({ row }) => nameOf(this.data.items.title[row]));
    const twice = new Set(names.filter((name, place) => names.indexOf(name) !== place));
    const visible = list.map((entry, place) => [entry, place + 1]).filter(([entry]) => !hidden.has(entry.row));
    const drawn = ([entry, rank]) => {
      if (!this.rows.has(entry.row)) this.rows.set(entry.row, this.make(entry.row));
      const made = this.rows.get(entry.row);
      const place = made.firstElementChild;
      place.firstChild.textContent = String(rank);
      const [text, kind] = (old && moveOf(old.get(entry.row), rank)) ?? ["", ""];
      place.lastChild.textContent = text;
      place.lastChild.className = "badge " + kind;
      made.classList.toggle("same", twice.has(nameOf(this.data.items.title[entry.row])));
      made.classList.toggle("alone", several && holders.get(entry.row) === 1);
      made.querySelector(".title").title = this.tip(entry);
      return made;
    };
    this.shown = visible.map(([entry]) => this.data.items.id[entry.row]);
    this.list.style.height = visible.length ? `calc(${visible.length} * var(--step) - ${GAP}px)` : "0";
    this.list.replaceChildren(...visible.slice(0, AT_ONCE).map(drawn));
    this.fill = () => this.list.append(...visible.slice(AT_ONCE).map(drawn));
    this.empty.textContent = visible.length ? "" : list.length ? "Nothing that the others lack." : this.column.empty;
    const { of } = this.column;
    const hits = list.filter((entry) => this.data.items.hit[entry.row]).length;
    const told = of ? `✓ ${hits} of ${list.length}${LATER}` : "nothing to hit";
    const [first, more] = told.split(LATER);
    this.hits.replaceChildren(...(of === null || !list.length ? [] : [first, ...(more === undefined ? [] : [element("span", "later", LATER)])]));
    this.hits.title = of ? `This list has ${hits} of the ${of} ${this.data.hit_words}` : "They bought nothing later that a list could hold";
  }
}

// [what, kind] of the sign on a row that was at rank `old`, or nowhere, and is at `rank`.
function moveOf(old, rank) {
  if (old === undefined) return ["new", "new"];
  if (old === rank) return null;
  return old > rank ? [`▲${old - rank}`, "rose"] : [`▼${rank - old}`, "fell"];
}
