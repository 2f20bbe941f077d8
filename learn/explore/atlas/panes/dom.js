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

// A list of choices with its name before it; `act` gets the value that was chosen.
function choice(name, explanation, act) {
  const made = element("label", "choice");
  const select = element("select", "select");
  select.title = explanation;
  select.onchange = () => act(select.value);
  made.append(element("span", "choiceName", name), select);
  return { made, select };
}

// options: [value, text] pairs, or {group, options}.
function fillChoice(select, options, value) {
  const option = ([own, text]) => {
    const made = element("option", "", text);
    made.value = own;
    return made;
  };
  select.replaceChildren(
    ...options.map((one) => {
      if (Array.isArray(one)) return option(one);
      const group = element("optgroup", "");
      group.label = one.group;
      group.append(...one.options.map(option));
      return group;
    })
  );
  select.value = value;
}

function chip(colour) {
  const made = element("span", "chip");
  made.style.backgroundColor = colour;
  return made;
}

// A space's label in the middle of a sentence.
function amid(space) {
  return space.label.replace(/^The /, "the ");
}

function count(number) {
  return number.toLocaleString("en");
}

// A line of text in which titles of items are buttons that lead to them: parts are strings or {point}.
function lineOf(explorer, className, parts) {
  const line = element("p", className);
  for (const part of parts) {
    if (typeof part === "string") line.append(part);
    else line.append(itemButton(explorer, part.point));
  }
  return line;
}

function itemButton(explorer, point) {
  const made = button("inline", explorer.points.titles[point], "Open this item", () => explorer.open(point, true));
  made.dir = "auto";
  made.dataset.point = String(point);
  return made;
}
