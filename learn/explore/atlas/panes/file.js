// How the Atlas starts as one file: everything is in the page.
async function start() {
  const root = document.querySelector(".maps");
  const packed = Uint8Array.from(atob(document.getElementById("points").textContent), (one) => one.charCodeAt(0));
  const opened = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const points = readPoints(new Uint8Array(await new Response(opened).arrayBuffer()));
  const nothing = () => undefined;
  const tell = { person: nothing, meaning: nothing, spaces: nothing, send: nothing };
  new Explorer(root).update(JSON.parse(document.getElementById("drawn").textContent), points, tell);
}

start();
