/**
 * Computes formulas that Python printed as JavaScript.
 *
 * Reads from standard input the JSON list of vectors {code, names, points}, where a point is the list of values of the
 * names; writes the JSON list of the values at all points of each vector, null where a value is not finite.
 */
import { text } from "node:stream/consumers";

const vectors = JSON.parse(await text(process.stdin));
const values = vectors.map(({ code, names, points }) => {
  const compute = new Function(...names, `"use strict"; return ${code};`);
  return points.map((point) => compute(...point));
});
process.stdout.write(JSON.stringify(values));
