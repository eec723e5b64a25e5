// A small network run forward, exactly as it was exported: convolutions, pools, ReLUs and dense layers, one image at a
// time, by the definition. No elements, no learning; the weights are whole levels times a scale.

/** @typedef {{shape: number[], scale: number, levels: number[]}} Tensor */
/**
 * @typedef {{name: string, kind: string, shape: number[], stride?: number[], padding?: number[][], kernel?: number[],
 *   weight?: Tensor, bias?: Tensor}} Layer
 */
/** @typedef {{layer: Layer, values: number[]}} Step what a layer puts out: channel, row, column */

/** @type {Record<string, (layer: Layer, before: Step) => number[]>} */
const KINDS = { conv: convolve, max: pool, relu: rectify, flatten: (_, before) => before.values, linear: connect };

/**
 * All that the layers put out for an image, the image itself first.
 * @param {Layer[]} layers
 * @param {number[]} image
 * @returns {Step[]}
 */
export function forward([input, ...layers], image) {
  const steps = [{ layer: input, values: image }];
  for (const layer of layers) steps.push({ layer, values: KINDS[layer.kind](layer, steps[steps.length - 1]) });
  return steps;
}

/**
 * Probabilities from scores: exponentials, divided by their sum. The largest score is subtracted first, which changes
 * nothing but keeps the exponentials finite.
 * @param {number[]} scores
 */
export function softmax(scores) {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** @param {Layer} layer @param {Step} before */
function convolve({ shape: [maps, rows, columns], stride = [1, 1], padding = [[0, 0], [0, 0]], weight, bias }, before) {
  const [, channels, height, width] = weight?.shape ?? [];
  const { at } = reader(before, padding, 0);
  return cells(maps, rows, columns, (map, row, column) => {
    let sum = level(bias, map);
    for (let c = 0; c < channels; c += 1) {
      for (let i = 0; i < height; i += 1) {
        for (let j = 0; j < width; j += 1) {
          sum += level(weight, ((map * channels + c) * height + i) * width + j) * at(c, row * stride[0] + i, column * stride[1] + j);
        }
      }
    }
    return sum;
  });
}

/** @param {Layer} layer @param {Step} before */
function pool({ shape: [maps, rows, columns], kernel = [1, 1], stride = [1, 1], padding = [[0, 0], [0, 0]] }, before) {
  const { at } = reader(before, padding, -Infinity);
  return cells(maps, rows, columns, (map, row, column) => {
    let most = -Infinity;
    for (let i = 0; i < kernel[0]; i += 1) {
      for (let j = 0; j < kernel[1]; j += 1) most = Math.max(most, at(map, row * stride[0] + i, column * stride[1] + j));
    }
    return most;
  });
}

/** @param {Layer} _ @param {Step} before */
function rectify(_, before) {
  return before.values.map((value) => Math.max(0, value));
}

/** @param {Layer} layer @param {Step} before */
function connect({ shape: [outputs], weight, bias }, { values }) {
  return Array.from({ length: outputs }, (_, output) =>
    values.reduce((sum, value, at) => sum + level(weight, output * values.length + at) * value, level(bias, output)),
  );
}

/** @param {Tensor | undefined} tensor @param {number} at */
function level(tensor, at) {
  return tensor ? tensor.levels[at] * tensor.scale : 0;
}

/**
 * Read a padded image by places of the padded one; `outside` is what the padding holds.
 * @param {Step} before @param {number[][]} padding @param {number} outside
 */
function reader({ layer, values }, padding, outside) {
  const [, height, width] = layer.shape;
  const [[top], [left]] = padding;
  /** @param {number} channel @param {number} row @param {number} column */
  const at = (channel, row, column) => {
    const [i, j] = [row - top, column - left];
    return i < 0 || j < 0 || i >= height || j >= width ? outside : values[(channel * height + i) * width + j];
  };
  return { at };
}

/** @param {number} maps @param {number} rows @param {number} columns @param {(map: number, row: number, column: number) => number} value */
function cells(maps, rows, columns, value) {
  return Array.from({ length: maps * rows * columns }, (_, at) =>
    value(Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns),
  );
}

const LEVELS = 16; // of brightness, as in the recorded digits: what is drawn is made of the same

/**
 * Write a drawing as text, a character a pixel: 0 is dark, g is bright.
 * @param {number[]} image
 */
export function toAddress(image) {
  return image.map((value) => Math.round(LEVELS * value).toString(LEVELS + 1)).join("");
}

/**
 * Read a drawing; null for any other text.
 * @param {string} text
 * @param {number} count the number of pixels
 */
export function fromAddress(text, count) {
  if (text.length !== count || !/^[0-9a-g]+$/.test(text)) return null;
  return [...text].map((level) => parseInt(level, LEVELS + 1) / LEVELS);
}
