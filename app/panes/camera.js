// What part of a map a pane shows. Map coordinates run from 0 to 65535, y upwards; screen ones in CSS pixels.
class Camera {
  constructor() {
    this.width = this.height = 1;
    this.reset();
  }

  reset() {
    this.zoom = 1;
    this.x = this.y = EXTENT / 2;
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
