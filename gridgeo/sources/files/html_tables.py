"""HTML tables that call themselves .xls, through lxml in a child process."""

from __future__ import annotations

import re
from pathlib import Path

from gridgeo.sources.files.encodings import checked_encoding
from gridgeo.sources.files.limits import check_limit
from gridgeo.sources.files.raw import RawTable, ReadOptions
from gridgeo.sources.files.sheets import table_of_sheet

CHARSET = re.compile(rb"<meta[^<>]{0,200}charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.IGNORECASE)
CHARSET_WITHIN = 4_096
WIDE_LABELS = {"gb2312": "gb18030", "gbk": "gb18030"}
"""Browsers read all three as the widest, and so do the programs that write such pages."""


def table_from_html(path: Path, how: ReadOptions) -> RawTable:
    """Open the one table of the page that has two rows or more, or the one the person names ("table 2").

    The encoding is the declared one, else what the page says of itself, else UTF-8. Merged cells are filled.
    Raises InvalidInputError when there is no table, several and none is named, or a limit is reached.
    """
    check_limit("whole_bytes", path, path.stat().st_size, how.limits)
    with path.open("rb") as stream:
        said = CHARSET.search(stream.read(CHARSET_WITHIN))
    label = said[1].decode().lower() if said else None
    encoding = checked_encoding(path, how.encoding or WIDE_LABELS.get(label or "", label))
    notes = {"format": "html", "encoding": encoding.removesuffix("-sig")}
    return table_of_sheet("html_worker", path, how, {"encoding": encoding}, notes)
