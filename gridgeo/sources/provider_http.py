"""How a provider's host is spoken to: that host alone, within one time limit, and no more than an answer's worth."""

from __future__ import annotations

import time
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, ProxyHandler, build_opener

from geopy.adapters import URLLibAdapter
from geopy.exc import GeocoderParseError, GeocoderServiceError, GeocoderTimedOut

MAX_ANSWER_BYTES = 1 << 20
READ_BYTES = 1 << 16


class _SameHost(HTTPRedirectHandler):
    """Follows a redirect only to where the question went in the first place."""

    max_redirections = 3

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:  # noqa: ANN401 (urllib's hook)
        """Return the next request; another host or another scheme is refused."""
        before, after = urlsplit(req.full_url), urlsplit(newurl)
        if (before.scheme, before.netloc) != (after.scheme, after.netloc):
            raise GeocoderServiceError("redirected to another host, which is not followed")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class OneHostAdapter(URLLibAdapter):  # type: ignore[misc] # geopy has no types
    """geopy's adapter over urllib without the environment's proxies, without other hosts, within bounds."""

    def __init__(self, *, proxies: Any, ssl_context: Any) -> None:  # noqa: ANN401 (geopy's hook)
        super().__init__(proxies={}, ssl_context=ssl_context)
        del proxies
        self.opener = build_opener(HTTPSHandler(context=ssl_context), ProxyHandler({}), _SameHost())
        self.urlopen = self.opener.open

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        """Return the body of an answer; all of it must be there in time."""
        self.until = time.monotonic() + timeout
        return str(super().get_text(url, timeout=timeout, headers=headers))

    def _decode_page(self, page: Any) -> str:  # noqa: ANN401 (urllib's response)
        body = bytearray()
        while piece := self._piece(page):
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                raise GeocoderParseError("the answer is longer than any answer")
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise GeocoderParseError("the answer is no text") from error

    def _piece(self, page: Any) -> bytes:  # noqa: ANN401 (urllib's response)
        if time.monotonic() > self.until:
            raise GeocoderTimedOut("Service timed out")
        try:
            return bytes(page.read1(READ_BYTES))
        except TimeoutError as error:
            raise GeocoderTimedOut("Service timed out") from error
        except (OSError, HTTPException) as error:
            raise GeocoderServiceError(str(error)) from error
