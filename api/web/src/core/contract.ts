// The JSON of the service, as api/gridgeo_api/schemas.py writes it.

export type Evidence = "firm" | "weak" | "none";
export type Kind = "count" | "share" | "index";

export interface Session {
  actor: { id: string; role: string; branch_ids: string[] | null };
  synthetic: boolean;
  fictional: boolean;
  ground: string;
  resolution: number;
  versions: Record<string, number>;
  bounds: [number, number, number, number] | null;
  published_at: string;
  notice: { zh: string; en: string };
  attribution: string;
}

export interface Measure {
  id: string;
  name_zh: string;
  name_en: string;
  unit: string;
  kind: Kind;
  direction: "up" | "down" | "none";
}

export interface Branch {
  id: string;
  name: string;
  kind: string;
  lng: number | null;
  lat: number | null;
  synthetic: boolean;
  cells: number;
  people: number;
  customers: number;
  merchants: number;
  rms: number;
}

export interface Catchments {
  type: "FeatureCollection";
  features: {
    type: "Feature";
    geometry: { type: "Polygon" | "MultiPolygon"; coordinates: unknown };
    properties: { branch_id: string; name: string; method: string; label: string; cells: number };
  }[];
}

export interface MeasureColumn {
  values: (number | null)[];
  low: (number | null)[] | null;
  high: (number | null)[] | null;
  evidence: (Evidence | null)[] | null;
  breaks: number[];
}

export interface CellColumns {
  resolution: number;
  version: number;
  cells: string[];
  branch_index: number[];
  branches: string[];
  measures: Record<string, MeasureColumn>;
}

export interface CellMeasure {
  value: number | null;
  low: number | null;
  high: number | null;
  evidence: Evidence | null;
  unit: string;
  name_zh: string;
  name_en: string;
}

export interface Explanation {
  method: string;
  numerator: number | null;
  denominator: number | null;
  raw: number | null;
}

export interface CellDetail {
  cell: string;
  branch_id: string;
  lng: number;
  lat: number;
  area_km2: number;
  territory: { id: string; name: string; rm_name: string | null } | null;
  measures: Record<string, CellMeasure>;
  explain: { travel_s: number | null; versions: Record<string, number>; measures: Record<string, Explanation> };
}

export interface Territory {
  id: string;
  name: string;
  branch_id: string;
  rm_id: string | null;
  rm_name: string | null;
  colour: number;
  cells: number;
  loads: Record<string, number>;
  targets: Record<string, number>;
  imbalance_percent: Record<string, number>;
}

export interface Territories {
  version: number;
  territories: Territory[];
  cells: string[];
  territory_index: number[];
  certificates: Record<string, unknown>;
}

export interface TileJson {
  tiles: string[];
  minzoom: number;
  maxzoom: number;
}

/** Why a request failed (RFC 9457); status 0 when no answer came at all. */
export interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
}
