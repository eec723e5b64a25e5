// The kernel explorer's mathematics: filtering a gray picture, what is shown of the results, what is said, and the
// state as an address. Pictures are rows of numbers from 0 to 255; no elements here.

/**
 * @typedef {number[][]} Kernel
 * @typedef {"clamp" | "middle" | "stretch"} Show how results become gray: clamped to 0-255; halved, around middle
 *   gray, and clamped; or stretched from the smallest to the largest
 * @typedef {{width: number, height: number, values: ArrayLike<number>}} Picture
 * @typedef {{preset: string, kernel: Kernel, photo: string, row: number, column: number, flip: boolean,
 *   normalize: boolean, show: Show}} State `preset` is empty for a kernel of the reader's own; `row` and `column`
 *   name a result
 * @typedef {{name: string, rows: Kernel, divisor: number, about: string}} Preset
 */

export const SIZES = { least: 3, most: 7 };
export const ENTRY = { least: -999, most: 999, decimals: 3 };
/** @type {Record<Show, string>} */
export const SHOWS = {
  clamp: "result, clamped to 0–255",
  middle: "128 + result/2, clamped",
  stretch: "stretched from black to white",
};
/** How much of red, green and blue is in gray: ITU-R BT.709. */
const LUMINANCE = [0.2126, 0.7152, 0.0722];
const TINY = 1e-9;

/**
 * The kernel as it is laid on the picture: turned by 180° for a convolution in the sense of mathematics.
 * @param {Kernel} kernel
 * @param {boolean} flip
 * @returns {Kernel}
 */
export function laid(kernel, flip) {
  return flip ? kernel.map((line) => line.toReversed()).toReversed() : kernel;
}

/** @param {Kernel} kernel */
export function gain(kernel) {
  return tidy(kernel.flat().reduce((total, weight) => total + weight, 0));
}

/**
 * What results are divided by: the sum of the weights, if that is wanted and possible.
 * @param {Kernel} kernel
 * @param {boolean} normalize
 */
export function divisor(kernel, normalize) {
  const sum = gain(kernel);
  return normalize && sum !== 0 ? sum : 1;
}

/**
 * Slide the kernel over the picture, without padding.
 * @param {Picture} picture
 * @param {Kernel} weights as they are laid on the picture
 * @param {number} divided
 * @returns {{width: number, height: number, values: Float64Array}}
 */
export function filtered({ width, height, values }, weights, divided = 1) {
  const size = weights.length;
  const [columns, rows] = [width - size + 1, height - size + 1];
  const taps = weights.flatMap((line, i) => line.map((weight, j) => [i * width + j, weight / divided])).filter(([, weight]) => weight !== 0);
  const results = new Float64Array(Math.max(columns, 0) * Math.max(rows, 0));
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const corner = row * width + column;
      let sum = 0;
      for (const [step, weight] of taps) sum += values[corner + step] * weight;
      results[row * columns + column] = sum;
    }
  }
  return { width: columns, height: rows, values: results };
}

/**
 * Results as gray values, and what had to be done for it.
 * @param {ArrayLike<number>} results
 * @param {Show} show
 * @returns {{values: Uint8ClampedArray, least: number, most: number, below: number, above: number}} the extremes of
 *   the results, and how many of the shown values were clamped
 */
export function toGray(results, show) {
  let [least, most] = [Infinity, -Infinity];
  for (let at = 0; at < results.length; at += 1) {
    least = Math.min(least, results[at]);
    most = Math.max(most, results[at]);
  }
  const values = new Uint8ClampedArray(results.length); // rounds, and clamps to 0-255
  let [below, above] = [0, 0];
  for (let at = 0; at < results.length; at += 1) {
    const value = grayOf(results[at], show, least, most);
    values[at] = value;
    below += Number(value < -0.5);
    above += Number(value > 255.5);
  }
  return { values, least: tidy(least), most: tidy(most), below, above };
}

/**
 * @param {number} result
 * @param {Show} show
 * @param {number} least
 * @param {number} most
 */
