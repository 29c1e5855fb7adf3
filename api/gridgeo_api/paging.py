"""Long answers page by page: a cursor says behind which entry the next page begins.

A cursor is opaque to callers and holds no more than a place in a list; whoever makes one up gets another page of what
they may see anyway, since scope and filters are applied on every request.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from gridgeo.errors import ConflictError, InvalidInputError
from gridgeo_api.limits import MAX_CURSOR, MAX_ROWS, NO_CONTROL

BAD_CURSOR = "cursor is not one that this list gave, got {given}"


class PageQuery(BaseModel):
    """What every list takes; another parameter is refused."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(MAX_ROWS, ge=1, le=MAX_ROWS, description="The most entries of a page.", examples=[100])
    cursor: str | None = Field(
        None,
        min_length=1,
        max_length=MAX_CURSOR,
        pattern=NO_CONTROL,
        description="`next` of the page before; the first page without it.",
        examples=["WyJicmFuY2hlcyIsImlkIiwiYjEiLCJiMSJd"],
    )
    sort: str | None = Field(
        None,
        min_length=1,
        max_length=60,
        pattern=NO_CONTROL,
        description="Field to sort by, with - before it for the largest first; what is null comes last.",
        examples=["-id"],
    )
    fields: str | None = Field(
        None,
        min_length=1,
        max_length=500,
        pattern=NO_CONTROL,
        description="Fields of an entry, separated by commas; all of them without it.",
        examples=["id"],
    )

    def as_key(self) -> tuple[Hashable, ...]:
        """Return all that an answer depends on."""
        return tuple(self.model_dump().values())


@dataclass(frozen=True)
class Listing:
    """A list as callers may ask for it. name: part of its cursors. key: the field that tells entries apart.

    sortable: fields it may be sorted by, the usual one first.
    """

    name: str
    key: str
    sortable: tuple[str, ...]


def page_of(rows: Sequence[Mapping[str, Any]], listing: Listing, asked: PageQuery) -> dict[str, Any]:
    """Return one page of a list: items, total, next (the cursor of the page after; None on the last).

    A key that begins with _ is not shown. Entries that come or go between two pages shift nothing: a page begins
    behind the last entry of the one before.
    Raises InvalidInputError for a sort, a field or a cursor that the list does not have.
    """
    by, _ = _sort(listing, asked.sort)
    columns = {"by": [row[by] for row in rows], "key": [row[listing.key] for row in rows]}
    at, following = _page(pl.DataFrame(columns, strict=False), listing, asked)
    shown = [_without_hidden(rows[each], listing) for each in at]
    return {"items": [_fields(row, asked.fields) for row in shown], "total": len(rows), "next": following}


def page_of_frame(frame: pl.DataFrame, listing: Listing, asked: PageQuery) -> dict[str, Any]:
    """Return one page of a table as `page_of` does; the key of the listing is a column that is not shown."""
    by, _ = _sort(listing, asked.sort)
    at, following = _page(frame.select(by=by, key=listing.key), listing, asked)
    shown = frame.drop(listing.key)[at] if listing.key.startswith("_") else frame[at]
    items = [_fields(row, asked.fields) for row in shown.to_dicts()]
    return {"items": items, "total": frame.height, "next": following}


def _page(columns: pl.DataFrame, listing: Listing, asked: PageQuery) -> tuple[list[int], str | None]:
    """Return the positions of the entries on a page, and the next page's cursor. columns: by, key."""
    by, descending = _sort(listing, asked.sort)
    place = _place_of(listing, asked, _sort_text(by, descending))
    if columns.is_empty():
        return [], None
    index = columns.with_row_index("at").sort("by", "key", descending=[descending, False], nulls_last=True)
    rest = index if place is None else index.filter(_behind(index, place, asked, descending))
    shown = rest.head(asked.limit)
    at: list[int] = shown["at"].to_list()
    if rest.height <= asked.limit:
        return at, None
    end = shown.row(-1, named=True)
    return at, cursor_of(listing.name, _sort_text(by, descending), end["by"], end["key"])


def listed(name: str, page: Mapping[str, Any]) -> dict[str, Any]:
    """Return a page as the body of an answer whose entries go by a name of their own."""
    return {name: page["items"], "total": page["total"], "next": page["next"]}


def cursor_of(*parts: Any) -> str:  # noqa: ANN401 - plain JSON values
    """Return parts as an opaque text."""
    return base64.urlsafe_b64encode(orjson.dumps(parts, default=str)).decode().rstrip("=")


