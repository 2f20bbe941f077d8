// A person on the maps: the history as small dots joined by time, and two variants' lists as numbered signs.
const BOTH = "both";
const MOST_JOINED = 20; // of the latest purchases: a line through hundreds would hide the map

// [{point, rank, sign}] of the lists of the two compared spaces; sign: "first", "second" or "both".
function listSigns(person, before, after) {
  const ranks = (name) => {
    const list = person.lists.find((one) => one.name === name);
    return new Map((list ? list.points : []).map((point, place) => [point, place + 1]).filter(([point]) => point >= 0));
  };
  const [first, second] = [ranks(before), ranks(after)];
  const found = [];
  for (const [point, rank] of first) found.push({ point, rank, other: second.get(point), sign: second.has(point) ? BOTH : "first" });
  for (const [point, rank] of second) if (!first.has(point)) found.push({ point, rank, sign: "second" });
  return found;
}

const SIGN_COLOURS = { first: LOST_COLOUR, second: GAINED_COLOUR, both: "#6b3fa0" };
const SIGN_SHAPES = { first: 4, second: 3, both: 0 }; // corners; 0: round

function drawPerson(pane, context, person) {
  const { colours, state } = pane.explorer;
  const { history } = person;
  context.strokeStyle = colours.text;
  context.globalAlpha = 0.4;
  context.lineWidth = 1;
  context.beginPath();
  for (const point of history.slice(-MOST_JOINED)) context.lineTo(...pane.place(point));
  context.stroke();
  history.forEach((point, place) => {
    context.globalAlpha = 0.25 + (0.75 * (place + 1)) / history.length; // the older the paler
    const [left, top] = pane.place(point);
    context.beginPath();
    context.arc(left, top, 3, 0, 2 * Math.PI);
    context.fillStyle = colours.text;
    context.fill();
  });
  context.globalAlpha = 1;
  for (const { point, rank, other, sign } of listSigns(person, state.before, state.after)) {
    const own = pane.shown.name === state.after && other ? other : rank;
    drawSign(context, pane.place(point), String(own), sign, colours);
  }
}

function drawSign(context, [left, top], text, sign, colours) {
  const corners = SIGN_SHAPES[sign];
  context.beginPath();
  if (!corners) context.arc(left, top, 9.5, 0, 2 * Math.PI);
  for (let corner = 0; corner < corners; corner++) {
    const angle = (corner * 2 * Math.PI) / corners + (corners === 4 ? Math.PI / 4 : -Math.PI / 2);
    context.lineTo(left + 12.5 * Math.cos(angle), top + 12.5 * Math.sin(angle) + (corners === 3 ? 2 : 0));
  }
  context.closePath();
  context.fillStyle = SIGN_COLOURS[sign];
  context.strokeStyle = colours.background;
  context.lineWidth = 2;
  context.fill();
  context.stroke();
  context.fillStyle = "#ffffff";
  context.font = "700 10.5px " + colours.font;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, left, top + (corners === 3 ? 2.5 : 0.5));
}

// What the panel says of the person: who, and the two lists with their signs.
function personSection(explorer) {
  const { person, state, spaces } = explorer;
  const box = element("section", "section");
  const head = element("div", "row");
  head.append(
    element("h3", "sectionTitle", `Person ${person.user}`),
    button("tiny", "Hide", "Take the person off the maps", () => explorer.tell.person(""))
  );
  const bought = person.bought
    ? `${count(person.bought)} different items bought: dots, the older the paler; a line joins the latest in order of time.`
    : "Nothing was bought before the cut: a cold-start person.";
  box.append(head, element("p", "small", bought));
  const label = (name) => (spaces.find((space) => space.name === name) || { label: name }).label;
  const signs = listSigns(person, state.before, state.after);
  const names = { first: `only ${label(state.before)}`, second: `only ${label(state.after)}`, both: "both lists" };
  const key = element("p", "signs");
  for (const sign of ["first", "second", BOTH]) {
    const own = signs.filter((one) => one.sign === sign).length;
    key.append(signMark(sign), element("span", "", `${names[sign]}: ${own}`));
  }
  box.append(key);
  for (const name of new Set([state.before, state.after])) {
    const list = person.lists.find((one) => one.name === name);
    box.append(element("h4", "listTitle", `What ${list ? list.label : label(name)} would show`));
    if (!list || !list.points.length) {
      box.append(element("p", "small", "No variant recommends in this space, or it has no list for this person."));
      continue;
    }
    const rows = element("ol", "near");
    list.points.forEach((point, place) => {
      const row = element("li", "nearRow");
      const own = signs.find((one) => one.point === point);
      row.append(element("span", "rank", String(place + 1)), signMark(own ? own.sign : "first"));
      row.append(point < 0 ? element("span", "small", "not among the items shown") : itemButton(explorer, point));
      rows.append(row);
    });
    box.append(rows);
  }
  return box;
}

function signMark(sign) {
  const made = element("span", "signMark " + sign);
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", { first: "only in the first list", second: "only in the second list", both: "in both lists" }[sign]);
  return made;
}
