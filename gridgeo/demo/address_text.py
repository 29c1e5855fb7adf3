"""Address text as customers write it: clean, shortened, misspelt, turned round, incomplete, wrong."""

from __future__ import annotations

import numpy as np
import polars as pl

SHORT_FORMS = {
    "strasse": "str.",
    "Strasse": "Str.",
    "straße": "str.",
    "gasse": "g.",
    "Gasse": "G.",
    "katu": "k.",
    "tie": "t.",
}
MISSPELLINGS = ("dropped", "swapped", "doubled")


def quotas(shares: dict[str, float], n: int, rng: np.random.Generator) -> pl.Series:
    """Return n labels in the stated shares (largest remainder), shuffled."""
    names = list(shares)
    exact = np.round(np.array([shares[name] for name in names]) / sum(shares.values()) * n, 6)
    count = np.floor(exact).astype(np.int64)
    largest = np.lexsort((np.arange(len(names)), -np.round(exact - count, 6)))[: n - int(count.sum())]
    count[largest] += 1
    return pl.Series("form", np.repeat(np.array(names, dtype=object), count)[rng.permutation(n)].tolist(), pl.String)


def written(homes: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return address and locality as the bank holds them, one row a customer.

    homes: street, number, town, postcode, other_town, form. A home without a street has no address whatever its form.
    """
    n = homes.height
    drawn = homes.with_columns(
        pl.Series("upper", rng.random(n) < 0.5),
        pl.Series("has_town", rng.random(n) < 0.7),
        pl.Series("kind", rng.integers(0, len(MISSPELLINGS), n)),
        pl.Series("spot", rng.random(n)),
    )
    form = pl.col("form")
    given_town = pl.when(form == "wrong_town").then(pl.col("other_town")).otherwise(pl.col("town"))
    town = pl.concat_str(
        pl.when(form != "wrong_town").then(pl.concat_str("postcode", pl.lit(" "))).fill_null(""), given_town
    )
    clean = pl.format("{} {}, {}", "street", "number", town)
    text = (
        pl.when(pl.col("street").is_null() | (form == "empty"))
        .then(pl.lit(None, pl.String))
        .when(form.is_in(["no_town", "bare"]))
        .then(pl.format("{} {}", "street", "number"))
        .when(form == "abbreviated")
        .then(pl.format("{} {}, {}", _shortened(pl.col("street")), "number", town))
        .when(form == "typo")
        .then(pl.format("{} {}, {}", _misspelt(pl.col("street")), "number", town))
        .when(form == "swapped")
        .then(pl.format("{} {}, {}", "number", "street", given_town))
        .when(form == "case")
        .then(pl.when("upper").then(clean.str.to_uppercase()).otherwise(clean.str.to_lowercase()))
        .when(form == "no_number")
        .then(pl.format("{}, {}", "street", town))
        .otherwise(clean)
    )
    says_town = (form != "bare") & (pl.col("has_town") | (form == "no_town"))
    return drawn.select(text.alias("address"), pl.when(says_town).then(given_town).alias("locality"))


def _shortened(street: pl.Expr) -> pl.Expr:
    """Shorten the street word; a name without one loses its last two letters to a full stop."""
    short = street
    for long, brief in SHORT_FORMS.items():
        short = short.str.replace(rf"{long}$", brief)
    trimmed = pl.concat_str(street.str.head(street.str.len_chars().cast(pl.Int64) - 2), pl.lit("."))
    long_enough = street.str.len_chars() >= 7
    return pl.when(short != street).then(short).when(long_enough).then(trimmed).otherwise(street)


def _misspelt(street: pl.Expr) -> pl.Expr:
    """Make one slip inside the name: a letter dropped, two swapped, or one doubled; the first letter stays."""
    length = street.str.len_chars().cast(pl.Int64)
    at = 1 + (pl.col("spot") * (length - 3).clip(lower_bound=1)).floor().cast(pl.Int64)
    head, one, two, tail = (
        street.str.slice(0, at),
        street.str.slice(at, 1),
        street.str.slice(at + 1, 1),
        street.str.slice(at + 2),
    )
    dropped = pl.concat_str(head, two, tail)
    swapped = pl.concat_str(head, two, one, tail)
    doubled = pl.concat_str(head, one, one, two, tail)
    slip = pl.when(pl.col("kind") == 0).then(dropped).when(pl.col("kind") == 1).then(swapped).otherwise(doubled)
    return pl.when(slip == street).then(doubled).otherwise(slip)
