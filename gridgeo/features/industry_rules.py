"""Industry rules: codes of a scheme and edition, each with what lies below it; and which code a merchant has."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from gridgeo.domain.industries import GBT, ISIC, NEWEST_EDITION, OSM_SECTIONS, OWN, SCHEME_WORDS
from gridgeo.errors import InvalidInputError
from gridgeo.i18n import Language, translate

FIELDS = ("scheme", "edition", "codes", "osm_tags")
BY_PREFIX = (GBT, ISIC)
"""Schemes whose longer codes begin with those above them, below the sections."""
MAX_CODES, LONGEST_CODE = 200, 8
MERCHANT_COLUMNS = ("id", "industry", "osm_tag", "scheme", "code")
STATES = ("code", "osm_tag", "word", "other_scheme", "other_edition", "unknown_code", "none")
"""Where a merchant's code of a scheme comes from, or why it has none."""


@dataclass(frozen=True)
class IndustryRule:
    """Merchants of these codes of a scheme's edition, and of every code below them.

    osm_tags: whether a merchant without a code of its own counts by its OpenStreetMap tag (GB/T 4754 alone).
    """

    scheme: str
    edition: str
    codes: tuple[str, ...]
    osm_tags: bool = True


def industry_from_json(body: object, table: pl.DataFrame) -> IndustryRule:
    """Read an industry rule: ``{"scheme": "gbt4754", "edition": "2017", "codes": ["F", "62"], "osm_tags": true}``.

    table: INDUSTRY_CODES of the schemes that are known; edition: the newest one where it is left out.
    Raises InvalidInputError naming the field, what was given and what is allowed.
    """
    if not isinstance(body, dict) or not {"scheme", "codes"} <= set(body) <= set(FIELDS):
        raise InvalidInputError("an industry rule is an object with scheme and codes, and optionally edition, osm_tags")
    scheme, edition = _scheme(body["scheme"], body.get("edition"), table)
    uses_tags = body.get("osm_tags", True)
    if not isinstance(uses_tags, bool):
        raise InvalidInputError("osm_tags must be true or false, got {given}", given=str(uses_tags)[:40])
    codes = _codes(body["codes"], scheme, edition, table)
    return IndustryRule(scheme, edition, codes, uses_tags)


def industry_words(rule: IndustryRule, table: pl.DataFrame, language: Language) -> str:
    """Say a rule in words: the names of its codes, the scheme and its edition."""
    named = of_scheme(table, rule.scheme, rule.edition).filter(pl.col("code").is_in(rule.codes)).sort("code")
    first, second = ("name_zh", "name_en") if language == "zh" else ("name_en", "name_zh")
    names = named.select(pl.format("{} {}", "code", pl.coalesce(first, second).fill_null("")))["code"].to_list()
    if rule.scheme == OWN:
        names = [translate(code, language) for code in named["code"]]
    return translate(
        "merchants of {scheme} {edition}: {codes}",
        language,
        scheme=rule.scheme,
        edition=rule.edition,
        codes=translate(", ", language).join(names),
    )


def of_scheme(table: pl.DataFrame, scheme: str, edition: str) -> pl.DataFrame:
    """Return the rows of one edition of a scheme."""
    return table.filter((pl.col("scheme") == scheme) & (pl.col("edition") == edition))


def merged_codes(shipped: pl.DataFrame, imported: pl.DataFrame) -> pl.DataFrame:
    """Return the codes of both tables in one form; where both have a code, the imported row counts.

    Schemes are written as gridgeo writes them, codes without the letter of the section before their digits, and a row
    without a parent gets the longest code of its scheme that it begins with.
    """
    plain = imported.with_columns(
        _scheme_of(pl.col("scheme")),
        _plain_code(pl.col("code")),
        _plain_code(pl.col("parent_code")),
    ).with_columns(pl.col("edition").str.strip_chars())
    key = ["scheme", "edition", "code"]
    rows = pl.concat([plain, shipped]).unique(key, keep="first", maintain_order=True).sort(key)
    parts = [_with_parents(part) for part in rows.partition_by("scheme", "edition", maintain_order=True)]
    return pl.concat(parts) if parts else rows


