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
  box.append(element("p", "conclusion", plain), element("h4", "listTitle", `Items by how many of ${points.k} neighbours they keep`));
  const bars = element("div", "bins");
  drawHistogram(explorer, bars);
  box.append(bars, journey(explorer, after));
  const story = storyOf(explorer, before, after);
  if (story) {
    story.title = BUYERS_TIP;
    box.append(element("h4", "listTitle", `For example${markedExample(explorer) ? ", ringed on the maps (small ring: the neighbour)" : ""}`), story);
  }
  box.append(behindIt(explorer, figures));
  const rows = mostMoved(points, difference, lit, 60);
  box.append(element("h4", "listTitle", lit ? "Of those lit up, changed most" : "Changed most"));
  box.append(element("p", "small", howOrdered(explorer, rows)));
  const bought = rarelyBought(points, rows);
  if (bought) box.append(element("p", "small caution", bought));
  const list = element("ol", "near moved");
  const alike = keepAlike(difference, rows);
  for (const point of rows) list.append(movedRow(explorer, point, alike));
  if (rows.length) box.append(movedHead(points));
  box.append(list);
  return box;
}

// The figures behind the plain sentence, and what can be done here: folded, and as it was when the panel is drawn anew.
function behindIt(explorer, figures) {
  const box = element("details", "behind");
  box.open = Boolean(explorer.behindOpen);
  box.ontoggle = () => (explorer.behindOpen = box.open);
  const said = element("p", "small figures", figures);
  said.title = BUYERS_TIP;
  box.append(element("summary", "small", "The figures, and how to use the bars"), said);
  box.append(element("p", "small", "Press a bar, or sweep over several: those items light up on the maps."));
  return box;
}

// Whether all rows keep equally few neighbours, which is then said once, above them.
function keepAlike({ kept }, rows) {
  return rows.length > 1 && kept[rows[0]] === kept[rows[rows.length - 1]];
}

function howOrdered({ points, difference, lit }, rows) {
  if (!rows.length) return "None.";
  const least = difference.kept[rows[0]];
  let first = "Those that keep fewest neighbours come first.";
  if (keepAlike(difference, rows)) {
    const tied = points.order.reduce((sum, point) => sum + (difference.kept[point] === least && (!lit || lit[point]) ? 1 : 0), 0);
    first = `${count(tied)} items keep ${least ? `only ${least}` : "none"} of their ${points.k} neighbours.`;
  }
  return first;
}

// What the columns of the list are.
function movedHead({ k }) {
  const head = element("div", "movedHead");
  head.setAttribute("aria-hidden", "true"); // every row says it
  const bought = element("span", "movedBought", "bought");
  bought.title = "Purchases in training";
  head.append(element("span", "", `Item, and what most of its ${k} neighbours are`), bought);
  return head;
}

// A caution where the items listed were bought less than half as often as items are: of such ones buyers tell little.
function rarelyBought({ arrays, order, n }, rows) {
  if (!rows.length || rows.length === n) return "";
  const middle = (sorted) => arrays.popularity[sorted[sorted.length >> 1]];
  const [own, usual] = [middle([...rows].sort((a, b) => arrays.popularity[b] - arrays.popularity[a])), middle(order)];
  if (2 * own >= usual) return "";
  return `Half of these were bought ${times(own)} or less, half of all items ${times(usual)} or less: take single ones with caution.`;
}

function times(number) {
  return number === 1 ? "once" : number ? `${count(number)} times` : "never";
}

// An item, how many neighbours it keeps (unless all rows do), what most of them are before and after, how often it was bought.
function movedRow(explorer, point, alike) {
  const { points, state, difference } = explorer;
  const { arrays } = points;
  const row = element("li", "movedRow");
  row.dataset.point = String(point);
  const [was, is] = [state.before, state.after].map((space) => commonestKind(points, space, point));
  const [from, to] = [`${was.count} of ${points.k} ${was.name}`, `${is.count} ${is.name}`];
  const among = was.kind === is.kind ? `most are ${was.name} in both` : `${from} → ${to}`;
  const said = element("span", "movedWords", `${alike ? "" : `keeps ${difference.kept[point]} of ${points.k} · `}${among}`);
  said.title = `Of its ${points.k} neighbours, the kind that most are of, and how many: before → after`;
  const bought = element("span", "movedBought", count(arrays.popularity[point]));
  bought.title = `Bought ${times(arrays.popularity[point])} in training`;
  row.append(itemButton(explorer, point), bought, said);
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
  const kept = `${points.titles[told.point]} keeps ${told.shared || "none"} of ${points.k} neighbours`;
  const shared = told.buyers ? `; with a neighbour it shares ${percent(told.buyers[1])} of the buyers, ${percent(told.buyers[0])} before` : "";
  const [was, is] = buyersShared(points, before, after);
  const against = shared && is < was ? `. A good case: that rises for ${(100 * told.rising).toFixed(0)}% of ${muchBought(points)}` : "";
  return lineOf(explorer, "story", [
    `${before.label} puts `, { point: told.point }, " beside ", ...names(told.before), `; ${amid(after)} puts it beside `,
    ...names(told.after), `. ${kept}${shared}${against}.`,
  ]);
}

function aboutSection(explorer) {
  const box = element("details", "section about");
  box.append(element("summary", "sectionTitle", "What this map can and cannot show"));
  for (const text of explorer.about) box.append(element("p", "small", text));
  return box;
}
