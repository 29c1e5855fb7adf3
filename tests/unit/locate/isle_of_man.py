"""Measure the geocoder on the Isle of Man: located addresses in many spellings, known to the gazetteer or withheld.

Run as a script it prints the figures and the fitted confidence model; tests load it through the fixture of conftest.
Known: the rows of the address stay in the gazetteer. Withheld: all rows of the address leave it, the rest of its street
stays (ten rounds, each withholds every tenth address of every street).
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from gridgeo.cells import cells_from_points, metres_between
from gridgeo.domain.tables import GAZETTEER, checked
from gridgeo.domain.words import PLACED_TIERS
from gridgeo.locate import (
    ConfidenceModel,
    calibration_bins,
    calibration_error,
    fit_confidence,
    gazetteer_from_table,
    locate_addresses,
    model_to_json,
)
from gridgeo.locate.normalise import area_key, name_key

FOLDS = 10
SEED = 20
LETTERS = np.array(list("abcdefghijklmnopqrstuvwxyz"))
ORIGIN = "Isle of Man: OpenStreetMap addresses (ODbL 1.0) and the land registry's spelling"
CITY = pl.col("city").str.split(",").list.last()
GROUP = pl.struct(name_key(pl.col("street")).alias("key"), pl.col("number").str.extract(r"(\d+)", 1).alias("number"))
"""What leaves the gazetteer together: the house number on the street name, whatever the rows call the town."""
SHORT = {"Road": "Rd", "Street": "St", "Avenue": "Ave.", "Drive": "Dr", "Terrace": "Terr", "Crescent": "Cres",
         "Close": "Cl", "Park": "Pk", "Lane": "Ln", "Gardens": "Gdns"}  # fmt: skip


@dataclass(frozen=True)
class Located:
    """Answers beside the truth: columns of locate_addresses, true_lng, true_lat, true_city, city, form, street."""

    rows: pl.DataFrame

    @property
    def error_m(self) -> np.ndarray:
        """Distance from the truth, infinite where there is no answer."""
        columns = self.rows.select("lng", "lat", "true_lng", "true_lat").fill_null(float("nan")).to_numpy().T
        return np.nan_to_num(metres_between(*columns), nan=np.inf)

    @property
    def cell_hits(self) -> np.ndarray:
        """Placed answers in the true res-9 cell."""
        placed = self.rows["tier"].is_in(PLACED_TIERS).to_numpy()
        hits = np.zeros(len(placed), dtype=bool)
        part = self.rows.filter(placed)
        answer = cells_from_points(part["lng"].to_numpy(), part["lat"].to_numpy(), 9)
        hits[placed] = answer == cells_from_points(part["true_lng"].to_numpy(), part["true_lat"].to_numpy(), 9)
        return hits


def gazetteer_table(folder: Path) -> pl.DataFrame:
    """Read addresses.csv into the gazetteer contract; a terrace on a street has its own numbers."""
    raw = pl.read_csv(folder / "addresses.csv", infer_schema=False).select(pl.all().str.strip_chars().replace("", None))
    raw = raw.rename({name: name.removeprefix("addr:") for name in raw.columns})
    return checked(
        raw.select(
            id=pl.col("osm_type") + "/" + pl.col("osm_id"),
            lng=pl.col("lon").cast(pl.Float64),
            lat=pl.col("lat").cast(pl.Float64),
            street=pl.coalesce("substreet", "street", "place"),
            number="housenumber",
            unit="unit",
            locality=pl.coalesce("locality", pl.when(pl.col("street").is_not_null()).then("place")),
            city="city",
            postcode="postcode",
            name="housename",
            kind=pl.lit("address"),
            source=pl.lit("openstreetmap"),
            precision_m=pl.lit(10.0),
        ),
        GAZETTEER,
        "gazetteer",
    )


def queries(folder: Path, table: pl.DataFrame) -> pl.DataFrame:
    """Spell every numbered address in one of seven forms, and as the land registry does where it has the address.

    Returns id, address, locality, form, street, group (what is withheld together), true_lng, true_lat, true_city.
    """
    numbered = table.filter(pl.col("street").is_not_null() & pl.col("number").is_not_null())
    numbered = numbered.with_columns(
        misspelt=_misspelt(numbered["street"]), short=_shortened(pl.col("street")), form_index=pl.int_range(pl.len())
    )
    spelt = [
        numbered.filter(pl.col("form_index") % len(FORMS) == index).with_columns(address=form, form=pl.lit(name))
        for index, (name, form) in enumerate(FORMS.items())
    ]
    return _asked(pl.concat([*spelt, _registry(folder, numbered)]), "q")


def vague_queries(table: pl.DataFrame) -> pl.DataFrame:
    """Spell addresses that say less: a house name with or without its street, a number without a town, a bare street.

    Same columns as `queries`; they serve the fit of the lower tiers and are not part of the floors.
    """
    named = table.filter(pl.col("name").is_not_null() & pl.col("city").is_not_null())
    street = pl.col("street").is_not_null()
    spelt = [
        named.filter(street).with_columns(address=_line("name", "street", "city"), form=pl.lit("house on street")),
        named.with_columns(address=_line("name", "city"), form=pl.lit("house in town")),
        table.filter(street).with_columns(address=_words("number", "street"), form=pl.lit("no town")),
        table.filter(street).with_columns(address=_line("street", "city"), form=pl.lit("bare street")),
    ]
    return _asked(pl.concat(spelt).filter(pl.col("address").is_not_null()), "v")


def _asked(spelt: pl.DataFrame, prefix: str) -> pl.DataFrame:
    return spelt.select(
        (pl.lit(prefix) + pl.int_range(pl.len()).cast(pl.String)).alias("id"),
        "address",
        pl.lit(None, dtype=pl.String).alias("locality"),
        "form",
        "street",
        GROUP.alias("group"),
        true_lng="lng",
        true_lat="lat",
        true_city=area_key(CITY),
    )


def _line(*parts: pl.Expr | str) -> pl.Expr:
    return pl.concat_str(*parts, separator=", ", ignore_nulls=True)


def _words(*parts: str) -> pl.Expr:
    return pl.concat_str(*parts, separator=" ", ignore_nulls=True)


TOWN = pl.coalesce("city", "postcode")
FORMS = {
    "full": _line("name", _words("number", "street"), "locality", "city", "postcode"),
    "no postcode": _line(_words("number", "street"), TOWN),
    "german order": _line(_words("street", "number"), _words("postcode", "city")),
    "one line": pl.concat_str(_words("number", "street"), TOWN, separator=" "),
    "short upper": _line(_words("number", "short"), TOWN).str.to_uppercase(),
    "flat": _line(pl.lit("Flat 3"), _words("number", "street"), TOWN),
    "misspelt": _line(_words("number", "misspelt"), "city", "postcode"),
}


def _shortened(street: pl.Expr) -> pl.Expr:
    for word, short in SHORT.items():
        street = street.str.replace(f"{word}$", short)
    return street


def _misspelt(street: pl.Series) -> pl.Series:
    """Replace one letter inside each name, seeded."""
    rng = np.random.default_rng(SEED)
    at = 1 + np.floor(rng.random(len(street)) * (street.str.len_chars().to_numpy() - 2)).astype(int)
    letter = pl.Series(LETTERS[rng.integers(0, len(LETTERS), len(street))])
    frame = pl.DataFrame({"street": street, "at": at, "letter": letter})
    text = pl.col("street")
    return frame.select(
        text.str.slice(0, pl.col("at")) + pl.col("letter") + text.str.slice(pl.col("at") + 1)
    ).to_series()


def _registry(folder: Path, numbered: pl.DataFrame) -> pl.DataFrame:
    """The land registry's own spelling of the same house: joined by number and full postcode."""
    land = pl.read_csv(folder / "land_addresses.csv", infer_schema=False)
    land = land.select(pl.all().str.strip_chars().replace("", None)).filter(pl.col("SubUnit_Name").is_null())
    joined = numbered.join(land, left_on=["number", "postcode"], right_on=["House_Number", "Postcode"])
    address = _line("House_Name", _words("number", "Street_Name"), "Locality", "Town", "postcode")
    unique = joined.unique("id", keep="first", maintain_order=True)
    return unique.with_columns(address=address, form=pl.lit("registry")).select(*numbered.columns, "address", "form")


