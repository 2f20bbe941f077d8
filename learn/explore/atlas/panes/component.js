// How Streamlit starts it: one instance brings the points, another, small, what is to be drawn of them, a third the
// answers to searches by meaning: to such a question the server draws that instance anew and nothing else.
const explorers = new WeakMap();
const asked = { by: null, ask: null, answer: null };

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".maps");
  if (data instanceof Uint8Array) {
    root.hidden = true;
    keepPoints(data);
    return;
  }
  if ("answer" in data) {
    root.hidden = true;
    const fresh = JSON.stringify(data.answer) !== JSON.stringify(asked.answer);
    Object.assign(asked, { ask: (text) => setTriggerValue("meaning", text), answer: data.answer });
    if (fresh && asked.by) asked.by.hear(data.answer);
    return;
  }
  withPoints(data.version, (points) => {
    if (!explorers.has(root)) explorers.set(root, new Explorer(root));
    const tell = {
      person: (id) => setTriggerValue("person", id),
      meaning: (text) => asked.ask?.(text),
      spaces: (names) => setTriggerValue("spaces", names),
      picture: (id) => setTriggerValue("picture", id),
      send: () => sendFile(),
    };
    if (data.can?.meaning) asked.by = explorers.get(root);
    explorers.get(root).update(data.can?.meaning ? { ...data, meaning: asked.answer } : data, points, tell);
  });
}

// The page's own download button stands out of sight: only a server's answer can be downloaded.
function sendFile() {
  const made = document.querySelector(".st-key-atlas_file button, .st-key-atlas_file a");
  if (made) made.click();
}
