"""The county's files as a bank would deliver them, in a datum of choice, and what they hide in a folder apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import numpy as np
import orjson
import polars as pl
import pyarrow.parquet as pq
import shapely
import xlsxwriter

from gridgeo.cells import check_datum, from_wgs84
from gridgeo.demo.county import columns
from gridgeo.demo.county.bank import org_units_of, staff_of
from gridgeo.demo.county.layout import Layout, layout_of
from gridgeo.demo.county.part import Part, parts_of, town_groups
from gridgeo.demo.county.roads import river_lines, road_lines
from gridgeo.demo.county.spec import BANK_NAME, CITY, DISTRICT, LABEL, PROVINCE, CountySpec
from gridgeo.demo.county.streets import grids_of
from gridgeo.demo.county.whole import people_of, town_boundaries, village_boundaries
from gridgeo.errors import InvalidInputError
from gridgeo.sources.osm_objects import Shapes, shapes_of

TABLE_FORMATS = ("csv", "parquet")
TRUTH = "truth"
MANIFEST, README = "manifest.json", "README.txt"
DECIMALS = 7
"""Of degrees, about a centimetre."""
PARTS_OF: dict[str, Callable[[Part], pl.DataFrame]] = {
    "customers": lambda part: part.customers,
    "households": lambda part: part.households,
    "merchants": lambda part: part.merchants,
    "buildings": lambda part: part.buildings.filter(pl.col("kind") == "apartments"),
    "addresses": lambda part: part.gazetteer,
    "truth-customers": lambda part: part.truth.customers,
    "truth-households": lambda part: part.truth.households,
    "truth-merchants": lambda part: part.truth.merchants,
}
"""Table that is written part by part -> where it is in a part."""
IMPORT_ORDER = (
    "boundaries", "denominators", "buildings", "orgs", "staff", "addresses", "merchants", "customers", "households",
)  # fmt: skip


@dataclass(frozen=True)
class Delivery:
    """How files are written. datum: of every position but those of the truth. table_format: of the large tables.

    Raises InvalidInputError for an unknown datum or format.
    """

    datum: str = "wgs84"
    table_format: str = "csv"

    def __post_init__(self) -> None:
        check_datum(self.datum)
        if self.table_format not in TABLE_FORMATS:
            raise InvalidInputError(
                "table format must be one of {known}, got {given}",
                known=", ".join(TABLE_FORMATS),
                given=self.table_format,
            )


PartsDone = Callable[[int, int], None]
"""Called with the parts of the county that are done, and their number."""


def no_parts(done: int, total: int) -> None:
    """Take note of nothing."""


def write_county(spec: CountySpec, how: Delivery, folder: Path, progress: PartsDone = no_parts) -> dict[str, Any]:
    """Write the county's files into a folder that is there and empty; return its manifest.

    The truth is in WGS 84 always. Memory holds one part of the county at a time. The same arguments give the same
    bytes.
    """
    layout = layout_of(spec)
    (folder / TRUTH).mkdir()
    rows, counted, streets = _write_parts(layout, how, folder, progress)
    for name, frame in (("orgs", _moved(org_units_of(layout), how.datum)), ("staff", staff_of(layout))):
        rows[name] = _workbook(folder, name, columns.delivered(name, frame), spec)
    people = people_of(layout, counted)
    rows["denominators"] = _workbook(folder, "denominators", columns.delivered("denominators", people), spec)
    lines = {"roads": pl.concat([road_lines(layout), *streets]), "river": river_lines(layout)}
    areas = {"boundaries": village_boundaries(layout), "towns": town_boundaries(layout)}
    for name, frame in (areas | lines).items():
        rows[name] = _geojson(folder, name, frame, how.datum)
    manifest = _manifest(spec, how, rows)
    (folder / MANIFEST).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
    (folder / README).write_text(_readme(manifest), encoding="utf-8")
    return manifest


def file_name(name: str, kind: str) -> str:
    """Return the file of a table inside the folder."""
    suffix = columns.SUFFIX.get(name, kind)
    return f"{columns.FILE_NAME[name]}.{suffix}"


def _write_parts(
    layout: Layout, how: Delivery, folder: Path, progress: PartsDone
) -> tuple[dict[str, int], pl.DataFrame, list[pl.DataFrame]]:
    """Write the large tables part by part; return their rows, the people of the villages and the streets."""
    total = len(town_groups(layout))
    counted, streets, rows = [], [], dict.fromkeys(PARTS_OF, 0)
    with ExitStack() as open_files:
        sinks = {name: _sink(open_files, folder / file_name(name, how.table_format)) for name in PARTS_OF}
        for done, part in enumerate(parts_of(layout, grids_of(layout), staff_of(layout)), start=1):
            for name, table in _tables(part, how.datum):
                sinks[name](table)
                rows[name] += table.height
            counted.append(part.people)
            streets.append(part.streets)
            progress(done, total)
    return rows, pl.concat(counted), streets


def _tables(part: Part, datum: str) -> Iterator[tuple[str, pl.DataFrame]]:
    for name, pick in PARTS_OF.items():
        frame = pick(part)
        hidden = name.startswith(TRUTH)
        yield name, columns.delivered(name, frame if hidden else _moved(frame, datum))


def _moved(frame: pl.DataFrame, datum: str) -> pl.DataFrame:
    """Return a table with its positions in a datum; rows without one stay without."""
    known = (frame["lng"].is_not_null() & frame["lat"].is_not_null()).to_numpy()
    lng, lat = (frame[name].to_numpy().astype(np.float64) for name in ("lng", "lat"))
    moved = from_wgs84(lng[known], lat[known], datum)
    lng[known], lat[known] = (np.round(values, DECIMALS) for values in moved)
    return frame.with_columns(pl.Series("lng", lng).fill_nan(None), pl.Series("lat", lat).fill_nan(None))


def _sink(open_files: ExitStack, path: Path) -> Callable[[pl.DataFrame], None]:
    """Return a function that adds the rows of a frame to a file, CSV with a header or Parquet."""
    if path.suffix == ".parquet":
        return _parquet_sink(open_files, path)
    file: IO[bytes] = open_files.enter_context(path.open("wb"))

    def add(frame: pl.DataFrame) -> None:
        first = file.tell() == 0
        # The mark lets a spreadsheet see that the Chinese is UTF-8.
        frame.write_csv(file, include_header=first, include_bom=first)

    return add


def _parquet_sink(open_files: ExitStack, path: Path) -> Callable[[pl.DataFrame], None]:
    writers: list[pq.ParquetWriter] = []

    def add(frame: pl.DataFrame) -> None:
        table = frame.to_arrow()
        if not writers:
            writers.append(open_files.enter_context(pq.ParquetWriter(path, table.schema)))
        writers[0].write_table(table)

    return add


def _workbook(folder: Path, name: str, table: pl.DataFrame, spec: CountySpec) -> int:
    """Write a sheet: a title that says what it is, a header, the rows."""
    with xlsxwriter.Workbook(folder / file_name(name, "xlsx")) as book:
        # A fixed moment: the same county must give the same bytes.
        book.set_properties({"title": LABEL, "created": datetime(spec.as_of.year, spec.as_of.month, spec.as_of.day)})  # noqa: DTZ001 - the format knows no zone
        sheet = book.add_worksheet("数据")
        sheet.merge_range(0, 0, 0, table.width - 1, f"{DISTRICT} {columns.FILE_NAME[name]}({LABEL})")
        sheet.write_row(1, 0, table.columns)
        for at, column in enumerate(table.iter_columns()):
            sheet.write_column(2, at, column.to_list())
    return table.height


def _geojson(folder: Path, name: str, frame: pl.DataFrame, datum: str) -> int:
    """Write shapes with what is known of them, one feature a line."""
    texts = shapely.to_geojson(_moved_shapes(shapes_of(frame["geometry"]), datum))
    known = columns.delivered(name, frame.drop("geometry"))
    rows = known.select(pl.struct(pl.all()).struct.json_encode().alias("known")).with_columns(
        pl.Series("shape", texts.tolist())
    )
    words = (pl.lit('{"type":"Feature","properties":'), "known", pl.lit(',"geometry":'), "shape", pl.lit("}"))
    features = rows.select(pl.concat_str(*words))
    head = f'{{"type":"FeatureCollection","name":"{columns.FILE_NAME[name]}({LABEL})","datum":"{datum}","features":[\n'
    body = ",\n".join(features.to_series().to_list())
    (folder / file_name(name, "geojson")).write_text(f"{head}{body}\n]}}\n", encoding="utf-8")
    return frame.height


def _moved_shapes(shapes: Shapes, datum: str) -> Shapes:
    def moved(corners: np.ndarray) -> np.ndarray:
        return np.round(np.column_stack(from_wgs84(corners[:, 0], corners[:, 1], datum)), DECIMALS)

    return np.asarray(shapely.transform(shapes, moved), dtype=np.object_)


def _manifest(spec: CountySpec, how: Delivery, rows: dict[str, int]) -> dict[str, Any]:
    paths = {name: file_name(name, how.table_format) for name in rows}
    files = {name: {"path": paths[name], "rows": count} for name, count in rows.items()}
    shown = {name: entry for name, entry in files.items() if not name.startswith(TRUTH)}
    return {
        "ground": "county",
        "synthetic": True,
        "fictional": True,
        "label": LABEL,
        "place": f"{PROVINCE}{CITY}{DISTRICT}",
        "bank": BANK_NAME,
        "households": spec.households,
        "seed": spec.seed,
        "datum": how.datum,
        "files": shown,
        "truth": {name.removeprefix(f"{TRUTH}-"): entry for name, entry in files.items() if name not in shown},
        "truth_datum": "wgs84",
        "imports": [columns.import_command(name, paths[name], how.datum) for name in IMPORT_ORDER],
    }


def _readme(manifest: dict[str, Any]) -> str:
    lines = [
        f"{manifest['place']}: {LABEL}",
        "这里的县、乡镇、村社、河流、道路、地址、商户、人员、银行和数字全部是虚构的,由 gridgeo 按种子生成。",
        "The county, its places, roads, addresses, shops, people and bank are all made up by gridgeo from a seed.",
        "",
        f"households {manifest['households']} · seed {manifest['seed']} · datum {manifest['datum']}",
        f"{TRUTH}/: 隐藏的真值(WGS 84),只供检验 / the hidden truth (WGS 84), for checking only",
        "",
        *(f"{entry['path']}: {entry['rows']}" for entry in manifest["files"].values()),
        "",
        "gridgeo db upgrade --store sqlite:///county.db",
        *(f"{command} --store sqlite:///county.db" for command in manifest["imports"]),
        "gridgeo run --catchments straight_line --store sqlite:///county.db",
    ]
    return "\n".join(lines) + "\n"
