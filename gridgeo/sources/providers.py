"""Geocoders that the bank hosts itself (Nominatim, Photon, Pelias), asked through geopy.

Nothing is asked unless a provider and its address are named. Only that host is spoken to: no proxy of the environment,
no redirect elsewhere, and without encryption only inside the house. A slow, broken or talkative service costs time and
a reason in the row, never an exception.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from gridgeo.cells import check_datum
from gridgeo.errors import InvalidInputError
from gridgeo.sources.provider_answers import RECORDS, Record

ProviderKind = Literal["nominatim", "photon", "pelias"]
PROVIDER_KINDS: tuple[ProviderKind, ...] = get_args(ProviderKind)
USER_AGENT = "gridgeo"
GIVEN_UP_AFTER = 10
TIMED_OUT, UNREACHABLE, REFUSED, GARBAGE = (
    "the provider did not answer in time",
    "the provider cannot be reached",
    "the provider refused or failed",
    "the provider's answer cannot be read",
)
GIVEN_UP = "the provider was given up after failures in a row"


@dataclass(frozen=True)
class Provider:
    """One geocoder of the bank: its kind, where it is, how long to wait for it and how often to ask.

    url: http or https with host, port and path, such as http://127.0.0.1:8080/nominatim; http only for hosts on
    loopback or in private networks.
    timeout_s: for one answer, in all. per_s: most questions in a second. datum: of its positions.
    """

    kind: ProviderKind
    url: str
    timeout_s: float = 5.0
    per_s: float = 10.0
    datum: str = "wgs84"

    def __post_init__(self) -> None:
        if self.kind not in PROVIDER_KINDS:
            raise InvalidInputError(
                "provider must be one of {known}, got {given}", known=", ".join(PROVIDER_KINDS), given=self.kind
            )
        if not 0 < self.timeout_s <= 300:
            raise InvalidInputError(
                "provider: the time-out must be 0 to 300 seconds, got {given}", given=self.timeout_s
            )
        if not 0 < self.per_s <= 1_000:
            raise InvalidInputError("provider: the rate must be 0 to 1000 a second, got {given}", given=self.per_s)
        check_datum(self.datum)
        _check_url(self.url)

    @property
    def label(self) -> str:
        """What answers and cache are labelled with."""
        return f"{self.kind} {self.url.rstrip('/')}"


@dataclass(frozen=True)
class Asked:
    """What a provider said to one text: a record, None where it knows nothing; reason where there was no answer."""

    query: str
    record: Record | None
    reason: str | None = None


def ask_provider(texts: list[str], provider: Provider, pause: Callable[[float], None] = time.sleep) -> list[Asked]:
    """Ask a provider for each of some texts, one after the other, no faster than it may be asked.

    pause: waits so many seconds. After GIVEN_UP_AFTER failures in a row nothing more is asked.
    Raises InvalidInputError when geopy is not installed.
    """
    ask = _geocoder(provider)
    answers: list[Asked] = []
    failures, free_at = 0, 0.0
    for text in texts:
        if failures >= GIVEN_UP_AFTER:
            answers.append(Asked(text, None, GIVEN_UP))
            continue
        wait_s = free_at - time.monotonic()
        if wait_s > 0:
            pause(wait_s)
        free_at = time.monotonic() + 1 / provider.per_s
        answer = _asked(ask, text, provider.kind)
        failures = failures + 1 if answer.reason else 0
        answers.append(answer)
    return answers


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in ("http", "https") or not host or not plain:
        raise InvalidInputError(
            "provider: the address must be http(s)://HOST[:PORT][/PATH] and nothing more, got {given}", given=url
        )
    if parts.scheme == "http" and not _is_inside(host, port or 80):
        raise InvalidInputError(
            "provider: {host} is not on loopback or in a private network: only https may go there", host=host
        )


def _is_inside(host: str, port: int) -> bool:
    """Tell whether every address of a host is on loopback or in a private network."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise InvalidInputError("provider: host {host} is not known here", host=host) from error
    addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in found]
    return all(address.is_loopback or address.is_private for address in addresses)


def _geocoder(provider: Provider) -> Callable[[str], Any]:
    """Return the function that asks for one text; geopy is loaded only now."""
    try:
        from geopy import geocoders

        from gridgeo.sources.provider_http import OneHostAdapter
    except ImportError as error:
        raise InvalidInputError("asking a provider takes geopy: install gridgeo with the extra providers") from error
    parts = urlsplit(provider.url)
    common = {
        "domain": parts.netloc + parts.path.rstrip("/"),
        "scheme": parts.scheme,
        "timeout": provider.timeout_s,
        "proxies": {},
        "user_agent": USER_AGENT,
        "adapter_factory": OneHostAdapter,
    }
    if provider.kind == "nominatim":
        service = geocoders.Nominatim(**common)
        return lambda text: service.geocode(text, addressdetails=True)
    service = geocoders.Photon(**common) if provider.kind == "photon" else geocoders.Pelias(**common)
    return lambda text: service.geocode(text)


def _asked(ask: Callable[[str], Any], text: str, kind: ProviderKind) -> Asked:
    from geopy import exc

    try:
        found = ask(text)
        return Asked(text, None if found is None else RECORDS[kind](found.raw))
    except exc.GeocoderTimedOut:
        return Asked(text, None, TIMED_OUT)
    except exc.GeocoderUnavailable:
        return Asked(text, None, UNREACHABLE)
    except exc.GeocoderParseError:
        return Asked(text, None, GARBAGE)
    except exc.GeopyError as error:
        return Asked(text, None, UNREACHABLE if "refused" in str(error).lower() else REFUSED)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        # geopy and the records take answers apart that may be anything.
        return Asked(text, None, GARBAGE)
