"""The built site, a server for it, and a browser: what every browser test stands on.

The site is built once for all workers of a test run. Every page that a test opens is watched: a script error,
a failed request or a request to another host fails the test, unless the test says that it provokes it.
"""

from __future__ import annotations

import functools
import http.server
import os
import runpy
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).parents[2]
BUILD_LIMIT = 600  # seconds: a first build runs notebooks and draws all figures
PREFIX = "/book"  # the site lives below a path, as on a project page
NOT_BUILT = "the site could not be built:\n"

PATIENCE = 30_000  # milliseconds for each step of a page, on a machine that may be busy
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site once for all workers and return its folder; `$CNNMATH_SITE` names one already built."""
    if os.environ.get("CNNMATH_SITE"):
        return Path(os.environ["CNNMATH_SITE"])
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    site, outcome = shared / "site", shared / "site.outcome"
    try:
        (shared / "site.claimed").mkdir()
    except FileExistsError:
        _wait_for(outcome)
    else:
        outcome.write_text(_build(site))
    if outcome.read_text():
        pytest.fail(NOT_BUILT + outcome.read_text())
    return site


def _build(site: Path) -> str:
    """Build the site, and return what went wrong, or an empty text."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(site)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else (done.stdout + done.stderr)[-4000:]


def _wait_for(outcome: Path) -> None:
    end = time.monotonic() + BUILD_LIMIT
    while not outcome.exists():
        if time.monotonic() > end:
            pytest.fail(NOT_BUILT + "another worker did not finish in time")
        time.sleep(0.2)


@dataclass
class Site:
    """The served site: `address` of its root, and the requests that were made."""

    address: str
    folder: Path
    requests: list[str] = field(default_factory=list)

    def url(self, path: str = "") -> str:
        """Return the address of a page."""
        return f"{self.address}{PREFIX}/{path}"


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the folder below PREFIX, cacheable for ten minutes as static hosts do."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: object, site: Site) -> None:
        self.site = site
        super().__init__(*args, directory=str(site.folder))  # type: ignore[arg-type]  # http.server's own signature

    def do_GET(self) -> None:
        self.site.requests.append(self.path)
        if not self.path.startswith(f"{PREFIX}/"):
            self.send_error(404)
            return
        self.path = self.path.removeprefix(PREFIX)
        super().do_GET()

    def do_HEAD(self) -> None:
        self.path = self.path.removeprefix(PREFIX)
        super().do_HEAD()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing: the requests are kept."""


@pytest.fixture(scope="session")
def site(built_site: Path) -> Iterator[Site]:
    """Serve the built site on this machine."""
    served = Site("", built_site)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, site=served))
    served.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield served
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Start Playwright's driver."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start the machine's Chromium or Chrome."""
    finder = runpy.run_path(str(Path(__file__).with_name("chromium.py")))
    path = finder["find"]()
    if path is None:
        pytest.fail(finder["ADVICE"])
    sandbox = [] if not hasattr(os, "geteuid") or os.geteuid() else ["--no-sandbox"]
    started = playwright.chromium.launch(executable_path=path, args=sandbox)
    yield started
    started.close()


@dataclass
class Watch:
    """What went wrong on the pages of a test, and what the test provokes on purpose."""

    host: str
    problems: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()

    def over(self, page: Page) -> None:
        """Watch a page."""
        page.on("pageerror", lambda error: self._note(f"script error: {error}"))
        page.on(
            "console",
            lambda said: said.type == "error" and self._note(f"console: {said.text} {said.location}"),
        )
        page.on("dialog", lambda dialog: (self._note(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: self._check_host(request.url))

    def _check_host(self, url: str) -> None:
        if not url.startswith((self.host, "data:", "blob:", "file:")):
            self._note(f"request to another host: {url}")

    def _note(self, problem: str) -> None:
        if not any(words in problem for words in self.expected):
            self.problems.append(problem)


@pytest.fixture
def watch(site: Site) -> Iterator[Watch]:
    """Fail the test at its end if a page had trouble that the test did not announce in `watch.expected`."""
    watching = Watch(site.address)
    yield watching
    assert watching.problems == []


@pytest.fixture
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Open browser contexts (each with its own storage), and close them after the test."""
    opened: list[BrowserContext] = []

    def open_context(**options: object) -> BrowserContext:
        opened.append(browser.new_context(**{**DESKTOP, **options}))  # type: ignore[arg-type]  # Playwright's options
        opened[-1].set_default_timeout(PATIENCE)
        return opened[-1]

    yield open_context
    for context in opened:
        context.unroute_all(behavior="ignoreErrors")  # a request still on its way is of no interest any more
        context.close()


@pytest.fixture
def new_page(contexts: Callable[..., BrowserContext], watch: Watch) -> Callable[..., Page]:
    """Open watched pages, each in its own context."""

    def open_page(**options: object) -> Page:
        page = contexts(**options).new_page()
        watch.over(page)
        return page

    return open_page


@pytest.fixture
def lesson(site: Site) -> str:
    """Return the address of the lesson on output size."""
    return site.url("convolution/output-size/")


def eventually(page: Page, happened: Callable[[], object], seconds: float = 20) -> None:
    """Let the page work until something has happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        page.wait_for_timeout(50)


@pytest.fixture(name="eventually")
def eventually_fixture() -> Callable[..., None]:
    """Hand the waiting function to tests."""
    return eventually


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the accessibility checker's source."""
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def cnnmath() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line as a reader would."""
    command = shutil.which("cnnmath", path=str(Path(sys.executable).parent))

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        start = [command] if command else [sys.executable, "-m", "cnnmath"]
        return subprocess.run([*start, *map(str, arguments)], capture_output=True, text=True, check=False)

    return run
