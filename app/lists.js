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

function drawRow(row, byName) {
  const made = element("div", "row" + (row.hit ? " hit" : ""));
  made.dataset.item = row.item;
  made.tabIndex = 0;
  made.setAttribute("role", "button");
  made.append(element("span", "rank", String(row.rank)));

  const words = element("div", "words");
  const title = element("div", "title", row.title);
  title.dir = "auto";
  title.title = row.title;
  const detail = element("div", "detail");
  detail.append(chip(row.colour), element("span", "category", row.category));
  if (row.finer) detail.append(element("span", "", " · " + row.finer));
  detail.title = row.category + (row.finer ? " · " + row.finer : "");
  const facts = element("div", "facts");
  if (row.detail) facts.append(mark("more", row.detail, row.detail));
  if (row.price) facts.append(mark("price", "price " + row.price, "Price, in the catalogue's currency"));
  facts.append(mark("score", "score " + row.score, "Comparable within this list only"));
  if (row.cold) facts.append(mark("cold", "cold start", "Nobody had this item in the training part"));
  const shared = element("span", "shared");
  for (const name of row.others) {
    const dot = chip(byName[name].colour, "dot");
    dot.title = "Also in: " + byName[name].label;
    shared.append(dot);
  }
  facts.append(shared);
  words.append(title, detail, facts);
  made.append(words);
  if (row.hit) made.append(mark("check", "✓", "Bought later"));
  return made;
}

function drawColumn(column, byName) {
  const made = element("section", "column");
  made.style.setProperty("--run", column.colour);
  const head = element("header", "head");
  head.append(element("div", "label", column.label), element("div", "hits", column.hits));
  head.append(element("div", "source", column.name + " · " + column.source));
  made.append(head);
  for (const row of column.rows) made.append(drawRow(row, byName));
  made.style.gridRow = "1 / span " + (1 + Math.max(column.rows.length, 1));
  if (!column.rows.length) made.append(element("div", "empty", "No item to show."));
  return made;
}

function drawLegend() {
  const made = element("div", "legend");
  const entries = [
    [element("span", "check", "✓"), "bought later (a hit)"],
    [element("span", "cold", "cold start"), "nobody had it in the training part"],
    [chip("#8b93a0"), "category"],
    [chip("#8b93a0", "dot"), "also in the list of that colour"],
  ];
  for (const [sign, text] of entries) {
    const entry = element("span", "entry");
    entry.append(sign, element("span", "", text));
    made.append(entry);
  }
  made.append(element("span", "entry how", "Point at an item to find it in the other lists; click to keep it lit."));
  return made;
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".lists");
  const byName = Object.fromEntries(data.columns.map((column) => [column.name, column]));
  const grid = element("div", "grid");
  grid.style.setProperty("--columns", data.columns.length);
  for (const column of data.columns) grid.append(drawColumn(column, byName));
  root.replaceChildren(drawLegend(), grid);

  const rows = [...root.querySelectorAll(".row")];
  let pinned = null;
  const light = (item) => {
    grid.classList.toggle("lighting", item !== null);
    for (const row of rows) row.classList.toggle("lit", row.dataset.item === item);
  };
  const pin = (item) => {
    pinned = pinned === item ? null : item;
    for (const row of rows) row.setAttribute("aria-pressed", String(row.dataset.item === pinned));
    light(pinned ?? item);
  };
  for (const row of rows) {
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
