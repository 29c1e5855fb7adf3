// The bank's own tile server: where a place of the page lies on its tiles, whatever datum and grid they have, and back.

import type * as Api from "./api-types.js";
import { lngLat, mercator, type Extent } from "./hexagons.js";

export type TileServer = Api.TileServer;
export type Datum = TileServer["datum"];
type Pair = [number, number];
type Turn = (first: number, second: number) => Pair;

/** Column and row of a tile. */
export interface Tile {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

/** Krasovsky 1940, as the formulas of GCJ-02 have it. */
const [AXIS_M, FLAT] = [6378245, 0.006693421622965943];
const BD_TURN = (3000 * Math.PI) / 180;
/** Clarke 1866: to within 0.3 m what Baidu's tables project to. */
const BAIDU_AXIS_M = 6378206.4;
const BAIDU_FLAT = Math.sqrt(1 - (6356583.8 / BAIDU_AXIS_M) ** 2);
const ROUNDS = 8;
const BENT_BELOW_ZOOM = 9;
const WHOLE: Extent = [0, 0, 1, 1];
/** Web Mercator ends here. */
const MOST_LAT = 85.05;

const waves = (turns: number, heights: readonly (readonly [period: number, height: number])[]) =>
  heights.reduce((sum, [period, height]) => sum + height * Math.sin((turns * Math.PI) / period), 0) / 1.5;

/** The shift of Chinese public maps, as every open converter has it: moves a place by up to some 700 m. */
const gcj02: Turn = (lng, lat) => {
  const [x, y] = [lng - 105, lat - 35];
  const ripple = waves(x, [[1 / 6, 20], [1 / 2, 20]]);
  const [root, cross] = [0.1 * Math.sqrt(Math.abs(x)), 0.1 * x * y];
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + cross + 2 * root + ripple + waves(y, [[1, 20], [3, 40], [12, 160], [30, 320]]);
  const east = 300 + x + 2 * y + 0.1 * x * x + cross + root + ripple + waves(x, [[1, 20], [3, 40], [12, 150], [30, 300]]);
  const angle = (lat * Math.PI) / 180;
  const flat = 1 - FLAT * Math.sin(angle) ** 2;
  const across = AXIS_M / Math.sqrt(flat);
  const degree = 180 / Math.PI;
  return [lng + (east * degree) / (across * Math.cos(angle)), lat + (north * degree * flat) / (across * (1 - FLAT))];
};

const bd09: Turn = (lng, lat) => {
  const [x, y] = gcj02(lng, lat);
  const radius = Math.hypot(x, y) + 2e-5 * Math.sin(y * BD_TURN);
  const angle = Math.atan2(y, x) + 3e-6 * Math.cos(x * BD_TURN);
  return [radius * Math.cos(angle) + 0.0065, radius * Math.sin(angle) + 0.006];
};

const same: Turn = (lng, lat) => [lng, lat];

/** Undoes a turn that moves a place by little: every round gains two digits. */
const undone = (turn: Turn): Turn => (x, y) => {
  let [a, b] = [x, y];
  for (let round = 0; round < ROUNDS; round++) {
    const [p, q] = turn(a, b);
    [a, b] = [a + x - p, b + y - q];
  }
  return [a, b];
};

const DATUMS: Record<Datum, Turn> = { wgs84: same, cgcs2000: same, gcj02, bd09 };

/** Degrees of WGS 84 in a datum. */
export const toDatum = (datum: Datum): Turn => DATUMS[datum];
/** Degrees of a datum in WGS 84. */
export const fromDatum = (datum: Datum): Turn => (DATUMS[datum] === same ? same : undone(DATUMS[datum]));

const squeeze = (sine: number) => BAIDU_FLAT * Math.atanh(BAIDU_FLAT * sine);

/** Degrees in the projection of the tiles, and back. */
const PLANES: Record<TileServer["projection"], readonly [Turn, Turn]> = {
  degrees: [same, same],
  mercator: [mercator, lngLat],
  baidu: [
    (lng, lat) => {
      const sine = Math.sin((lat * Math.PI) / 180);
      return [(BAIDU_AXIS_M * lng * Math.PI) / 180, BAIDU_AXIS_M * (Math.atanh(sine) - squeeze(sine))];
    },
    (x, y) => {
      let sine = 0;
      for (let round = 0; round < ROUNDS; round++) sine = Math.tanh(y / BAIDU_AXIS_M + squeeze(sine));
      return [((x / BAIDU_AXIS_M) * 180) / Math.PI, (Math.asin(sine) * 180) / Math.PI];
    },
  ],
};

const held = (lat: number) => Math.max(-MOST_LAT, Math.min(MOST_LAT, lat));

export class TileGrid {
  /** From the page's Web Mercator metres to the units of the tiles, and back. */
  readonly toTiles: Turn;
  readonly fromTiles: Turn;
  private readonly turned: boolean;

