// The certificate of a branch's plan, read from the parts the page shows; what is missing is simply not shown.

export interface Violation {
  readonly territory: string;
  /** Name of a measure, or "pieces". */
  readonly measure: string;
  readonly value: number;
  readonly limit: number;
}

export interface Certificate {
  readonly feasible: boolean;
  readonly gapPercent: number | null;
  readonly pricePercent: number | null;
  readonly bridges: readonly string[][];
  readonly violations: readonly Violation[];
  readonly correlation: readonly { a: string; b: string; value: number }[];
  readonly tolerancePercent: ReadonlyMap<string, number>;
  readonly alsoPotential: { feasible: boolean; distancePercent: number | null } | null;
}

type Json = Record<string, unknown>;
const record = (value: unknown): Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const number = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;
const text = (value: unknown): string => (typeof value === "string" ? value : "");

export function certificateFrom(body: unknown): Certificate {
  const outer = record(body);
  const inner = record(outer["certificate"]);
  const field = (name: string) => outer[name] ?? inner[name];
  const measures = list(field("measures")).map(text);
  return {
    feasible: field("feasible") === true,
    gapPercent: number(field("bound_gap_percent")),
    pricePercent: number(field("price_of_balance_percent")),
    bridges: list(field("bridges")).map((pair) => list(pair).map(String)),
    violations: list(field("violations")).map(violationFrom),
    correlation: correlationFrom(measures, list(field("measure_correlation"))),
    tolerancePercent: tolerancesFrom(measures, list(field("tolerance_percent"))),
    alsoPotential: alsoFrom(field("balancing_potential_too")),
  };
}

function violationFrom(value: unknown): Violation {
  const body = record(value);
  return {
    territory: text(body["territory"]),
    measure: text(body["measure"]),
    value: number(body["value"]) ?? 0,
    limit: number(body["limit"]) ?? 0,
  };
}

function correlationFrom(measures: string[], table: unknown[]): { a: string; b: string; value: number }[] {
  return measures.flatMap((a, row) =>
    measures.slice(0, row).flatMap((b, column) => {
      const value = number(list(table[row])[column]);
      return value === null ? [] : [{ a: b, b: a, value }];
    }),
  );
}

function tolerancesFrom(measures: string[], limits: unknown[]): Map<string, number> {
  const pairs = measures.map((measure, at) => [measure, number(limits[at])] as const);
  return new Map(pairs.flatMap(([measure, limit]) => (limit === null ? [] : [[measure, limit] as const])));
}

function alsoFrom(value: unknown): Certificate["alsoPotential"] {
  const body = record(value);
  if (typeof body["feasible"] !== "boolean") return null;
  return { feasible: body["feasible"], distancePercent: number(body["compactness_percent"]) };
}
