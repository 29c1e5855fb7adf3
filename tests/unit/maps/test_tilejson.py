"""TileJSON 3 documents."""

from __future__ import annotations

from gridgeo.maps import FIELDS_OF_LAYER, tilejson


def test_a_document_has_what_the_specification_asks_for() -> None:
    document = tilejson(
        "cells",
        {"cells": {"cell": "String", "people": "Number"}},
        url="/tiles/cells/{z}/{x}/{y}.mvt",
        bounds=(9.4, 47.0, 9.7, 47.3),
        version=5,
    )
    assert document["tilejson"] == "3.0.0"
    assert document["tiles"] == ["/tiles/cells/{z}/{x}/{y}.mvt"]
    assert document["version"] == "5.0.0"
    (layer,) = document["vector_layers"]
    assert (layer["id"], layer["fields"]) == ("cells", {"cell": "String", "people": "Number"})
    assert document["bounds"] == [9.4, 47.0, 9.7, 47.3]
    assert document["minzoom"] <= document["center"][2] <= document["maxzoom"]


def test_a_document_names_its_source_and_its_purpose() -> None:
    document = tilejson("streets", {"streets": FIELDS_OF_LAYER["streets"]}, url="/x", bounds=(0, 0, 1, 1), version=1)
    assert "OpenStreetMap contributors" in document["attribution"]
    assert "仅供营销,不用于授信审批" in document["description"]
