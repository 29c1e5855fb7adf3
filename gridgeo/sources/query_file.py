"""The columns of a file of addresses that wait to be located, and the headers that mean them."""

from __future__ import annotations

from dataclasses import replace

from gridgeo.sources.intake import Field, import_kind

_ADDRESSES = import_kind("addresses")
_COMPONENTS = ("street", "number", "unit", "locality", "city", "postcode", "name")
QUERY_FILE = replace(
    _ADDRESSES,
    name="queries",
    contract={},
    fields=(
        Field("id", "text", "core", "address_id customer_id 客户号 客户编号 编号 地址编号", required=True),
        Field("address", "text", "core", "addr full_address 地址 详细地址 住址 家庭住址 联系地址"),
        *(_ADDRESSES.field(name) for name in _COMPONENTS),
        Field("hint", "text", "general", "branch_city 网点城市 机构城市"),
        Field("datum", "text", "general", "坐标系"),
    ),
    rules=(),
    positions=False,
    placed=False,
)
