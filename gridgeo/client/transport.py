"""Requests to the service: signed in, tried again where it is safe, problems raised."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from gridgeo.client.problems import problem_of

Json = dict[str, Any]
Params = Mapping[str, Any]
TRY_AGAIN = (429, 503)
LONGEST_WAIT_S = 60.0
FIRST_WAIT_S = 0.5


@dataclass(frozen=True)
class Retry:
    """How often a request is tried, and how the client waits in between.

    A read is tried again, and so is a change: it carries a key under which the service does it once.
    """

    tries: int = 5
    sleep: Callable[[float], None] = time.sleep


class Transport:
    """One signed-in connection to a service."""

    def __init__(self, http: httpx.Client, retry: Retry) -> None:
        self.http = http
        self.retry = retry
        parts = urlsplit(str(http.base_url))
        self.origin = f"{parts.scheme}://{parts.netloc}"

    def get(self, path: str, params: Params | None = None) -> Json:
        """Return the JSON of a read."""
        body: Json = orjson.loads(self.fetch("GET", path, params=params).content)
        return body

    def post(
        self, path: str, body: object = None, *, params: Params | None = None, revision: int | None = None
    ) -> Json:
        """Ask for a change and return its JSON. revision: that it is meant for, where the service wants to know."""
        headers = {} if revision is None else {"if-match": f'"{revision}"'}
        sent: Json = orjson.loads(self.fetch("POST", path, params=params, body=body, headers=headers).content)
        return sent

    def delete(self, path: str, *, revision: int) -> Json:
        """Take something out that is as it was read, and return what is told of it."""
        gone: Json = orjson.loads(self.fetch("DELETE", path, headers={"if-match": f'"{revision}"'}).content)
        return gone

    def fetch(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Return an answer, tried again while the service is busy.

        body: sent as JSON, bytes as they are. Raises ApiError for a problem, httpx.TransportError when the service
        cannot be reached.
        """
        named = dict(headers or {})
        if method != "GET":
            named |= {"origin": self.origin, "idempotency-key": named.get("idempotency-key", uuid.uuid4().hex)}
        content = body if isinstance(body, bytes) or body is None else orjson.dumps(body)
        if content is not None and not isinstance(body, bytes):
            named["content-type"] = "application/json"
        request = self.http.build_request(method, path, params=_plain(params), content=content, headers=named)
        for left in range(self.retry.tries - 1, -1, -1):
            answer = self._sent(request, left)
            if answer is not None:
                return answer
        raise AssertionError("the last try answers or raises")

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[str]]:
        """Yield the lines of an answer as they come."""
        with self.http.stream("GET", path, headers={"accept": "text/event-stream"}, timeout=None) as answer:
            if answer.is_error:
                answer.read()
                raise problem_of(answer.status_code, _body(answer))
            yield answer.iter_lines()

    def pages(self, path: str, name: str, params: Params | None = None) -> Iterator[Any]:
        """Yield the entries of a list, page after page. name: of the list in the answer."""
        asked = dict(params or {})
        while True:
            page = self.get(path, asked)
            yield from page[name]
            if page.get("next") is None:
                return
            asked["cursor"] = page["next"]

    def _sent(self, request: httpx.Request, left: int) -> httpx.Response | None:
        """Return the answer; None where it is worth another try, once the time for it has come."""
        tried = self.retry.tries - 1 - left
        try:
            answer = self.http.send(request)
        except httpx.TransportError:
            if left == 0:
                raise
            self.retry.sleep(_pause(None, tried))
            return None
        if answer.status_code in TRY_AGAIN and left > 0:
            self.retry.sleep(_pause(answer.headers.get("retry-after"), tried))
            return None
        if answer.is_error:
            raise problem_of(answer.status_code, _body(answer))
        return answer


def _pause(retry_after: str | None, tried: int) -> float:
    """Return the seconds to wait: what the service asks for, else twice as long every time."""
    try:
        asked = float(retry_after) if retry_after is not None else FIRST_WAIT_S * 2.0**tried
    except ValueError:
        asked = FIRST_WAIT_S * 2.0**tried
    return min(max(asked, 0.0), LONGEST_WAIT_S)


def _body(answer: httpx.Response) -> object:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None


def _plain(params: Params | None) -> dict[str, Any] | None:
    """Return parameters without those that are None; dates as the service reads them."""
    if params is None:
        return None
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in params.items()
        if value is not None
    }
