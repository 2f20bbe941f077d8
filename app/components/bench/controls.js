// "1.0", "0.85": what a part of the score is multiplied by.
const factor = (weight) => weight.toFixed(2).replace(/0$/, "");

// What stands beside the conclusion: the switch that hides what all lists share, and the button that unfolds a slider for
// each term of the score.
class Controls {
  constructor(changed) {
    this.changed = changed;
    this.tools = element("div", "tools");
    this.node = element("div", "bar");
    this.node.setAttribute("role", "group");
    this.node.setAttribute("aria-label", "Parts of the score");
    this.node.hidden = true;
    this.sliders = new Map();
    this.opened = null; // null: nobody has said; then they are in sight where the mix is not as trained
    this.drawn = "";
  }

  // `columns`: the lists; `still`: what a list is that no slider moves.
  draw(terms, columns, still) {
    const fixed = columns.filter((column) => !column.terms).map(({ short }) => short);
    const wanted = JSON.stringify([terms, columns.length, fixed]);
    if (wanted === this.drawn) return;
    this.drawn = wanted;
    this.sliders.clear();
    const parts = terms.length ? [this.heading(terms)] : [];
    for (const term of terms) if (!term.why_not) parts.push(this.slider(term));
    this.reset = this.button("reset", "back to as trained", () => this.changed({ weights: { ...FULL } }));
    if (terms.length) parts.push(this.reset);
    if (fixed.length) parts.push(mark("still", `No slider moves ${listed(fixed)}.`, still));
    this.node.replaceChildren(...parts);
    this.tools.replaceChildren(...(columns.length > 1 ? [this.switch()] : []), ...(terms.length ? [this.unfolding()] : []));
    this.fold(this.opened);
  }

  button(kind, text, clicked) {
    const made = element("button", kind, text);
    made.type = "button";
    made.onclick = clicked;
    return made;
  }

  switch() {
    const label = element("label", "switch");
    this.differ = element("input", "");
    this.differ.type = "checkbox";
    this.differ.onchange = () => this.changed({ differ: this.differ.checked });
    this.hidden = element("span", "hidden");
    label.append(this.differ, element("span", "", "hide shared"), this.hidden);
    label.title = "Hides the products that all lists share";
    return label;
  }

  unfolding() {
    this.unfold = this.button("plain mix", "", () => this.fold(this.node.hidden));
    this.unfold.title = "What the lists become with less of a part of the score";
    return this.unfold;
  }

  fold(open) {
    this.opened = open;
    this.node.hidden = !open || !this.sliders.size;
    if (!this.unfold) return;
    this.unfold.textContent = `${this.sliders.has("popularity_bias") ? "Popularity" : "Parts"} in the score${this.full === false ? " (changed)" : ""} ${open ? "▴" : "▾"}`;
    this.unfold.setAttribute("aria-expanded", String(Boolean(open)));
  }

  // What the score is made of, and why there is no slider for the other terms.
  heading(terms) {
    const [moved, off] = [false, true].map((without) => terms.filter((term) => Boolean(term.why_not) === without));
    const made = element("span", "what", `Score = ${moved.map(({ summand }) => summand).join(" + ")}`);
    const why = off.map((term) => `No slider for “${term.label}”: ${term.why_not}`);
    made.title = ["A slider is what its part is multiplied by, 0 to 1.", ...why].join("\n");
    return made;
  }

  slider(term) {
    const label = element("label", "slider");
    const input = element("input", "");
    input.type = "range";
    Object.assign(input, { min: 0, max: 1, step: term.step });
    input.dataset.term = term.code;
    input.setAttribute("aria-label", term.label);
    const value = element("output", "value");
    input.oninput = () => this.changed({ weights: { ...this.weights, [term.code]: Number(input.value) } });
    label.append(element("span", "name", term.label), element("span", "end", "0"), input, element("span", "end", "as trained"), value);
    this.sliders.set(term.code, { input, value, label, title: `${term.label}: ${term.explanation}.` });
    return label;
  }

  // `hints`: code of a term -> what turning it down would do.
  show({ weights, differ }, hidden, hints) {
    this.weights = weights;
    for (const [code, { input, value, label, title }] of this.sliders) {
      if (Number(input.value) !== weights[code]) input.value = weights[code];
      value.textContent = "× " + factor(weights[code]);
      label.title = [title, hints[code]].filter(Boolean).join("\n");
    }
    this.full = inFull(weights);
    if (this.reset) this.reset.disabled = this.full;
    this.fold(this.opened ?? (this.full ? null : true));
    if (!this.differ) return;
    this.differ.checked = differ;
    this.hidden.textContent = differ && hidden ? `(${hidden} hidden)` : "";
  }
}
