// Lines between equal items of neighbouring lists.
const SVG = "http://www.w3.org/2000/svg";
const GAP = 3; // below a row, in pixels: as bench.css has it
// A row with the gap: a title in one line and what is below it, or, in a column that is not `wide`, three lines.
const stepOf = (items, wide) => (items.picture ? 58 : wide ? 40 : 55);

// Where the columns' rows begin: read when the window or the columns change, not on every move of a slider.
const sidesOf = (columns) =>
  columns.map(({ list }) => ({ left: list.offsetLeft, right: list.offsetLeft + list.offsetWidth, top: list.offsetTop }));

function drawLines(svg, columns, sides, step) {
  const middle = (step - GAP) / 2;
  const paths = [];
  for (let place = 1; place < columns.length; place += 1) {
    const [from, to] = [sides[place - 1], sides[place]];
    if (Math.abs(from.top - to.top) > 20 || from.right > to.left) continue; // below each other in a narrow window; headings may differ by a line
    const there = new Map(columns[place].shown.map((item, rank) => [item, rank]));
    const bend = (from.right + to.left) / 2;
    columns[place - 1].shown.forEach((item, rank) => {
      if (!there.has(item)) return;
      const [y1, y2] = [from.top + rank * step + middle, to.top + there.get(item) * step + middle];
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", `M${from.right} ${y1}C${bend} ${y1} ${bend} ${y2} ${to.left} ${y2}`);
      path.setAttribute("class", "line");
      path.dataset.item = item;
      paths.push(path);
    });
  }
  svg.replaceChildren(...paths);
}

function lightLines(svg, item) {
  svg.classList.toggle("lighting", item !== null);
  for (const path of svg.children) path.classList.toggle("lit", path.dataset.item === item);
}
