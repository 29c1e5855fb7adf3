"""What is asked of an import and what comes of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files import ReadOptions
from gridgeo.sources.intake.options import ImportOptions

IMPORT_STEPS = {
    "read": "Reading the file",
    "write": "Writing rows",
    "compare": "Comparing with the version before",
    "finish": "Taking it live",
}
"""What `import_file` tells its caller -> words for it; `write` comes once a batch."""


@dataclass(frozen=True)
class ImportRequest:
    """One file to import.

    options: how it is to be understood. how: how it is to be read. file_name: as the person knows it, of an upload.
    merge_on: fields that tell the same party in several files. again: import it although the store has it already.
    """

    path: Path
    options: ImportOptions
    how: ReadOptions = field(default_factory=ReadOptions)
    file_name: str | None = None
    merge_on: tuple[str, ...] = ()
    again: bool = False

    @property
    def name(self) -> str:
        """The name of the file as the person knows it."""
        return self.file_name or self.path.name

    def declared(self) -> dict[str, Any]:
        """Return everything declared that decides what comes of the file, as plain JSON values."""
        how = {name: value for name, value in asdict(self.how).items() if name not in ("limits", "meant_as")}
        chosen = self.options.as_dict() | how | {"merge_on": self.merge_on}
        plain: dict[str, Any] = json.loads(json.dumps(chosen))
        return plain

    def digest(self) -> str:
        """Return the SHA-256 of the file's bytes; InvalidInputError when there is no such file."""
        if not self.path.is_file():
            raise InvalidInputError("no such file: {path}", path=self.path)
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class ImportReport:
    """What became of a file.

    version_id: of the dataset. composed: bank or ground -> the version that now holds it. repeated: the store had the
    file already and nothing was written. account: rows_in = accepted + sum of rejected by reason; rows_out: rows of the
    table. changes: new, changed, unchanged, gone (and kept) against the version before. notes: how the file was read
    and understood. matches: how many zones or parties were matched, by decision. examples: the first rejected rows.
    synthetic: whether rows say that they are made up. live: whether readers get it: not where no row is taken. Of
    denominators only: source: key, form, date, weights; mass: count -> what of its sum went in, lies in the ground and
    lies outside, with the largest units outside by name.
    """

    kind: str
    file: str
    version_id: int
    composed: dict[str, int]
    account: dict[str, Any]
    changes: dict[str, int]
    notes: dict[str, Any]
    matches: dict[str, int] = field(default_factory=dict)
    examples: list[dict[str, Any]] = field(default_factory=list)
    repeated: bool = False
    synthetic: bool = False
    live: bool = True
    source: dict[str, Any] = field(default_factory=dict)
    mass: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        body: dict[str, Any] = asdict(self)
        body = {name: value for name, value in body.items() if value or name not in ("source", "mass")}
        parts: list[dict[str, Any]] = [{"version": body.pop("version_id")}, body.pop("composed"), body.pop("account")]
        return {name: value for part in (*parts, body) for name, value in part.items()}
