"""Draws the calibration of the shipped confidence model and prints its table, as docs/method.md shows both."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from gridgeo.locate import DEFAULT_MODEL
from gridgeo.maps.calibration_picture import calibration_png

PICTURE = Path(__file__).resolve().parents[1] / "docs/images/calibration.png"


def table() -> str:
    """Return the rows of the calibration as Markdown: stated, observed, addresses."""
    return "\n".join(f"| {part.stated:.3f} | {part.observed:.3f} | {part.count:,} |" for part in DEFAULT_MODEL.bins)


def main() -> None:
    """Write the picture, print the table."""
    calibration_png([asdict(part) for part in DEFAULT_MODEL.bins], DEFAULT_MODEL.origin, PICTURE)
    print(f"ECE {DEFAULT_MODEL.ece}\n{table()}")


if __name__ == "__main__":
    main()
