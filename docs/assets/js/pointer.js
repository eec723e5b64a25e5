// Finds the place in a typed text that a message is about. Python counts code points, browsers UTF-16 units,
// so everything here works on code points.

/**
 * Cut a text at a span: what comes before, the part that is meant, what comes after. An empty span at the end
 * (something is missing) gives an empty middle.
 * @param {string} text
 * @param {[number, number]} span
 * @returns {{before: string, marked: string, after: string}}
 */
export function cut(text, [start, end]) {
  const points = [...text];
  const from = Math.min(Math.max(start, 0), points.length);
  const to = Math.min(Math.max(end, from), points.length);
  return {
    before: points.slice(0, from).join(""),
    marked: points.slice(from, to).join(""),
    after: points.slice(to).join(""),
  };
}

/**
 * Keep the neighborhood of the span only, so that a long text fits on a line.
 * @param {{before: string, marked: string, after: string}} parts
 * @param {number} [most] code points on either side
 */
export function near({ before, marked, after }, most = 40) {
  const [left, middle, right] = [[...before], [...marked], [...after]];
  return {
    before: left.length > most ? `…${left.slice(-most).join("")}` : before,
    marked: middle.length > 2 * most ? `${middle.slice(0, 2 * most).join("")}…` : marked,
    after: right.length > most ? `${right.slice(0, most).join("")}…` : after,
  };
}
