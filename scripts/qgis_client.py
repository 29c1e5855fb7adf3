"""Reads the service with QGIS, without a screen: features, a filter, tiles, a picture. Run by scripts/clients."""

from __future__ import annotations

import json
import sys

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsNetworkAccessManager,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize, QUrl
from qgis.PyQt.QtNetwork import QNetworkCookie

COLLECTIONS = ("branches", "catchments", "cells", "territories")
WIDTH, HEIGHT, STEP = 800, 600, 20


def signed_in(base: str, cookie: str) -> None:
    """Put the session's cookie where QGIS takes it from."""
    name, _, value = cookie.partition("=")
    jar = QgsNetworkAccessManager.instance().cookieJar()
    jar.setCookiesFromUrl([QNetworkCookie(name.encode(), value.encode())], QUrl(base))


def collection(base: str, name: str) -> QgsVectorLayer:
    """Open a collection of OGC API Features; pages of 50, so that several are turned."""
    layer = QgsVectorLayer(f"url='{base}/ogc' typename='{name}' pageSize='50'", name, "OAPIF")
    if not layer.isValid():
        sys.exit(f"QGIS does not open the collection {name}: {layer.error().message()}")
    return layer


def count(layer: QgsVectorLayer) -> int:
    """Count the features that QGIS reads."""
    return sum(1 for _ in layer.getFeatures())


def painted(base: str, extent: QgsRectangle, out: str) -> bool:
    """Draw the vector tiles of cells over an extent into a picture; tell whether anything is on it."""
    address = f"{base}/tiles/cells/{{z}}/{{x}}/{{y}}.mvt?measure%3Dpeople"
    tiles = QgsVectorTileLayer(f"type=xyz&url={address}&zmin=0&zmax=16", "cells")
    settings = QgsMapSettings()
    settings.setLayers([tiles])
    settings.setOutputSize(QSize(WIDTH, HEIGHT))
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(out)
    return len({image.pixel(x, y) for x in range(0, WIDTH, STEP) for y in range(0, HEIGHT, STEP)}) > 1


def read(base: str, out: str) -> dict[str, object]:
    """Read every collection, one of them filtered, and draw the tiles."""
    counts = {name: count(collection(base, name)) for name in COLLECTIONS}
    territories = collection(base, "territories")
    extent = QgsRectangle(territories.extent())
    territories.setSubsetString("\"branch_id\" = 'B1'")
    of_b1 = count(territories)
    return {
        "qgis": Qgis.QGIS_VERSION,
        "features": counts,
        "territories_of_b1": of_b1,
        "painted": painted(base, extent, out),
    }


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    signed_in(*sys.argv[1:3])
    print(json.dumps(read(sys.argv[1], sys.argv[3])))
    application.exitQgis()
