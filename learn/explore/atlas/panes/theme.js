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

function contrast(one, other) {
  const luminance = (colour) => {
    const [red, green, blue] = Array.from(colour, (part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

// `colour` for words: as much nearer to the text's own as reading asks for, among dots more than the 4.5 of plain text.
const LEGIBLE = 5.5;
const inks = new Map();

function readable(colour, { background, text }) {
  const key = `${colour} ${background} ${text}`;
  if (!inks.has(key)) {
    const [own, ground, dark] = [colour, background, text].map((one) => Array.from(parseColour(one)));
    let mixed = own;
    for (let share = 0.1; share <= 1 && contrast(mixed, ground) < LEGIBLE; share += 0.1) mixed = own.map((part, at) => Math.round(part + (dark[at] - part) * share));
    inks.set(key, `rgb(${mixed.join(", ")})`);
  }
  return inks.get(key);
}
