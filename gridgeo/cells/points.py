"""Points to cells, cells to centres, parents, names and areas."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gridgeo.cells import _h3
from gridgeo.domain.arrays import BoolArray, CellArray, FloatArray, IntArray
from gridgeo.domain.words import MAX_RESOLUTION, MIN_RESOLUTION
from gridgeo.errors import InvalidInputError

_RESOLUTION_SHIFT = np.uint64(52)
_RESOLUTION_MASK = np.uint64(0xF)
_FINEST = 15
_BITS_PER_DIGIT = 3


def check_resolution(resolution: int) -> int:
    """Return the resolution when a grid may have it.

    Raises InvalidInputError when it is not a whole number from 7 to 11.
    """
    whole = isinstance(resolution, int | np.integer) and not isinstance(resolution, bool)
    if not whole or not MIN_RESOLUTION <= resolution <= MAX_RESOLUTION:
        raise InvalidInputError(
            "resolution must be {low} to {high}, got {given}", low=MIN_RESOLUTION, high=MAX_RESOLUTION, given=resolution
        )
    return int(resolution)


def check_positions(lng: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return lng and lat as float64 arrays when every point is on the globe.

    lng, lat: degrees, one length.
    Raises InvalidInputError naming the first bad row, and saying so when lng and lat look swapped.
    """
    lng_deg = np.atleast_1d(np.asarray(lng, dtype=np.float64))
    lat_deg = np.atleast_1d(np.asarray(lat, dtype=np.float64))
    if lng_deg.shape != lat_deg.shape or lng_deg.ndim != 1:
        raise InvalidInputError(
            "lng and lat must have one length, got {lng} and {lat}", lng=lng_deg.shape, lat=lat_deg.shape
        )
    # NaN fails both comparisons, so one test covers not finite and out of range.
    bad = ~((np.abs(lng_deg) <= 180.0) & (np.abs(lat_deg) <= 90.0))
    if bad.any():
        _raise_bad_position(lng_deg, lat_deg, int(np.argmax(bad)))
    return lng_deg, lat_deg


def _raise_bad_position(lng_deg: FloatArray, lat_deg: FloatArray, row: int) -> None:
    lng, lat = float(lng_deg[row]), float(lat_deg[row])
    if not (np.isfinite(lng) and np.isfinite(lat)):
        raise InvalidInputError("row {row}: position is not a number: lng {lng}, lat {lat}", row=row, lng=lng, lat=lat)
    if abs(lng) <= 90.0 < abs(lat) <= 180.0:
        raise InvalidInputError(
            "row {row}: lng {lng}, lat {lat} is not on the globe; lng and lat look swapped", row=row, lng=lng, lat=lat
        )
    raise InvalidInputError(
        "row {row}: lng {lng}, lat {lat} is not on the globe (lng -180 to 180, lat -90 to 90)",
        row=row,
        lng=lng,
        lat=lat,
    )


def cells_from_points(lng: npt.ArrayLike, lat: npt.ArrayLike, resolution: int) -> CellArray:
    """Find the H3 cell of each point.

    lng, lat: WGS 84 degrees, shape (n,). resolution: 7 to 11; 9 is about 0.1 km2 a cell.
    Returns uint64, shape (n,), bit-equal to h3-py; only for points within a micrometre of a border, where rounding
    decides, h3-py may name another cell that touches the point.
    Raises InvalidInputError naming the first row that is not finite or not on the globe: H3 itself answers
    ``latlng_to_cell(91, 400)`` with a valid cell.
    """
    checked = check_resolution(resolution)
    lng_deg, lat_deg = check_positions(lng, lat)
    return _h3.cells_at(lng_deg, lat_deg, checked)


def check_cells(cells: npt.ArrayLike) -> CellArray:
    """Return the cells as a one-dimensional uint64 array.

    Raises InvalidInputError naming the first number that is no H3 cell.
    """
    array = np.atleast_1d(np.asarray(cells))
    if array.size == 0:
        return np.empty(0, dtype=np.uint64)
    if array.dtype.kind not in "ui" or array.ndim != 1:
        raise InvalidInputError("cells must be one row of whole numbers, got {given}", given=str(array.dtype))
    numbers = array.astype(np.uint64, copy=False)
    bad = ~_h3.valid(numbers)
    if bad.any():
        row = int(np.argmax(bad))
        raise InvalidInputError("row {row}: {given} is not an H3 cell", row=row, given=hex(int(numbers[row])))
    return numbers


