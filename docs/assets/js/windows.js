// Windows on a row of cells, as numbers and words: which cells each window reads, which are never read, and a
// sentence for those who do not see the drawing. Drawing them is cells.js's business.

/**
 * A row of `size` cells between `before` and `after` cells of padding; each window lists the places it reads,
 * counted from the first cell of the padding. Places behind the last cell hang over the edge. `ghost` is a window
 * that no longer fits.
 * @typedef {{size: number, before: number, after: number, windows: number[][], ghost?: number[]}} Row
 */

/**
 * Place `count` windows, from the window with number `first` on.
 * @param {{count: number, kernel: number, stride: number, dilation: number, first?: number}} layer
 * @returns {number[][]}
 */
export function placed({ count, kernel, stride, dilation, first = 0 }) {
  return Array.from({ length: count }, (_, window) =>
    Array.from({ length: kernel }, (_, tap) => (first + window) * stride + tap * dilation),
  );
}

/**
 * How many places the drawing needs: the padded row, or more where a window hangs over it.
 * @param {Row} row
 */
export function width({ size, before, after, windows, ghost }) {
  const ends = [...windows, ...(ghost ? [ghost] : [])].map((window) => Math.max(...window) + 1);
  return Math.max(before + size + after, ...ends);
}

/**
 * The places of cells (not of padding) that no window reads.
 * @param {Row} row
 */
export function unread({ size, before, windows }) {
  const read = new Set(windows.flat());
  return Array.from({ length: size }, (_, cell) => before + cell).filter((place) => !read.has(place));
}

/**
 * What stands at a place.
 * @param {Row} row
 * @param {number} place
 * @returns {"padding" | "cell" | "beyond"}
 */
export function kind({ size, before, after }, place) {
  if (place >= before && place < before + size) return "cell";
  return place < before + size + after ? "padding" : "beyond";
}

/**
 * The drawing in words; cells are numbered from 0, as in the drawing.
 * @param {Row} row
 * @returns {string}
 */
export function describe(row) {
  const { size, before, after, windows } = row;
  const padding = before === after ? `${before} on each side` : `${before} before and ${after} after`;
  const cells = `A row of ${plural(size, "cell")}${before || after ? `, with padding: ${padding}` : ""}.`;
  if (windows.length === 0) return `${cells} No window fits.`;
  const read = windows.slice(0, 6).map((window) => window.map((place) => placeName(row, place)).join(", "));
  const more = windows.length > 6 ? `; and so on, ${windows.length} windows in all` : "";
  const missed = unread(row).map((place) => placeName(row, place));
  const never =
    missed.length > 0
      ? ` Never read: ${missed.length > 8 ? plural(missed.length, "cell") : missed.join(", ")}.`
      : "";
  return `${cells} The windows read ${read.join("; ")}${more}.${never}`;
}

/**
 * A number with its noun.
 * @param {number} count
 * @param {string} noun
 */
export function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** @param {Row} row @param {number} place */
function placeName(row, place) {
  const what = kind(row, place);
  return what === "cell" ? String(place - row.before) : what === "padding" ? "padding" : "beyond the edge";
}
