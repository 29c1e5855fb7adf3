"""Take the pictures of the docs: `.venv/bin/python scripts/screenshots.py` (needs Chromium and the dev packages)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
GRIDGEO = str(Path(sys.executable).parent / "gridgeo")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer", "--disable-background-networking"]
PORT = 8397


def shoot(page: Page, link: str) -> None:
    """Photograph the scores in English, then the territories in Chinese."""
    page.goto(link)
    page.wait_for_selector("body[data-ready='true']")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=ROOT / "docs/images/map.png")
    page.get_by_text("中文", exact=True).click()
    page.get_by_label("责任区", exact=True).first.check()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=ROOT / "docs/images/map-zh.png")


def shoot_county(page: Page, link: str) -> None:
    """Photograph the scores of the fictional county in English."""
    page.goto(link)
    page.wait_for_selector("body[data-ready='true']")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=ROOT / "docs/images/county.png")


def main() -> None:
    """Take the pictures of both grounds."""
    photograph("liechtenstein", shoot)
    photograph("county", shoot_county)


def photograph(ground: str, take: Callable[[Page, str], None]) -> None:
    """Run a ground's demo on a fresh store, serve it, take its pictures."""
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:///{folder}/demo.db"
        subprocess.run([GRIDGEO, "demo", "--ground", ground, "--no-serve", "--store", store], check=True)  # noqa: S603
        environment = {**os.environ, "GRIDGEO_LOGIN_TOKEN": "pictures"}
        command = [GRIDGEO, "serve", "--store", store, "--port", str(PORT)]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # noqa: S603
        try:
            wait_for_server(server)
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
                take(
                    browser.new_page(viewport={"width": 1280, "height": 800}),
                    f"http://127.0.0.1:{PORT}/login?token=pictures",
                )
                browser.close()
        finally:
            server.terminate()
            server.wait()


def wait_for_server(server: subprocess.Popen[str]) -> None:
    """Read what the server prints until it says where it answers."""
    assert server.stdout is not None  # noqa: S101 - a pipe was asked for
    for line in server.stdout:
        if "/login?token=" in line:
            return
    sys.exit("the server ended before it listened")


if __name__ == "__main__":
    main()
