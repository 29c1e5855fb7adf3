"""`gridgeo score validate` on tables with known answers, on a real city, and on the store's own potential."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely

from gridgeo.cells import cell_strings, cells_from_polygon, centres, parents
from gridgeo.errors import InvalidInputError
from gridgeo.pipeline.score_report import write_report
from gridgeo.pipeline.score_validate import validate_table
from gridgeo.sources.cell_features import TableColumns

Run = Callable[..., "subprocess.CompletedProcess[str]"]
CITY = Path(__file__).resolve().parents[3] / "shared/data/porto_alegre/poa_hexgrid.csv"
KEYS = {"folds", "groups", "spearman", "lift_top_decile", "calibration", "n"}


@pytest.fixture(scope="module")
def town() -> pl.DataFrame:
    """About 350 cells whose accounts depend on people and on the shops of the cell and its neighbours."""
    rng = np.random.default_rng(3)
    cells = cells_from_polygon(shapely.box(9.45, 47.1, 9.54, 47.15), 9)
    lng, _ = centres(cells)
    people = rng.poisson(np.exp(rng.normal(3.5, 1.0, len(cells)))).astype(float)
    shops = rng.poisson(np.exp(rng.normal(0.5, 1.2, len(cells)))).astype(float)
    accounts = rng.poisson(0.3 * np.sqrt(people) * np.sqrt(1 + shops) * rng.gamma(4, 0.25, len(cells)))
    district = np.array([f"{cell:x}"[:9] for cell in parents(cells, 7).tolist()])
    columns = {"cell": cell_strings(cells), "district": district, "population": people, "shops": shops, "lng": lng}
    return pl.DataFrame(columns | {"accounts": accounts})


def validated(gridgeo: Run, folder: Path, table: pl.DataFrame, *more: str | Path) -> Any:
    path = folder / "table.csv"
    path.write_text(table.write_csv(), encoding="utf-8")
    arguments = ("--target", path, "--cell-column", "cell", "--target-column", "accounts", "--out", folder / "out")
    return gridgeo("score", "validate", *arguments, "--json", *more)


def test_a_model_with_the_right_drivers_beats_both_naive_rules(
    gridgeo: Run, town: pl.DataFrame, tmp_path: Path
) -> None:
    done = validated(gridgeo, tmp_path, town, "--group-column", "district")
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert body.keys() >= KEYS
    assert body["n"] == town.height
    assert sum(group["cells"] for group in body["groups"]) == town.height
    assert [fold["scheme"] for fold in body["folds"]] == ["group", "h3_parent"]
    assert body["folds"][1]["resolution"] <= 7
    assert set(body["spearman"]["baselines"]) == {"people_only", "ring_mean"}
    assert body["spearman"]["model"] > max(body["spearman"]["baselines"].values()) + 0.05
    assert (body["verdict"], body["features"]) == ("predictive", ["population", "shops"])
    assert body["lift_top_decile"] > 1.5
    assert "random" not in json.dumps(body["folds"])
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["forecasts.csv", "validation.json", "validation.md", "validation.png"]
    forecasts = pl.read_csv(tmp_path / "out/forecasts.csv")
    again = forecasts.select(pl.corr("model", "target", method="spearman")).item()
    assert again == pytest.approx(body["spearman"]["model"], abs=2e-3)


def test_the_same_inputs_give_the_same_bytes(town: pl.DataFrame, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder, table in zip(folders, (town, town.reverse()), strict=True):
        write_report(in_process(tmp_path, table), folder)
    for name in ("validation.json", "validation.md", "validation.png", "forecasts.csv"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes(), name


def in_process(folder: Path, table: pl.DataFrame, **columns: Any) -> Any:
    path = folder / "table.csv"
    path.write_text(table.write_csv(), encoding="utf-8")
    return validate_table(path, TableColumns(**{"cell": "cell", "target": "accounts"} | columns))


def test_noise_is_called_not_predictive(town: pl.DataFrame, tmp_path: Path) -> None:
    noise = pl.Series("accounts", np.random.default_rng(8).poisson(2.0, town.height))
    found = in_process(tmp_path, town.with_columns(noise))
    body = write_report(found, tmp_path / "out")
    assert (body["verdict"], body["evidence"]) == ("not predictive", "none")
    assert abs(body["spearman"]["model"]) < 0.15
    assert "do not rely on it" in (tmp_path / "out/validation.md").read_text(encoding="utf-8")


def test_a_chinese_file_is_read_as_declared_and_answered_in_chinese(
    gridgeo: Run, town: pl.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "表.csv"
    named = town.rename({"accounts": "账户数", "population": "常住人口", "district": "网点"})
    path.write_bytes(named.write_csv(separator=";").encode("gb18030"))
    arguments = ("--target", path, "--cell-column", "cell", "--target-column", "账户数", "--group-column", "网点")
    how = ("--encoding", "gb18030", "--separator", ";", "--key", "cell", "--out", tmp_path / "out", "--json")
    done = gridgeo("score", "validate", *arguments, *how, GRIDGEO_LANGUAGE="zh")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["people_column"] == "常住人口"
    text = (tmp_path / "out/validation.md").read_text(encoding="utf-8")
    assert "留出区域检验" in text
    assert "仅供营销,不用于授信审批" in text


def test_missing_numbers_constant_columns_and_repeated_rows_are_named_and_harmless(
    town: pl.DataFrame, tmp_path: Path
) -> None:
    at = pl.int_range(pl.len())
    odd = town.with_columns(
        pl.when(at % 7 == 0).then(pl.lit("NaN")).otherwise(pl.col("shops").cast(pl.String)).alias("shops"),
        pl.when(at % 10 == 0).then(None).otherwise(pl.col("accounts")).alias("accounts"),
        constant=pl.lit(4),
    )
    body = in_process(tmp_path, pl.concat([odd, odd.head(3)])).body
    assert body["n"] == town.height - len(range(0, town.height, 10))
    notes = " | ".join(body["notes"])
    for words in ("shops is missing in", "target missing in", "constant was left out: it is the same", "taken once"):
        assert words in notes
    assert "a position is not make-up: lng" in notes


def test_rows_of_one_cell_are_added_up_only_when_the_key_says_so(town: pl.DataFrame, tmp_path: Path) -> None:
    halves = pl.concat([town.with_columns(age=pl.lit(text)) for text in ("young", "old")])
    with pytest.raises(InvalidInputError, match="--key"):
        in_process(tmp_path, halves)
    found = in_process(tmp_path, halves, key=("cell", "age"))
    assert found.body["n"] == town.height
    assert found.truth.sum() == 2 * town["accounts"].sum()


@pytest.mark.parametrize(("shift", "family"), [(-2.5, "gaussian"), (0.25, "quasi-poisson")])
def test_any_target_finds_its_regression(town: pl.DataFrame, tmp_path: Path, shift: float, family: str) -> None:
    body = in_process(tmp_path, town.with_columns(pl.col("accounts") + shift)).body
    assert body["model"]["family"] == family
    assert body["spearman"]["model"] > 0.4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"copy": pl.col("accounts") * 2 + 1}, "feature copy leaks the target accounts"),
        ({"ordered": (pl.col("accounts") + 1).log()}, "feature ordered leaks the target accounts"),
        ({"young": pl.col("shops"), "old": pl.col("accounts") - pl.col("shops")}, "leak the target accounts: together"),
        ({"accounts": pl.lit(0)}, "is 0.0 in every cell"),
        ({"accounts": pl.lit("abc")}, "row 2: accounts 'abc' is not a number"),
        ({"cell": pl.lit("xyz")}, "not an H3 cell"),
        ({"district": pl.lit("one")}, None),
    ],
)
def test_what_cannot_be_validated_is_refused_by_name(
    town: pl.DataFrame, tmp_path: Path, change: dict[str, pl.Expr], words: str | None
) -> None:
    table = town.with_columns(**change)
    if words is None:
        found = in_process(tmp_path, table, group="district")
        assert "one group only" in " ".join(found.body["notes"])
    else:
        with pytest.raises(InvalidInputError, match=words):
            in_process(tmp_path, table)


def test_too_few_cells_and_a_single_block_are_refused(town: pl.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="at least 30"):
        in_process(tmp_path, town.head(20))
    block = town["district"].mode()[0]
    with pytest.raises(InvalidInputError, match="all cells lie in one area"):
        in_process(tmp_path, town.filter(pl.col("district") == block))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--cell-column", "cell"), "--cell-column describes a table"),
        (("--target", "none.csv", "--target-column", "y"), "--target needs --cell-column"),
        (("--target", "none.csv", "--cell-column", "c", "--target-column", "y"), "no such file"),
        (("--target", "none.csv", "--cell-column", "c", "--target-column", "y", "--features", ","), "names no column"),
    ],
)
def test_wrong_options_are_refused(gridgeo: Run, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = gridgeo("score", "validate", *arguments, "--out", tmp_path / "out", cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr


@pytest.mark.parametrize(("target", "least"), [("schools", 0.24), ("jobs", 0.55)])
def test_schools_and_jobs_of_a_real_city_are_ranked_better_than_by_naive_rules(target: str, least: float) -> None:
    if not CITY.exists():
        reason = f"{CITY} is absent: a real table of cells is needed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    body = validate_table(CITY, TableColumns("id", target)).body
    found, naive = body["spearman"]["model"], body["spearman"]["baselines"]
    assert found > max(least, *naive.values())


def test_the_stores_own_potential_is_validated_one_catchment_at_a_time(
    gridgeo: Run, demo: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    store = f"sqlite:///{demo[0]}"
    done = gridgeo("score", "validate", "--out", tmp_path / "out", "--store", store, "--json")
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    assert body["folds"][0]["name"] == "leave one group of catchment out"
    assert body["folds"][0]["areas"] == body["folds"][0]["folds"] == len(body["groups"]) == 4
    assert body["versions"]["score"] > 0
    refused = gridgeo("score", "validate", "--out", tmp_path / "out", "--store", store, "--as", "li:rm:B1")
    assert refused.returncode == 5