  /** `house` is the datum of everything else on the page. */
  constructor(
    readonly server: TileServer,
    readonly house: Datum,
  ) {
    const [project, unproject] = PLANES[server.projection];
    this.turned = server.datum === "bd09";
    const alike = DATUMS[server.datum] === DATUMS[house];
    const [there, back]: [Turn, Turn] = alike
      ? [same, same]
      : [
          (lng, lat) => toDatum(server.datum)(...fromDatum(house)(lng, lat)),
          (lng, lat) => toDatum(house)(...fromDatum(server.datum)(lng, lat)),
        ];
    this.toTiles = (x, y) => project(...there(...lngLat(x, y)));
    this.fromTiles = (x, y) => {
      const [lng, lat] = unproject(x, y);
      return mercator(...back(lng, held(lat)));
    };
  }

  /** The zoom whose pixels are most nearly those of the map; null where the server has none near it. */
  zoomAt(x: number, y: number, metresPerPixel: number): number | null {
    const { tile_span, tile_size, min_zoom, max_zoom } = this.server;
    const width = (this.toTiles(x + 500, y)[0] - this.toTiles(x - 500, y)[0]) / 1000;
    const zoom = Math.round(Math.log2(tile_span / (width * tile_size * metresPerPixel)));
    return zoom < min_zoom - 2 ? null : Math.max(min_zoom, Math.min(max_zoom, zoom));
  }

  /** The tiles that a part of the map shows, those nearest to its middle first. */
  tilesIn([west, south, east, north]: Extent, z: number): Tile[] {
    const size = this.size(z);
    const [[ox, oy], sign] = [this.server.origin, this.server.rows === "down" ? -1 : 1];
    const [midX, midY] = [(west + east) / 2, (south + north) / 2];
    const places = [west, midX, east].flatMap((x) => [south, midY, north].map((y) => this.toTiles(x, y)));
    const columns = places.map(([x]) => (x - ox) / size);
    const rows = places.map(([, y]) => (sign * (y - oy)) / size);
    const end = (values: number[], edge: number) => Math.min(Math.max(...values), edge === 0 ? Infinity : (2 * Math.abs(edge)) / size);
    const found: Tile[] = [];
    for (let x = Math.max(0, Math.floor(Math.min(...columns))); x < end(columns, ox); x++) {
      for (let y = Math.max(0, Math.floor(Math.min(...rows))); y < end(rows, oy); y++) found.push({ z, x, y });
    }
    const off = ({ x, y }: Tile) => Math.hypot(x + 0.5 - columns[4], y + 0.5 - rows[4]);
    return found.sort((a, b) => off(a) - off(b));
  }

  /** Where a part of a tile lies on the map; its left, upper, right and lower edge as shares of the tile's side. */
  extentOf({ z, x, y }: Tile, [left, top, right, bottom]: Extent = WHOLE): Extent {
    const { origin, rows } = this.server;
    const size = this.size(z);
    const column = (share: number) => origin[0] + (x + share) * size;
    const row = (share: number) => (rows === "down" ? origin[1] - (y + share) * size : origin[1] + (y + 1 - share) * size);
    const [middle, centre] = [column((left + right) / 2), row((top + bottom) / 2)];
    return [
      this.fromTiles(column(left), centre)[0],
      this.fromTiles(middle, row(bottom))[1],
      this.fromTiles(column(right), centre)[0],
      this.fromTiles(middle, row(top))[1],
    ];
  }

  /**
   * In how many columns and rows a tile is drawn, so that each part is a rectangle on the map to within half a pixel:
   * BD-09 turns the ground by up to a degree, and tiles in degrees that show much of the world are bent.
   */
  partsOf(z: number): readonly [columns: number, rows: number] {
    if (this.server.projection === "degrees" && z < BENT_BELOW_ZOOM) return [1, 16];
    return this.turned ? [6, 6] : [1, 1];
  }

  /** The larger tile some zooms lower, and which part of it the tile is: left and upper edge as shares of its side. */
  above({ z, x, y }: Tile, zooms: number): readonly [tile: Tile, left: number, top: number] {
    const parts = 2 ** zooms;
    const [column, row] = [x % parts, y % parts];
    const top = this.server.rows === "down" ? row : parts - 1 - row;
    return [{ z: z - zooms, x: Math.floor(x / parts), y: Math.floor(y / parts) }, column / parts, top / parts];
  }

  urlOf({ z, x, y }: Tile): string {
    const { url } = this.server;
    return url.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
  }

  private size(z: number): number {
    return this.server.tile_span / 2 ** z;
  }
}
