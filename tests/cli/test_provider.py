"""A geocoder of the bank on the command line: off unless named, and asked over real HTTP."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_parties_are_asked_for_once_and_the_answers_kept(
    gridgeo: Run, store_copy: Path, start_provider: Callable[[], AbstractContextManager[Any]]
) -> None:
    with start_provider() as service:
        named = ("--provider", "nominatim", "--provider-url", service.url, "--provider-rate", "1000")
        parties = ("locate", "parties", "--json", "--store", f"sqlite:///{store_copy}")
        first = gridgeo(*parties, *named)
        assert first.returncode == 0, first.stderr
        body = json.loads(first.stdout)["provider"]
        assert body["label"] == f"nominatim {service.url}"
        assert body["asked"] == body["wanted"] == len(service.asked) > 100
        again = json.loads(gridgeo(*parties, *named).stdout)["provider"]
        assert (again["asked"], again["kept"]) == (0, body["wanted"])
        assert "provider" not in json.loads(gridgeo(*parties).stdout)
        assert len(service.asked) == body["asked"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--provider", "nominatim"), "--provider-url"),
        (("--provider-url", "http://127.0.0.1:1"), "--provider"),
        (("--provider", "bing", "--provider-url", "http://127.0.0.1:1"), "nominatim, photon, pelias"),
        (("--provider", "photon", "--provider-url", "http://8.8.8.8/"), "private network"),
    ],
)
def test_a_provider_that_is_not_fully_named_is_refused(
    gridgeo: Run, demo: tuple[Path, dict[str, Any]], arguments: tuple[str, ...], words: str
) -> None:
    done = gridgeo("locate", "parties", *arguments, "--store", f"sqlite:///{demo[0]}")
    assert done.returncode == 2
    assert words in done.stderr
