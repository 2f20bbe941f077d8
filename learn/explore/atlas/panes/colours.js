// The group of every point and the groups' colours, under the colouring that was chosen; trust is each map's own.
function colouringIn(explorer, space) {
  const { points, state, difference } = explorer;
  const { arrays } = points;
  const name = state.colour;
  const steps = Array.from({ length: points.k + 1 }, (_, kept) => changeColour(points, kept));
  if (name === "trust of the map") return { codes: arrays["trust:" + space], colours: steps, names: steps.map((_, near) => `${near} near`) };
  if (difference && name === "neighbours kept") return { codes: difference.kept, colours: steps, names: steps.map((_, kept) => `${kept} kept`) };
  if (difference && name === "crossed category") {
    return { codes: difference.crossed, colours: points.crossed, names: ["neighbours of the same category", "neighbours of another category"] };
  }
  const scheme = points.schemes[name] || points.schemes.category;
  return { codes: points.schemes[name] ? arrays["code:" + name] : arrays["code:category"], colours: scheme.colours, names: scheme.names };
}

function withPalette(colouring) {
  return { ...colouring, palette: colouring.colours.map(parseColour) };
}

function legendIn(explorer) {
  const { state } = explorer;
  const { codes, colours, names } = explorer.colouringOf(state.before);
  const counts = new Array(names.length).fill(0);
  for (const code of codes) counts[code]++;
  const notes = {
    "trust of the map": `of its ${explorer.points.k} true neighbours, how many lie near an item on that map; counted on the left one`,
    "neighbours kept": `of ${explorer.points.k} neighbours, how many are the same in both spaces`,
    "crossed category": "whether the category that most neighbours have is another one in the other space",
  };
  return { names, colours, counts, note: notes[state.colour] || "" };
}
