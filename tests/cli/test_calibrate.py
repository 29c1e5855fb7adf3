"""`gridgeo locate calibrate`: a model fitted on known positions, which `locate addresses` then reads."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]
STREETS, HOUSES = 40, 30
NAMES = [f"{first}{last} Road" for first in ("Ash", "Birch", "Cedar", "Elm", "Fern", "Glen", "Hazel", "Ivy")
         for last in ("bury", "combe", "dale", "ford", "wick")]  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Address points of an invented town, and the same houses as people write them, a few metres off."""
    folder = tmp_path_factory.mktemp("known")
    rng = np.random.default_rng(4)
    street, house = np.divmod(np.arange(STREETS * HOUSES), HOUSES)
    number = 1 + 2 * house
    lng, lat = 9.5 + house * 4e-4, 47.1 + street * 3e-3
    points = pl.DataFrame({
        "id": [f"p{i}" for i in range(len(street))], "lng": lng, "lat": lat, "number": number.astype(str),
        "street": np.array(NAMES)[street], "city": "Sampleton",
    })  # fmt: skip
    points.write_csv(folder / "points.csv")
    known = points.select(
        id=pl.col("id").str.replace("p", "q"), lng=pl.col("lng") + pl.Series(rng.normal(0, 1e-4, len(street))),
        lat=pl.col("lat") + pl.Series(rng.normal(0, 1e-4, len(street))),
        address=pl.format("{} {}, {}", "number", pl.col("street").str.replace("Road", "Rd"), "city"),
    )  # fmt: skip
    known.write_csv(folder / "known.csv")
    return folder / "known.csv", folder / "points.csv"


def test_a_model_is_fitted_and_read_again(gridgeo: Run, files: tuple[Path, Path], tmp_path: Path) -> None:
    known, points = files
    model, plot = tmp_path / "model.json", tmp_path / "plot.png"
    done = gridgeo("locate", "calibrate", known, "--gazetteer", points, "--out", model, "--plot", plot, "--json")
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert (body["known"], body["withheld"]) == (STREETS * HOUSES, STREETS * HOUSES)
    assert {"exact", "interpolated"} <= set(body["tiers"])
    assert sum(part["count"] for part in body["bins"]) > STREETS * HOUSES
    assert body["ece"] < 0.05
    assert plot.read_bytes().startswith(b"\x89PNG")
    out = tmp_path / "located.csv"
    done = gridgeo(
        "locate", "addresses", known, "--gazetteer", points, "--model", model, "--out", out, "--json"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"] == "known.csv, points.csv"


def test_too_few_known_positions_are_refused(gridgeo: Run, files: tuple[Path, Path], tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    pl.read_csv(files[0]).head(99).write_csv(few)
    done = gridgeo("locate", "calibrate", few, "--gazetteer", files[1], "--out", tmp_path / "model.json")
    assert done.returncode == 2
    assert "99 addresses have a position" in done.stderr
    assert not (tmp_path / "model.json").exists()


def test_an_address_has_the_same_answer_whatever_else_is_in_the_file(
    gridgeo: Run, files: tuple[Path, Path], tmp_path: Path
) -> None:
    known, points = files
    every = pl.read_csv(known, infer_schema=False).select("id", "address")
    every = every.with_columns(address=pl.col("address").str.replace("Sampleton", "Sampelton"))
    every.write_csv(tmp_path / "every.csv")
    every.sample(60, seed=2).write_csv(tmp_path / "some.csv")
    for name in ("every", "some"):
        asked, out = tmp_path / f"{name}.csv", tmp_path / f"{name}.out.csv"
        done = gridgeo("locate", "addresses", asked, "--gazetteer", points, "--out", out)
        assert done.returncode == 0, done.stderr
    whole, part = (pl.read_csv(tmp_path / f"{name}.out.csv", infer_schema=False) for name in ("every", "some"))
    assert part.equals(part.select("id").join(whole, on="id", how="left", maintain_order="left"))


def test_a_text_that_would_run_as_a_formula_is_disarmed(gridgeo: Run, files: tuple[Path, Path], tmp_path: Path) -> None:
    asked, out = tmp_path / "asked.csv", tmp_path / "out.csv"
    pl.DataFrame({"id": ["=1+1"], "address": ["1 Ashbury Road, Sampleton"]}).write_csv(asked)
    assert gridgeo("locate", "addresses", asked, "--gazetteer", files[1], "--out", out).returncode == 0
    assert pl.read_csv(out, infer_schema=False)["id"].to_list() == ["'=1+1"]
