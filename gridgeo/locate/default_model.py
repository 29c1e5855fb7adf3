"""The confidence model used where none is given."""

from __future__ import annotations

from gridgeo.locate.confidence import ConfidenceModel, Curve

DEFAULT_MODEL = ConfidenceModel(
    origin="provisional",
    curves=(
        Curve("exact", False, (0.0, 100.0), (0.97, 0.5), (40.0, 300.0)),
        Curve("typo", True, (0.0, 100.0), (0.9, 0.5), (60.0, 300.0)),
        Curve("interpolated", False, (0.0, 300.0), (0.95, 0.3), (40.0, 400.0)),
        Curve("nearest", True, (0.0, 300.0), (0.9, 0.3), (60.0, 400.0)),
        Curve("place", True, (0.0, 100.0), (0.9, 0.5), (60.0, 300.0)),
        Curve("street", True, (0.0, 2000.0), (0.7, 0.02), (100.0, 3000.0)),
        Curve("community", True, (0.0, 5000.0), (0.3, 0.0), (300.0, 6000.0)),
        Curve("town", True, (0.0, 5000.0), (0.1, 0.0), (300.0, 6000.0)),
    ),
    ece=0.0,
    bins=(),
)
