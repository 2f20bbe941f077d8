function drawColumn(column, byName, actions) {
  const made = element("section", "column");
  made.style.setProperty("--run", column.colour);
  made.append(drawHead(column));
  const rows = element("ol", "rows");
  for (const row of column.rows) rows.append(drawRow(row, byName, actions));
  if (column.rows.length) made.append(rows);
  else made.append(element("div", "empty", column.empty ?? "No item to show."));
  made.style.gridRow = "1 / span " + (1 + Math.max(column.rows.length, 1));
  return made;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".lists");
  const byName = Object.fromEntries(data.columns.map((column) => [column.name, column]));
  const grid = element("div", "grid" + (data.compact ? " compact" : ""));
  grid.style.setProperty("--columns", data.columns.length);
  const actions = data.action ? [{ ...data.action, pick: (item) => setTriggerValue("picked", item) }] : [];
  for (const column of data.columns) grid.append(drawColumn(column, byName, actions));
  root.replaceChildren(...(data.legend.length ? [drawLegend(data.legend)] : []), grid);
  const lights = new Lights(grid);
  lights.dims = data.legend.includes("shared");
}
