// Mends what the theme's own script builds: each code block gets its buttons in a landmark without a name, and a
// page full of such landmarks is a maze for screen readers. A group is all it needs to be.

const BUTTONS = "nav.md-code__nav:not([role])";

function mend() {
  for (const element of document.querySelectorAll(BUTTONS)) {
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", "Code block");
  }
}

new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
mend();
