// "1.0", "0.85": what a part of the score is multiplied by.
const factor = (weight) => weight.toFixed(2).replace(/0$/, "");

// A slider for each term of the score, and the switch that hides what all lists share.
class Controls {
  constructor(changed) {
    this.changed = changed;
    this.node = element("div", "bar");
    this.node.setAttribute("role", "group");
    this.node.setAttribute("aria-label", "Mix of the score");
    this.sliders = new Map();
    this.drawn = "";
  }

  draw(terms, several) {
    const wanted = JSON.stringify([terms, several]);
    if (wanted === this.drawn) return;
    this.drawn = wanted;
    this.sliders.clear();
    const parts = terms.length ? [this.heading(terms)] : [];
    for (const term of terms) if (!term.why_not) parts.push(this.slider(term));
    this.reset = element("button", "reset", "as trained");
    this.reset.type = "button";
    this.reset.onclick = () => this.changed({ weights: { ...FULL } });
    if (terms.length) parts.push(this.reset);
    const label = element("label", "switch");
    this.differ = element("input", "");
    this.differ.type = "checkbox";
    this.differ.disabled = !several;
    this.differ.onchange = () => this.changed({ differ: this.differ.checked });
    this.hidden = element("span", "hidden");
    label.append(this.differ, element("span", "", "only where they differ"), this.hidden);
    label.title = "Hides the items that all lists share";
    this.node.replaceChildren(...parts, label);
  }

  // What the sliders are, and why there is none for the other terms.
  heading(terms) {
    const made = element("span", "what", "Mix of the score");
    this.whole = element("span", "whole", " (as trained)");
    made.append(this.whole);
    const off = terms.filter((term) => term.why_not).map((term) => `No slider for “${term.label}”: ${term.why_not}`);
    made.title = ["What each part of a score is multiplied by, 0 to 1.", ...off].join("\n");
    return made;
  }

  slider(term) {
    const label = element("label", "slider");
    const input = element("input", "");
    input.type = "range";
    Object.assign(input, { min: 0, max: 1, step: term.step });
    input.dataset.term = term.code;
    const value = element("output", "value");
    const told = () => this.changed({ weights: { ...this.weights, [term.code]: Number(input.value) } });
    input.oninput = told;
    label.append(element("span", "name", term.label), input, value);
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
    const full = inFull(weights);
    if (this.reset) this.reset.disabled = full;
    if (this.whole) this.whole.hidden = !full;
    this.differ.checked = differ;
    this.hidden.textContent = differ && hidden ? `(${hidden} hidden)` : "";
  }
}
