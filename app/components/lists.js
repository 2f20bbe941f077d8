// Every text goes in through textContent: titles, brands and labels were written by strangers.
function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

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

function drawRow(row, byName, action, pick) {
  const made = element("div", "row" + (row.hit ? " hit" : ""));
  made.dataset.item = row.item;
  made.tabIndex = 0;
  made.setAttribute("role", "button");
  made.append(element("span", "rank", String(row.rank)));

  const words = element("div", "words");
  const title = element("div", "title", row.title);
  title.dir = "auto";
  title.title = row.title;
  words.append(title);
  if (row.category) {
    const detail = element("div", "detail");
    detail.append(chip(row.colour), element("span", "category", row.category));
    if (row.finer) detail.append(element("span", "", " · " + row.finer));
    detail.title = row.category + (row.finer ? " · " + row.finer : "");
    words.append(detail);
  }
  for (const reason of row.reasons ?? []) {
    const line = element("div", "reason", reason);
    line.dir = "auto";
    line.title = reason;
    words.append(line);
  }
  const facts = element("div", "facts");
  if (row.detail) facts.append(mark("more", row.detail, row.detail));
  if (row.badge) facts.append(element("span", "badge " + row.badge[1], row.badge[0]));
  if (row.price) facts.append(mark("price", "price " + row.price, "Price, in the catalogue's currency"));
  if (row.score) facts.append(mark("score", row.score, "Comparable within this list only"));
  if (row.cold) facts.append(mark("cold", "cold start", "Nobody had this item in the training part"));
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
    links.append(link);
  }
  if (links.childElementCount) facts.append(links);
  if (facts.textContent || shared.childElementCount) words.append(facts);
  made.append(words);
  if (row.hit) made.append(mark("check", "✓", "Bought later"));
  if (action) {
    const button = element("button", "action", action.sign);
    button.type = "button";
    button.title = action.text;
    button.setAttribute("aria-label", action.text + ": " + row.title);
    button.onclick = (event) => {
      event.stopPropagation();
      pick(row.item);
    };
    made.append(button);
  }
  return made;
}

function drawColumn(column, byName, action, pick) {
  const made = element("section", "column");
  made.style.setProperty("--run", column.colour);
  const head = element("header", "head");
  head.append(element("div", "label", column.label));
  if (column.hits) head.append(element("div", "hits", column.hits));
  if (column.source) head.append(element("div", "source", column.source));
  made.append(head);
  for (const row of column.rows) made.append(drawRow(row, byName, action, pick));
  made.style.gridRow = "1 / span " + (1 + Math.max(column.rows.length, 1));
  if (!column.rows.length) made.append(element("div", "empty", column.empty ?? "No item to show."));
  return made;
}

const SIGNS = {
  hit: () => [element("span", "check", "✓"), "bought later (a hit)"],
  cold: () => [element("span", "cold", "cold start"), "nobody had it in the training part"],
  category: () => [chip("#8b93a0"), "category"],
  shared: () => [chip("#8b93a0", "dot"), "also in the list of that colour"],
  new: () => [element("span", "badge new", "new"), "was not in the list before"],
  moved: () => [element("span", "badge rose", "▲ 3"), "rose three places"],
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

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".lists");
  const byName = Object.fromEntries(data.columns.map((column) => [column.name, column]));
  const grid = element("div", "grid" + (data.compact ? " compact" : ""));
  grid.style.setProperty("--columns", data.columns.length);
  const pick = (item) => setTriggerValue("picked", item);
  for (const column of data.columns) grid.append(drawColumn(column, byName, data.action, pick));
  root.replaceChildren(...(data.legend.length ? [drawLegend(data.legend)] : []), grid);

  const rows = [...root.querySelectorAll(".row")];
  let pinned = null;
  // Where no list can hold what another holds, dimming the rest would only look like "cannot be clicked".
  const linked = data.legend.includes("shared");
  const light = (item) => {
    grid.classList.toggle("lighting", linked && item !== null);
    for (const row of rows) row.classList.toggle("lit", row.dataset.item === item);
  };
  const pin = (item) => {
    pinned = pinned === item ? null : item;
    for (const row of rows) row.setAttribute("aria-pressed", String(row.dataset.item === pinned));
    light(pinned ?? item);
  };
  for (const row of rows) {
    // A link or a button inside a row is not the row.
    for (const inner of row.querySelectorAll("a, button")) {
      inner.addEventListener("click", (event) => event.stopPropagation());
      inner.addEventListener("keydown", (event) => event.stopPropagation());
    }
    row.onmouseenter = row.onfocus = () => light(row.dataset.item);
    row.onmouseleave = row.onblur = () => light(pinned);
    row.onclick = () => pin(row.dataset.item);
    row.onkeydown = (event) => {
      if (event.key === "Escape") {
        pinned = null;
        light(null);
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        pin(row.dataset.item);
      }
    };
  }
}
