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
   "scale_m": [ 5.82, 9.43, 13.33, 16.7, 22.02, 31.81, 45.07, 68.24 ],
   "confidence": [ 0.9989, 0.9968, 0.9947, 0.9947, 0.9883, 0.9883, 0.9883, 0.9628 ],
   "accuracy_m": [ 24.1, 24.4, 25.3, 30.0, 40.1, 40.1, 50.6, 76.9 ]
  },
  {
   "tier": "interpolated",
   "doubtful": true,
   "scale_m": [ 7.28, 12.87, 18.02, 25.36, 34.74, 44.7, 51.02, 74.35 ],
   "confidence": [ 0.9977, 0.9977, 0.9791, 0.9791, 0.9791, 0.9791, 0.9605, 0.956 ],
   "accuracy_m": [ 24.2, 25.4, 32.6, 42.9, 47.8, 47.8, 67.1, 76.9 ]
  },
  {
   "tier": "nearest",
   "doubtful": false,
   "scale_m": [ 17.35, 22.72, 27.68, 36.67, 50.09, 67.87, 119.83, 548.87 ],
   "confidence": [ 0.9963, 0.9818, 0.9818, 0.9818, 0.9818, 0.9416, 0.9331, 0.8313 ],
   "accuracy_m": [ 30.2, 36.6, 43.0, 47.8, 55.4, 80.8, 89.7, 119.2 ]
  },
  {
   "tier": "nearest",
   "doubtful": true,
   "scale_m": [ 18.43, 24.18, 30.41, 41.12, 55.16, 70.71, 116.49, 537.07 ],
   "confidence": [ 0.9974, 0.9793, 0.9793, 0.9767, 0.9661, 0.9219, 0.9219, 0.7321 ],
   "accuracy_m": [ 29.4, 44.6, 44.6, 58.5, 59.8, 85.2, 85.2, 146.1 ]
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
   "scale_m": [ 32.11, 48.04, 61.23, 79.07, 102.66, 137.24, 165.05, 528.15 ],
   "confidence": [ 0.9944, 0.9809, 0.9808, 0.9265, 0.8383, 0.6543, 0.6543, 0.4065 ],
   "accuracy_m": [ 47.5, 60.2, 76.0, 93.2, 114.3, 164.8, 178.1, 682.3 ]
  },
  {
   "tier": "street",
   "doubtful": true,
   "scale_m": [ 43.09, 65.05, 79.21, 118.19, 163.6, 251.38, 650.16 ],
   "confidence": [ 0.9747, 0.9428, 0.8546, 0.6895, 0.6895, 0.4305, 0.3736 ],
   "accuracy_m": [ 63.3, 84.0, 115.6, 155.0, 233.1, 293.0, 890.9 ]
  },
  {
   "tier": "community",
   "doubtful": false,
   "scale_m": [ 838.03 ],
   "confidence": [ 0.4143 ],
   "accuracy_m": [ 487.8 ]
  },
  {
   "tier": "town",
   "doubtful": false,
   "scale_m": [ 694.57, 879.03, 1058.27, 1337.49, 1987.84, 2450.43 ],
   "confidence": [ 0.0711, 0.0711, 0.0711, 0.056, 0.056, 0.0393 ],
   "accuracy_m": [ 723.3, 744.8, 744.8, 983.8, 1978.1, 1978.1 ]
  }
 ],
 "ece": 0.0083,
 "bins": [
  {
   "stated": 0.0546,
   "observed": 0.0681,
   "count": 529
  },
  {
   "stated": 0.1501,
   "observed": 0.2674,
   "count": 86
  },
  {
   "stated": 0.2432,
   "observed": 0.3622,
   "count": 185
  },
  {
   "stated": 0.3591,
   "observed": 0.4526,
   "count": 285
  },
  {
   "stated": 0.4312,
   "observed": 0.4179,
   "count": 481
  },
  {
   "stated": 0.5507,
   "observed": 0.488,
   "count": 416
  },
  {
   "stated": 0.6626,
   "observed": 0.6203,
   "count": 1646
  },
  {
   "stated": 0.7512,
   "observed": 0.7728,
   "count": 1184
  },
  {
   "stated": 0.8615,
   "observed": 0.8721,
   "count": 1446
  },
  {
   "stated": 0.9843,
   "observed": 0.9853,
   "count": 21545
  }
 ]
}
"""

DEFAULT_MODEL = model_from_json(_FITTED)
