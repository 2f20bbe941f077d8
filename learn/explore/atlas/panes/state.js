// What is looked at, as the part of the address after #: the server never needs it, and a link carries it.
const EMPTY = {
  before: "", after: "", maps: 2, colour: "category", item: -1, trail: [], selection: null, apart: false, views: null,
  people: false, table: false,
};

function numbers(text) {
  const found = text.split(",").map(Number);
  return text && found.every(Number.isFinite) ? found : null;
}

// A selection is one of: {kind: "lasso", space, corners}, {kind: "kept", from, to}, {kind: "group", code} of the
// legend, {kind: "words", text} and {kind: "meaning", text} of the search.
function readSelection(fields, spaces) {
  if (fields.get("lasso")) {
    const [space, text] = fields.get("lasso").split("~");
    const flat = numbers(text || "");
    if (!spaces.includes(space) || !flat || flat.length < 6 || flat.length % 2) return null;
    return { kind: "lasso", space, corners: flat.flatMap((x, at) => (at % 2 ? [] : [[x, flat[at + 1]]])) };
  }
  if (fields.get("kept")) {
    const range = numbers(fields.get("kept"));
    return range && range.length === 2 && range[0] <= range[1] ? { kind: "kept", from: range[0], to: range[1] } : null;
  }
  if (fields.get("group")) {
    const code = numbers(fields.get("group"));
    return code && code.length === 1 ? { kind: "group", code: code[0] } : null;
  }
  if (fields.get("find")) return { kind: "words", text: fields.get("find") };
  if (fields.get("meaning")) return { kind: "meaning", text: fields.get("meaning") };
  return null;
}

// The address's state over `initial` (what the page's own query asks for); refused values are named in `refused`.
function readState(hash, initial, points, spaces, colourings) {
  const state = { ...EMPTY, ...initial };
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const refused = [];
  const known = (key, allowed) => {
    const value = fields.get(key);
    if (!value) return;
    if (allowed.includes(value)) state[key] = value;
    else refused.push(`${key} ${value.slice(0, 60)}`);
  };
  known("before", spaces);
  known("after", spaces);
  known("colour", colourings);
  if (fields.get("maps")) {
    const wanted = Number(fields.get("maps"));
    if (wanted >= 1 && wanted <= 4 && Number.isInteger(wanted)) state.maps = wanted;
    else refused.push(`maps ${fields.get("maps").slice(0, 60)}`);
  }
  if (fields.has("item")) {
    state.item = fields.get("item") ? pointOfId(points, fields.get("item")) : -1;
    if (fields.get("item") && state.item < 0) refused.push(`item ${fields.get("item").slice(0, 60)}`);
  }
  state.selection = readSelection(fields, spaces);
  for (const key of ["lasso", "kept", "group"]) {
    if (fields.get(key) && !state.selection) refused.push(`${key} ${fields.get(key).slice(0, 60)}`);
  }
  if (fields.get("view")) {
    const views = fields.get("view").split("~").map(numbers);
    const good = views.every((view) => view && view.length === 3 && view[2] > 0.01 && view[2] <= 400);
    if (good) state.views = views;
    else refused.push(`view ${fields.get("view").slice(0, 60)}`);
  }
  for (const key of ["apart", "people", "table"]) if (fields.has(key)) state[key] = fields.get(key) === "1";
  return { state, refused };
}

function writeState(state, initial, points) {
  const fields = new URLSearchParams();
  const first = { ...EMPTY, ...initial };
  for (const key of ["before", "after", "maps", "colour"]) if (state[key] !== first[key]) fields.set(key, String(state[key]));
  if (state.item !== first.item) fields.set("item", state.item < 0 ? "" : points.ids[state.item]);
  const chosen = state.selection;
  if (chosen && chosen.kind === "lasso") fields.set("lasso", `${chosen.space}~${chosen.corners.flat().join(",")}`);
  if (chosen && chosen.kind === "kept") fields.set("kept", `${chosen.from},${chosen.to}`);
  if (chosen && chosen.kind === "group") fields.set("group", String(chosen.code));
  if (chosen && chosen.kind === "words") fields.set("find", chosen.text);
  if (chosen && chosen.kind === "meaning") fields.set("meaning", chosen.text);
  if (state.views) fields.set("view", state.views.map((view) => view.join(",")).join("~"));
  for (const key of ["apart", "people", "table"]) if (state[key] !== first[key]) fields.set(key, state[key] ? "1" : "0");
  return fields.toString().replaceAll("%2C", ",").replaceAll("%7E", "~");
}
