// Items travel from where the first space puts them to where the second does: all of them, or those that are lit.
const MOST_TRAILS = 150;

function travel(pane, space, back) {
  if (pane.morphing) return;
  const { explorer } = pane;
  const from = pane.xy;
  const home = explorer.points.arrays["xy:" + pane.space.name];
  const goal = explorer.points.arrays["xy:" + space.name];
  const lit = explorer.lit;
  const to = new Float32Array(home);
  if (!back) for (let i = 0; i < explorer.points.n; i++) if (!lit || lit[i]) [to[2 * i], to[2 * i + 1]] = [goal[2 * i], goal[2 * i + 1]];
  const between = new Float32Array(from.length);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const [begun, lasts] = [performance.now(), still ? 1 : 1500];
  pane.morphing = true;
  pane.travelled = null;
  explorer.root.dataset.travelling = "1";
  const step = (now) => {
    const time = Math.min(1, Math.max(0, now - begun) / lasts);
    const share = time * time * (3 - 2 * time);
    for (let i = 0; i < from.length; i++) between[i] = from[i] + (to[i] - from[i]) * share;
    pane.xy = between;
    if (time < 1) {
      pane.paint();
      requestAnimationFrame(step);
    } else arrive(pane, space, back, to, lit);
  };
  requestAnimationFrame(step);
}

function arrive(pane, space, back, to, lit) {
  const { explorer } = pane;
  pane.morphing = false;
  delete explorer.root.dataset.travelling;
  pane.show(back ? pane.space : lit ? pane.space : space);
  if (!back && lit) {
    pane.layOut(to);
    pane.travelled = explorer.points.order.filter((point) => lit[point]).slice(0, MOST_TRAILS);
    pane.travelledTo = space;
  }
  drawPanel(explorer);
  pane.paint();
}

// Thin lines from where travellers were to where they are now.
function drawTrails(pane, context, colours) {
  const home = pane.explorer.points.arrays["xy:" + pane.space.name];
  context.strokeStyle = colours.text;
  context.globalAlpha = 0.28;
  context.lineWidth = 1;
  context.beginPath();
  for (const point of pane.travelled) {
    context.moveTo(...pane.camera.toScreen(home[2 * point], home[2 * point + 1]));
    context.lineTo(...pane.place(point));
  }
  context.stroke();
  context.globalAlpha = 1;
}

// Whether the first pane shows items elsewhere than its own space has them.
function hasTravelled(pane) {
  return Boolean(pane.travelled) || pane.shown !== pane.space;
}
