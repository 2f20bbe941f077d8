// Search by words: any order, beginnings of words count, and singular or plural is the same.
function wordsOf(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return (plain.match(/[\p{L}\p{N}]+/gu) || []).map(singular);
}

function singular(word) {
  if (word.length < 4 || !word.endsWith("s") || word.endsWith("ss")) return word;
  if (word.endsWith("ies") && word.length > 4) return word.slice(0, -3) + "y";
  if (/(ch|sh|x|s|z|o)es$/.test(word)) return word.slice(0, -2);
  return word.slice(0, -1);
}

// word -> which points have it, and (1) in the title or (0) in what else is said of them.
function wordIndex(points) {
  if (points.words) return points.words;
  const found = new Map();
  const put = (word, point, inTitle) => {
    if (!found.has(word)) found.set(word, new Map());
    const holders = found.get(word);
    if (inTitle || !holders.has(point)) holders.set(point, inTitle);
  };
  const others = new Map();
  const otherWords = (text) => {
    if (!others.has(text)) others.set(text, wordsOf(text));
    return others.get(text);
  };
  points.titles.forEach((title, point) => {
    for (const word of wordsOf(title)) put(word, point, 1);
    for (const text of saidOf(points, point)) for (const word of otherWords(text)) put(word, point, 0);
  });
  points.words = found;
  return found;
}

// Category, finer category and brand of a point.
function saidOf(points, point) {
  const { arrays } = points;
  return [
    points.categories[arrays.category[point]],
    points.finerNames[arrays.finer[point]],
    points.brandNames[arrays.brand[point]],
  ];
}

// point -> how well it has a word that begins with `word`: whole words and titles count more.
function havingWord(index, word) {
  const scores = new Map();
  for (const [own, holders] of index) {
    if (!own.startsWith(word)) continue;
    const whole = own === word ? 2 : 0;
    for (const [point, inTitle] of holders) {
      const score = 1 + whole + inTitle;
      if (score > (scores.get(point) || 0)) scores.set(point, score);
    }
  }
  return scores;
}

// {points, missing, whole}: the best first. `whole`: every word was found in each; otherwise `missing` names the words
// that no found item has beside the others, and the best for each word take turns.
function findWords(points, text) {
  const words = [...new Set(wordsOf(text))];
  const rank = (found, scores) => {
    const place = points.arrays.popularity;
    return found.sort((a, b) => scores(b) - scores(a) || place[b] - place[a] || a - b);
  };
  if (!words.length) {
    const wanted = text.trim().toLowerCase();
    const found = wanted ? Array.from(points.order).filter((point) => points.titles[point].toLowerCase().includes(wanted)) : [];
    return { points: found, whole: true, words };
  }
  const index = wordIndex(points);
  const having = words.map((word) => havingWord(index, word));
  const sum = (point) => having.reduce((total, scores) => total + (scores.get(point) || 0), 0);
  const [rarest, ...rest] = [...having].sort((a, b) => a.size - b.size);
  const all = [...rarest.keys()].filter((point) => rest.every((scores) => scores.has(point)));
  if (all.length) return { points: rank(all, sum), whole: true, words };
  const most = new Map();
  for (const scores of having) for (const point of scores.keys()) most.set(point, (most.get(point) || 0) + 1);
  const best = Math.max(0, ...most.values());
  const queues = having.map((scores) => rank([...scores.keys()].filter((point) => most.get(point) === best), sum));
  const turns = [];
  // The last word of a query tends to name the thing: its items come first.
  queues.reverse();
  for (let at = 0; queues.some((queue) => at < queue.length); at++) for (const queue of queues) if (at < queue.length) turns.push(queue[at]);
  return { points: [...new Set(turns)], whole: false, words, alone: words.filter((_, place) => having[place].size) };
}

// Items whose titles differ in size alone stand together: [{title, points}], in the order of their best.
function byKind(points, found) {
  const kinds = new Map();
  for (const point of found) {
    const comma = points.titles[point].lastIndexOf(", ");
    const size = comma > 0 && /\d|gal|pt|qt|oz|lb|ct|pk/.test(points.titles[point].slice(comma));
    const name = size ? points.titles[point].slice(0, comma) : points.titles[point];
    if (!kinds.has(name)) kinds.set(name, []);
    kinds.get(name).push(point);
  }
  return [...kinds].map(([title, own]) => ({ title: own.length > 1 ? title : points.titles[own[0]], points: own }));
}
