"""What operators see of the service: a name for each request, one line of log and figures by route; nobody's data."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import FastAPI
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger("gridgeo_api.requests")
REQUEST_ID = "x-request-id"
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
IDLE_POLL_S = 0.05
_request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
_FIELDS = ("method", "route", "status", "ms", "role")


class Figures:
    """The figures of one process, for Prometheus; routes are told by their templates, so that there are few."""

    def __init__(self, app: FastAPI) -> None:
        self.registry = CollectorRegistry()
        kept: dict[str, Any] = {"registry": self.registry}
        self.requests = Counter("gridgeo_requests", "Requests answered.", ["method", "route", "status"], **kept)
        self.seconds = Histogram(
            "gridgeo_request_seconds", "Time to the end of the answer.", ["method", "route"], buckets=BUCKETS_S, **kept
        )
        self.busy = Counter("gridgeo_busy", "Requests answered with 503.", ["route"], **kept)
        self.limited = Counter("gridgeo_limited", "Requests answered with 429.", **kept)
        self.in_flight = Gauge("gridgeo_requests_in_flight", "Requests under way.", **kept)
        self.under_way = 0
        self.registry.register(_CacheFigures(app))

    async def idle(self, most_s: float) -> None:
        """Wait until no request is under way, but not for ever."""
        until = time.monotonic() + most_s
        while self.under_way and time.monotonic() < until:
            await asyncio.sleep(IDLE_POLL_S)

    def begin(self) -> None:
        """Take a request that begins."""
        self.under_way += 1
        self.in_flight.set(self.under_way)

    def end(self) -> None:
        """Take a request that is over."""
        self.under_way -= 1
        self.in_flight.set(self.under_way)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Take one answered request."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)
        if status == 503:
            self.busy.labels(route).inc()
        if status == 429:
            self.limited.inc()


class _CacheFigures(Collector):
    """Hits, misses and bytes of the caches of answers and layers, read when they are asked for."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """Yield the figures of both caches."""
        hits = CounterMetricFamily("gridgeo_cache_hits", "Answers found in memory.", labels=["cache"])
        misses = CounterMetricFamily("gridgeo_cache_misses", "Answers made anew.", labels=["cache"])
        size = GaugeMetricFamily("gridgeo_cache_bytes", "Memory held.", labels=["cache"])
        for name, cache in (("tiles", self._app.state.answers), ("layers", self._app.state.layers)):
            hits.add_metric([name], cache.hits)
            misses.add_metric([name], cache.misses)
            size.add_metric([name], cache.total_cost)
        yield from (hits, misses, size)


class Observe:
    """Middleware inside `Guard`: names the request, times it, counts it, logs one line."""

    def __init__(self, app: ASGIApp, figures: Figures, scheme: str | None = None) -> None:
        self.app = app
        self.figures = figures
        self.scheme = scheme

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and look at its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.scheme is not None:
            # Behind a proxy the last step is plain http; addresses in answers are those that callers use.
            scope["scheme"] = self.scheme
        name = request_name(scope)
        scope.setdefault("state", {})["request_id"] = name
        token, began, statuses = _request_id.set(name), time.perf_counter(), list[int]()

        async def naming(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
                MutableHeaders(raw=message["headers"])[REQUEST_ID] = name
            await send(message)

        self.figures.begin()
        try:
            await self.app(scope, receive, naming)
        finally:
            self.figures.end()
            self._told(scope, statuses[0] if statuses else 500, time.perf_counter() - began)
            _request_id.reset(token)

    def _told(self, scope: Scope, status: int, seconds: float) -> None:
        route, method = route_of(scope), scope["method"] if scope["method"] in _METHODS else "OTHER"
        self.figures.count(method, route, status, seconds)
        actor = scope["state"].get("actor")
        told = (method, route, status, round(1000 * seconds, 1), None if actor is None else actor.role)
        logger.info("request", extra=dict(zip(_FIELDS, told, strict=True)))


_METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


def request_name(scope: Scope) -> str:
    """Return the caller's name for the request where it is a sane one, else a new one."""
    for name, value in scope["headers"]:
        if name == REQUEST_ID.encode():
            text = value.decode("latin-1")
            if _SANE.fullmatch(text):
                return str(text)
    return secrets.token_hex(16)


def route_of(scope: Scope) -> str:
    """Return the template of the route that a request found, ``-`` where it found none: paths themselves hold ids."""
    inner = getattr(scope.get("route"), "path", None)
    if inner is None:
        return "-"
    # A route knows its path inside its router; what the router is hung up under stands in front of it.
    parts = scope["path"].split("/")
    return "/".join(parts[: len(parts) - inner.count("/")]) + str(inner)


class JsonLines(logging.Formatter):
    """One JSON object a line, with the request's name; of an exception its class and places, never its words.

    Words of an exception may hold a parameter of a statement, and so the name of a customer.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": _request_id.get(),
        }
        line |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return orjson.dumps(line, default=str).decode()


def log_as_json() -> None:
    """Have our loggers write JSON lines to standard error."""
    for name in ("gridgeo", "gridgeo_api"):
        ours = logging.getLogger(name)
        if not any(isinstance(handler.formatter, JsonLines) for handler in ours.handlers):
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(JsonLines())
            ours.addHandler(handler)
        ours.setLevel(logging.INFO)
        ours.propagate = False
