"""Chinese addresses of `gridgeo bench geocode`: districts and house numbers on the half that was kept closed."""

from __future__ import annotations

import json
import statistics
import subprocess  # the peers live in an environment of their own
import time
from importlib import resources
from typing import Any

import polars as pl

from gridgeo.bench.peers import peers_python
from gridgeo.bench.report import Case
from gridgeo.locate.chinese import parse_chinese

FLOOR_DISTRICT, CEILING_WRONG, FLOOR_NUMBER = 0.95, 0.015, 0.95
ADDRESSES, QUICK_ADDRESSES, RUNS = 50_000, 2_000, 3
DATA = "chinese_addresses"
CHILD = "chinese_peers.py"


def cases(quick: bool) -> tuple[list[Case], dict[str, Any]]:
    """Return the cases zh-district, zh-district-wrong and zh-number with their peers, zh-speed, and the checks.

    Districts are right when they are the labelled one, or absent where the label has none; wrong when one is given that
    is not the labelled one. Peers that are not installed leave their side empty.
    """
    held = labelled("held")
    ours = parse_chinese(held["address"])
    theirs = _peers(held["address"].to_list())
    shares = {name: _shares(pl.Series(peer["district"], dtype=pl.String), held) for name, peer in theirs.items()}
    right, wrong = _shares(ours["district"], held)
    number = (ours["number"].fill_null("") == held["number"].fill_null("")).mean()
    rows = [
        *(_case("zh-district", right, name, theirs, shares) for name in ("cnloc", "cpca")),
        *(_case("zh-district-wrong", wrong, name, theirs, shares) for name in ("cnloc", "cpca")),
        Case("zh-number", "share", _rounded(number), "higher", floor=FLOOR_NUMBER),
        Case("zh-speed", "addresses/CPU s", _speed(held["address"], QUICK_ADDRESSES if quick else ADDRESSES), "higher"),
    ]
    return rows, {"chinese": {"addresses": held.height, "peers": sorted(theirs)}}


def labelled(half: str) -> pl.DataFrame:
    """Return one half of the labelled addresses, all columns text: dev or held."""
    path = resources.files("gridgeo.bench") / "data" / DATA / f"{half}.csv"
    return pl.read_csv(path.read_bytes(), infer_schema_length=0)


def _shares(given: pl.Series, held: pl.DataFrame) -> tuple[float, float]:
    told, label = given.fill_null(""), held["district"].fill_null("")
    right, wrong = (told == label).mean(), ((told != "") & (told != label)).mean()
    return float(str(right)), float(str(wrong))


def _case(name: str, value: float, peer: str, theirs: dict[str, Any], shares: dict[str, tuple[float, float]]) -> Case:
    """Return the case beside one peer; the first peer's carries the name that the floor goes by."""
    is_wrong = name.endswith("wrong")
    return Case(
        name if peer == "cnloc" else f"{name}-{peer}",
        "share",
        _rounded(value),
        "lower" if is_wrong else "higher",
        floor=CEILING_WRONG if is_wrong else FLOOR_DISTRICT,
        peer=peer,
        peer_version=theirs[peer]["version"] if peer in theirs else None,
        theirs=_rounded(shares[peer][is_wrong]) if peer in shares else None,
    )


def _rounded(share: Any) -> float:  # noqa: ANN401 - what polars calls a mean
    return round(float(share), 4)


def _speed(addresses: pl.Series, count: int) -> float:
    """Return addresses a CPU second: the median of the runs, the table read before."""
    many = pl.concat([addresses] * (count // len(addresses) + 1)).head(count)
    rates = []
    for _ in range(RUNS):
        began = time.process_time()
        parse_chinese(many)
        rates.append(count / (time.process_time() - began))
    return round(statistics.median(rates))


def _peers(addresses: list[str]) -> dict[str, Any]:
    """Return what each installed peer says of the addresses: peer -> version, district (null where it tells none)."""
    python = peers_python()
    if python is None:
        return {}
    child = resources.files("gridgeo.bench") / CHILD
    done = subprocess.run(  # noqa: S603 - our own module
        [str(python), str(child)], input=json.dumps(addresses), capture_output=True, check=True, text=True
    )
    answered: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answered
