"""Writes docs/samples: one small synthetic file a format, to try the imports with. Run it with the tests' environment.

The county, its people and its shops are invented; the points are in GCJ-02, the boundaries in CGCS2000.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import polars as pl
import shapely
import xlsxwriter

from gridgeo.cells import shape_to_house

OUT = Path(__file__).resolve().parent.parent / "docs" / "samples"
LNG0, LAT0 = 105.30, 30.40
VILLAGE_DEG = 0.016
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈", "安宁平乐康泰和顺春华"
TIERS = ("高端", "核心", "基础")


def villages() -> pl.DataFrame:
    """Return twelve villages in three rows of four, with the code of the statistical office's form."""
    index = np.arange(12)
    people = 1200 + 173 * index
    return pl.DataFrame(
        {
            "code": [f"5199991{1 + at // 4:02d}{200 + at}" for at in index],
            "name": [f"示例{'东南西北'[at % 4]}{'一二三'[at // 4]}村" for at in index],
            "lng": LNG0 + VILLAGE_DEG * (index % 4),
            "lat": LAT0 + VILLAGE_DEG * (index // 4),
            "people": people,
            "households": np.rint(people / 3.1).astype(np.int64),
        }
    )


def customers(places: pl.DataFrame, count: int = 480) -> pl.DataFrame:
    """Return invented customers around their villages; some carry no village code."""
    rng = np.random.default_rng(20260302)
    home = rng.integers(0, places.height, count)
    spread = 0.42 * VILLAGE_DEG
    names = [f"{SURNAMES[a]}{GIVEN[b]}(虚构)" for a, b in rng.integers(0, 10, (count, 2))]
    return pl.DataFrame(
        {
            "客户号": [f"C{at:06d}" for at in range(1, count + 1)],
            "客户姓名": names,
            "开户机构": np.where(places["lng"].to_numpy()[home] < LNG0 + 1.5 * VILLAGE_DEG, "ZH01", "ZH02"),
            "客户分层": np.array(TIERS)[rng.choice(3, count, p=[0.05, 0.25, 0.7])],
            "村社代码": [None if rng.random() < 0.06 else places["code"][int(at)] for at in home],
            "经度": np.round(places["lng"].to_numpy()[home] + rng.uniform(-spread, spread, count), 6),
            "纬度": np.round(places["lat"].to_numpy()[home] + rng.uniform(-spread, spread, count), 6),
            "存款余额": np.round(rng.lognormal(1.0, 1.1, count), 2),
        }
    )


def orgs() -> pl.DataFrame:
    """Return a head office and two branches."""
    return pl.DataFrame(
        {
            "机构号": ["ZH00", "ZH01", "ZH02"],
            "机构名称": ["示例县农商银行(虚构)", "城西支行(虚构)", "城东支行(虚构)"],
            "机构类型": ["总行", "支行", "支行"],
            "上级机构": [None, "ZH00", "ZH00"],
            "经度": [None, LNG0 + 0.5 * VILLAGE_DEG, LNG0 + 2.5 * VILLAGE_DEG],
            "纬度": [None, LAT0 + VILLAGE_DEG, LAT0 + VILLAGE_DEG],
        }
    )


def workbook(name: str, title: str | None, tables: pl.DataFrame, groups: list[tuple[str, int]] | None = None) -> None:
    """Write one sheet: a merged title, a header of one row or (with groups: heading, columns) of two, the rows."""
    with xlsxwriter.Workbook(OUT / name) as book:
        sheet, row = book.add_worksheet("数据"), 0
        if title:
            sheet.merge_range(0, 0, 0, tables.width - 1, title)
            row = 1
        if groups:
            column = 0
            for heading, width in groups:
                if width == 1:
                    sheet.merge_range(row, column, row + 1, column, heading)
                else:
                    sheet.merge_range(row, column, row, column + width - 1, heading)
                    sheet.write_row(row + 1, column, tables.columns[column : column + width])
                column += width
            row += 1
        else:
            sheet.write_row(row, 0, tables.columns)
        for at, values in enumerate(tables.iter_rows(), start=row + 1):
            sheet.write_row(at, 0, values)


def shapes(places: pl.DataFrame) -> gpd.GeoDataFrame:
    """Return the villages as squares that touch."""
    half = VILLAGE_DEG / 2
    boxes = [shapely.box(x - half, y - half, x + half, y + half) for x, y in places.select("lng", "lat").iter_rows()]
    table = {"code": places["code"].to_list(), "name": places["name"].to_list(), "kind": ["village"] * places.height}
    moved = shape_to_house(np.array(boxes, dtype=object), "gcj02", "cgcs2000")
    rounded = shapely.set_precision(moved, 1e-6)
    return gpd.GeoDataFrame(table, geometry=rounded, crs="EPSG:4490")


def main() -> None:
    """Write every sample."""
    OUT.mkdir(parents=True, exist_ok=True)
    places = villages()
    people = customers(places)
    workbook("orgs.xlsx", None, orgs())
    workbook("customers.xlsx", "示例县客户清单(合成数据) 单位:万元", people)
    register = places.select(
        pl.col("code").alias("村社代码"),
        pl.col("name").alias("村社名称"),
        pl.col("people").alias("人口"),
        pl.col("households").alias("户数"),
    )
    workbook("villages.xlsx", "示例县村社总量(合成数据)", register, [("村社代码", 1), ("村社名称", 1), ("总量", 2)])
    people.head(40).write_csv(OUT / "customers.csv")
    (OUT / "customers-gb18030.csv").write_text(people.head(40).write_csv(), encoding="gb18030")
    rows = "".join(f"<tr>{''.join(f'<td>{value}</td>' for value in row)}</tr>" for row in register.iter_rows())
    head = "".join(f"<th>{name}</th>" for name in register.columns)
    (OUT / "villages.xls").write_text(
        f'<html><head><meta charset="utf-8"></head><body><table><tr>{head}</tr>{rows}</table></body></html>\n',
        encoding="utf-8",
    )
    table = shapes(places)
    table.to_file(OUT / "villages.geojson", driver="GeoJSON", RFC7946="NO")
    table.to_file(OUT / "villages.gpkg", driver="GPKG")
    table.to_parquet(OUT / "villages.parquet")
    folder = OUT / "shapefile"
    folder.mkdir(exist_ok=True)
    table.to_file(folder / "villages.shp", driver="ESRI Shapefile", encoding="utf-8")
    with zipfile.ZipFile(OUT / "villages-shapefile.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
            file.unlink()
    folder.rmdir()


if __name__ == "__main__":
    main()
