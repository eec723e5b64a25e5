// Stands before the theme's search worker, which builds its index of the whole book as soon as a page opens: half a
// second of work, just when the page itself has most to do. Here it begins when the page has come to rest; what
// the worker is told until then is kept. The address names the theme's file: later.js?search.<hash>.min.js.

const REST = 3000; // milliseconds: before that, nobody has typed a word into the search field

/** @type {unknown[] | null} */
let kept = [];
addEventListener("message", (event) => {
  if (!kept) return;
  event.stopImmediatePropagation();
  kept.push(event.data);
});

const named = /^search\.\w+\.min\.js$/.exec(location.search.slice(1));
if (named) importScripts(named[0]);

setTimeout(() => {
  const told = kept ?? [];
  kept = null;
  for (const data of told) dispatchEvent(new MessageEvent("message", { data }));
}, REST);
