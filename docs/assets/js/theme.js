// Mends what the theme's own script builds: each code block gets its buttons in a landmark without a name, and a
// page full of such landmarks is a maze for screen readers. The buttons speak for themselves.

function mend() {
  for (const element of document.querySelectorAll("nav.md-code__nav:not([role])")) {
    element.setAttribute("role", "presentation");
  }
}

new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
mend();
