// Above the panes: search, what dragging does, and the key to the colours.
function buildToolbar(explorer) {
  const bar = element("div", "bar");
  const search = element("div", "search");
  const box = element("input", "searchBox");
  box.type = "search";
  box.placeholder = "Find items by title";
  box.setAttribute("aria-label", "Find items by title");
  const results = element("div", "results");
  results.hidden = true;
  search.append(box, results);
  const modes = element("div", "modes moving");
  const choose = (mode) => {
    explorer.mode = mode;
    for (const made of modes.children) made.setAttribute("aria-pressed", String(made.dataset.mode === mode));
    explorer.root.classList.toggle("lassoing", mode === "lasso");
  };
  for (const [mode, text, explanation] of [
    ["move", "✥ Move", "Drag to move a map, turn the wheel to zoom"],
    ["lasso", "◌ Lasso", "Drag a line around items to select them in every map (Shift and drag does so too)"],
  ]) {
    const made = button("small", text, explanation, () => choose(mode));
    made.dataset.mode = mode;
    modes.append(made);
  }
  const zoom = element("div", "modes");
  const everywhere = (act) => () => {
    for (const pane of explorer.panes) {
      act(pane.camera);
      pane.paint();
    }
  };
  zoom.append(
    button("small", "+", "Zoom in", everywhere((camera) => camera.zoomAt(1.5))),
    button("small", "−", "Zoom out", everywhere((camera) => camera.zoomAt(1 / 1.5))),
    button("small whole", "Whole map", "Show everything again", everywhere((camera) => camera.reset()))
  );
  const clear = button("small clear", "Clear", "Forget the search, the selection and the clicked item", () => explorer.clear());
  const count = element("span", "count");
  bar.append(search, modes, zoom, clear, count);
  let timer = 0;
  box.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(() => explorer.find(box.value), 120);
  };
  box.onkeydown = (event) => {
    if (event.key === "Enter") {
      clearTimeout(timer);
      explorer.find(box.value);
      explorer.zoomToFound();
      results.hidden = true;
    } else if (event.key === "Escape") explorer.clear();
  };
  choose("move");
  return { bar, box, results, count, choose };
}

function drawResults(explorer, found) {
  const { results } = explorer.tools;
  results.hidden = !found.length;
  results.replaceChildren(
    ...found.slice(0, 8).map((point) => {
      const made = button("result", undefined, "Select this item and zoom to it", () => {
        results.hidden = true;
        explorer.pick(point);
        explorer.zoomTo([point]);
      });
      const title = element("span", "resultTitle", explorer.points.titles[point]);
      title.dir = "auto";
      made.append(title, element("span", "resultKind", explorer.category(point)));
      return made;
    })
  );
  if (found.length > 8) results.append(element("div", "more", `${found.length.toLocaleString("en")} found: Enter zooms to them`));
}

function drawLegend(explorer) {
  const { names, colours, counts } = explorer.scheme;
  const entries = names.map((name, code) => {
    const made = button("key", undefined, "Light up only these; click again for all", () => explorer.filter(code));
    made.append(chip(colours[code]), element("span", "keyName", name), element("span", "keyCount", counts[code].toLocaleString("en")));
    made.setAttribute("aria-pressed", String(explorer.filtered === code));
    return made;
  });
  if (explorer.points.users) {
    const made = element("span", "key");
    made.append(element("span", "userMark"), element("span", "keyName", "people, each amid the items nearest to them"));
    entries.push(made);
  }
  explorer.legend.replaceChildren(...entries);
}
