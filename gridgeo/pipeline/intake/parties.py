"""The same party in several files: told by declared fields, merged when all agree, put before a person when some do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from gridgeo.domain.tables import PARTY_MATCHES, checked, empty
from gridgeo.errors import InvalidInputError

PARTY_KINDS = {"customers": "customer", "merchants": "merchant", "households": "household"}
"""Datasets whose rows are parties -> the word for one."""
TOO_COMMON = 5
"""A value that more parties bear than this, such as a common name, tells nobody apart."""


@dataclass
class PartyMatcher:
    """Finds rows of a file that are parties the store has already, batch by batch.

    standing: id and the fields `merge_on` of the live parties. settled: PARTY_MATCHES of earlier files: what was merged
    is merged again, what a person refused is not asked again.
    """

    party_kind: str
    merge_on: tuple[str, ...]
    standing: pl.DataFrame
    settled: pl.DataFrame
    matches: list[pl.DataFrame] = field(default_factory=list)
    _held: list[pl.DataFrame] = field(default_factory=list)
    _seen: list[pl.Series] = field(default_factory=list)

    def apart(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that are parties of their own; rows of parties the store has are held until the end.

        rows: accepted rows of one batch. A row whose own id the store has is that party. Of the others, one that agrees
        with exactly one party in every field of `merge_on` is that party; one that agrees in some is kept as it is and
        listed for review, as is one that agrees with several parties.
        """
        own = pl.col("id").is_in(self.standing["id"].implode())
        self._seen.append(rows.filter(own)["id"])
        pairs = self._pairs(rows.filter(~own).select("id", *self.merge_on))
        merged = self._merged(pairs)
        self.matches += [self._listed(merged, "merged"), self._listed(self._unsure(pairs, merged), "review")]
        self._held.append(rows.join(merged.select("id", "into_id"), on="id", how="inner", maintain_order="left"))
        return rows.join(merged, on="id", how="anti", maintain_order="left")

    def merged_rows(self) -> pl.DataFrame:
        """Return one row a party that rows of other ids were merged into: of several values of a field the first.

        Where the file names the party by its own id as well, that row counts and there is none here.
        """
        held = pl.concat(self._held).with_columns(id="into_id").drop("into_id")
        seen = pl.concat(self._seen)
        rows = held.filter(~pl.col("id").is_in(seen.implode()))
        return rows.group_by("id", maintain_order=True).agg(pl.all().drop_nulls().first())

    def found(self) -> pl.DataFrame:
        """Return PARTY_MATCHES of everything seen, with the earlier decisions."""
        rows = pl.concat([self.settled, *self.matches]) if self.matches else self.settled
        return rows.unique(["party_kind", "id", "into_id"], keep="last", maintain_order=True)

    def _pairs(self, strangers: pl.DataFrame) -> pl.DataFrame:
        """Return id, into_id, agreeing: how many fields of a row and of a standing party are the same."""
        hits = [self._agreeing(strangers, name) for name in self.merge_on]
        refused = self.settled.filter(pl.col("decision") == "refused").select("id", "into_id")
        pairs = pl.concat(hits).group_by("id", "into_id").agg(agreeing=pl.len())
        return pairs.join(refused, on=["id", "into_id"], how="anti").sort("id", "into_id")

    def _agreeing(self, strangers: pl.DataFrame, name: str) -> pl.DataFrame:
        known = self.standing.select(into_id="id", value=_plain(name)).drop_nulls("value")
        telling = known.filter(pl.len().over("value") <= TOO_COMMON)
        own = strangers.select("id", value=_plain(name)).drop_nulls("value")
        return own.join(telling, on="value", how="inner").select("id", "into_id")

    def _merged(self, pairs: pl.DataFrame) -> pl.DataFrame:
        before = self.settled.filter(pl.col("decision") == "merged").select("id", "into_id")
        told = before.join(self.standing.select(into_id="id"), on="into_id", how="semi")
        full = pairs.filter(pl.col("agreeing") == len(self.merge_on)).filter(pl.len().over("id") == 1)
        both = pl.concat([told, full.select("id", "into_id")]).unique("id", keep="first", maintain_order=True)
        return both.with_columns(agreeing=pl.lit(len(self.merge_on), pl.UInt32))

    def _unsure(self, pairs: pl.DataFrame, merged: pl.DataFrame) -> pl.DataFrame:
        return pairs.join(merged.select("id"), on="id", how="anti").select("id", "into_id", "agreeing")

    def _listed(self, pairs: pl.DataFrame, decision: str) -> pl.DataFrame:
        rows = pairs.select(
            party_kind=pl.lit(self.party_kind),
            id="id",
            into_id="into_id",
            rule=pl.lit(",".join(self.merge_on)),
            score=pl.col("agreeing") / len(self.merge_on),
            decision=pl.lit(decision),
        )
        return checked(rows, PARTY_MATCHES, "party_match")


def check_merge_on(kind: str, fields: Sequence[str], merge_on: Sequence[str], gone: str) -> None:
    """Check that parties of a kind can be merged by these fields.

    Raises InvalidInputError for a kind without parties, an unknown field, or an import that drops what it lacks.
    """
    if not merge_on:
        return
    if kind not in PARTY_KINDS:
        raise InvalidInputError(
            "{kind} are no parties; --merge-on is for {known}", kind=kind, known=", ".join(PARTY_KINDS)
        )
    unknown = [name for name in merge_on if name not in fields or name == "id"]
    if unknown:
        raise InvalidInputError(
            "{kind} has no field {given}; it has {known}", kind=kind, given=unknown[0], known=", ".join(fields)
        )
    if gone != "keep":
        raise InvalidInputError("--merge-on adds to the parties of the store: say --gone keep with it")


def no_matches() -> pl.DataFrame:
    """Return PARTY_MATCHES without rows."""
    return empty(PARTY_MATCHES)


def _plain(name: str) -> pl.Expr:
    """Return a field as it is compared: one form of letters, without case, blanks and signs."""
    text = pl.col(name).cast(pl.String).str.normalize("NFKC").str.to_lowercase()
    plain = text.str.replace_all(r"[\s\-_.,·'’()+]+", "")
    return pl.when(plain != "").then(plain)
