"""A geocoder on loopback that answers as Nominatim, Photon and Pelias do, and misbehaves on request."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

HOUSES: dict[str, dict[str, Any]] = {
    "Auweg 7, 9490 Vaduz": {"number": "7", "street": "Auweg", "city": "Vaduz", "postcode": "9490"},
    "Auweg 9, Vaduz": {"number": "11", "street": "Auweg", "city": "Vaduz", "postcode": "9490"},
    "Auweg 3, Schaan": {"number": "3", "street": "Auweg", "city": "Vaduz", "postcode": "9490"},
    "Auweg, Vaduz": {"street": "Auweg", "city": "Vaduz"},
    "Haus Enzian, Vaduz": {"name": "Haus Enzian", "city": "Vaduz"},
    "Nirgendweg 1, Vaduz": {"name": "Vaduz", "city": "Vaduz", "town": True},
}
"""What is asked -> what is known of it; everything else is unknown."""
LNG, LAT = 9.5244, 47.1403


class Service:
    """Where it listens, what it knows, and what it was asked, with the time of each question."""

    known = tuple(HOUSES)
    point = LNG, LAT

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.asked: list[str] = []
        self.paths: list[str] = []
        self.times: list[float] = []
        self.misbehave: str | None = None


def nominatim(known: dict[str, Any]) -> Any:
    kind = (
        "house"
        if known.get("number")
        else "town"
        if known.get("town")
        else "road"
        if known.get("street")
        else "building"
    )
    address = {"house_number": known.get("number"), "road": known.get("street"), "town": known["city"]}
    return [
        {
            "lat": str(LAT),
            "lon": str(LNG),
            "display_name": "shown",
            "name": known.get("name"),
            "addresstype": kind,
            "class": "place",
            "type": kind,
            "address": {name: value for name, value in address.items() if value} | {"postcode": known.get("postcode")},
            "boundingbox": ["47.13", "47.15", "9.51", "9.53"] if kind == "town" else None,
        }
    ]


def photon(known: dict[str, Any]) -> Any:
    kind = (
        "house"
        if known.get("number")
        else "city"
        if known.get("town")
        else "street"
        if known.get("street")
        else "other"
    )
    parts = {"housenumber": known.get("number"), "street": known.get("street"), "city": known["city"], "type": kind}
    return _features(parts | {"name": known.get("name"), "postcode": known.get("postcode")})


def pelias(known: dict[str, Any]) -> Any:
    layer = "address" if known.get("number") else "locality" if known.get("town") else "street"
    parts = {"housenumber": known.get("number"), "street": known.get("street"), "locality": known["city"]}
    name = known.get("name") or " ".join(filter(None, (known.get("street"), known.get("number"))))
    parts |= {"layer": "venue" if layer == "street" and not known.get("street") else layer, "name": name}
    return _features(parts | {"label": "shown", "postalcode": known.get("postcode")})


def _features(parts: dict[str, Any]) -> Any:
    said = {name: value for name, value in parts.items() if value}
    return {"features": [{"geometry": {"coordinates": [LNG, LAT]}, "properties": said}]}


ANSWERS = {"/search": nominatim, "/api": photon, "/v1/search": pelias}
NOTHING: dict[str, Any] = {"/search": [], "/api": {"features": []}, "/v1/search": {"features": []}}


class Server(ThreadingHTTPServer):
    """The listening service; `stop` ends every answer that would never end by itself."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.stop = threading.Event()
        self.service = Service(self.server_address[1])


class Handler(BaseHTTPRequestHandler):
    """Answers one question, well or badly."""

    server: Server

    def do_GET(self) -> None:
        service, parts = self.server.service, urlsplit(self.path)
        given = parse_qs(parts.query)
        text = (given.get("q") or given.get("text") or [""])[0]
        service.asked.append(text)
        service.paths.append(self.path)
        service.times.append(time.monotonic())
        path = parts.path.removeprefix("/geo")
        known = HOUSES.get(text)
        body = json.dumps(NOTHING[path] if known is None else ANSWERS[path](known)).encode()
        how = service.misbehave
        if how is None:
            self.send(200, body)
        elif how.startswith("http"):
            self.redirect(how)
        elif how in ("slow", "dripping"):
            self.linger(how)
        else:
            self.send(*self.bad(how, path, body))

    def bad(self, how: str, path: str, body: bytes) -> tuple[int, bytes]:
        odd = b'[{"lat": {}, "lon": null}]' if path == "/search" else b'{"features": [7]}'
        return {
            "error": (500, b"down"),
            "busy": (429, b"slow down"),
            "garbage": (200, b"<html>\xff not json"),
            "odd": (200, odd),
            "off the globe": (200, body.replace(b"9.5244", b"999.5")),
            "endless": (200, b" " * (1 << 21)),
        }[how]

    def send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, to: str) -> None:
        self.send_response(302)
        self.send_header("location", to + self.path)
        self.end_headers()

    def linger(self, how: str) -> None:
        """Say nothing, or a byte now and then."""
        if how == "dripping":
            self.send_response(200)
            self.send_header("content-length", "100000")
            self.end_headers()
        while not self.server.stop.wait(0.05):
            try:
                self.wfile.write(b" " if how == "dripping" else b"")
                self.wfile.flush()
            except OSError:
                return

    def handle(self) -> None:
        """Let callers hang up in the middle of an answer."""
        with suppress(OSError):
            super().handle()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def provider_service() -> Iterator[Service]:
    """Run the service until the end of the block."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.service
    finally:
        server.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
