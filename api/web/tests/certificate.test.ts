import assert from "node:assert/strict";
import { test } from "node:test";
import { certificateFrom } from "../src/core/certificate.js";

const BODY = {
  feasible: false,
  violations: [{ territory: "RM02", measure: "customers", value: -5.4, limit: 5 }],
  bridges: [["891f8e0da4fffff", "891f8e0da63ffff"]],
  bound_gap_percent: null,
  balancing_potential_too: { feasible: true, compactness_percent: 1.5 },
  certificate: {
    measures: ["customers", "workload", "potential"],
    tolerance_percent: [5, 5, null],
    measure_correlation: [
      [1, 0.9, null],
      [0.9, 1, 0.8],
      [null, 0.8, 1],
    ],
    price_of_balance_percent: 12.5,
  },
};

test("a certificate is read from the plan's report and what is inside of it", () => {
  const read = certificateFrom(BODY);
  assert.equal(read.feasible, false);
  assert.equal(read.gapPercent, null);
  assert.equal(read.pricePercent, 12.5);
  assert.deepEqual(read.violations, BODY.violations);
  assert.deepEqual(read.bridges, BODY.bridges);
  assert.deepEqual([...read.tolerancePercent], [["customers", 5], ["workload", 5]]);
  assert.deepEqual(read.alsoPotential, { feasible: true, distancePercent: 1.5 });
});

test("a correlation that is not defined is left out", () => {
  assert.deepEqual(certificateFrom(BODY).correlation, [
    { a: "customers", b: "workload", value: 0.9 },
    { a: "workload", b: "potential", value: 0.8 },
  ]);
});

test("a certificate that says nothing promises nothing", () => {
  for (const body of [null, 3, "x", [], {}, { violations: 5, certificate: [] }]) {
    const read = certificateFrom(body);
    assert.equal(read.feasible, false);
    assert.deepEqual([read.gapPercent, read.violations.length, read.alsoPotential], [null, 0, null]);
  }
});
