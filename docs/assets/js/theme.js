// Mends what the theme's own script leaves to be desired for keyboards and screen readers: each code block gets its
// buttons in a landmark without a name, and what is too wide for a small window can be scrolled with a finger only.

const WIDE = [".katex-display", ".cnn-step-left", ".cnn-step-right", ".cnn-result-box", ".cnn-figure-drawing",
  ".cnn-more .cnn-scroll", ".cnn-player__picture"].join();

function mend() {
  for (const element of document.querySelectorAll("nav.md-code__nav:not([role])")) {
    element.setAttribute("role", "presentation"); // the buttons speak for themselves
  }
  for (const element of document.querySelectorAll(WIDE)) {
    const scrolls = element.scrollWidth > element.clientWidth + 1;
    if (scrolls !== element.hasAttribute("tabindex")) {
      element.toggleAttribute("tabindex", scrolls);
      if (scrolls) element.setAttribute("tabindex", "0");
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
