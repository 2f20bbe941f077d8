// What part of a map a pane shows. Map coordinates run from 0 to 65535, y upwards; screen ones in CSS pixels.
class Camera {
  constructor() {
    this.width = this.height = 1;
    this.reset();
  }

  reset() {
    Object.assign(this, this.home || { x: EXTENT / 2, y: EXTENT / 2, zoom: 1 });
  }

  get atHome() {
    return !this.home || (this.zoom === this.home.zoom && this.x === this.home.x && this.y === this.home.y);
  }

  resize(width, height) {
    this.width = width;
    this.height = height;
  }

  get scale() {
    return (Math.min(this.width, this.height) * 0.97 / EXTENT) * this.zoom;
  }

  toScreen(x, y) {
    return [(x - this.x) * this.scale + this.width / 2, (this.y - y) * this.scale + this.height / 2];
  }

  toMap(left, top) {
    return [(left - this.width / 2) / this.scale + this.x, this.y - (top - this.height / 2) / this.scale];
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
  }

  // Zooms so that the place under (left, top) stays there.
  zoomAt(factor, left = this.width / 2, top = this.height / 2) {
    const [x, y] = this.toMap(left, top);
    this.zoom = Math.max(0.7, Math.min(200, this.zoom * factor));
    const [newX, newY] = this.toMap(left, top);
    this.x += x - newX;
    this.y += y - newY;
  }

  // Shows the given points of `xy` with room around them.
  frame(xy, points) {
    let [left, right, bottom, top] = [EXTENT, 0, EXTENT, 0];
    for (const i of points) {
      left = Math.min(left, xy[2 * i]);
      right = Math.max(right, xy[2 * i]);
      bottom = Math.min(bottom, xy[2 * i + 1]);
      top = Math.max(top, xy[2 * i + 1]);
    }
    this.x = (left + right) / 2;
    this.y = (bottom + top) / 2;
    this.zoom = Math.max(0.7, Math.min(12, EXTENT / (1.3 * Math.max(right - left, top - bottom, 1))));
  }
}

// Where a map is first seen from: nearly all of it, so that a few far points do not shrink the rest.
function homeView(xy) {
  const n = xy.length / 2;
  const every = Math.max(1, Math.floor(n / 20000));
  const bounds = [0, 1].map((axis) => {
    const values = [];
    for (let i = 0; i < n; i += every) values.push(xy[2 * i + axis]);
    values.sort((a, b) => a - b);
    const cut = Math.floor(values.length * 0.004);
    return [values[cut], values[values.length - 1 - cut]];
  });
  const span = Math.max(...bounds.map(([low, high]) => high - low), 1);
  const [x, y] = bounds.map(([low, high]) => (low + high) / 2);
  return { x, y, zoom: Math.min(8, EXTENT / (1.06 * span)) };
}
