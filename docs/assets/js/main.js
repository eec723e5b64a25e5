// The page's scripts: registers the elements of the book. Everything else happens when a reader touches one.

import { CnnExercise } from "./exercise.js";
import { CnnExerciseSet } from "./exercise-set.js";
import { CnnExplorer } from "./explorer.js";
import { CnnPlayer } from "./player.js";

const ELEMENTS = {
  "cnn-exercise": CnnExercise,
  "cnn-exercise-set": CnnExerciseSet,
  "cnn-explorer": CnnExplorer,
  "cnn-player": CnnPlayer,
};
for (const [name, element] of Object.entries(ELEMENTS)) {
  if (!customElements.get(name)) customElements.define(name, element);
}
