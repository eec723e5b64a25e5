"""Finds the Chromium or Chrome that the browser tests drive, and installs one where none is found.

`python tests/browser/chromium.py` prints its path; with `--install` it tries Debian's package (as root), then
Playwright's own download. Nothing else is started here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
ADVICE = (
    "No Chromium or Chrome was found, and none could be installed. Install one (Debian: apt install "
    "chromium), or say where it is with CHROMIUM=/path/to/chromium, or leave the browser out: "
    "make test BROWSER=0."
)


def find() -> str | None:
    """Return a browser's path: `$CHROMIUM`, the usual commands and places, Playwright's download."""
    told = os.environ.get("CHROMIUM")
    if told:
        return told if Path(told).exists() else None
    for command in COMMANDS:
        path = shutil.which(command)
        if path:
            return path
    return next((place for place in PLACES if Path(place).exists()), None) or _downloaded()


def _downloaded() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install() -> str | None:
    """Install a browser by the first way that works here, and return its path."""
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "--quiet"], check=False)
        subprocess.run(
            ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium"],
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    return find()


def main(arguments: list[str]) -> int:
    """Print the browser's path; without one, print what to do and fail."""
    path = find() or (install() if "--install" in arguments else None)
    if path is None:
        print(ADVICE, file=sys.stderr)
        return 1
    print(f"browser: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