function grayOf(result, show, least, most) {
  if (show === "middle") return 128 + result / 2;
  if (show === "stretch") return most - least > TINY ? ((result - least) / (most - least)) * 255 : 128;
  return result;
}

/**
 * One result in full: the pixels under the kernel, the products, their sum.
 * @param {Picture} picture
 * @param {State} state
 */
export function worked(picture, { kernel, flip, normalize, show, row, column }) {
  const weights = laid(kernel, flip);
  const pixels = weights.map((line, i) => line.map((_, j) => picture.values[(row + i) * picture.width + column + j]));
  const products = weights.map((line, i) => line.map((weight, j) => tidy(weight * pixels[i][j])));
  const sum = gain(products);
  const divided = divisor(kernel, normalize);
  return { pixels, weights, products, sum, divisor: divided, result: tidy(sum / divided), show };
}

/**
 * What is said of one result.
 * @param {ReturnType<typeof worked>} work
 * @param {State} state
 * @param {number} shown the gray value in the picture
 */
export function sentence({ weights, sum, divisor: divided, result, show }, { row, column }, shown) {
  const count = weights.length ** 2;
  const place = `Result in row ${row}, column ${column}: the ${count} products add up to ${plain(sum)}`;
  const quotient = divided === 1 ? "" : `, divided by ${plain(divided)} that is ${plain(result)}`;
  const reason = why(result, show);
  return `${place}${quotient}. It is shown as gray ${shown}${reason && `, ${reason}`}.`;
}

/** Where a gray value comes from, if it is not the result itself. @param {number} result @param {Show} show */
function why(result, show) {
  if (show === "stretch") return "on the way from the smallest result (0) to the largest (255)";
  const value = grayOf(result, show, 0, 0);
  const half = show === "middle" && `from 128 + ${bracketed(result)}/2 = ${plain(value)}`;
  const end = value < -0.5 ? "since nothing is darker than 0" : value > 255.5 && "since nothing is brighter than 255";
  return [half, end].filter(Boolean).join(", ");
}

/**
 * What is said of the kernel and the whole picture: the sum of the weights and what is done about it, what is clamped,
 * what turning changes, and whether two passes would do.
 * @param {State} state
 * @param {Picture} picture
 * @param {ReturnType<typeof toGray>} seen
 * @returns {string[]}
 */
export function notes({ kernel, flip, normalize, show }, picture, seen) {
  return [gainNote(gain(kernel), normalize), shownNote(seen, show), turnNote(kernel, flip), rankNote(kernel), sizeNote(kernel, picture)];
}

/** @param {number} sum @param {boolean} normalize */
function gainNote(sum, normalize) {
  const starts = `The weights add up to ${plain(sum)}`;
  if (sum === 0) {
    return `${starts}: even light gives 0. ${normalize ? "Dividing by 0 is impossible, so nothing is normalized." : "There is nothing to normalize by."}`;
  }
  if (sum === 1) return `${starts}: even light stays as it is.`;
  if (normalize) return `${starts}; normalized, results are divided by ${plain(sum)}, and even light stays as it is.`;
  return `${starts}, and results are not divided by it: even light becomes ${plain(sum)} times as bright.`;
}

/** @param {ReturnType<typeof toGray>} seen @param {Show} show */
function shownNote({ values, least, most, below, above }, show) {
  const range = `Results reach from ${plain(round(least, 1))} to ${plain(round(most, 1))}`;
  if (show === "stretch") return `${range}; the smallest is shown black, the largest white, and nothing is clamped.`;
  const how = show === "middle" ? "; each is halved and shown around 128" : "";
  if (below + above === 0) return `${range}${how}; nothing had to be clamped.`;
  const share = (/** @type {number} */ count) => `${count} of ${values.length}`;
  return `${range}${how}; clamped to black: ${share(below)}, clamped to white: ${share(above)}.`;
}

