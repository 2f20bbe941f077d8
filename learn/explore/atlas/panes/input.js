// Pointer, wheel and touch of one pane.
const CLICK_PIXELS = 4;

function followPointer(pane) {
  const { over, explorer } = pane;
  const down = new Map();
  let moved = 0;
  const at = (event) => {
    const box = over.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const spread = () => {
    const [first, second] = [...down.values()];
    return Math.hypot(first[0] - second[0], first[1] - second[1]);
  };
  over.onpointerdown = (event) => {
    over.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    moved = 0;
    if (down.size === 1 && !explorer.newcomer && (explorer.mode === "lasso" || event.shiftKey)) pane.path = [at(event)];
    else pane.path = null;
  };
  over.onpointermove = (event) => {
    const here = at(event);
    const before = down.get(event.pointerId);
    if (!before) {
      explorer.hover(pane, pane.morphing ? -1 : pane.pointAt(...here));
      return;
    }
    moved += Math.hypot(here[0] - before[0], here[1] - before[1]);
    if (down.size === 2) {
      const old = spread();
      down.set(event.pointerId, here);
      pane.camera.pan((here[0] - before[0]) / 2, (here[1] - before[1]) / 2); // the middle of two fingers
      pane.camera.zoomAt(spread() / Math.max(old, 1), ...here);
      explorer.lookedAt(pane);
    } else if (pane.path) {
      pane.path.push(here);
      down.set(event.pointerId, here);
      pane.light();
    } else {
      pane.camera.pan(here[0] - before[0], here[1] - before[1]);
      down.set(event.pointerId, here);
      if (moved > CLICK_PIXELS) explorer.lookedAt(pane);
    }
  };
  const up = (event) => {
    if (!down.delete(event.pointerId)) return;
    const path = pane.path;
    pane.path = null;
    if (event.type === "pointercancel") return;
    if (path && path.length > 2 && moved > CLICK_PIXELS) explorer.lasso(pane, path);
    else if (moved <= CLICK_PIXELS && !down.size) explorer.open(pane.pointAt(...at(event)));
    pane.light();
  };
  over.onpointerup = over.onpointercancel = up;
  over.onpointerleave = () => explorer.hover(pane, -1);
  over.onpointerenter = () => explorer.checkTheme();
  over.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      pane.camera.zoomAt(Math.exp(-Math.max(-120, Math.min(120, event.deltaY)) / 300), ...at(event));
      explorer.lookedAt(pane);
    },
    { passive: false }
  );
}
