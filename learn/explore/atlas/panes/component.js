// How Streamlit starts it: one instance brings the points, another, small, what is to be drawn of them.
const explorers = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".maps");
  if (data instanceof Uint8Array) {
    root.hidden = true;
    keepPoints(data);
    return;
  }
  withPoints(data.version, (points) => {
    if (!explorers.has(root)) explorers.set(root, new Explorer(root));
    const tell = {
      person: (id) => setTriggerValue("person", id),
      meaning: (text) => setTriggerValue("meaning", text),
      spaces: (names) => setTriggerValue("spaces", names),
      picture: (id) => setTriggerValue("picture", id),
      send: () => sendFile(),
    };
    explorers.get(root).update(data, points, tell);
  });
}

// The page's own download button stands out of sight: only a server's answer can be downloaded.
function sendFile() {
  const made = document.querySelector(".st-key-atlas_file button, .st-key-atlas_file a");
  if (made) made.click();
}