def parts_of(cursor: str, count: int) -> list[Any]:
    """Return what `cursor_of` was given; InvalidInputError when the text is no cursor with so many parts."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        parts = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, orjson.JSONDecodeError) as error:
        raise InvalidInputError(BAD_CURSOR, given=cursor) from error
    if not isinstance(parts, list) or len(parts) != count:
        raise InvalidInputError(BAD_CURSOR, given=cursor)
    return parts


def fixed_place(asked: str | None, publication: int, question: Hashable) -> int:
    """Return where a page of a publication begins; a publication never changes, so a place in it stays.

    question: what was asked besides the page.
    Raises ConflictError when another publication went live since the first page, InvalidInputError for what is no
    cursor of this question.
    """
    if asked is None:
        return 0
    version, told, start = parts_of(asked, 3)
    if told != _mark(question) or not isinstance(start, int) or isinstance(start, bool) or not 0 <= start < 2**53:
        raise InvalidInputError(BAD_CURSOR, given=asked)
    if version != publication:
        raise ConflictError("a new publication went live since the first page; begin again without cursor")
    return start


def fixed_cursor(publication: int, question: Hashable, place: int) -> str:
    """Return the cursor of the page of a publication that begins at a place."""
    return cursor_of(publication, _mark(question), place)


def place_in(name: str, subject: str, cursor: str | None) -> int:
    """Return where a page of a list begins whose cursors count: ``cursor_of(name, subject, count)``."""
    if cursor is None:
        return 0
    told, of, place = parts_of(cursor, 3)
    whole = isinstance(place, int) and not isinstance(place, bool) and 0 <= place < 2**53
    if (told, of) != (name, subject) or not whole:
        raise InvalidInputError(BAD_CURSOR, given=cursor)
    return int(place)


def _mark(question: Hashable) -> str:
    return hashlib.sha256(repr(question).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _sort(listing: Listing, asked: str | None) -> tuple[str, bool]:
    text = asked or listing.sortable[0]
    by, descending = text.removeprefix("-"), text.startswith("-")
    if by not in listing.sortable:
        raise InvalidInputError(
            "sort must be one of {known}, got {given}", known=", ".join(listing.sortable), given=text
        )
    return by, descending


def _sort_text(by: str, descending: bool) -> str:
    return f"-{by}" if descending else by


def _place_of(listing: Listing, asked: PageQuery, sort: str) -> tuple[Any, Any] | None:
    """Return the figure sorted by and the key of the entry that the page begins behind; None for the first page."""
    if asked.cursor is None:
        return None
    name, told, value, key = parts_of(asked.cursor, 4)
    if (name, told) != (listing.name, sort) or key is None:
        raise InvalidInputError(BAD_CURSOR, given=asked.cursor)
    return value, key


def _behind(index: pl.DataFrame, place: tuple[Any, Any], asked: PageQuery, descending: bool) -> pl.Expr:
    """Return the condition that an entry comes after the one at a place."""
    by, tie = (_literal(part, index[name].dtype, asked) for part, name in zip(place, ("by", "key"), strict=True))
    if place[0] is None:
        return pl.col("by").is_null() & (pl.col("key") > tie)
    beyond = pl.col("by") < by if descending else pl.col("by") > by
    return (beyond | ((pl.col("by") == by) & (pl.col("key") > tie)) | pl.col("by").is_null()).fill_null(value=False)


def _literal(value: Any, dtype: pl.DataType, asked: PageQuery) -> pl.Expr:  # noqa: ANN401 - out of a cursor
    """Return a value of a cursor as one of the column's kind."""
    try:
        return pl.lit(pl.Series([value], dtype=dtype, strict=True))
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(BAD_CURSOR, given=asked.cursor) from error


def _without_hidden(row: Mapping[str, Any], listing: Listing) -> Mapping[str, Any]:
    if not listing.key.startswith("_"):
        return row
    return {name: value for name, value in row.items() if name != listing.key}


def _fields(row: Mapping[str, Any], asked: str | None) -> Mapping[str, Any]:
    if asked is None:
        return row
    names = names_in(asked)
    unknown = [name for name in names if name not in row]
    if unknown:
        raise InvalidInputError("fields must be some of {known}, got {given}", known=", ".join(row), given=unknown[0])
    return {name: row[name] for name in names}


def names_in(text: str) -> tuple[str, ...]:
    """Return names that are separated by commas, each once."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",")))
