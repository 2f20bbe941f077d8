// Laid over the maps: what dragging does, zoom, whether the maps move together.
function buildControls(explorer) {
  const box = element("div", "controls");
  const modes = element("div", "modes moving");
  const choose = (mode) => {
    explorer.mode = mode;
    for (const made of modes.children) made.setAttribute("aria-pressed", String(made.dataset.mode === mode));
    explorer.root.classList.toggle("lassoing", mode === "lasso");
  };
  for (const [mode, text, explanation] of [
    ["move", "✥ Drag", "Drag to move the maps, turn the wheel to zoom"],
    ["lasso", "◌ Lasso", "Drag a line around items to select them in every map (Shift and drag does so too)"],
  ]) {
    const made = button("small", text, explanation, () => choose(mode));
    made.dataset.mode = mode;
    modes.append(made);
  }
  const zoom = element("div", "modes");
  const by = (factor) => () => {
    const panes = explorer.state.apart ? explorer.panes : explorer.panes.slice(0, 1);
    for (const pane of panes) {
      pane.camera.zoomAt(factor);
      explorer.lookedAt(pane);
    }
  };
  zoom.append(
    button("small", "+", "Zoom in", by(1.5)),
    button("small", "−", "Zoom out", by(1 / 1.5)),
    button("small whole", "Whole map", "Show everything again", () => explorer.wholeMap())
  );
  const linked = button("small linked moving", "Link the maps", "Whether all maps move and zoom together", () => explorer.link(explorer.state.apart));
  const clear = button("small clear", "Clear", "Forget the search, the selection and the chosen item", () => explorer.clear());
  const table = button("small moving", "As table", "The items in view as a table", () => explorer.change({ table: !explorer.state.table }));
  const people = button("small moving", "See people", "Small squares: a sample of people, each amid the ten items nearest to them", () =>
    explorer.change({ people: !explorer.state.people })
  );
  const counted = element("span", "count");
  box.append(modes, zoom, linked, table, people, clear, counted);
  choose("move");
  return { box, counted, linked, table, people, clear, choose };
}
