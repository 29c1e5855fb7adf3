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
   "scale_m": [ 0.53 ],
   "confidence": [ 0.9978 ],
   "accuracy_m": [ 24.0 ]
  },
  {
   "tier": "exact",
   "doubtful": true,
   "scale_m": [ 0.48 ],
   "confidence": [ 0.9981 ],
   "accuracy_m": [ 24.0 ]
  },
  {
   "tier": "typo",
   "doubtful": true,
   "scale_m": [ 0.22 ],
   "confidence": [ 0.9989 ],
   "accuracy_m": [ 24.0 ]
  },
  {
   "tier": "interpolated",
   "doubtful": false,
   "scale_m": [ 5.82, 9.44, 13.35, 16.74, 22.02, 31.86, 45.11, 68.12 ],
   "confidence": [ 0.9989, 0.9989, 0.9947, 0.9947, 0.9868, 0.9868, 0.9868, 0.9586 ],
   "accuracy_m": [ 24.1, 24.4, 25.3, 30.0, 41.0, 41.0, 51.5, 76.9 ]
  },
  {
   "tier": "interpolated",
   "doubtful": true,
   "scale_m": [ 7.19, 12.81, 18.11, 25.41, 34.59, 44.46, 50.9, 74.65 ],
   "confidence": [ 0.9953, 0.9953, 0.9788, 0.9741, 0.9741, 0.9741, 0.9693, 0.9599 ],
   "accuracy_m": [ 24.3, 25.3, 32.5, 43.2, 43.2, 44.9, 65.0, 70.0 ]
  },
  {
   "tier": "nearest",
   "doubtful": false,
   "scale_m": [ 17.41, 22.81, 27.78, 36.87, 50.59, 71.01, 126.9, 556.08 ],
   "confidence": [ 0.9964, 0.9818, 0.9818, 0.9818, 0.9818, 0.938, 0.9138, 0.8386 ],
   "accuracy_m": [ 30.2, 35.3, 43.0, 47.8, 56.7, 81.1, 93.4, 119.2 ]
  },
  {
   "tier": "nearest",
   "doubtful": true,
   "scale_m": [ 18.46, 24.21, 30.21, 40.57, 54.43, 70.29, 106.55, 460.6 ],
   "confidence": [ 0.9973, 0.9783, 0.9783, 0.9707, 0.9588, 0.9216, 0.9209, 0.75 ],
   "accuracy_m": [ 29.7, 45.1, 45.1, 58.5, 61.2, 85.2, 93.4, 176.1 ]
  },
  {
   "tier": "place",
   "doubtful": false,
   "scale_m": [ 4.78 ],
   "confidence": [ 0.973 ],
   "accuracy_m": [ 24.3 ]
  },
  {
   "tier": "street",
   "doubtful": false,
   "scale_m": [ 32.08, 48.05, 61.17, 78.77, 102.65, 137.44, 164.82, 528.9 ],
   "confidence": [ 0.9895, 0.9777, 0.9777, 0.9177, 0.8373, 0.6487, 0.6487, 0.4068 ],
   "accuracy_m": [ 47.8, 60.3, 76.2, 94.9, 114.3, 164.8, 185.0, 684.4 ]
  },
  {
   "tier": "street",
   "doubtful": true,
   "scale_m": [ 42.85, 64.7, 79.11, 118.36, 163.48, 248.85, 643.15 ],
   "confidence": [ 0.9741, 0.9444, 0.8758, 0.6909, 0.6909, 0.43, 0.3911 ],
   "accuracy_m": [ 63.3, 84.0, 111.6, 150.3, 230.2, 283.8, 879.2 ]
  },
  {
   "tier": "community",
   "doubtful": false,
   "scale_m": [ 710.4 ],
   "confidence": [ 0.5603 ],
   "accuracy_m": [ 487.8 ]
  },
  {
   "tier": "town",
   "doubtful": false,
   "scale_m": [ 547.33, 767.18, 891.3, 1084.54, 1366.27, 2022.7, 2481.09 ],
   "confidence": [ 0.0622, 0.0622, 0.0622, 0.0622, 0.0622, 0.0622, 0.0362 ],
   "accuracy_m": [ 940.8, 940.8, 940.8, 940.8, 978.3, 1952.2, 1952.2 ]
  }
 ],
 "ece": 0.0089,
 "bins": [
  {
   "stated": 0.056,
   "observed": 0.0494,
   "count": 526
  },
  {
   "stated": 0.1484,
   "observed": 0.2683,
   "count": 82
  },
  {
   "stated": 0.2446,
   "observed": 0.3564,
   "count": 188
  },
  {
   "stated": 0.3577,
   "observed": 0.4536,
   "count": 280
  },
  {
   "stated": 0.4376,
   "observed": 0.4327,
   "count": 513
  },
  {
   "stated": 0.5514,
   "observed": 0.5047,
   "count": 424
  },
  {
   "stated": 0.6587,
   "observed": 0.6106,
   "count": 1659
  },
  {
   "stated": 0.7453,
   "observed": 0.7723,
   "count": 1098
  },
  {
   "stated": 0.8625,
   "observed": 0.8836,
   "count": 1598
  },
  {
   "stated": 0.9827,
   "observed": 0.9836,
   "count": 21381
  }
 ]
}
"""

DEFAULT_MODEL = model_from_json(_FITTED)
