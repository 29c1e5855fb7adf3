"""Understanding files: kinds and their fields, mappings, checks, conversion; every row accepted or rejected."""

from gridgeo.sources.intake.account import Account, Batch
from gridgeo.sources.intake.cell_tables import CellTable, understand_cells
from gridgeo.sources.intake.denominator_forms import (
    form_of_file,
    found_form,
    names_in,
    understand_denominators,
    zone_texts,
)
from gridgeo.sources.intake.fields import Field, ImportKind
from gridgeo.sources.intake.kinds import KINDS, import_kind
from gridgeo.sources.intake.mapping import ColumnMapping, mapping_from_toml, mapping_to_toml, propose_mapping
from gridgeo.sources.intake.options import ImportOptions, Known
from gridgeo.sources.intake.positions import suspicious_offset
from gridgeo.sources.intake.understand import Understanding, understand

__all__ = [
    "KINDS",
    "Account",
    "Batch",
    "CellTable",
    "ColumnMapping",
    "Field",
    "ImportKind",
    "ImportOptions",
    "Known",
    "Understanding",
    "form_of_file",
    "found_form",
    "import_kind",
    "mapping_from_toml",
    "mapping_to_toml",
    "names_in",
    "propose_mapping",
    "suspicious_offset",
    "understand",
    "understand_cells",
    "understand_denominators",
    "zone_texts",
]