def located(asked: pl.DataFrame, table: pl.DataFrame) -> Located:
    """Locate the queries in the table and put the truth beside the answers."""
    answers = locate_addresses(asked.select("id", "address", "locality"), gazetteer_from_table(table))
    city = table.select(gazetteer_id="id", city=area_key(CITY))
    truth = asked.drop("address", "locality")
    beside = answers.join(truth, on="id", maintain_order="left")
    return Located(beside.join(city, on="gazetteer_id", how="left", maintain_order="left"))


def withheld(asked: pl.DataFrame, table: pl.DataFrame, folds: int = FOLDS) -> Located:
    """Locate each query in a gazetteer that lacks its address and every tenth (`folds`-th) other of its street."""
    groups = table.select("id", GROUP.alias("group"))
    streets = groups.drop_nulls("group").unnest("group").drop("id").unique().drop_nulls().sort("key", "number")
    rounds = streets.select(
        pl.struct("key", "number").alias("group"), (pl.int_range(pl.len()).over("key") % folds).alias("round")
    )
    parts = []
    for number in range(folds):
        gone = rounds.filter(pl.col("round") == number)
        rest = table.join(groups.join(gone, on="group"), on="id", how="anti", maintain_order="left")
        parts.append(located(asked.join(gone, on="group", how="semi", maintain_order="left"), rest).rows)
    return Located(pl.concat(parts))


