// Points are blended straight into the pixels: without a GPU many times faster than one canvas path per point.
function parseColour(text) {
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

function pointRadius(count, zoom, ratio) {
  const first = count > 40000 ? 0.9 : count > 6000 ? 1.35 : count > 800 ? 2.2 : 4;
  return Math.min(first * zoom ** 0.4, 6) * ratio;
}

// Paints every point in its colour; those that `lit` marks 0 faintly and first, so that they hide nothing.
function paintPoints(image, camera, ratio, xy, codes, palette, background, lit, full) {
  const { width, height, data } = image;
  const whole = new Uint32Array(data.buffer);
  whole.fill((255 << 24) | (background[2] << 16) | (background[1] << 8) | background[0]);
  const count = xy.length / 2;
  const stamp = discStamp(pointRadius(count, camera.zoom, ratio));
  const reach = Math.ceil(stamp[stamp.length - 1][1]) + 1;
  const [offsets, shares] = [stamp.map(([dx, dy]) => 4 * (dy * width + dx)), stamp.map(([, , share]) => share)];
  const scale = camera.scale * ratio;
  const left = (camera.width / 2) * ratio - camera.x * scale;
  const top = (camera.height / 2) * ratio + camera.y * scale;
  // Faint points have a faint colour instead of a thin coat, which would add up where many lie on each other.
  const faint = palette.map((colour) => Array.from(background, (ground, part) => ground + (colour[part] - ground) * 0.2));
  for (const pass of lit ? [0, 1] : [1]) {
    const strength = pass ? full : 1;
    const paints = pass ? palette : faint;
    for (let i = 0; i < count; i++) {
      if (lit && lit[i] !== pass) continue;
      const x = Math.round(xy[2 * i] * scale + left);
      const y = Math.round(top - xy[2 * i + 1] * scale);
      if (x < reach || y < reach || x >= width - reach || y >= height - reach) continue;
      const [red, green, blue] = paints[codes[i]];
      const centre = 4 * (y * width + x);
      for (let j = 0; j < offsets.length; j++) {
        const at = centre + offsets[j];
        const share = shares[j] * strength;
        data[at] += (red - data[at]) * share;
        data[at + 1] += (green - data[at + 1]) * share;
        data[at + 2] += (blue - data[at + 2]) * share;
      }
    }
  }
}
