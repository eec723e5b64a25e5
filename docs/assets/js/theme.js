// Mends what the theme's own script leaves to be desired for keyboards and screen readers: each code block gets its
// buttons in a landmark without a name, and what is too wide for a small window can be scrolled with a finger only.

// All that the style sheets let scroll sideways; a test compares.
const WIDE = [
  ".katex-display", ".cnn-math--display", ".md-typeset__scrollwrap", ".cnn-scroll", ".cnn-figure-drawing",
  ".cnn-formula-shown", ".cnn-step-left", ".cnn-step-right", ".cnn-result-box", ".cnn-player__picture",
  ".cnn-exercise__prompt", ".cnn-exercise__legend", ".cnn-exercise__echo", ".cnn-order__text", ".cnn-cells-figure",
  ".cnn-explorer__picture", ".cnn-explorer__formula", ".cnn-layer__formula", ".cnn-field__layers",
].join();

function mend() {
  for (const element of document.querySelectorAll("nav.md-code__nav:not([role])")) {
    element.setAttribute("role", "presentation"); // the buttons speak for themselves
  }
  for (const element of document.querySelectorAll(WIDE)) {
    const scrolls = element.scrollWidth > element.clientWidth + 1;
    if (scrolls && !element.hasAttribute("tabindex")) {
      element.setAttribute("tabindex", "0");
      element.setAttribute("data-scrolls", "");
    } else if (!scrolls && element.hasAttribute("data-scrolls")) {
      element.removeAttribute("tabindex");
      element.removeAttribute("data-scrolls");
    }
  }
}

let waiting = 0;

/** Once per frame is enough, however much changes. */
function soon() {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(mend);
}

new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
addEventListener("resize", soon);
document.fonts?.ready.then(soon);
soon();
