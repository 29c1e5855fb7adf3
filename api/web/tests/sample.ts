// A small publication: one disk of cells, two branches, three territories.

import { gridDisk, latLngToCell } from "h3-js";
import type {
  Branch,
  CellColumns,
  CellDetail,
  Measure,
  MeasureColumn,
  Session,
  Territories,
  Territory,
} from "../src/core/contract.js";
import type { Publication } from "../src/core/state.js";

export const VERSION = 7;
export const CELLS = gridDisk(latLngToCell(47.14, 9.52, 9), 4);

export function column(values: (number | null)[], evidence: MeasureColumn["evidence"] = null): MeasureColumn {
  return { values, low: null, high: null, evidence, reasons: null, breaks: [0, 10, 20, 30] };
}

export function cellColumns(measure = "penetration", cells = CELLS): CellColumns {
  return {
    resolution: 9,
    version: VERSION,
    cells,
    branch_index: cells.map((_, at) => at % 2),
    branches: ["b1", "b2"],
    measures: { [measure]: column(cells.map((_, at) => at % 31)) },
  };
}

export const SESSION: Session = {
  actor: { id: "local", role: "hq", branch_ids: null },
  synthetic: true,
  fictional: false,
  ground: "liechtenstein",
  resolution: 9,
  versions: { publication: VERSION },
  bounds: [9.4, 47.0, 9.6, 47.2],
  published_at: "2026-03-01T08:30:00+00:00",
  notice: { zh: "仅供营销,不用于授信审批", en: "For marketing only, not for granting credit" },
  attribution: "© OpenStreetMap contributors",
  house_datum: "wgs84",
  tile_server: null,
};

const measure = (id: string, name_en: string, name_zh: string): Measure => ({
  id,
  name_en,
  name_zh,
  unit: id === "penetration" ? "share" : id,
  kind: id === "penetration" ? "share" : "count",
  direction: "up",
  numerator: null,
  weight: null,
});

export const MEASURES = [measure("people", "People", "人口"), measure("penetration", "Penetration", "渗透率")];

const branch = (id: string, name: string): Branch => ({
  id,
  name,
  kind: "branch",
  lng: 9.52,
  lat: 47.14,
  synthetic: true,
  cells: 30,
  people: 1,
  customers: 1,
  merchants: 1,
  rms: 1,
});

export const BRANCHES = [branch("b1", "First"), branch("b2", "Second")];

const territory = (id: string): Territory => ({
  id,
  name: id,
  branch_id: "b1",
  rm_id: `rm-${id}`,
  rm_name: `Manager ${id}`,
  colour: 0,
  cells: 1,
  loads: {},
  targets: {},
  imbalance_percent: {},
});

export const TERRITORIES: Territories = {
  version: VERSION,
  territories: ["t1", "t2", "t3"].map(territory),
  cells: CELLS.slice(0, 30),
  territory_index: CELLS.slice(0, 30).map((_, at) => at % 3),
  certificates: {},
  total: 3,
  next: null,
};

export function publication(changes: Partial<Publication> = {}): Publication {
  return {
    session: SESSION,
    measures: MEASURES,
    branches: BRANCHES,
    catchments: { type: "FeatureCollection", features: [] },
    columns: cellColumns(),
    territories: TERRITORIES,
    ...changes,
  };
}

export function detail(cell: string): CellDetail {
  return {
    cell,
    branch_id: "b1",
    lng: 9.5,
    lat: 47.1,
    area_km2: 0.1,
    territory: null,
    measures: {},
    explain: { travel_s: null, versions: {}, measures: {} },
  };
}
