// Typesets LaTeX with KaTeX, which is loaded when the first formula asks for it. The LaTeX comes from
// cnnmath's own printers, never from a reader; KaTeX is told to trust nothing all the same.

const OPTIONS = {
  displayMode: false,
  throwOnError: true,
  trust: false,
  strict: "ignore",
  maxExpand: 200,
  maxSize: 20,
};

/** @type {{render: (latex: string, element: Element, options: object) => void} | null} */
let katex = null;
/** @type {Promise<void> | null} */
let loading = null;
/** @type {WeakMap<Element, string>} what each element is to show at last */
const wanted = new WeakMap();

/**
 * Show a formula in an element: as plain text at once where KaTeX is not there (yet), typeset as soon as it is.
 * @param {Element} element
 * @param {string} latex
 * @param {{text: string, display?: boolean}} options the plain text, and whether it stands on its own line
 */
export function typeset(element, latex, { text, display = false }) {
  wanted.set(element, latex);
  if (katex) {
    render(element, latex, text, display);
    return;
  }
  element.textContent = text;
  loading ??= load();
  loading.then(
    () => {
      if (wanted.get(element) === latex) render(element, latex, text, display);
    },
    () => {
      loading = null; // plain text stays; the next formula tries again
    },
  );
}

/**
 * Make a formula within a line.
 * @param {string} latex
 * @param {string} text
 */
export function formula(latex, text) {
  const element = document.createElement("span");
  element.className = "cnn-math";
  typeset(element, latex, { text });
  return element;
}

async function load() {
  const module = await import(new URL("../katex/katex.mjs", import.meta.url).href);
  katex = module.default;
}

/** @param {Element} element @param {string} latex @param {string} text @param {boolean} display */
function render(element, latex, text, display) {
  try {
    /** @type {NonNullable<typeof katex>} */ (katex).render(latex, element, {
      ...OPTIONS,
      displayMode: display,
    });
  } catch {
    element.textContent = text;
  }
}
