// Every text goes in through textContent: titles were written by strangers.
function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// A name that leads somewhere; without a link it is only a name.
function named(text, link, tip) {
  if (!link) return document.createTextNode(text);
  const made = element("a", "link", text);
  Object.assign(made, { href: link.href, target: "_self", title: [link.about, tip].filter(Boolean).join("\n") });
  made.setAttribute("aria-label", link.about);
  return made;
}

function drawRow(row) {
  const made = element("div", "row" + (row.hit ? " hit" : ""));
  made.dataset.item = row.key;
  if (row.place) made.append(element("span", "place", row.place));
  if (row.picture !== undefined) made.append(pictureOf(row.picture));
  const words = element("div", "words");
  const title = element("div", "title");
  title.dir = "auto";
  title.title = row.about ?? row.title;
  if (row.colour) {
    const chip = element("span", "chip");
    chip.style.backgroundColor = row.colour;
    chip.title = row.category;
    title.append(chip);
  }
  const [onTitle, onDetail] = row.links ?? [];
  title.append(named(row.title, onTitle, row.about));
  if (row.sign) title.append(element("span", "sign", row.sign));
  words.append(title);
  if (row.detail) {
    const detail = element("div", "detail");
    detail.append(named(row.detail, onDetail && { ...onDetail, about: `${onDetail.about} ${row.detail}` }));
    words.append(detail);
  }
  made.append(words);
  return made;
}

function drawPart(name, rows, none, longest) {
  const made = [element("div", "part", name), ...rows.map(drawRow)];
  if (!rows.length) made.push(element("div", "none", none));
  // The same place is at the same height in every column.
  while (made.length < 1 + longest) made.push(element("div", ""));
  return made;
}

// What was counted, what chance would give, and how much it is under each variant; the best of a row is shaded.
function drawFigures({ of, columns, rows, best }) {
  const made = element("table", "figures");
  const line = (scope, cells, marked = []) => {
    const row = element("tr", "");
    cells.forEach((words, at) => {
      const cell = element(scope === "col" || !at ? "th" : "td", (at > 1 ? "here" : "") + (marked[at - 2] ? " best" : ""), words);
      if (cell.tagName === "TH") cell.scope = at ? "col" : scope;
      row.append(cell);
    });
    return row;
  };
  made.append(line("col", rows.length ? [of, "chance", ...columns] : [of]), ...rows.map((cells, at) => line("row", cells, best[at])));
  return made;
}

function drawLegend({ legend, note, said, hit }) {
  const made = element("div", "legend");
  for (const [words, colour] of legend) {
    const entry = element("span", "entry");
    const chip = element("span", "chip");
    chip.style.backgroundColor = colour;
    entry.append(chip, element("span", "", words));
    made.append(entry);
  }
  if (hit) {
    const entry = element("span", "entry");
    entry.append(element("span", "chip shade"), element("span", "", hit));
    made.append(entry);
  }
  if (note) made.append(element("span", "entry", note));
  if (said) made.append(folded(said));
  return made;
}

function drawCards(data) {
  const grid = element("div", "grid");
  const longest = data.parts.map((_, at) => Math.max(1, ...data.columns.map((column) => column.parts[at].length)));
  grid.style.setProperty("--columns", data.columns.length);
  grid.style.setProperty("--rows", 1 + longest.reduce((sum, rows) => sum + rows + 1, 0));
  for (const column of data.columns) {
    const card = element("section", "card");
    card.setAttribute("aria-label", column.label);
    card.style.setProperty("--run", column.colour);
    const head = element("header", "head");
    head.append(element("div", "label", column.label));
    if (column.about) head.append(element("div", "said about", column.about));
    for (const line of column.said) head.append(element("div", "said", line));
    card.append(head);
    data.parts.forEach((part, at) => card.append(...drawPart(column.names[at] || part.name, column.parts[at], part.none, longest[at])));
    grid.append(card);
  }
  return [drawLegend(data), grid];
}

function drawTable(data) {
  const below = element("div", "captions");
  below.append(...data.captions.map((words) => element("div", "caption", words)));
  return [drawFigures(data.figures), below];
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".answers");
  root.replaceChildren(...(data.figures ? drawTable(data) : drawCards(data)));
  const rows = [...root.querySelectorAll(".row")];
  const light = (key) => rows.forEach((row) => row.classList.toggle("lit", key !== null && row.dataset.item === key));
  for (const row of rows) {
    row.onmouseenter = () => light(row.dataset.item);
    row.onmouseleave = () => light(null);
    row.addEventListener("focusin", () => light(row.dataset.item));
    row.addEventListener("focusout", () => light(null));
  }
}
