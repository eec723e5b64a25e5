"""Claim: from opening the lesson to the first verdict in the page takes less than three seconds, cold.

Builds the site, opens the lesson in a fresh browser, types an answer at once and waits for the verdict; then
again with the browser's cache warm. The comparison is the same page with Python's library and our modules
as sources. Run with `python benchmarks/page.py`; `CHROMIUM` names the browser.
"""

from __future__ import annotations

import functools
import http.server
import os
import runpy
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from cnnmath.book import bundle

ROOT = Path(__file__).parents[1]
LIMIT = 3.0
REPEAT = 5
LESSON = "convolution/output-size/"
EXERCISE = "cnn-exercise[data-question='output-size/strided']"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, cacheable as static hosts do; `assets/web/` may come from elsewhere."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: object, site: Path, web: Path) -> None:
        self.web = web
        super().__init__(*args, directory=str(site))

    def translate_path(self, path: str) -> str:
        """Return the file for an address."""
        inside = path.removeprefix("/assets/web/")
        return super().translate_path(path) if inside == path else str(self.web / inside)

    def end_headers(self) -> None:
        """Let the browser keep files for ten minutes."""
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


# A reader inside the page: types as soon as the field is alive, presses Enter, notes when the verdict stands.
# (Playwright's own waiting looks only every half second.)
READER = """
(() => {
  const times = (window.times = {});
  const watcher = new MutationObserver(() => {
    const host = document.querySelector("EXERCISE[data-ready]");
    if (!host) return;
    if (!times.usable) {
      times.usable = performance.now() / 1000;
      const field = host.querySelector("input.cnn-input");
      field.focus();
      field.value = "12";
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.form.requestSubmit();
    }
    if (host.querySelector(".cnn-verdict")) {
      watcher.disconnect();
      requestAnimationFrame(() => setTimeout(() => (times.verdict = performance.now() / 1000)));
    }
  });
  watcher.observe(document, { subtree: true, childList: true, attributeFilter: ["data-ready"] });
})();
""".replace("EXERCISE", EXERCISE)


def first_verdict(context: BrowserContext, address: str) -> tuple[float, float]:
    """Return the seconds from opening the page until it is usable, and until the first verdict is painted."""
    page = context.new_page()
    page.add_init_script(READER)
    page.goto(address + LESSON, wait_until="commit")
    page.locator(f"{EXERCISE} .cnn-verdict").wait_for()
    page.wait_for_timeout(500)
    usable, verdict = page.evaluate("[times.usable, times.verdict]")
    page.close()
    return usable, verdict


def measured(site: Path, web: Path) -> dict[str, float]:
    """Return the medians: page usable, first verdict cold, first verdict warm."""
    handler = functools.partial(Handler, site=site, web=web)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    finder = runpy.run_path(str(ROOT / "tests" / "browser" / "chromium.py"))
    path = finder["find"]()
    if path is None:
        sys.exit(finder["ADVICE"])
    times: dict[str, list[float]] = {"usable": [], "cold": [], "warm": []}
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        for _ in range(REPEAT):
            browser = playwright.chromium.launch(executable_path=path, args=arguments)
            context = browser.new_context()
            address = f"http://127.0.0.1:{server.server_port}/"
            usable, cold = first_verdict(context, address)
            _, warm = first_verdict(context, address)
            browser.close()
            for name, seconds in (("usable", usable), ("cold", cold), ("warm", warm)):
                times[name].append(seconds)
    server.shutdown()
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        site, plain = Path(folder, "site"), Path(folder, "plain")
        command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(site)]
        subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
        bundle.build(ROOT, plain, node="")
        ours = measured(site, bundle.build(ROOT).folder)
        theirs = measured(site, plain)
    print(f"page usable          {ours['usable']:.2f} s")
    for name in ("cold", "warm"):
        ratio = theirs[name] / ours[name]
        print(
            f"first verdict, {name}  {ours[name]:.2f} s; "
            f"from sources {theirs[name]:.2f} s: {ratio:.1f} times as long"
        )
    print(f"limit, cold          {LIMIT:.2f} s: {'kept' if ours['cold'] < LIMIT else 'MISSED'}")


if __name__ == "__main__":
    main()
