// The slim bar above the maps: search, which two spaces are compared, colours, a person, and what else there is.
function buildBar(explorer) {
  const bar = element("div", "bar");
  const search = new Search(explorer);
  const before = choice("Compare", "The space on the left", (name) => explorer.compare(name, explorer.state.after));
  const after = choice("with", "The space on the right", (name) => explorer.compare(explorer.state.before, name));
  const maps = choice("Maps shown", "How many maps stand side by side", (number) => explorer.change({ maps: Number(number) }));
  const colour = choice("Colour", "What the points are coloured by", (name) => explorer.recolour(name));
  const person = personChoice(explorer);
  const send = button("small send", "Download", "The Atlas as one page that needs no server, to keep or to send", () => explorer.tell.send());
  const whole = button("small wide", "⤢ Full screen", "The Atlas on the whole screen: Escape ends it", () => fullScreen(explorer.root));
  const more = moreButton(bar);
  const menu = element("div", "menu");
  menu.append(maps.made, person.made, send);
  for (const one of [colour.made, menu, whole]) one.classList.add("seldom");
  bar.append(search.made, before.made, after.made, colour.made, more, menu, whole);
  return { bar, search, before, after, maps, colour, person, send };
}

// Opens what is seldom asked for; Escape, and a click elsewhere, close it.
function moreButton(bar) {
  const elsewhere = (event) => {
    if (!event.composedPath().includes(bar)) open(false);
  };
  const open = (opened) => {
    document[opened ? "addEventListener" : "removeEventListener"]("pointerdown", elsewhere);
    bar.classList.toggle("opened", opened);
    more.setAttribute("aria-expanded", String(opened));
  };
  const more = button("small more", "More options", "Number of maps, a person, and the Atlas as a file", () => open(!bar.classList.contains("opened")));
  more.setAttribute("aria-expanded", "false");
  bar.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !bar.classList.contains("opened")) return;
    open(false);
    more.focus();
  });
  return more;
}

function personChoice(explorer) {
  const made = element("label", "choice person");
  const input = element("input", "select");
  const list = element("datalist", "");
  list.id = "atlas-people";
  Object.assign(input, { type: "search", placeholder: "id", title: "Whose history and lists to show on the maps", autocomplete: "off" });
  input.setAttribute("list", list.id);
  input.onchange = () => explorer.tell.person(input.value.trim());
  made.append(element("span", "choiceName", "Person"), input, list);
  return { made, input, list };
}

function fullScreen(root) {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (root.requestFullscreen) root.requestFullscreen();
}

function drawBar(explorer) {
  const { tools, state, spaces, others, can } = explorer;
  const names = [...spaces, ...others].map((space) => [space.name, space.label]);
  fillChoice(tools.before.select, names, state.before);
  fillChoice(tools.after.select, names, state.after);
  fillChoice(tools.maps.select, spaces.map((_, place) => [String(place + 1), String(place + 1)]), String(explorer.paneSpaces().length));
  const compared = spaces.length > 1 && explorer.hasNeighbours();
  const options = [{ group: "of the items", options: Object.keys(explorer.points.schemes).map((one) => [one, one]) }];
  const apart = compared ? DIFFERENCES : DIFFERENCES.slice(2);
  fillChoice(tools.colour.select, [...options, { group: "of the difference", options: apart.map((one) => [one, one]) }], state.colour);
  for (const one of [tools.before, tools.after, tools.maps]) one.made.hidden = spaces.length + others.length < 2;
  tools.person.made.hidden = !can.person;
  tools.send.hidden = !can.send;
  explorer.controls.people.hidden = !spaces.some((space) => explorer.points.arrays["users:" + space.name]);
  explorer.controls.table.setAttribute("aria-pressed", String(state.table));
  explorer.controls.people.setAttribute("aria-pressed", String(state.people));
  if (explorer.people !== explorer.listedPeople) {
    explorer.listedPeople = explorer.people;
    tools.person.list.replaceChildren(
      ...(explorer.people || []).map((id) => {
        const made = element("option", "");
        made.value = id;
        return made;
      })
    );
  }
  if (tools.person.made.getRootNode().activeElement !== tools.person.input) tools.person.input.value = explorer.user || "";
}
