"""Parquet and GeoParquet, streamed; what would grow past its limit on decoding is refused before it is decoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from gridgeo.errors import InvalidInputError
from gridgeo.sources.files.crs import crs_name
from gridgeo.sources.files.limits import FileLimits, check_limit
from gridgeo.sources.files.raw import GEOMETRY, ROW, RawTable, ReadOptions, unique_names
from gridgeo.sources.files.values import json_texts, text_column

BROKEN = (pa.ArrowException, OSError, ValueError, NotImplementedError)


def table_from_parquet(path: Path, how: ReadOptions) -> RawTable:
    """Open a Parquet file; the primary geometry column of its `geo` metadata becomes the shapes.

    Raises InvalidInputError when the file is broken, its shapes are not WKB, or a limit is reached.
    """
    file = _opened(path)
    _check_sizes(file, path, how.limits)
    schema = file.schema_arrow
    geometry, crs = _geometry(schema.metadata or {}, path)
    if geometry is not None and geometry not in schema.names:
        raise InvalidInputError("{path} names a geometry column it does not have", path=path.name)
    headers = tuple(name for name in schema.names if name != geometry)
    names = unique_names(headers, reserved=(ROW, GEOMETRY) if geometry else (ROW,))
    notes = {"format": "parquet" if geometry is None else "geoparquet", "crs": crs}
    places = [at for at, name in enumerate(schema.names) if name != geometry]

    def frames(rows: int) -> Iterator[pl.DataFrame]:
        at = 1
        for batch in _batches(path, rows, how.limits):
            columns = [
                text_column(name, _series(batch.column(place))) for place, name in zip(places, names, strict=True)
            ]
            if geometry is not None:
                columns.append(_series(batch.column(geometry)).cast(pl.Binary).alias(GEOMETRY))
            yield pl.DataFrame(columns).with_row_index(ROW, offset=at)
            at += batch.num_rows

    return RawTable(path, names, headers, notes, how.limits, frames, crs=crs, has_geometry=geometry is not None)


def _opened(path: Path, *, coded: Sequence[str] = ()) -> parquet.ParquetFile:
    try:
        return parquet.ParquetFile(
            path,
            thrift_string_size_limit=1 << 24,
            thrift_container_size_limit=1 << 20,
            read_dictionary=coded,
            memory_map=True,
        )
    except BROKEN as error:
        raise _broken(path, error) from error


def _broken(path: Path, error: Exception) -> InvalidInputError:
    detail = (str(error).splitlines() or [type(error).__name__])[0]
    return InvalidInputError("{path} cannot be read, it is broken: {detail}", path=path.name, detail=detail[:200])


def _check_sizes(file: parquet.ParquetFile, path: Path, limits: FileLimits) -> None:
    """Check what the footer says; what it conceals is met in `_batches`."""
    meta = file.metadata
    check_limit("rows", path, meta.num_rows, limits)
    check_limit("columns", path, meta.num_columns, limits)
    check_limit("cells", path, meta.num_rows * meta.num_columns, limits)
    groups = [meta.row_group(at).total_byte_size for at in range(meta.num_row_groups)]
    check_limit("unpacked_bytes", path, max(groups, default=0), limits)
    check_limit("ratio", path, round(sum(groups) / path.stat().st_size), limits)
    widest = max((file.schema.column(at).length or 0 for at in range(meta.num_columns)), default=0)
    check_limit("unpacked_bytes", path, widest * meta.num_rows, limits)


def _batches(path: Path, rows: int, limits: FileLimits) -> Iterator[pa.RecordBatch]:
    """Read batches with texts still coded: a short file may repeat one long text a million times."""
    with _opened(path) as plain:
        leaves = [plain.schema.column(at) for at in range(plain.metadata.num_columns)]
    with _opened(path, coded=[leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]) as file:
        try:
            for batch in file.iter_batches(batch_size=rows):
                check_limit("unpacked_bytes", path, sum(map(_decoded_bytes, batch.columns)), limits)
                yield batch
        except BROKEN as error:
            raise _broken(path, error) from error


def _decoded_bytes(column: pa.Array) -> int:
    """Return how large a column becomes when its coded texts, also those in lists and structures, are decoded."""
    if isinstance(column, pa.DictionaryArray):
        lengths = pc.binary_length(column.dictionary)
        return int(pc.sum(lengths.take(column.indices).cast(pa.int64())).as_py() or 0)
    if isinstance(column, pa.StructArray):
        return sum(map(_decoded_bytes, column.flatten()))
    if isinstance(column, pa.ListArray | pa.LargeListArray | pa.MapArray):
        return int(column.nbytes) + _decoded_bytes(column.flatten())
    return int(column.nbytes)


def _series(column: pa.Array) -> pl.Series:
    plain = column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column
    if isinstance(plain, pa.ExtensionArray):
        plain = plain.storage
    if pa.types.is_nested(plain.type):
        return json_texts(plain.to_pylist())
    return pl.Series(plain)


def _geometry(metadata: dict[bytes, bytes], path: Path) -> tuple[str | None, str | None]:
    """Return the primary geometry column and its CRS; where a GeoParquet file names none, its standard says CRS84."""
    if b"geo" not in metadata:
        return None, None
    try:
        geo = orjson.loads(metadata[b"geo"])
        name = str(geo["primary_column"])
        column = geo["columns"][name]
        encoding = str(column.get("encoding", "WKB"))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInputError(
            "{path} has unreadable geo metadata: {detail}", path=path.name, detail=str(error)
        ) from error
    if encoding != "WKB":
        raise InvalidInputError(
            "{path} stores shapes as {given}; write it again with WKB shapes", path=path.name, given=encoding[:40]
        )
    return name, crs_name(column["crs"]) if "crs" in column else "OGC:CRS84"
