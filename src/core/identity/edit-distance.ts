/** Typing mistakes between two words: letters put in, left out, changed, or swapped with their neighbour. */

let previous = new Uint16Array(64);
let current = new Uint16Array(64);
let beforeThat = new Uint16Array(64);

/** Number of mistakes, or `limit + 1` as soon as there are more than `limit`. Counts UTF-16 units. */
export function editDistance(a: string, b: string, limit: number): number {
  const over = limit + 1;
  if (Math.abs(a.length - b.length) > limit) return over;
  let start = 0;
  let endA = a.length;
  let endB = b.length;
  while (start < endA && start < endB && a.charCodeAt(start) === b.charCodeAt(start)) start += 1;
  while (endA > start && endB > start && a.charCodeAt(endA - 1) === b.charCodeAt(endB - 1)) {
    endA -= 1;
    endB -= 1;
  }
  const width = endB - start;
  const height = endA - start;
  if (width === 0 || height === 0) return Math.min(width + height, over);
  if (
    strangers(a, start, endA, b, start, endB) > limit ||
    strangers(b, start, endB, a, start, endA) > limit
  ) {
    return over;
  }
  if (width + 1 > previous.length) {
    previous = new Uint16Array(2 * width + 1);
    current = new Uint16Array(2 * width + 1);
    beforeThat = new Uint16Array(2 * width + 1);
  }
  for (let j = 0; j <= width; j += 1) previous[j] = j;
  for (let i = 1; i <= height; i += 1) {
    const letter = a.charCodeAt(start + i - 1);
    current[0] = i;
    let least = i;
    for (let j = 1; j <= width; j += 1) {
      const other = b.charCodeAt(start + j - 1);
      let cost = previous[j - 1]! + (letter === other ? 0 : 1);
      if (previous[j]! + 1 < cost) cost = previous[j]! + 1;
      if (current[j - 1]! + 1 < cost) cost = current[j - 1]! + 1;
      if (
        i > 1 &&
        j > 1 &&
        letter === b.charCodeAt(start + j - 2) &&
        other === a.charCodeAt(start + i - 2) &&
        beforeThat[j - 2]! + 1 < cost
      ) {
        cost = beforeThat[j - 2]! + 1;
      }
      current[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > limit) return over;
    const spare = beforeThat;
    beforeThat = previous;
    previous = current;
    current = spare;
  }
  return Math.min(previous[width]!, over);
}

/** Kinds of letters in one stretch that are not in the other: each takes a mistake of its own to explain. */
function strangers(a: string, fromA: number, endA: number, b: string, fromB: number, endB: number): number {
  let letters = 0;
  for (let j = fromB; j < endB; j += 1) letters |= 1 << (b.charCodeAt(j) & 31);
  let found = 0;
  for (let i = fromA; i < endA; i += 1) {
    const letter = 1 << (a.charCodeAt(i) & 31);
    if ((letters & letter) === 0) {
      letters |= letter;
      found += 1;
    }
  }
  return found;
}
