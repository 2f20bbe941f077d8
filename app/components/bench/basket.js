// What somebody new has bought and what they like, changed here at once; the server follows.
const EMPTY_BASKET = { items: [], likes: [] };
const LIKED = "Liked, not bought: counts as the oldest purchase";
const keyOf = (items) => JSON.stringify(items);

// One line: the kind alone, its category is in the colour and in the words behind it.
function shortRow(row, actions) {
  const made = drawRow({ ...row, category: row.finer || row.category, finer: "" }, {}, actions);
  made.querySelector(".title").after(element("span", "apart"));
  if (row.finer) made.querySelector(".detail").title = `${row.category} · ${row.finer}`;
  return made;
}

class Basket {
  constructor(told, changed) {
    this.told = told;
    this.changed = changed;
    this.words = new Map();
    this.foundRows = [];
    this.node = element("div", "basketPart");
    this.ways = element("div", "ways");
    this.inShort = element("ul", "inShort");
    this.found = element("section", "found");
    this.held = element("section", "held");
    this.node.append(this.ways, this.inShort, this.found, this.held);
    this.opened = null; // whether what there is to choose from is in sight; null: nobody has said
    this.drawnFound = "";
    this.households = new Set(); // baskets that somebody had, as `keyOf` them
  }

  get value() {
    return this.told.value ?? EMPTY_BASKET;
  }

  has(item) {
    return this.value.items.includes(item);
  }

  likes(item) {
    return this.value.likes.includes(item);
  }

  // The rows of what is in the basket.
  get heldRows() {
    return [...this.value.items, ...this.value.likes].map((item) => this.words.get(item)).filter(Boolean);
  }

  // The lists come first: what there is to choose from is folded away while there is a basket.
  show(open) {
    this.opened = open;
    this.node.classList.toggle("folded", !open);
    this.fold.textContent = open ? "Fold the basket ▴" : "Change the basket ▾";
    this.fold.setAttribute("aria-expanded", String(open));
    for (const rows of this.node.querySelectorAll(".rows")) rows.onscroll?.();
  }

  // Every row that is drawn, in words.
  get shown() {
    return [...this.foundRows, ...this.heldRows];
  }

  update(data) {
    this.foundRows = data.found;
    const suggested = data.suggested ?? [];
    const shown = [...data.found, ...data.held, ...data.example, ...data.first, ...suggested.flatMap((one) => one.rows)];
    for (const row of shown) this.words.set(row.item, row);
    this.example = data.example;
    this.first = data.first;
    this.suggested = suggested;
    for (const rows of [data.example, data.first]) this.households.add(keyOf(rows.map((row) => row.item)));
    this.told.adopt({ items: data.items, likes: data.likes }, data.token);
    const before = this.drawnFound;
    this.drawFound(data);
    this.draw();
    const searched = data.searched && this.drawnFound !== before;
    if (this.opened === null || searched) this.show(searched || !this.heldRows.length);
  }

  // Every click goes through here: one new value, drawn at once, told after a pause.
  set(items, likes) {
    this.told.set({ items, likes });
    this.draw();
    if (!items.length && !likes.length) this.show(true);
    this.changed();
  }

  without(item) {
    return [this.value.items.filter((one) => one !== item), this.value.likes.filter((one) => one !== item)];
  }

  // The words of an item of the lists, until the server sends all of them.
  know(row) {
    if (!this.words.has(row.item)) this.words.set(row.item, row);
  }

  buy(item) {
    const [items, likes] = this.without(item);
    this.set(this.has(item) ? items : [...items, item], likes);
  }

  like(item) {
    const [items, likes] = this.without(item);
    this.set(items, this.likes(item) ? likes : [...likes, item]);
  }

  remove(item) {
    this.set(...this.without(item));
  }

  actions(item) {
    const [has, likes] = [this.has(item), this.likes(item)];
    return [
      { name: "buy", sign: has ? "✓" : "+", kept: has, text: has ? "Take out of the basket" : "Put into the basket", pick: (id) => this.buy(id) },
      { name: "like", sign: likes ? "♥" : "♡", kept: likes, text: likes ? "No longer liked" : LIKED, pick: (id) => this.like(id) },
    ];
  }

  // Rows of the search stay as they are: only the signs on them change.
  drawFound(data) {
    const wanted = JSON.stringify([data.found, data.note]);
    if (wanted === this.drawnFound) return;
    this.drawnFound = wanted;
    const rows = element("ol", "rows compact");
    for (const row of data.found) rows.append(shortRow(row, this.actions(row.item)));
    const bar = element("div", "held-bar");
    const note = element("span", "note", data.note);
    note.title = data.note;
    bar.append(element("h3", "part", "Products to choose from"), note);
    this.found.replaceChildren(bar, rows);
    this.watch(rows);
  }