def descendants(table: pl.DataFrame, rule: IndustryRule) -> pl.Series:
    """Return the codes of a rule and all that lie below them, ordered."""
    return _reached(of_scheme(table, rule.scheme, rule.edition), rule.codes, "parent_code", "code")


def _reached(rows: pl.DataFrame, codes: tuple[str, ...], source: str, target: str) -> pl.Series:
    """Return codes and every one that steps from the source column to the target column lead to, ordered."""
    found, height = pl.Series("code", list(codes), dtype=pl.String).unique(), 0
    # One step a level: it ends when a step finds no new code, so a table that runs in circles ends too.
    while len(found) > height:
        height = len(found)
        more = rows.filter(pl.col(source).is_in(found.implode()))[target].drop_nulls().alias("code")
        found = pl.concat([found, more]).unique()
    return found.sort()


def classified(merchants: pl.DataFrame, table: pl.DataFrame, rule: IndustryRule) -> pl.DataFrame:
    """Return each merchant's code in the scheme of a rule: id, code (known ones only, else null), state (STATES).

    merchants: MERCHANT_COLUMNS. A code longer than the table knows counts as the longest known one that it begins
    with: 5211 is in 52 where only divisions are known. The merchant's own code comes before its tag.
    """
    known = of_scheme(table, rule.scheme, rule.edition)["code"]
    if rule.scheme == OWN:
        return merchants.select("id", code=pl.col("industry"), state=pl.lit("word"))
    scheme, edition = _scheme_of(pl.col("scheme")), _edition_of(pl.col("scheme"))
    coded = pl.col("code").is_not_null() & scheme.is_not_null()
    ours = coded & (scheme == rule.scheme)
    fits = ours & (edition.is_null() | (edition == rule.edition))
    own = pl.when(fits).then(_known(_plain_code(pl.col("code")), known, rule.scheme))
    by_tag = _section_of_tag(pl.col("osm_tag")) if rule.osm_tags and rule.scheme == GBT else pl.lit(None, pl.String)
    # A merchant whose own code says otherwise is not moved by its tag.
    tag = pl.when(~ours | pl.col("code").is_null()).then(by_tag)
    return merchants.select(
        "id",
        code=pl.coalesce(own, tag),
        state=pl.when(own.is_not_null())
        .then(pl.lit("code"))
        .when(tag.is_not_null())
        .then(pl.lit("osm_tag"))
        .when(fits)
        .then(pl.lit("unknown_code"))
        .when(ours)
        .then(pl.lit("other_edition"))
        .when(coded)
        .then(pl.lit("other_scheme"))
        .otherwise(pl.lit("none")),
    )


def sections_of(codes: pl.Series, rows: pl.DataFrame) -> pl.Series:
    """Return the section of each code, null where a code is null or not of the scheme; rows: one edition of it."""
    parents = rows.select("code", "parent_code")
    table = pl.DataFrame({"code": codes})
    for _ in range(LONGEST_CODE):
        stepped = table.join(parents, on="code", how="left", maintain_order="left")
        table = stepped.select(code=pl.coalesce("parent_code", "code"))
    tops = rows.filter(pl.col("parent_code").is_null())["code"]
    return table.select(pl.when(pl.col("code").is_in(tops.implode())).then("code")).to_series()


def of_rule(merchants: pl.DataFrame, table: pl.DataFrame, rule: IndustryRule) -> pl.DataFrame:
    """Return `classified` with `member`: whether the merchant belongs.

    member is null where that is not known: the merchant has no known code, or one that lies above those of the rule, as
    a shop known to a section does to a rule on divisions.
    """
    wanted = descendants(table, rule)
    above = _reached(of_scheme(table, rule.scheme, rule.edition), rule.codes, "code", "parent_code")
    undecided = above.filter(~above.is_in(wanted.implode()))
    known = pl.when(~pl.col("code").is_in(undecided.implode())).then(pl.col("code").is_in(wanted.implode()))
    return classified(merchants, table, rule).with_columns(member=known)