def street_folds(rows: pl.DataFrame) -> np.ndarray:
    """Fold of each row by its street: all addresses of a street are in one fold."""
    return (rows.select(pl.coalesce("street", "id").rank("dense")).to_series().to_numpy().astype(np.int64) * 7) % 5


def fitted_model(known: Located, missing: Located, asked: pl.DataFrame, table: pl.DataFrame) -> ConfidenceModel:
    """Fit the confidence on both kinds of answers and on addresses that say less, known and withheld."""
    vague = vague_queries(table)
    # Half of every street gone: gazetteers elsewhere are thinner than this one.
    thin = [withheld(asked, table, folds=2).rows, withheld(vague, table, folds=2).rows]
    rows = pl.concat([known.rows, missing.rows, located(vague, table).rows, *thin])
    lng, lat = rows["true_lng"].to_numpy(), rows["true_lat"].to_numpy()
    return fit_confidence(rows, lng, lat, street_folds(rows), ORIGIN)


def figures(known: Located, missing: Located, model: ConfidenceModel) -> dict[str, float]:
    """Return what the floors are about; shares are 0 to 1."""
    rows = pl.concat([known.rows, missing.rows])
    above_town = rows.filter(~pl.col("tier").is_in(["town", "none"]) & pl.col("true_city").is_not_null())
    answered = rows["lng"].is_not_null().to_numpy()
    error_m = np.concatenate([known.error_m, missing.error_m])
    hit = error_m[answered] <= 100.0
    stated = rows["confidence"].to_numpy()[answered]
    return {
        "known_count": float(known.rows.height),
        "known_found": float(known.rows["tier"].is_in(["exact", "typo"]).mean()),
        "known_median_m": float(np.median(known.error_m)),
        "known_res9": float(known.cell_hits.mean()),
        "withheld_count": float(missing.rows.height),
        "withheld_median_m": float(np.median(missing.error_m)),
        "withheld_res9": float(missing.cell_hits.mean()),
        "wrong_town": float((above_town["city"] != above_town["true_city"]).fill_null(value=False).mean()),
        "within_accuracy": float((error_m[answered] <= rows["accuracy_m"].to_numpy()[answered]).mean()),
        "ece": calibration_error(calibration_bins(stated, hit)),
        "ece_other_folds": model.ece,
    }


def addresses_per_cpu_second(asked: pl.DataFrame, table: pl.DataFrame, copies: int = 6) -> float:
    """Time the locating alone, in CPU seconds of all threads; the first call warms up."""
    many = pl.concat([asked] * copies).select(pl.int_range(pl.len()).cast(pl.String).alias("id"), "address", "locality")
    gazetteer = gazetteer_from_table(table)
    locate_addresses(many.head(100), gazetteer)
    start = time.process_time()
    locate_addresses(many, gazetteer)
    return many.height / (time.process_time() - start)


def measured(folder: Path) -> tuple[Located, Located, ConfidenceModel]:
    """Locate everything known and withheld, and fit the confidence on it."""
    table = gazetteer_table(folder)
    asked = queries(folder, table)
    known, missing = located(asked, table), withheld(asked, table)
    return known, missing, fitted_model(known, missing, asked, table)


def main(folder: Path) -> None:
    """Print the figures by set and form, then the model."""
    known, missing, model = measured(folder)
    table = gazetteer_table(folder)
    out = figures(known, missing, model) | {
        "addresses_per_cpu_s": addresses_per_cpu_second(queries(folder, table), table)
    }
    for name, part in (("known", known), ("withheld", missing)):
        rows = part.rows.with_columns(pl.Series("error_m", part.error_m), pl.Series("hit", part.cell_hits))
        summary = [pl.len(), pl.col("error_m").median(), (pl.col("error_m") <= 100).mean().alias("within_100"),
                   pl.col("hit").mean(), pl.col("confidence").mean()]  # fmt: skip
        for by in ("tier", "form"):
            sys.stdout.write(f"{name}\n{rows.group_by(by).agg(summary).sort('len')}\n")
    sys.stdout.write(json.dumps(out, indent=1) + "\n")
    sys.stdout.write(model_to_json(model) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