/** @param {Kernel} kernel @param {boolean} flip */
function turnNote(kernel, flip) {
  const [before, after] = [kernel.flat(), laid(kernel, true).flat()];
  const name = flip ? "Convolution: the kernel is turned by 180° before it is laid on" : "Correlation: the kernel is laid on as it is written";
  if (before.every((weight, at) => weight === after[at])) return `${name}. For this kernel turning changes nothing.`;
  if (before.every((weight, at) => weight === -after[at])) return `${name}. For this kernel turning exchanges plus and minus.`;
  return `${name}.`;
}

/** @param {Kernel} kernel */
function rankNote(kernel) {
  const found = rank(kernel);
  const size = kernel.length;
  if (found === 0) return "All weights are 0.";
  if (found > 1) return `Rank ${found}: not separable, one column times one row is not enough.`;
  const { column, row } = /** @type {{column: number[], row: number[]}} */ (factors(kernel));
  return `Rank 1: separable, column (${column.map(plain).join(" ")}) times row (${row.map(plain).join(" ")}). Two passes need ${size} + ${size} = ${2 * size} products for each result instead of ${size * size}.`;
}

/** @param {Kernel} kernel @param {Picture} picture */
function sizeNote(kernel, { width, height }) {
  const size = kernel.length;
  return `Without padding, ${width} × ${height} pixels give ${width - size + 1} × ${height - size + 1} results.`;
}

/**
 * The number of independent rows, by elimination with the largest pivot.
 * @param {Kernel} kernel
 */
export function rank(kernel) {
  const lines = kernel.map((line) => [...line]);
  const small = TINY * Math.max(1, ...kernel.flat().map(Math.abs));
  let found = 0;
  for (let column = 0; column < lines[0].length && found < lines.length; column += 1) {
    let pivot = found;
    for (let at = found + 1; at < lines.length; at += 1) {
      if (Math.abs(lines[at][column]) > Math.abs(lines[pivot][column])) pivot = at;
    }
    if (Math.abs(lines[pivot][column]) <= small) continue;
    [lines[found], lines[pivot]] = [lines[pivot], lines[found]];
    for (let at = found + 1; at < lines.length; at += 1) {
      const share = lines[at][column] / lines[found][column];
      lines[at] = lines[at].map((entry, place) => entry - share * lines[found][place]);
    }
    found += 1;
  }
  return found;
}

/**
 * Column and row whose product a kernel of rank 1 is; in smallest whole numbers where the weights are whole.
 * @param {Kernel} kernel
 * @returns {{column: number[], row: number[]} | null}
 */
export function factors(kernel) {
  if (rank(kernel) !== 1) return null;
  const leading = /** @type {number[]} */ (kernel.find((line) => line.some((entry) => entry !== 0)));
  const whole = kernel.flat().every(Number.isInteger);
  const share = whole ? leading.reduce(commonDivisor, 0) : 1;
  const row = leading.map((entry) => entry / share);
  const at = row.findIndex((entry) => entry !== 0);
  return { column: kernel.map((line) => tidy(line[at] / row[at])), row };
}

/** @param {number} a @param {number} b @returns {number} */
function commonDivisor(a, b) {
  return b === 0 ? Math.abs(a) : commonDivisor(b, a % b);
}

/**
 * The kernel at another size: zeros around it, or its middle.
 * @param {Kernel} kernel
 * @param {number} size
 * @returns {Kernel}
 */
export function resized(kernel, size) {
  const before = Math.floor((size - kernel.length) / 2);
  const line = (/** @type {number} */ i) => kernel[i - before] ?? [];
  return Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, j) => line(i)[j - before] ?? 0));
}

/**
 * Gray values of a picture's red, green, blue and opacity, over white.
 * @param {ArrayLike<number>} rgba
 */
export function grayOfColor(rgba) {
  return Uint8ClampedArray.from({ length: rgba.length / 4 }, (_, at) => {
    const cover = rgba[4 * at + 3] / 255;
    return LUMINANCE.reduce((sum, share, channel) => sum + share * (255 + cover * (rgba[4 * at + channel] - 255)), 0);
  });
}

/**
 * The state with all numbers inside their limits; the place is moved into the results of a picture of this size.
 * @param {State} state
 * @param {{width: number, height: number}} picture
 * @returns {State}
 */