  // Baskets one click away: a household’s last purchases, somebody else’s each time, and kinds of products that tell much of somebody.
  drawWays(items, likes) {
    const ways = [["Household A", this.first], ...this.suggested.map(({ name, rows }) => [name, rows])];
    const held = likes.length ? "" : keyOf(items);
    const buttons = ways.filter(([, rows]) => rows.length).map(([name, rows]) => {
      const wanted = rows.map((row) => row.item);
      const made = this.button(name, () => this.set(wanted, []));
      made.classList.add("way");
      made.title = "Fills the basket with: " + rows.map((row) => row.title).join(" · ");
      made.setAttribute("aria-pressed", String(keyOf(wanted) === held));
      return made;
    });
    const another = this.button("Random household", () => this.set(this.example.map((row) => row.item), []));
    another.classList.add("way");
    this.fold = this.button("", () => this.show(!this.opened));
    this.fold.classList.add("unfold");
    this.ways.replaceChildren(element("span", "what", "Try a basket"), ...buttons, another, element("span", "spring"), this.fold);
    if (this.opened !== null) this.show(this.opened);
  }

  // The basket in a line.
  drawInShort(items, likes) {
    const pills = this.heldRows.map((row) => {
      const made = element("li", "pill");
      made.dataset.item = row.item;
      made.title = [row.category, row.finer, row.price].filter(Boolean).join(" · ");
      const out = this.button("×", () => this.remove(row.item));
      out.title = "Take out of the basket";
      out.setAttribute("aria-label", `Take out of the basket: ${row.title}`);
      made.append(chip(row.colour), element("span", "", (likes.includes(row.item) ? "♥ " : "") + row.title), element("span", "apart"), out);
      return made;
    });
    const real = !likes.length && this.households.has(keyOf(items));
    const stranger = `A real household, treated as a stranger: only ${items.length > 1 ? "these" : "this"} ${items.length} of its purchases ${verb(items, "is", "are")} given.`;
    this.inShort.replaceChildren(element("li", "what", `Basket, ${items.length + likes.length}:`), ...pills, ...(real ? [element("li", "stranger", stranger)] : []));
    this.inShort.hidden = !pills.length;
  }

  draw() {
    this.sign(this.found);
    const { items, likes } = this.value;
    this.drawWays(items, likes);
    this.drawInShort(items, likes);
    const bar = element("div", "held-bar");
    const count = items.length === 1 ? "1 item" : `${items.length} items`;
    const liked = likes.length ? `, ${likes.length} liked` : "";
    const empty = this.button("Empty it", () => this.set([], []));
    empty.disabled = !items.length && !likes.length;
    const how = element("span", "note", items.length > 1 ? "latest first" : "");
    how.title = `The order counts. ♥ ${LIKED.toLowerCase()}.`;
    bar.append(element("h3", "part", `Basket: ${count}${liked}`), how, element("span", "spring"), empty);
    const rows = element("ol", "rows compact");
    for (const item of [...items].reverse()) rows.append(this.row(item, "♡", LIKED, (id) => this.like(id)));
    for (const item of [...likes].reverse()) rows.append(this.row(item, "+", "Bought, as the latest", (id) => this.buy(id), true));
    if (!rows.childElementCount) rows.append(element("li", "none-yet", "Click + beside an item, or try one of the baskets above."));
    const place = this.held.querySelector(".rows")?.scrollTop ?? 0;
    this.held.replaceChildren(bar, rows);
    rows.scrollTop = place;
    this.watch(rows);
  }

  // Says when there are rows below those in view.
  watch(rows) {
    const look = () => rows.parentNode?.classList.toggle("below", rows.scrollTop + rows.clientHeight < rows.scrollHeight - 4);
    rows.onscroll = look;
    requestAnimationFrame(look);
  }

  row(item, sign, text, pick, liked = false) {
    const words = this.words.get(item) ?? { item, title: item };
    const out = { name: "remove", sign: "×", text: "Take out of the basket", pick: (id) => this.remove(id) };
    const row = shortRow(words, [{ name: liked ? "buy" : "like", sign, text, pick }, out]);
    if (liked) row.querySelector(".words").prepend(element("span", "heart", "♥"));
    row.classList.toggle("liked", liked);
    return row;
  }

  button(text, clicked) {
    const made = element("button", "plain", text);
    made.type = "button";
    made.onclick = clicked;
    return made;
  }

  // The signs of all rows in `place`, without touching the rows.
  sign(place) {
    for (const row of place.querySelectorAll(".row")) {
      for (const { name, sign, kept, text } of this.actions(row.dataset.item)) {
        const button = row.querySelector(`.action[data-action=${name}]`);
        if (!button) continue;
        button.textContent = sign;
        button.title = text;
        button.setAttribute("aria-label", text + ": " + row.querySelector(".title").textContent);
        button.classList.toggle("kept", kept);
      }
    }
  }
}
