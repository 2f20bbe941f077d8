// Beside the maps: the chosen item, the person, and what differs between the two spaces.
function drawPanel(explorer) {
  const { side, state, person } = explorer;
  const { scrollTop } = side;
  const parts = [];
  for (const text of explorer.notices) parts.push(element("p", "notice", text));
  if (state.item >= 0) parts.push(itemCard(explorer));
  if (person) parts.push(personSection(explorer));
  if (explorer.difference && state.before !== state.after) parts.push(differenceSection(explorer));
  parts.push(aboutSection(explorer));
  side.replaceChildren(...parts);
  side.scrollTop = state.item === explorer.panelItem ? scrollTop : 0;
  explorer.panelItem = state.item;
}

function differenceSection(explorer) {
  const { points, state, difference, lit } = explorer;
  const [before, after] = [explorer.spaceNamed(state.before), explorer.spaceNamed(state.after)];
  const box = element("section", "section difference");
  box.append(element("h3", "sectionTitle", `What ${amid(after)} changed`));
  const [plain, figures] = conclusion(points, difference, [before, after], explorer.spaces);
  box.append(element("p", "conclusion", plain), element("p", "small figures", figures));
  if (explorer.reading) box.append(element("p", "small", explorer.reading));
  box.append(element("h4", "listTitle", `Items by how many of ${points.k} neighbours they keep`));
  const bars = element("div", "bins");
  drawHistogram(explorer, bars);
  box.append(bars, element("p", "small", "Press a bar, or sweep over several: those items light up on every map."));
  box.append(journey(explorer, after));
  const story = storyOf(explorer, before, after);
  if (story) box.append(element("h4", "listTitle", "For example"), story);
  const rows = mostMoved(points, difference, lit, 60);
  box.append(element("h4", "listTitle", lit ? "Of those lit up, changed most" : "Changed most"));
  box.append(element("p", "small", howOrdered(explorer, rows)));
  const list = element("ol", "near moved");
  for (const point of rows) list.append(movedRow(explorer, point));
  box.append(list);
  return box;
}

// How the rows are ordered, and how many items are tied with the first of them.
function howOrdered({ points, difference, lit }, rows) {
  if (!rows.length) return "None.";
  const least = difference.kept[rows[0]];
  let tied = 0;
  for (let point = 0; point < points.n; point++) if (difference.kept[point] === least && (!lit || lit[point])) tied++;
  const keep = least ? `keep only ${least}` : "keep none";
  const first = tied > 1 ? `${count(tied)} items ${keep} of their ${points.k} neighbours: ` : "The fewest neighbours kept first; of equals ";
  const beside = `Below each: the commonest kind of its ${points.k} neighbours, before → after.`;
  return `${first}first those with most neighbours of another kind, then the most bought. ${beside}`;
}

// An item, how many neighbours it keeps, and what most of them are in one space and in the other.
function movedRow(explorer, point) {
  const { points, state, difference } = explorer;
  const row = element("li", "movedRow");
  row.dataset.point = String(point);
  const [was, is] = [state.before, state.after].map((space) => commonestKind(points, space, point));
  const [from, to] = [was, is].map(({ name, count: items }) => `${name} ${items}`);
  const among = was.kind === is.kind ? `most are ${was.name} in both` : `${from} → ${to}`;
  const said = element("span", "movedWords", `keeps ${difference.kept[point]} of ${points.k} · ${among}`);
  said.title = `Of its ${points.k} neighbours, the kind that most are of, and how many: before → after`;
  row.append(itemButton(explorer, point), said);
  return row;
}

// The button that lets items travel from the first space to the second.
function journey(explorer, after) {
  const pane = explorer.panes[0];
  const row = element("p", "row");
  const gone = hasTravelled(pane);
  const what = explorer.lit ? `${count(explorer.litCount())} lit items` : "all items";
  const words = gone ? `Back to ${amid(pane.space)}` : `▶ Let ${what} travel to ${amid(after)}`;
  const made = button("small morph", words, "Watch them move on the left map to where the other space puts them", () =>
    travel(pane, gone ? pane.space : after, gone)
  );
  row.append(made);
  return row;
}

function storyOf(explorer, before, after) {
  const { points } = explorer;
  const told = points.examples[`${before.name}\n${after.name}`];
  if (!told) return null;
  const names = (found) => found.flatMap((point, place) => [...(place ? [" and "] : []), { point }]);
  const stayed = `Of its ${points.k} nearest neighbours ${told.shared || "none"} stayed.`;
  return lineOf(explorer, "story", [
    `${before.label} puts `, { point: told.point }, " beside ", ...names(told.before), `; ${amid(after)} puts it beside `,
    ...names(told.after), `. ${stayed}`,
  ]);
}

function aboutSection(explorer) {
  const box = element("details", "section about");
  box.append(element("summary", "sectionTitle", "What this map can and cannot show"));
  for (const text of explorer.about) box.append(element("p", "small", text));
  return box;
}
