// Which points are lit: [n] of 0 and 1, or null where nothing was selected.
function litBy(explorer, selection) {
  const { points, difference } = explorer;
  if (!selection) return null;
  if (selection.kind === "lasso") return insideLasso(points.arrays["xy:" + selection.space], selection.corners);
  if (selection.kind === "kept") {
    if (!difference) return null;
    return Uint8Array.from(difference.kept, (kept) => Number(kept >= selection.from && kept <= selection.to));
  }
  if (selection.kind === "group") {
    return Uint8Array.from(explorer.colouringOf(explorer.state.before).codes, (code) => Number(code === selection.code));
  }
  const found = selection.kind === "words" ? findWords(points, selection.text).points : meantBy(explorer, selection.text);
  if (!found.length) return null;
  const lit = new Uint8Array(points.n);
  for (const point of found) lit[point] = 1;
  return lit;
}

// What the server found by meaning; [] until it has answered, which is asked for once.
function meantBy(explorer, text) {
  if (explorer.meaning && explorer.meaning.text === text) return explorer.meaning.points;
  if (explorer.can.meaning && explorer.asked !== text) {
    explorer.asked = text;
    explorer.tell.meaning(text);
  }
  return [];
}

function selectionWords(explorer) {
  const { selection } = explorer.state;
  if (!selection) return "";
  const lit = count(explorer.litCount());
  if (selection.kind === "lasso") return `${lit} selected`;
  if (selection.kind === "words" || selection.kind === "meaning") return explorer.lit ? `${lit} found` : "0 found";
  return `${lit} lit up`;
}