export function fitted(state, { width, height }) {
  const size = state.kernel.length;
  return { ...state, row: within(state.row, 0, height - size), column: within(state.column, 0, width - size) };
}

/**
 * A weight as it is kept: a number within limits, with few decimals; NaN for what is no number.
 * @param {string | number} text
 */
export function entry(text) {
  const number = typeof text === "number" ? text : Number(text.trim().replace("−", "-") || NaN);
  return Number.isNaN(number) ? NaN : round(within(number, ENTRY.least, ENTRY.most), ENTRY.decimals);
}

/**
 * The state that a preset begins with; the rest is kept.
 * @param {Preset} preset
 * @param {State} state
 * @returns {State}
 */
export function chosen(preset, state) {
  const show = gain(preset.rows) === 0 ? "middle" : "clamp";
  return { ...state, preset: preset.name, kernel: preset.rows, normalize: preset.divisor !== 1, show };
}

/**
 * The state as a text for the address, `sobel-x__camera__r40__c63__middle__raw`; a kernel of the reader's own is written
 * out, row by row: `-1_0_1_-2_0_2_-1_0_1`.
 * @param {State} state
 */
export function toAddress({ preset, kernel, photo, row, column, flip, normalize, show }) {
  const parts = [preset || kernel.flat().join("_"), photo, `r${row}`, `c${column}`, show];
  return [...parts, normalize ? "norm" : "raw", ...(flip ? ["flip"] : [])].join("__");
}

/**
 * Read such a text; what it does not say, or says wrongly, is as in `otherwise`.
 * @param {string} text
 * @param {State} otherwise
 * @param {Preset[]} presets
 * @param {string[]} photos
 * @returns {State}
 */
export function fromAddress(text, otherwise, presets, photos) {
  const [first, ...parts] = text.split("__");
  const preset = presets.find(({ name }) => name === first);
  const written = preset ? null : kernelOf(first);
  if (!preset && !written) return otherwise;
  const begins = preset ? chosen(preset, otherwise) : { ...otherwise, preset: "", kernel: /** @type {Kernel} */ (written) };
  const place = (/** @type {string} */ letter, /** @type {number} */ fallback) => {
    const found = parts.map((part) => new RegExp(`^${letter}(\\d{1,4})$`).exec(part)).find(Boolean);
    return found ? Number(found[1]) : fallback;
  };
  return {
    ...begins,
    photo: photos.find((name) => parts.includes(name)) ?? otherwise.photo,
    row: place("r", otherwise.row),
    column: place("c", otherwise.column),
    show: /** @type {Show | undefined} */ (Object.keys(SHOWS).find((show) => parts.includes(show))) ?? begins.show,
    flip: parts.includes("flip"),
    normalize: parts.includes("norm") || (begins.normalize && !parts.includes("raw")),
  };
}

/** @param {string} text @returns {Kernel | null} */
function kernelOf(text) {
  const weights = text.split("_").map(entry);
  const size = Math.round(Math.sqrt(weights.length));
  if (size ** 2 !== weights.length || size < SIZES.least || size > SIZES.most || weights.some(Number.isNaN)) return null;
  return Array.from({ length: size }, (_, row) => weights.slice(row * size, (row + 1) * size));
}

/**
 * A number as it is read: at most three decimals, a true minus sign.
 * @param {number} number
 */
export function plain(number) {
  return String(round(number, 3)).replace("-", "−");
}

/** @param {number} number */
function bracketed(number) {
  return number < 0 ? `(${plain(number)})` : plain(number);
}

/** @param {number} number @param {number} decimals */
function round(number, decimals) {
  return Math.round(number * 10 ** decimals) / 10 ** decimals || 0; // no negative zero
}

/** Take away what floating point adds to a sum of short decimals. @param {number} number */
function tidy(number) {
  return round(number, 9);
}

/** @param {number} number @param {number} least @param {number} most */
function within(number, least, most) {
  return Math.min(Math.max(number, least), Math.max(most, least));
}