def _scheme(scheme: object, edition: object, table: pl.DataFrame) -> tuple[str, str]:
    """Return scheme and edition as gridgeo writes them."""
    name = _signs_left_out(str(scheme))
    plain, named = SCHEME_WORDS.get(name, (name, None))
    editions = table.filter(pl.col("scheme") == plain)["edition"].unique().sort().to_list()
    if not isinstance(scheme, str) or not editions:
        raise InvalidInputError(
            "scheme must be one of {known}, got {given}: import the table of industries to add one",
            known=", ".join(table["scheme"].unique().sort()),
            given=str(scheme)[:40],
        )
    chosen = edition if edition is not None else named or NEWEST_EDITION.get(plain, editions[-1])
    if chosen not in editions:
        raise InvalidInputError(
            "scheme {scheme} has edition {known}, got {given}: import the table of industries to add one",
            scheme=plain,
            known=", ".join(editions),
            given=str(chosen)[:40],
        )
    return plain, str(chosen)


def _codes(given: object, scheme: str, edition: str, table: pl.DataFrame) -> tuple[str, ...]:
    if (
        not isinstance(given, list)
        or not 0 < len(given) <= MAX_CODES
        or not all(isinstance(item, str) for item in given)
    ):
        raise InvalidInputError("codes must be a list of 1 to {most} codes as text", most=MAX_CODES)
    codes = pl.Series(given, dtype=pl.String)
    plain = codes.str.strip_chars() if scheme == OWN else pl.select(_plain_code(pl.lit(codes))).to_series()
    unknown = codes.filter(~plain.is_in(of_scheme(table, scheme, edition)["code"].implode()).fill_null(value=False))
    if len(unknown):
        raise InvalidInputError(
            "scheme {scheme} {edition} has no code {given}: look at gridgeo industry codes, or import the whole table",
            scheme=scheme,
            edition=edition,
            given=unknown[0][:40],
        )
    return tuple(sorted(set(plain)))


def _known(codes: pl.Expr, known: pl.Series, scheme: str) -> pl.Expr:
    """Return the longest known code that a code begins with; itself or nothing in a scheme without prefixes."""
    lengths = range(LONGEST_CODE, 0, -1) if scheme in BY_PREFIX else [LONGEST_CODE * 8]
    heads = [codes.str.head(length) for length in lengths]
    return pl.coalesce(pl.when(head.is_in(known.implode())).then(head) for head in heads)


def _with_parents(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in the parents of codes that name none: the longest shorter code of the table."""
    if rows["scheme"][0] not in BY_PREFIX:
        return rows
    shorter = pl.col("code").str.head(pl.col("code").str.len_chars() - 1)
    longer_one = pl.col("code").str.len_chars() > 1
    found = pl.when(longer_one).then(_known(shorter, rows["code"], rows["scheme"][0]))
    return rows.with_columns(pl.coalesce("parent_code", found).alias("parent_code"))


def _section_of_tag(tag: pl.Expr) -> pl.Expr:
    key = tag.str.split("=").list.first()
    return pl.coalesce(form.replace_strict(OSM_SECTIONS, default=None, return_dtype=pl.String) for form in (tag, key))


def _signs_left_out(text: str) -> str:
    return re.sub(r"[^0-9a-z一-鿿]", "", text.lower())


def _scheme_of(column: pl.Expr) -> pl.Expr:
    plain = column.str.to_lowercase().str.replace_all(r"[^0-9a-z一-鿿]", "")
    names = {word: scheme for word, (scheme, _) in SCHEME_WORDS.items()}
    return pl.when(plain != "").then(plain.replace(names))


def _edition_of(column: pl.Expr) -> pl.Expr:
    plain = column.str.to_lowercase().str.replace_all(r"[^0-9a-z一-鿿]", "")
    editions = {word: edition for word, (_, edition) in SCHEME_WORDS.items() if edition}
    return plain.replace_strict(editions, default=None, return_dtype=pl.String)


def _plain_code(column: pl.Expr) -> pl.Expr:
    """Return a code in upper case without signs, and without the letter of its section before digits."""
    plain = column.str.to_uppercase().str.replace_all(r"[^0-9A-Z]", "")
    bare = plain.str.replace(r"^[A-Z]([0-9]+)$", "$1")
    return pl.when(bare != "").then(bare)
