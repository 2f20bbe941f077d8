// Every text goes in through textContent: titles, brands and labels were written by strangers.
function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(className, text, explanation, act) {
  const made = element("button", className, text);
  made.type = "button";
  made.title = explanation;
  if (text && text.length === 1) made.setAttribute("aria-label", explanation);
  made.onclick = act;
  return made;
}

function chip(colour) {
  const made = element("span", "chip");
  made.style.backgroundColor = colour;
  return made;
}

function themeColours(root) {
  const style = getComputedStyle(root);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  return {
    background: read("--st-background-color", "#ffffff"),
    text: read("--st-text-color", "#1d2430"),
    primary: read("--st-primary-color", "#1f5fa8"),
    font: style.fontFamily || "sans-serif",
  };
}
