// Free pixels around all of a map.
const PADDING = 16;

// What part of a map a pane shows. Map coordinates run from 0 to 65535, y upwards; screen ones in CSS pixels.
class Camera {
  constructor() {
    this.width = this.height = 1;
    this.top = this.bottom = 0;
    this.home = { x: EXTENT / 2, y: EXTENT / 2, width: EXTENT, height: EXTENT };
    this.reset();
  }

  reset() {
    this.moved = false;
    this.x = this.home.x;
    this.zoom = this.homeZoom;
    this.y = this.home.y + (this.top - this.bottom) / 2 / this.scale;
  }

  get homeZoom() {
    const [width, height] = [this.width, this.height - this.top - this.bottom].map((free) => Math.max(free - 2 * PADDING, 1));
    const fits = Math.min(width / this.home.width, height / this.home.height);
    return (fits * EXTENT) / (Math.min(this.width, this.height) * 0.97);
  }

  // How much closer than the whole map.
  get closer() {
    return this.zoom / this.homeZoom;
  }

  // `top` and `bottom`: pixels of the height that something covers.
  resize(width, height, top = 0, bottom = 0) {
    Object.assign(this, { width, height, top, bottom });
    if (!this.moved) this.reset();
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
    this.moved = true;
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
  }

  // Zooms so that the place under (left, top) stays there.
  zoomAt(factor, left = this.width / 2, top = this.height / 2) {
    const [x, y] = this.toMap(left, top);
    this.moved = true;
    this.zoom = Math.max(0.6 * this.homeZoom, Math.min(400, this.zoom * factor));
    const [newX, newY] = this.toMap(left, top);
    this.x += x - newX;
    this.y += y - newY;
  }

  // Shows the given points of every `xy` with room around them.
  frame(several, points, most = 14) {
    let [left, right, bottom, top] = [EXTENT, 0, EXTENT, 0];
    for (const xy of several) {
      for (const i of points) {
        left = Math.min(left, xy[2 * i]);
        right = Math.max(right, xy[2 * i]);
        bottom = Math.min(bottom, xy[2 * i + 1]);
        top = Math.max(top, xy[2 * i + 1]);
      }
    }
    this.moved = true;
    this.x = (left + right) / 2;
    this.y = (bottom + top) / 2;
    const fits = EXTENT / (1.35 * Math.max(right - left, top - bottom, 1));
    this.zoom = Math.max(this.homeZoom, Math.min(most * this.homeZoom, fits));
  }

  follow(other) {
    [this.x, this.y, this.zoom, this.moved] = [other.x, other.y, other.zoom, other.moved];
  }

  // Numbers that an address can carry: what is drawn from them is the same to the pixel.
  snap() {
    this.x = Math.round(this.x);
    this.y = Math.round(this.y);
    this.zoom = Number(this.zoom.toPrecision(5));
  }
}

// All of a map is seen at first unless its farthest fiftieth (half of it on each side) makes it this much wider.
const MOST_WIDER = 1.08;
const FARTHEST = 0.01;

// Where maps are first seen from: all of each, or nearly all, where a few far points would shrink the rest.
function homeView(several) {
  let [low, high] = [[EXTENT, EXTENT], [0, 0]];
  for (const xy of several) {
    const n = xy.length / 2;
    const every = Math.max(1, Math.floor(n / 20000));
    for (const axis of [0, 1]) {
      const values = [];
      for (let i = 0; i < n; i += every) values.push(xy[2 * i + axis]);
      values.sort((a, b) => a - b);
      const last = values.length - 1;
      const cut = Math.floor(values.length * FARTHEST);
      const far = values[last] - values[0] > MOST_WIDER * (values[last - cut] - values[cut]);
      low[axis] = Math.min(low[axis], values[far ? cut : 0]);
      high[axis] = Math.max(high[axis], values[far ? last - cut : last]);
    }
  }
  const [width, height] = [0, 1].map((axis) => Math.max(high[axis] - low[axis], 1));
  return { x: (low[0] + high[0]) / 2, y: (low[1] + high[1]) / 2, width, height };
}
