// How many items keep 0, 1, ..., k neighbours: bars to press, or to sweep over, which light up those items.
function drawHistogram(explorer, box) {
  const { bins } = explorer.difference;
  const { points, state } = explorer;
  const highest = Math.max(...bins, 1);
  const range = state.selection && state.selection.kind === "kept" ? state.selection : null;
  let begun = null;
  let last = null;
  const mark = (from, to) => bars.forEach((bar, kept) => bar.classList.toggle("swept", kept >= from && kept <= to));
  const bars = Array.from(bins, (items, kept) => {
    const bar = button("bin", undefined, `${count(items)} items keep ${kept}: light them up`, (event) => {
      if (event.detail === 0) choose(kept, kept); // by keyboard
    });
    bar.setAttribute("aria-label", `${kept} of ${points.k} kept: ${count(items)} items`);
    bar.setAttribute("aria-pressed", String(Boolean(range && kept >= range.from && kept <= range.to)));
    bar.dataset.kept = String(kept);
    bar.dataset.items = String(items);
    const fill = element("span", "binFill");
    fill.style.height = `${Math.max(items ? 2 : 0, (52 * items) / highest)}px`;
    if (state.colour === "neighbours kept") fill.style.backgroundColor = changeColour(points, kept); // else colours mean other things
    bar.append(element("span", "binCount", items >= 1000 ? `${(items / 1000).toFixed(1)}k` : String(items)), fill, element("span", "binName", String(kept)));
    return bar;
  });
  const choose = (from, to) => {
    const same = range && range.from === from && range.to === to;
    explorer.select(same ? null : { kind: "kept", from, to });
  };
  const at = (event) => {
    const { left, width } = box.getBoundingClientRect();
    return Math.max(0, Math.min(bins.length - 1, Math.floor(((event.clientX - left) / width) * bins.length)));
  };
  box.replaceChildren(...bars);
  box.onpointerdown = (event) => {
    begun = last = at(event);
    box.setPointerCapture(event.pointerId);
    mark(begun, begun);
  };
  box.onpointermove = (event) => {
    if (begun === null) return;
    last = at(event);
    mark(Math.min(begun, last), Math.max(begun, last));
  };
  box.onpointerup = () => {
    if (begun === null) return;
    const [from, to] = [Math.min(begun, last), Math.max(begun, last)];
    begun = null;
    choose(from, to);
  };
}

// The step of the scale for `kept` of k neighbours, whatever k is.
function changeColour(points, kept) {
  return points.change[Math.round((kept * (points.change.length - 1)) / Math.max(points.k, 1))];
}
