// The side panel's card of one item: what it is, and its neighbours in every space that is shown.
const WORDS = { kept: ["=", "kept"], lost: ["−", "lost"], gained: ["+", "gained"] };

// [{point, word, far}]: the true neighbours; `word` against the other compared space, `far`: not near on this map.
function markedNeighbours(explorer, item, name) {
  const { points, state } = explorer;
  const near = trueNeighbours(points, name, item);
  const other = new Set(trueNeighbours(points, name === state.before ? state.after : state.before, item));
  const missing = name === state.before ? "lost" : "gained";
  const shown = mapNeighbours(points, name, item);
  const marks = state.before !== state.after && other.size > 0;
  return near.map((point) => ({
    point,
    word: marks ? (other.has(point) ? "kept" : missing) : "",
    far: !shown.has(point),
  }));
}

// The points closest to an item on the map of a space: as many as count as near there.
function mapNeighbours(points, name, item) {
  const xy = points.arrays["xy:" + name];
  const most = Math.min(points.n - 1, Math.max(10, Math.min(50, Math.floor(points.n / 50))));
  const squares = new Float64Array(points.n);
  for (let i = 0; i < points.n; i++) squares[i] = (xy[2 * i] - xy[2 * item]) ** 2 + (xy[2 * i + 1] - xy[2 * item + 1]) ** 2;
  squares[item] = Infinity;
  const limit = Float64Array.from(squares).sort()[most - 1];
  const found = new Set();
  for (let i = 0; i < points.n; i++) if (squares[i] <= limit) found.add(i);
  return found;
}

function itemCard(explorer) {
  const { points, state, difference } = explorer;
  const { item } = state;
  const box = element("section", "section card");
  const steps = element("div", "row");
  const back = button("tiny", "← Back", "To the item before this one", () => explorer.stepBack());
  back.disabled = !state.trail.length;
  steps.append(back, button("tiny", "Zoom to it", "Show it and its neighbours", () => explorer.zoomTo([item, ...explorer.drawnNeighbours(item)])),
    button("tiny", "Close", "Forget this item", () => explorer.open(-1)));
  const title = element("h3", "cardTitle", points.titles[item]);
  title.dir = "auto";
  const picture = explorer.pictureOf(item);
  if (picture) title.prepend(picture);
  box.append(steps, title, element("p", "small", factsOf(explorer, item).join(" · ")));
  if (difference && state.before !== state.after) {
    const [one, other] = [explorer.spaceNamed(state.before), explorer.spaceNamed(state.after)];
    const kept = difference.kept[item];
    box.append(element("p", "verdict", `From ${amid(one)} to ${amid(other)} it keeps ${kept} of its ${points.k} nearest; ${points.k - kept} are new.`));
  }
  for (const space of explorer.paneSpaces()) box.append(...neighbourList(explorer, item, space));
  const links = explorer.linksOf(item);
  if (links.length) {
    const row = element("p", "links");
    for (const { text, href } of links) {
      const made = element("a", "link", text);
      made.href = href;
      row.append(made);
    }
    box.append(row);
  }
  return box;
}

function factsOf(explorer, item) {
  const { points } = explorer;
  const facts = saidOf(points, item).filter(Boolean);
  const price = points.arrays.price[item];
  if (!Number.isNaN(price)) facts.push("price " + price.toFixed(2));
  const bought = points.arrays.popularity[item];
  facts.push(bought ? `${count(bought)} ${points.popularityWord}` : "cold start: nobody had it in training");
  return facts;
}

function neighbourList(explorer, item, space) {
  const { points } = explorer;
  const near = explorer.neighbours(item, space.name);
  if (!near.length) return [];
  const trust = points.arrays["trust:" + space.name][item];
  const title = element("h4", "listTitle", `Nearest in ${amid(space)}`);
  title.append(element("span", "small", ` ${trust} of ${points.k} are near it on this map`));
  const list = element("ol", "near");
  for (const { point, word, far } of near) {
    const row = element("li", `nearRow ${word}`);
    const made = itemButton(explorer, point);
    const sign = element("span", "sign", word ? WORDS[word][0] : "·");
    sign.setAttribute("aria-hidden", "true");
    row.append(sign, made, element("span", "word", word ? WORDS[word][1] : far ? "far on the map" : ""));
    row.dataset.point = String(point);
    made.onpointerenter = () => explorer.hover(null, point);
    made.onpointerleave = () => explorer.hover(null, -1);
    list.append(row);
  }
  return [title, list];
}
