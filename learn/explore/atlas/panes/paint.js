// Points are added up straight in the pixels: without a GPU many times faster than one canvas path per point, and
// what lies on each other shows as density, whatever the order.
const parsed = new Map();

function parseColour(text) {
  if (!parsed.has(text)) parsed.set(text, pixelOf(text));
  return parsed.get(text);
}

function pixelOf(text) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = text;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data.slice(0, 3);
}

// How much of each pixel around a point its disc covers: [dx, dy, share] triples.
function discStamp(radius) {
  const reach = Math.ceil(radius + 0.5);
  const stamp = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const share = Math.max(0, Math.min(1, radius + 0.5 - Math.hypot(dx, dy)));
      if (share > 0) stamp.push([dx, dy, share]);
    }
  }
  return stamp;
}

function pointRadius(count, closer, ratio) {
  const first = count > 40000 ? 0.9 : count > 6000 ? 1.15 : count > 800 ? 2.2 : 4;
  return Math.min(first * Math.max(closer, 1) ** 0.4, 6) * ratio;
}

// The pixels of a pane, and what points add up to in each: mass and mass times colour.
function makeLayer(width, height) {
  const size = width * height;
  return { image: new ImageData(width, height), mass: new Float32Array(size), sums: new Float32Array(3 * size) };
}

function addPoints(layer, camera, ratio, xy, codes, palette, lit, pass) {
  const { width, height } = layer.image;
  const { mass, sums } = layer;
  const count = xy.length / 2;
  const stamp = discStamp(pointRadius(count, camera.closer, ratio));
  const reach = Math.ceil(stamp[stamp.length - 1][1]) + 1;
  const [offsets, shares] = [stamp.map(([dx, dy]) => dy * width + dx), stamp.map(([, , share]) => share)];
  const scale = camera.scale * ratio;
  const left = (camera.width / 2) * ratio - camera.x * scale;
  const top = (camera.height / 2) * ratio + camera.y * scale;
  for (let i = 0; i < count; i++) {
    if (lit && lit[i] !== pass) continue;
    const x = Math.round(xy[2 * i] * scale + left);
    const y = Math.round(top - xy[2 * i + 1] * scale);
    if (x < reach || y < reach || x >= width - reach || y >= height - reach) continue;
    const [red, green, blue] = palette[codes[i]];
    const centre = y * width + x;
    for (let j = 0; j < offsets.length; j++) {
      const at = centre + offsets[j];
      const share = shares[j];
      mass[at] += share;
      sums[3 * at] += red * share;
      sums[3 * at + 1] += green * share;
      sums[3 * at + 2] += blue * share;
    }
  }
}

// Lays what was added up over the pixels: the mean colour, the more solid and the nearer to `ink` the more points.
function layDown(layer, ink, strength) {
  const { mass, sums } = layer;
  const data = layer.image.data;
  const decay = Math.log(1 - Math.min(strength, 0.98));
  for (let at = 0; at < mass.length; at++) {
    const m = mass[at];
    if (!m) continue;
    const cover = 1 - Math.exp(m * decay);
    const dense = strength > 0.3 && m > 1 ? 0.42 * Math.min(1, Math.log2(m) / 6) : 0;
    for (let part = 0; part < 3; part++) {
      const mean = sums[3 * at + part] / m;
      const colour = mean + (ink[part] - mean) * dense;
      data[4 * at + part] += (colour - data[4 * at + part]) * cover;
      sums[3 * at + part] = 0;
    }
    mass[at] = 0;
  }
}

// Paints every point in its colour; those that `lit` marks 0 faintly and below, so that they hide nothing.
function paintPoints(layer, camera, ratio, xy, codes, palette, { background, ink }, lit, strength) {
  const whole = new Uint32Array(layer.image.data.buffer);
  whole.fill((255 << 24) | (background[2] << 16) | (background[1] << 8) | background[0]);
  if (lit) {
    const faint = palette.map((colour) => Array.from(background, (ground, part) => ground + (colour[part] - ground) * 0.22));
    addPoints(layer, camera, ratio, xy, codes, faint, lit, 0);
    layDown(layer, background, 0.95);
  }
  addPoints(layer, camera, ratio, xy, codes, palette, lit, 1);
  layDown(layer, ink, strength);
}
