// Colours of the page around, which is light or dark.
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

// The pixels of the ground, and what dense places lean to.
function groundAndInk(colours) {
  return { background: parseColour(colours.background), ink: parseColour(colours.text) };
}
