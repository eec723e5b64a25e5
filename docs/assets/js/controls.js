// Controls that explorers share: a setting with slider and number field, a choice of one of a few, an entry of a
// legend. They report what was chosen and show what they are told; they keep no state of their own.

import { freshId, html } from "./dom.js";

/**
 * A slider and a number field for one setting.
 * @param {{name: string, symbol: string, least: number, slide: number, most: number}} setting
 * @param {(value: number) => void} changed
 */
export function settingControl({ name, symbol, least, slide, most }, changed) {
  const id = freshId("cnn-setting");
  const [letter, index] = symbol.split("_");
  const number = /** @type {HTMLInputElement} */ (
    html("input", {
      id,
      type: "number",
      inputmode: "numeric",
      min: least,
      max: most,
      step: 1,
      oninput: typed,
      onblur: settle,
    })
  );
  const slider = /** @type {HTMLInputElement} */ (
    html("input", {
      type: "range",
      min: least,
      max: slide,
      step: 1,
      "aria-labelledby": `${id}-label`,
      oninput: () => changed(slider.valueAsNumber),
    })
  );
  let current = least;

  function typed() {
    if (number.value.trim() !== "" && number.checkValidity()) changed(number.valueAsNumber);
  }

  function settle() {
    if (number.value.trim() !== "" && !number.checkValidity()) changed(number.valueAsNumber);
    number.value = String(current);
  }

  return {
    element: html(
      "div",
      { class: "cnn-setting" },
      html(
        "label",
        { id: `${id}-label`, for: id },
        name,
        " ",
        html("var", {}, letter, index && html("sub", {}, index)),
      ),
      slider,
      number,
    ),
    /** @param {number} value @param {number} [largest] the most that may be chosen now, where this changes */
    set(value, largest) {
      current = value;
      if (largest !== undefined) slider.max = number.max = String(largest);
      slider.value = String(value);
      slider.setAttribute("aria-valuetext", String(value));
      if (number.valueAsNumber !== value) number.value = String(value);
    },
  };
}

/**
 * A choice of one of a few.
 * @param {string} name what is chosen, for those who do not see the buttons side by side
 * @param {[string, string][]} options values with their words
 * @param {(value: string) => void} changed
 */
export function radioChoice(name, options, changed) {
  const group = freshId("cnn-mode");
  const radios = options.map(([value, words]) => {
    const radio = /** @type {HTMLInputElement} */ (
      html("input", { type: "radio", name: group, value, onchange: () => changed(value) })
    );
    return { value, radio, label: html("label", {}, radio, html("span", {}, words)) };
  });
  return {
    element: html(
      "fieldset",
      { class: "cnn-explorer__modes" },
      html("legend", { class: "cnn-hidden" }, name),
      radios.map(({ label }) => label),
    ),
    /** @param {string} value */
    set(value) {
      for (const { value: its, radio } of radios) radio.checked = its === value;
    },
  };
}

/**
 * A choice of one of several, in a list that unfolds.
 * @param {string} name
 * @param {[string, string][]} options values with their words
 * @param {(value: string) => void} changed
 */
export function selectChoice(name, options, changed) {
  const select = /** @type {HTMLSelectElement} */ (
    html(
      "select",
      { onchange: () => changed(select.value) },
      options.map(([value, words]) => html("option", { value }, words)),
    )
  );
  return {
    element: html("label", { class: "cnn-explorer__choice" }, html("span", {}, name), select),
    /** @param {string} value */
    set(value) {
      select.value = value;
    },
  };
}

/**
 * An entry of a legend: a swatch and what it stands for.
 * @param {string[]} entry
 */
export function legendEntry([name, words]) {
  return html("li", {}, html("span", { class: `cnn-legend__swatch cnn-legend__swatch--${name}` }), words);
}
