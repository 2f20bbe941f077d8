// The search box and its list: by words as one types, by meaning when asked; arrows and Enter choose.
const MOST_RESULTS = 40;

class Search {
  constructor(explorer) {
    this.explorer = explorer;
    this.made = element("div", "search");
    this.box = element("input", "searchBox");
    this.list = element("div", "results");
    this.list.id = "atlas-results";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Items found");
    Object.assign(this.box, { type: "search", placeholder: "Search items", autocomplete: "off" });
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-label": "Search items", "aria-expanded": "false", "aria-controls": this.list.id, "aria-autocomplete": "list",
    })) this.box.setAttribute(name, value);
    this.made.append(this.box, this.list);
    this.active = -1;
    let timer = 0;
    this.box.oninput = () => {
      clearTimeout(timer);
      timer = setTimeout(() => explorer.find(this.box.value), 120);
    };
    this.box.onkeydown = (event) => {
      if (event.key === "Enter") clearTimeout(timer);
      this.key(event);
    };
    this.box.onfocus = () => this.box.value && this.options().length && this.open(true);
    // What is pressed in the list leaves the focus in the box, as arrows do: the list stays open for the answer.
    this.list.onmousedown = (event) => event.target.closest(".result") && event.preventDefault();
    this.made.onfocusout = (event) => this.made.contains(event.relatedTarget) || this.open(false);
  }

  options() {
    return [...this.list.querySelectorAll(".result")];
  }

  key(event) {
    const options = this.options();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!options.length) return;
      this.open(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.activate((this.active + step + options.length + (this.active < 0 && step < 0 ? 1 : 0)) % options.length);
    } else if (event.key === "Enter") {
      const { explorer } = this;
      const chosen = this.list.hidden ? null : options[this.active];
      if (chosen) chosen.click();
      else {
        explorer.find(this.box.value);
        if (this.answer && this.answer.whole && this.answer.points.length) {
          explorer.zoomTo(this.answer.points);
          this.open(false);
        } else this.byMeaning();
      }
    } else if (event.key === "Escape") {
      if (!this.list.hidden) this.open(false);
      else this.explorer.clear();
    } else return;
    event.preventDefault();
  }

  activate(place) {
    const options = this.options();
    this.active = place;
    options.forEach((one, own) => one.setAttribute("aria-selected", String(own === place)));
    if (options[place]) {
      options[place].scrollIntoView({ block: "nearest" });
      this.box.setAttribute("aria-activedescendant", options[place].id);
    } else this.box.removeAttribute("aria-activedescendant");
  }

  open(whether) {
    this.list.hidden = !whether;
    this.box.setAttribute("aria-expanded", String(whether));
    if (!whether) this.activate(-1);
  }

  byMeaning() {
    const text = this.box.value.trim();
    const { explorer } = this;
    if (!text || !explorer.can.meaning) return;
    if (explorer.meaning && explorer.meaning.text === text) {
      explorer.select({ kind: "meaning", text });
      this.showMeaning(explorer.meaning);
      this.open(true);
      return;
    }
    explorer.ask(text);
    this.list.replaceChildren(element("div", "more", "The language model reads it … (the first time takes half a minute)"));
    this.open(true);
  }

  // By words: `answer` from findWords.
  show(answer) {
    this.answer = answer;
    const { explorer } = this;
    const kinds = byKind(explorer.points, answer.points);
    const rows = [];
    if (!answer.whole && answer.points.length) {
      const having = answer.alone.length ? answer.alone.join(", ") : answer.words.join(", ");
      rows.push(element("div", "more", `No item has all these words. With one of them (${having}):`));
    }
    if (!answer.points.length) rows.push(element("div", "more", "No item has these words."));
    rows.push(...kinds.slice(0, MOST_RESULTS).map((kind, place) => this.result(kind, place)));
    const last = explorer.can.meaning ? this.meaningOption(rows.length) : null;
    if (last) rows.splice(answer.whole && answer.points.length ? rows.length : 1, 0, last);
    this.list.replaceChildren(...rows);
    this.active = -1;
    const root = this.made.getRootNode();
    this.open(root.activeElement === this.box);
  }

  // By meaning: {text, points, cosines}; titles in the order of the cosines.
  showMeaning(answer) {
    this.answer = null;
    const rows = answer.points.map((point, place) => {
      const made = this.result({ title: this.explorer.points.titles[point], points: [point] }, place);
      made.append(element("span", "resultKind", answer.cosines[place].toFixed(2)));
      return made;
    });
    const words = `By meaning, as the language model reads “${answer.text}”: the nearest first`;
    this.list.replaceChildren(element("div", "more", words), ...rows);
    this.active = -1;
    if (this.made.getRootNode().activeElement === this.box) this.open(true);
  }

  result({ title, points }, place) {
    const { explorer } = this;
    const made = button("result", undefined, "Choose this and zoom to it", () => {
      this.open(false);
      if (points.length > 1) explorer.lightUp(points);
      explorer.open(points[0], true);
      if (points.length > 1) explorer.zoomTo(points);
    });
    made.id = `atlas-result-${place}`;
    made.setAttribute("role", "option");
    made.tabIndex = -1;
    const words = element("span", "resultTitle", title);
    words.dir = "auto";
    const kind = points.length > 1 ? `${points.length} sizes · ` : "";
    made.append(words, element("span", "resultKind", kind + explorer.category(points[0])));
    return made;
  }

  meaningOption(place) {
    const made = button("result meaning", undefined, "The language model reads the text and looks for what is alike", () => this.byMeaning());
    made.id = `atlas-result-meaning-${place}`;
    made.setAttribute("role", "option");
    made.tabIndex = -1;
    made.append(element("span", "resultTitle", `Search by meaning: “${this.box.value.trim()}”`));
    return made;
  }
}
