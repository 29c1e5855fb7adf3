"""Tables for people about a file: how it is understood, what was taken, what changed."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from gridgeo.i18n import Language, translate

ROWS_SIDE_BY_SIDE = 3
SHOWN_NOTES = ("format", "encoding", "separator", "sheet", "header_rows", "title", "layer", "unit", "positions_in")
NOTE_WORDS = {
    "format": "format",
    "encoding": "encoding",
    "separator": "separator",
    "sheet": "sheet",
    "header_rows": "header rows",
    "title": "title",
    "layer": "layer",
    "unit": "unit of money",
    "positions_in": "positions in",
}
CLASS_WORDS = {"core": "core", "important": "important", "personal": "personal", "general": "general"}
CHANGE_WORDS = {"new": "new rows", "changed": "changed rows", "unchanged": "unchanged", "gone": "gone", "kept": "kept"}


def preview_table(body: dict[str, Any], language: Language) -> Group:
    """Return how a file is understood: what was found, the mapping, the first rows, the account."""
    notes = body["notes"]
    parts: list[RenderableType] = [_notes(body, language), _mapping(notes, language)]
    parts += [_guesses(notes, language)] if notes.get("guesses") else []
    parts += [_rows(body["rows"], language)] if body["rows"] else []
    return Group(*parts, _account(body["account"], language), _examples(body["rejected"], language))


def report_table(body: dict[str, Any], language: Language) -> Group:
    """Return what became of a file: the account, what changed, what waits for a person, the first rejected rows."""
    parts: list[RenderableType] = []
    if not body["live"]:
        parts.append(translate("No row was taken: what the store had stays live.", language))
    if body["repeated"]:
        said = "The store has this file already as version {version}: nothing was written. --again imports it anew."
        parts.append(translate(said, language, version=body["version"]))
    parts += [_notes(body, language), _mapping(body["notes"], language)]
    parts.append(_account(body | {"rows_out": body.get("rows_out", 0)}, language))
    parts.append(_counts(body["changes"], CHANGE_WORDS, translate("Changes", language), language))
    parts += [_sums(body, language)] if body.get("mass") else []
    if body["matches"].get("review"):
        said = "{count} wait for a decision: gridgeo import review"
        parts.append(translate(said, language, count=body["matches"]["review"]))
    parts += [_doubt(body["notes"]["datum_doubt"], language)] if body["notes"].get("datum_doubt") else []
    return Group(*parts, _examples(body["examples"], language))


def _doubt(found: dict[str, Any], language: Language) -> str:
    said = (
        "Look at the datum: {places} places known to the store lie {offset} m from here, and {then} m if the file were "
        "{other}. Nothing was changed."
    )
    values = {"places": found["places"], "offset": found["offset_m"], "then": found["then_m"]}
    return translate(said, language, **values, other=found["fits_better"])


def list_table(rows: list[dict[str, Any]], title: str, language: Language) -> Table:
    """Return rows of the same columns as a table; headings are translated."""
    table = Table(title=title)
    for name in rows[0] if rows else ():
        table.add_column(translate(name, language))
    for row in rows:
        table.add_row(*(_text(value) for value in row.values()))
    return table


def _notes(body: dict[str, Any], language: Language) -> Table:
    table = Table(title=body["file"], show_header=False)
    for name in SHOWN_NOTES:
        if body["notes"].get(name) is not None:
            table.add_row(translate(NOTE_WORDS[name], language), _text(body["notes"][name]))
    return table


def _mapping(notes: dict[str, Any], language: Language) -> Table:
    table = Table(title=translate("Mapping", language))
    for name in ("field", "column", "class"):
        table.add_column(translate(name, language))
    by_name = notes.get("by_name", ())
    for name, entry in notes["mapping"].items():
        column = f"{entry['column']} ({translate('by name', language)})" if name in by_name else entry["column"]
        table.add_row(name, column, translate(CLASS_WORDS[entry["class"]], language))
    for name, value in notes.get("constants", {}).items():
        table.add_row(name, f"= {value}", "")
    if notes.get("unmapped"):
        table.caption = f"{translate('Not taken', language)}: {', '.join(notes['unmapped'])}"
    return table


def _guesses(notes: dict[str, Any], language: Language) -> str:
    flags = " ".join(f"--map {guess['field']}={guess['column']}" for guess in notes["guesses"])
    return f"{translate('Perhaps, not taken without your word', language)}: {flags}"


def _account(account: dict[str, Any], language: Language) -> Table:
    table = Table(title=translate("Rows", language), show_header=False)
    for name, words in (("rows_in", "in the file"), ("accepted", "accepted"), ("rows_out", "rows of the table")):
        table.add_row(translate(words, language), f"{account[name]:,}")
    rejected: dict[str, int] = account["rejected"]
    for reason, count in rejected.items():
        table.add_row(f"{translate('rejected', language)}: {translate(reason, language)}", f"{count:,}")
    return table


def _sums(body: dict[str, Any], language: Language) -> Table:
    """Return what of each count went in, lies in the ground and outside; and how many rows have no date."""
    rows = [
        {"count": name, "in": f"{sums['in']:,.1f}", "in the ground": f"{sums['out']:,.1f}"}
        | {"outside": f"{sums['outside']:,.1f}"}
        | {"largest outside": ", ".join(each["unit"] for each in sums["outside_named"])}
        for name, sums in body["mass"].items()
    ]
    table = list_table(rows, f"{translate('Sums', language)} · {body['source']['key']}", language)
    if body["source"]["undated"]:
        table.caption = translate("{count} rows without a date", language, count=body["source"]["undated"])
    return table


def _counts(counts: dict[str, int], words: dict[str, str], title: str, language: Language) -> Table:
    table = Table(title=title, show_header=False)
    for name, count in counts.items():
        table.add_row(translate(words[name], language), f"{count:,}")
    return table


def _examples(rejected: list[dict[str, Any]], language: Language) -> RenderableType:
    if not rejected:
        return ""
    about = [{name: row[name] for name in ("row", "field", "value", "reason")} for row in rejected]
    shown = [row | {"reason": translate(row["reason"], language)} for row in about]
    return list_table(shown, translate("First rejected rows", language), language)


def _rows(rows: list[dict[str, Any]], language: Language) -> Table:
    """Return the first rows side by side, a line a field: files have more columns than a screen has room for."""
    first = rows[:ROWS_SIDE_BY_SIDE]
    table = Table(title=translate("First rows as understood", language), show_header=False)
    for name in rows[0]:
        if any(row[name] is not None for row in rows):
            table.add_row(name, *(_text(row[name]) for row in first))
    return table


def _text(value: object) -> str:
    return "" if value is None else "tab" if value == "\t" else str(value)
