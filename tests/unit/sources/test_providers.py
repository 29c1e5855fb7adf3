"""Geocoders of the bank: asked over real HTTP on loopback, kept within bounds, never believed without evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from gridgeo.errors import InvalidInputError
from gridgeo.locate import judged_answers
from gridgeo.locate.provided import PROVIDED
from gridgeo.sources.providers import (
    GARBAGE,
    GIVEN_UP,
    GIVEN_UP_AFTER,
    PROVIDER_KINDS,
    REFUSED,
    TIMED_OUT,
    UNREACHABLE,
    Asked,
    Provider,
    ask_provider,
)

Start = Callable[[], AbstractContextManager[Any]]
LNG, LAT = 9.5244, 47.1403
TOWNS = pl.Series(["vaduz", "schaan"])


@pytest.fixture
def service(start_provider: Start) -> Iterator[Any]:
    """The stand-in, which has been asked nothing and behaves."""
    with start_provider() as running:
        yield running


def judged(texts: list[str], provider: Provider) -> list[dict[str, object]]:
    asked = ask_provider(texts, provider)
    rows = [{name: (one.record or {}).get(name) for name in PROVIDED} for one in asked]
    return judged_answers(pl.Series(texts), pl.DataFrame(rows, schema=PROVIDED), TOWNS).to_dicts()


@pytest.mark.parametrize("kind", PROVIDER_KINDS)
def test_each_kind_is_asked_at_its_address_and_read(service: Any, kind: str) -> None:
    provider = Provider(kind, f"{service.url}/geo/", per_s=1_000)  # type: ignore[arg-type]
    texts = [*service.known, "Mondweg 1, Vaduz"]
    found = judged(texts, provider)
    assert service.asked == texts
    assert all(path.startswith("/geo/") for path in service.paths)
    assert [row["tier"] for row in found] == ["exact", "nearest", "none", "street", "place", "town", "none"]
    assert (found[0]["lng"], found[0]["lat"]) == service.point
    assert [row["reason"] for row in found] == [
        None, None, "the provider's answer is in another town", None, None, None, "the provider knows no such address",
    ]  # fmt: skip


def test_no_answer_is_as_sure_as_one_of_the_own_gazetteer(service: Any) -> None:
    found = judged(list(service.known), Provider("nominatim", service.url, per_s=1_000))
    assert max(row["confidence"] for row in found) == 0.8  # type: ignore[type-var]
    assert min(row["accuracy_m"] for row in found if row["accuracy_m"]) == 60.0  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("level", "number", "street", "interpolated", "tier"),
    [
        ("house", "7", "Auweg", False, "exact"),
        ("house", "7", "auweg", True, "interpolated"),
        ("house", "9", "Auweg", False, "nearest"),
        ("house", "7", "Neuweg", False, "none"),
        ("place", None, None, False, "none"),
        ("street", None, "Auweg", False, "street"),
        ("community", None, None, False, "community"),
    ],
)
def test_exact_takes_number_and_street_as_evidence(
    level: str, number: str | None, street: str | None, interpolated: bool, tier: str
) -> None:
    row = {
        "lng": LNG, "lat": LAT, "label": "x", "number": number, "street": street, "name": None, "areas": ["Vaduz"],
        "level": level, "interpolated": interpolated, "radius_m": 0.0,
    }  # fmt: skip
    answers = pl.DataFrame([row], schema=PROVIDED)
    assert judged_answers(pl.Series(["Auweg 7, Vaduz"]), answers, TOWNS)["tier"].to_list() == [tier]


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("error", REFUSED),
        ("busy", REFUSED),
        ("garbage", GARBAGE),
        ("odd", GARBAGE),
        ("off the globe", GARBAGE),
        ("endless", GARBAGE),
        ("slow", TIMED_OUT),
        ("dripping", TIMED_OUT),
    ],
)
@pytest.mark.parametrize("kind", PROVIDER_KINDS)
def test_a_service_that_misbehaves_gives_a_reason(service: Any, kind: str, how: str, reason: str) -> None:
    service.misbehave = how
    provider = Provider(kind, service.url, timeout_s=0.3, per_s=1_000)  # type: ignore[arg-type]
    text = service.known[0]
    assert ask_provider([text], provider) == [Asked(text, None, reason)]


def test_a_redirect_is_followed_to_the_same_host_only(service: Any, start_provider: Start) -> None:
    text = service.known[0]
    provider = Provider("nominatim", service.url, per_s=1_000)
    with start_provider() as other:
        service.misbehave = other.url
        assert ask_provider([text], provider)[0].reason == REFUSED
        assert other.asked == []
    service.misbehave = f"{service.url}/geo"
    # The second answer redirects again: it ends after a few, and nobody else was asked.
    assert ask_provider([text], provider)[0].reason == REFUSED
    assert len(service.asked) > 2


def test_nobody_listening_is_a_reason_and_a_dead_service_is_given_up(service: Any, start_provider: Start) -> None:
    with start_provider() as gone:
        url = gone.url
    texts = [f"Auweg {number}, Vaduz" for number in range(GIVEN_UP_AFTER + 3)]
    reasons = [one.reason for one in ask_provider(texts, Provider("photon", url, per_s=1_000))]
    assert reasons == [UNREACHABLE] * GIVEN_UP_AFTER + [GIVEN_UP] * 3
    assert service.asked == []


def test_questions_are_spaced_as_the_rate_says(service: Any) -> None:
    pauses: list[float] = []
    ask_provider(list(service.known), Provider("pelias", service.url, per_s=0.5), pauses.append)
    assert len(pauses) == len(service.known) - 1
    assert all(1.0 < pause <= 2.0 for pause in pauses)
    service.times.clear()
    ask_provider(list(service.known)[:3], Provider("pelias", service.url, per_s=20.0))
    assert all(after - before > 0.04 for before, after in pairwise(service.times))


def test_the_proxy_of_the_environment_is_not_used(
    service: Any, start_provider: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start_provider() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert ask_provider([service.known[0]], Provider("nominatim", service.url, per_s=1_000))[0].record
        assert (len(service.asked), proxy.asked) == (1, [])


@pytest.mark.parametrize(
    "url",
    [
        "", "localhost:8080", "ftp://127.0.0.1/", "http://", "http://a:b@127.0.0.1/", "http://127.0.0.1/?x=1",
        "http://127.0.0.1:99999/", "http://8.8.8.8/", "http://no-such-host.invalid/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_an_address_that_is_none_or_open_to_the_world_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError, match="provider"):
        Provider("nominatim", url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "http://10.1.2.3", "http://192.168.0.9:80", "https://8.8.8.8/"]
)
def test_addresses_in_the_house_and_encrypted_ones_are_taken(url: str) -> None:
    assert Provider("nominatim", url).label == f"nominatim {url.rstrip('/')}"


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"kind": "bing"}, "nominatim, photon, pelias"), ({"timeout_s": 0}, "time-out"), ({"per_s": 0}, "rate"),
     ({"datum": "mars"}, "datum")],
)  # fmt: skip
def test_what_does_not_fit_is_named(changes: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        Provider(**{"kind": "photon", "url": "http://127.0.0.1:1"} | changes)  # type: ignore[arg-type]
