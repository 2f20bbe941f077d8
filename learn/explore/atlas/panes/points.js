// The points of all panes come as one binary message: the header's length, the header (JSON), then plain arrays.
const TYPES = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, float32: Float32Array };
const received = new Map();
const waiting = new Map();

function readPoints(message) {
  const buffer = message.slice().buffer;
  const headerLength = new DataView(buffer).getUint32(0, true);
  const decoder = new TextDecoder();
  const header = JSON.parse(decoder.decode(new Uint8Array(buffer, 4, headerLength)));
  const arrays = {};
  for (const { name, type, offset, count } of header.arrays) {
    arrays[name] = new TYPES[type](buffer, offset, count);
  }
  const titles = decoder.decode(arrays.titles).split("\n");
  const ids = decoder.decode(arrays.ids).split("\n");
  // The most bought first, equals in the catalogue's order: what is named and listed first.
  const order = Uint32Array.from(titles, (_, point) => point);
  order.sort((one, other) => arrays.popularity[other] - arrays.popularity[one] || one - other);
  return { ...header, arrays, titles, ids, order };
}

// The true nearest of a point in a space, the nearest first.
function trueNeighbours(points, space, point) {
  const near = points.arrays["near:" + space];
  return near ? Array.from(near.subarray(point * points.k, (point + 1) * points.k)) : [];
}

function pointOfId(points, id) {
  points.places = points.places || new Map(points.ids.map((one, point) => [one, point]));
  return points.places.has(id) ? points.places.get(id) : -1;
}

// Two instances of the component share this module: one brings the points, once; the other, small, draws them.
function keepPoints(message) {
  const points = readPoints(message);
  received.clear();
  received.set(points.version, points);
  const draw = waiting.get(points.version);
  waiting.clear();
  if (draw) draw(points);
}

function withPoints(version, draw) {
  if (received.has(version)) draw(received.get(version));
  else waiting.set(version, draw);
}
