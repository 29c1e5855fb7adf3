"""The confidence model used where none is given.

Fitted on the Isle of Man's located addresses, known to the gazetteer and withheld from it, in seven spellings, in the
land registry's spelling, and as vague texts (house names, no town, bare streets). `ece` and `bins` were read on folds
by street that the curves had not seen. tests/unit/locate/isle_of_man.py fits it anew and a test compares the two.
"""

from __future__ import annotations

from gridgeo.locate.confidence import model_from_json

_FITTED = """
{
 "origin": "Isle of Man: OpenStreetMap addresses (ODbL 1.0) and the land registry's spelling",
 "curves": [
  {
   "tier": "exact",
   "doubtful": false,
   "scale_m": [ 0.5 ],
   "confidence": [ 0.9982 ],
   "accuracy_m": [ 25.0 ]
  },
  {
   "tier": "exact",
   "doubtful": true,
   "scale_m": [ 0.42 ],
   "confidence": [ 0.9986 ],
   "accuracy_m": [ 25.0 ]
  },
  {
   "tier": "typo",
   "doubtful": true,
   "scale_m": [ 0.23 ],
   "confidence": [ 0.9989 ],
   "accuracy_m": [ 25.0 ]
  },
  {
   "tier": "interpolated",
   "doubtful": false,
   "scale_m": [ 5.2, 6.42, 8.77, 11.6, 13.38, 15.62, 18.34, 33.21 ],
   "confidence": [ 0.9973, 0.9973, 0.9932, 0.9932, 0.9932, 0.9932, 0.9812, 0.9703 ],
   "accuracy_m": [ 25.0, 25.0, 25.0, 25.0, 25.0, 25.0, 25.0, 35.2 ]
  },
  {
   "tier": "interpolated",
   "doubtful": true,
   "scale_m": [ 5.3, 6.72, 9.81, 12.15, 13.94, 16.04, 18.88, 32.93 ],
   "confidence": [ 0.9967, 0.9934, 0.9934, 0.9923, 0.9923, 0.9923, 0.97, 0.9572 ],
   "accuracy_m": [ 25.0, 25.0, 25.0, 25.0, 25.0, 25.0, 26.7, 50.1 ]
  },
  {
   "tier": "nearest",
   "doubtful": false,
   "scale_m": [ 13.83, 16.77, 19.07, 24.7, 27.36, 40.88, 84.91 ],
   "confidence": [ 0.9774, 0.9774, 0.9774, 0.9774, 0.9681, 0.9667, 0.8492 ],
   "accuracy_m": [ 47.1, 47.1, 47.1, 47.1, 47.1, 77.4, 114.3 ]
  },
  {
   "tier": "nearest",
   "doubtful": true,
   "scale_m": [ 14.17, 16.92, 19.03, 24.7, 27.82, 38.78, 78.92 ],
   "confidence": [ 0.9769, 0.9769, 0.9769, 0.9769, 0.9706, 0.9617, 0.7791 ],
   "accuracy_m": [ 50.1, 50.1, 50.1, 50.1, 50.1, 64.7, 150.7 ]
  },
  {
   "tier": "place",
   "doubtful": false,
   "scale_m": [ 4.06 ],
   "confidence": [ 0.977 ],
   "accuracy_m": [ 25.0 ]
  },
  {
   "tier": "street",
   "doubtful": false,
   "scale_m": [ 6.66, 32.41, 48.55, 63.34, 85.91, 119.96, 171.82, 516.98 ],
   "confidence": [ 0.9704, 0.9704, 0.9704, 0.9678, 0.9061, 0.7266, 0.5681, 0.4097 ],
   "accuracy_m": [ 47.1, 47.1, 57.4, 73.7, 98.1, 146.6, 183.9, 577.1 ]
  },
  {
   "tier": "street",
   "doubtful": true,
   "scale_m": [ 9.1, 51.2, 75.31, 112.11, 174.45, 245.3, 626.98 ],
   "confidence": [ 0.9283, 0.9283, 0.8663, 0.702, 0.5, 0.4771, 0.3818 ],
   "accuracy_m": [ 83.6, 83.6, 111.5, 148.3, 232.1, 279.6, 890.6 ]
  },
  {
   "tier": "community",
   "doubtful": false,
   "scale_m": [ 4.04 ],
   "confidence": [ 0.4032 ],
   "accuracy_m": [ 1267.4 ]
  },
  {
   "tier": "town",
   "doubtful": false,
   "scale_m": [ 653.07, 769.84, 989.14, 1235.47, 1680.08, 2292.72, 2321.24 ],
   "confidence": [ 0.0712, 0.0712, 0.0712, 0.0712, 0.0478, 0.0478, 0.0238 ],
   "accuracy_m": [ 777.3, 797.5, 812.8, 962.8, 1368.9, 1552.3, 1552.3 ]
  }
 ],
 "ece": 0.0064,
 "bins": [
  {
   "stated": 0.0534,
   "observed": 0.0817,
   "count": 404
  },
  {
   "stated": 0.1494,
   "observed": 0.2364,
   "count": 165
  },
  {
   "stated": 0.246,
   "observed": 0.4,
   "count": 115
  },
  {
   "stated": 0.3636,
   "observed": 0.3722,
   "count": 180
  },
  {
   "stated": 0.4498,
   "observed": 0.434,
   "count": 629
  },
  {
   "stated": 0.5592,
   "observed": 0.5137,
   "count": 1061
  },
  {
   "stated": 0.6392,
   "observed": 0.6252,
   "count": 691
  },
  {
   "stated": 0.759,
   "observed": 0.763,
   "count": 578
  },
  {
   "stated": 0.8573,
   "observed": 0.8778,
   "count": 1064
  },
  {
   "stated": 0.9814,
   "observed": 0.9821,
   "count": 18706
  }
 ]
}
"""

DEFAULT_MODEL = model_from_json(_FITTED)
