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
   "scale_m": [ 0.49 ],
   "confidence": [ 0.9982 ],
   "accuracy_m": [ 24.0 ]
  },
  {
   "tier": "exact",
   "doubtful": true,
   "scale_m": [ 0.42 ],
   "confidence": [ 0.9986 ],
   "accuracy_m": [ 24.0 ]
  },
  {
   "tier": "typo",
   "doubtful": true,
   "scale_m": [ 0.23 ],
   "confidence": [ 0.9989 ],
   "accuracy_m": [ 24.0 ]
  },
  {
   "tier": "interpolated",
   "doubtful": false,
   "scale_m": [ 5.82, 9.4, 13.3, 16.66, 21.87, 31.54, 44.77, 67.17 ],
   "confidence": [ 0.9989, 0.9968, 0.9947, 0.9946, 0.9882, 0.9882, 0.9882, 0.9628 ],
   "accuracy_m": [ 24.1, 24.4, 25.3, 30.0, 40.1, 40.1, 50.0, 76.9 ]
  },
  {
   "tier": "interpolated",
   "doubtful": true,
   "scale_m": [ 7.23, 12.81, 17.99, 25.3, 34.58, 44.55, 50.76, 73.55 ],
   "confidence": [ 0.9977, 0.9977, 0.979, 0.979, 0.979, 0.979, 0.9605, 0.9558 ],
   "accuracy_m": [ 24.2, 25.4, 32.5, 42.9, 47.5, 47.5, 67.1, 74.1 ]
  },
  {
   "tier": "nearest",
   "doubtful": false,
   "scale_m": [ 17.35, 22.74, 27.75, 36.73, 49.56, 62.74, 89.65, 316.92 ],
   "confidence": [ 0.9963, 0.9819, 0.9819, 0.9819, 0.9819, 0.9508, 0.9381, 0.8141 ],
   "accuracy_m": [ 30.2, 36.6, 43.0, 47.8, 55.4, 69.8, 90.5, 119.4 ]
  },
  {
   "tier": "nearest",
   "doubtful": true,
   "scale_m": [ 18.47, 24.2, 30.48, 40.81, 54.64, 64.13, 88.38, 338.41 ],
   "confidence": [ 0.9974, 0.9819, 0.9819, 0.9716, 0.9647, 0.9401, 0.9253, 0.7195 ],
   "accuracy_m": [ 30.1, 44.6, 44.6, 58.5, 59.8, 71.2, 89.7, 151.6 ]
  },
  {
   "tier": "place",
   "doubtful": false,
   "scale_m": [ 4.05 ],
   "confidence": [ 0.9814 ],
   "accuracy_m": [ 24.0 ]
  },
  {
   "tier": "street",
   "doubtful": false,
   "scale_m": [ 4.89, 30.72, 47.82, 63.01, 86.0, 120.15, 174.14, 528.15 ],
   "confidence": [ 0.9621, 0.9621, 0.9621, 0.9621, 0.9105, 0.7274, 0.5437, 0.4065 ],
   "accuracy_m": [ 64.1, 64.1, 64.1, 77.6, 98.8, 139.7, 188.0, 682.3 ]
  },
  {
   "tier": "street",
   "doubtful": true,
   "scale_m": [ 8.0, 49.01, 73.02, 110.0, 178.71, 251.38, 650.16 ],
   "confidence": [ 0.9065, 0.9065, 0.8658, 0.7302, 0.502, 0.4305, 0.3736 ],
   "accuracy_m": [ 105.0, 105.0, 114.0, 146.0, 235.9, 293.0, 890.9 ]
  },
  {
   "tier": "community",
   "doubtful": false,
   "scale_m": [ 4.63 ],
   "confidence": [ 0.4143 ],
   "accuracy_m": [ 487.8 ]
  },
  {
   "tier": "town",
   "doubtful": false,
   "scale_m": [ 678.0, 879.03, 1058.27, 1337.49, 1987.84, 2450.43 ],
   "confidence": [ 0.0711, 0.0711, 0.0711, 0.056, 0.056, 0.0393 ],
   "accuracy_m": [ 723.3, 744.8, 744.8, 983.8, 1978.1, 1978.1 ]
  }
 ],
 "ece": 0.0056,
 "bins": [
  {
   "stated": 0.0548,
   "observed": 0.0678,
   "count": 531
  },
  {
   "stated": 0.1499,
   "observed": 0.3298,
   "count": 94
  },
  {
   "stated": 0.2433,
   "observed": 0.3316,
   "count": 187
  },
  {
   "stated": 0.3604,
   "observed": 0.4205,
   "count": 264
  },
  {
   "stated": 0.442,
   "observed": 0.4237,
   "count": 649
  },
  {
   "stated": 0.5539,
   "observed": 0.5266,
   "count": 1185
  },
  {
   "stated": 0.6515,
   "observed": 0.6281,
   "count": 570
  },
  {
   "stated": 0.7493,
   "observed": 0.751,
   "count": 518
  },
  {
   "stated": 0.8579,
   "observed": 0.8828,
   "count": 1442
  },
  {
   "stated": 0.9801,
   "observed": 0.9803,
   "count": 22363
  }
 ]
}
"""

DEFAULT_MODEL = model_from_json(_FITTED)
