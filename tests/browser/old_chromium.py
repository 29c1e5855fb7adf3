"""Drives Chromium of 2019, which Playwright cannot: what tests need of the DevTools protocol, over pipes."""

from __future__ import annotations

import base64
import fcntl
import io
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path
from typing import Any

import brotli
import numpy as np
from PIL import Image

from .screen import PATIENCE_S

PACKAGES = Path(__file__).parent / "oldest" / "node_modules"
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
    "about:blank",
)
KEYS = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, ""), "ArrowRight": (39, ""), "z": (90, "z"), "t": (84, "t")}
NOTE_VIOLATIONS = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      window.violations.push(event.violatedDirective + " " + event.blockedURI));
"""


def unpacked(name: str) -> Path:
    """Return the program of a package that scripts/test fetched, unpacked beside it the first time."""
    packed = PACKAGES / name / "bin" / "chromium.br"
    assert packed.is_file(), f"{name} is missing: scripts/test fetches it"
    program = packed.with_suffix("")
    if not program.exists():
        unfinished = program.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(brotli.decompress(packed.read_bytes()))
        unfinished.chmod(0o755)
        unfinished.rename(program)
    return program


class OldPage:
    """One page of a browser started for it; it keeps what was thrown, what was said as an error, and what was asked."""

    def __init__(self, commands: RawIOBase, answers: RawIOBase) -> None:
        self._out, self._in = commands, answers
        self._unread, self._sent, self._session = b"", 0, ""
        self.faults: list[str] = []
        self.asked: list[str] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        self.send("Page.addScriptToEvaluateOnNewDocument", source=NOTE_VIOLATIONS)

    def send(self, method: str, **given: Any) -> dict[str, Any]:
        """Give a command and return its result; what happens meanwhile is noted."""
        self._sent += 1
        message = {"id": self._sent, "method": method, "params": given}
        message |= {"sessionId": self._session} if self._session else {}
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == self._sent:
                assert "error" not in answer, f"{method}: {answer['error']}"
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer.get("method", ""), answer.get("params", {}))

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            read = self._in.read(1 << 20)
            assert read, "the browser has ended"
            self._unread += read
        text, self._unread = self._unread.split(b"\0", 1)
        message: dict[str, Any] = json.loads(text)
        return message

    def _note(self, event: str, told: dict[str, Any]) -> None:
        if event == "Runtime.exceptionThrown":
            self.faults.append(json.dumps(told["exceptionDetails"])[:600])
        elif event == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.faults.append(told["entry"]["text"])
        elif event == "Runtime.consoleAPICalled" and told["type"] in ("error", "warning", "assert"):
            self.faults.append(json.dumps(told["args"])[:600])
        elif event == "Network.requestWillBeSent":
            self.asked.append(told["request"]["url"])

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, a promise's too."""
        told = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def goto(self, url: str) -> None:
        """Go to an address."""
        self.send("Page.navigate", url=url)

    def resize(self, size: dict[str, int]) -> None:
        """Give the page a size on the screen."""
        self.send("Emulation.setDeviceMetricsOverride", **size, deviceScaleFactor=1, mobile=False)

    def find(self, selector: str, then: str) -> Any:
        """Return what an expression says of the first element ``e``; None where there is no such element."""
        return self.evaluate(f"(e => e === null ? null : {then})(document.querySelector({json.dumps(selector)}))")

    def attribute(self, selector: str, name: str) -> str:
        """Return an attribute of an element."""
        return str(self.find(selector, f"e.getAttribute({json.dumps(name)})"))

    def wait(self, selector: str) -> None:
        """Wait until an element is there and seen; ``body`` counts as seen."""
        until = time.monotonic() + PATIENCE_S
        while not self.find(selector, "e.getClientRects().length > 0"):
            assert time.monotonic() < until, f"{selector} never came; {self.faults}; {self.find('body', 'e.innerText')}"
            time.sleep(0.05)

    def box(self, selector: str) -> tuple[float, float, float, float]:
        """Return left, top, width and height of an element on the screen, after it was scrolled to."""
        seen = "(e.scrollIntoView({block: 'nearest'}), e.getBoundingClientRect())"
        left, top, width, height = self.find(selector, f"(b => [b.left, b.top, b.width, b.height])({seen})")
        return left, top, width, height

    def click(self, selector: str) -> None:
        """Click the middle of an element, once it is there."""
        self.wait(selector)
        left, top, width, height = self.box(selector)
        self.click_at(left + width / 2, top + height / 2)

    def click_at(self, x: float, y: float) -> None:
        """Move the mouse to a pixel, press and release."""
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key: str, *, control: bool = False) -> None:
        """Press and release a key."""
        code, text = KEYS[key]
        given = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 2 if control else 0}
        typed = {"type": "keyDown", "text": text} if text and not control else {"type": "rawKeyDown"}
        self.send("Input.dispatchKeyEvent", **given, **typed)
        self.send("Input.dispatchKeyEvent", **given, type="keyUp")

    def picture(self) -> np.ndarray:
        """Return the screen, shape (height, width, 3)."""
        taken = self.send("Page.captureScreenshot", format="png")["data"]
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(taken))).convert("RGB"))


@contextmanager
def old_page(program: Path, profile: Path, *arguments: str) -> Iterator[OldPage]:
    """Start a browser and give its page; ended with the block."""
    ours, theirs = os.pipe(), os.pipe()
    # The protocol's own numbers are 3 and 4: copies far above them are not in their way.
    read, write = (fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (theirs[0], ours[1]))
    started = ["bash", "-c", f'exec "$@" 3<&{read} 4>&{write}', "bash", program, f"--user-data-dir={profile}"]
    process = subprocess.Popen([*started, *arguments, *ARGUMENTS], pass_fds=(read, write), stderr=subprocess.DEVNULL)
    for end in (read, write, theirs[0], ours[1]):
        os.close(end)
    try:
        with os.fdopen(theirs[1], "wb", 0) as commands, os.fdopen(ours[0], "rb", 0) as answers:
            yield OldPage(commands, answers)
    finally:
        process.kill()
        process.wait()
