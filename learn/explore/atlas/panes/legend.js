// The key to the colours, under the maps: a press lights up one group.
function drawLegend(explorer) {
  const { names, colours, counts, note } = explorer.legendOf();
  const { state } = explorer;
  const entries = names.map((name, code) => {
    const made = button("key", undefined, "Light up only these; again for all", () => explorer.filter(code));
    made.append(chip(colours[code]), element("span", "keyName", name), element("span", "keyCount", count(counts[code])));
    made.setAttribute("aria-pressed", String(Boolean(state.selection && state.selection.kind === "group" && state.selection.code === code)));
    return made;
  });
  if (state.people) {
    const made = element("span", "key");
    made.append(element("span", "userMark"), element("span", "keyName", "people, each amid the items nearest to them"));
    entries.push(made);
  }
  // In every view: a line that came and went would move the maps.
  if (!explorer.newcomer) entries.push(element("span", "key legendNote", RIM_NOTE));
  if (note) entries.push(element("span", "key legendNote", note));
  explorer.legend.replaceChildren(...entries);
}