def resolutions(cells: CellArray) -> IntArray:
    """Read each cell's resolution out of its number; shape (n,), int64."""
    return ((cells >> _RESOLUTION_SHIFT) & _RESOLUTION_MASK).astype(np.int64)


def common_resolution(cells: CellArray) -> int:
    """Return the one resolution that all cells have.

    Raises InvalidInputError when there are none or they differ.
    """
    if len(cells) == 0:
        raise InvalidInputError("no cells given")
    found = resolutions(cells)
    low, high = int(found.min()), int(found.max())
    if low != high:
        raise InvalidInputError("cells must have one resolution, got {low} to {high}", low=low, high=high)
    return low


def centres(cells: CellArray) -> tuple[FloatArray, FloatArray]:
    """Return lng and lat (WGS 84 degrees, shape (n,)) of the cell centres."""
    return _h3.coordinates(check_cells(cells))


def parents(cells: CellArray, resolution: int) -> CellArray:
    """Return each cell's parent by bit operations.

    resolution: of the parents, 0 to 15, not finer than any of the cells. Returns uint64, shape (n,).
    Raises InvalidInputError when a cell is coarser than that, or is no cell.
    """
    numbers = check_cells(cells)
    if not 0 <= resolution <= _FINEST or (len(numbers) and int(resolutions(numbers).min()) < resolution):
        raise InvalidInputError("parents cannot have resolution {given}: cells are coarser", given=resolution)
    without = numbers & ~(_RESOLUTION_MASK << _RESOLUTION_SHIFT)
    unused = np.uint64((1 << (_BITS_PER_DIGIT * (_FINEST - resolution))) - 1)
    answer: CellArray = without | (np.uint64(resolution) << _RESOLUTION_SHIFT) | unused
    return answer


def cell_strings(cells: CellArray) -> list[str]:
    """Return the 15-digit hexadecimal names, as the API writes them."""
    names: list[str] = _h3.strings(check_cells(cells)).to_pylist()
    return names


def cells_from_strings(names: list[str]) -> CellArray:
    """Read hexadecimal names (either case) into cells.

    Returns uint64, shape (n,). Raises InvalidInputError naming the first text that is no cell: decimal numbers and
    coordinates, which H3 parsers also take, are refused.
    """
    lower = _lower_names(names)
    numbers = _h3.parsed(lower)
    if len(numbers) == 0:
        return numbers
    bad = _not_written_so(numbers, lower)
    if bad.any():
        row = int(np.argmax(bad))
        raise InvalidInputError("row {row}: {given} is not an H3 cell", row=row, given=repr(names[row]))
    return numbers


def cells_or_none(names: list[str]) -> tuple[CellArray, BoolArray]:
    """Read names into cells and tell which are cells: hexadecimal names or the number in decimal digits.

    Returns (cells uint64, is_cell bool), shape (n,); what is no cell is 0. Nothing raises.
    """
    texts = pa.array(names, type=pa.string())
    lower = pc.utf8_lower(texts)
    cells = _h3.parsed(lower).copy()
    good = ~_not_written_so(cells, lower)
    decimal = pc.fill_null(pc.match_substring_regex(texts, "^[0-9]{16,19}$"), False).to_numpy(zero_copy_only=False)
    at = np.flatnonzero(decimal & ~good)
    if len(at):
        numbers = np.array([int(names[i]) for i in at], dtype=np.uint64)
        cells[at], good[at] = numbers, _h3.valid(numbers)
    return np.where(good, cells, np.uint64(0)), good


def _lower_names(names: list[str]) -> pa.Array:
    try:
        return pc.utf8_lower(pa.array(names, type=pa.string()))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise InvalidInputError("cells must be text") from error


def _not_written_so(numbers: CellArray, lower: pa.Array) -> BoolArray:
    """Tell which names do not read back as themselves; null names among them."""
    known = _h3.valid(numbers)
    written = np.full(len(numbers), "", dtype=object)
    written[known] = _h3.strings(numbers[known]).to_numpy(zero_copy_only=False)
    differs: npt.NDArray[Any] = written != lower.to_numpy(zero_copy_only=False)
    return np.asarray(differs, dtype=np.bool_) | ~known


def areas_m2(cells: CellArray) -> FloatArray:
    """Return the area of each cell on the sphere in m2, shape (n,)."""
    return _h3.areas(check_cells(cells))
