// What words mean, folded away behind a question mark: pointing at it, or a click, shows them.
function folded(text) {
  const made = document.createElement("details");
  made.className = "folded";
  const summary = document.createElement("summary");
  Object.assign(summary, { textContent: "?", title: text });
  summary.setAttribute("aria-label", "What the words mean");
  const words = document.createElement("span");
  words.textContent = text;
  made.append(summary, words);
  return made;
}
