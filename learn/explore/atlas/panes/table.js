// The maps' twin as a table, for screen readers and for the keyboard: the items in view, or those that are lit up.
const MOST_ROWS = 200;

function drawTable(explorer) {
  const { points, state, table, difference, lit } = explorer;
  table.hidden = !state.table;
  if (!state.table) return;
  const pane = explorer.panes[0];
  const { camera, xy } = pane;
  const [west, north] = camera.toMap(0, 0);
  const [east, south] = camera.toMap(camera.width, camera.height);
  const shown = [];
  for (const point of points.order) {
    const inside = xy[2 * point] >= west && xy[2 * point] <= east && xy[2 * point + 1] >= south && xy[2 * point + 1] <= north;
    if (lit ? lit[point] : inside) shown.push(point);
  }
  const what = lit ? "items lit up" : `items in view of ${amid(pane.shown)}`;
  const cut = shown.length > MOST_ROWS ? ` The ${MOST_ROWS} most bought are listed.` : "";
  const close = button("tiny", "Close the table", "Back to the maps alone", () => explorer.change({ table: false }));
  const made = element("table", "items");
  const caption = element("caption", "", `${count(shown.length)} ${what}, the most bought first.${cut}`);
  const compared = Boolean(difference) && state.before !== state.after;
  const names = ["Item", "Category", "Finer", "Brand", "Price", "Bought", ...(compared ? ["Neighbours kept", "Crossed category"] : [])];
  const head = element("tr", "");
  for (const name of names) {
    const cell = element("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  const body = element("tbody", "");
  for (const point of shown.slice(0, MOST_ROWS)) {
    const price = points.arrays.price[point];
    const cells = [...saidOf(points, point), Number.isNaN(price) ? "" : price.toFixed(2), count(points.arrays.popularity[point])];
    if (compared) cells.push(`${difference.kept[point]} of ${points.k}`, difference.crossed[point] ? "yes" : "no");
    const row = element("tr", "");
    const first = element("th", "");
    first.scope = "row";
    first.append(itemButton(explorer, point));
    row.append(first, ...cells.map((text) => element("td", "", text)));
    body.append(row);
  }
  const top = element("thead", "");
  top.append(head);
  made.append(caption, top, body);
  table.replaceChildren(close, made);
}
