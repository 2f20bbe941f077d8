// A title that ends in a size, and that size, which then stands below it: ["Potato chips", "11 oz"]; else ["...", ""].
function withoutSize(title) {
  const found = /^(.{3,}), ([^,]*\d[^,]*)$/.exec(title);
  return found && found[2].length <= 18 ? found.slice(1) : [title, ""];
}

// What tells items of one title apart, among rows ({ item, title, brand, price, finer }) that are shown together: the
// first of brand, price and kind that no other of them has, else the item's number. Item -> [what, its value].
function apart(rows) {
  const byTitle = new Map();
  for (const row of new Map(rows.map((one) => [one.item, one])).values()) {
    const title = row.title.toLowerCase();
    byTitle.set(title, [...(byTitle.get(title) ?? []), row]);
  }
  const found = new Map();
  for (const same of byTitle.values()) {
    if (same.length < 2) continue;
    for (const row of same) {
      const own = (name) => row[name] && same.every((other) => other === row || other[name] !== row[name]);
      const what = ["brand", "price", "finer"].find(own);
      found.set(row.item, what ? [what, row[what]] : ["no.", row.item]);
    }
  }
  return found;
}

// Writes it on every row of `root` that has a place for it.
function writeApart(root, found) {
  for (const place of root.querySelectorAll("[data-item] .apart")) {
    const row = place.closest("[data-item]");
    const [what, value] = found.get(row.dataset.item) ?? [];
    row.classList.toggle("twin", Boolean(what));
    row.classList.toggle("byPrice", what === "price");
    const stands = what === "finer" && row.querySelector(".kind, .detail");
    const text = !what || stands ? "" : what === "finer" ? value : `${what} ${value}`;
    if (place.textContent !== text) place.textContent = text;
  }
}
