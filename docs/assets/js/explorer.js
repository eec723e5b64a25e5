// <cnn-explorer data-kind="…">: looks up what kind of explorer it is and hands over. Without this script, or
// where the generated formulas do not load, the figure inside stays as the book printed it.

import { digitExplorer } from "./explorer-digit.js";
import { gradientExplorer } from "./explorer-gradient.js";
import { kernelExplorer } from "./explorer-kernel.js";
import { layerExplorer } from "./explorer-layer.js";
import { receptiveExplorer } from "./explorer-receptive.js";
import { sizeExplorer } from "./explorer-size.js";

/** @type {Record<string, (host: HTMLElement, formulas: any) => void>} */
const KINDS = {
  digit: digitExplorer,
  gradient: gradientExplorer,
  kernel: kernelExplorer,
  layer: layerExplorer,
  receptive: receptiveExplorer,
  size: sizeExplorer,
};

export class CnnExplorer extends HTMLElement {
  async connectedCallback() {
    const build = KINDS[this.dataset.kind ?? ""];
    if (!build || this.hasAttribute("data-ready")) return;
    try {
      const { formulas } = await import(new URL("./formulas.js", import.meta.url).href);
      if (this.isConnected) build(this, formulas);
    } catch (error) {
      console.warn("cnnmath: the explorer could not be built", error);
    }
  }
}
