import assert from "node:assert/strict";
import { test } from "node:test";
import { lngLat, mercator, type Extent } from "../src/core/hexagons.js";
import { fromDatum, TileGrid, toDatum, type Tile, type TileServer } from "../src/core/tileServer.js";
import fixture from "./datum-fixture.json";

const HALF_WORLD = 20037508.342789244;
const DATUMS = ["gcj02", "bd09"] as const;
const MERCATOR: TileServer = {
  url: "http://tiles.bank.example/{z}/{x}/{y}.png",
  datum: "gcj02",
  projection: "mercator",
  origin: [-HALF_WORLD, HALF_WORLD],
  rows: "down",
  tile_span: 2 * HALF_WORLD,
  tile_size: 256,
  min_zoom: 3,
  max_zoom: 18,
  approval_number: null,
  attribution: null,
};
const DEGREES: TileServer = { ...MERCATOR, datum: "cgcs2000", projection: "degrees", origin: [-180, 90], tile_span: 360 };
const BAIDU: TileServer = { ...MERCATOR, datum: "bd09", projection: "baidu", origin: [0, 0], rows: "up", tile_span: 256 * 2 ** 18 };
const SERVERS = { MERCATOR, DEGREES, BAIDU, SOUTH: { ...MERCATOR, origin: [-HALF_WORLD, -HALF_WORLD], rows: "up" } as TileServer };

const off = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((value, at) => Math.abs(value - b[at])));

for (const datum of DATUMS) {
  test(`places in ${datum} are what gridgeo computes, and lead back`, () => {
    for (const place of fixture.places) {
      const [[lng, lat], there] = [place.wgs84 as [number, number], place[datum] as [number, number]];
      assert.ok(off(toDatum(datum)(lng, lat), there) < 1e-9);
      assert.ok(off(fromDatum(datum)(...there), [lng, lat]) < 1e-9);
      // a control: the shift is what is tested, and not the place itself
      assert.ok(off(there, [lng, lat]) > 1e-4);
    }
  });
}

test("tiles lie on the ground that gridgeo computes, in every grid", () => {
  const [house, names] = ["wgs84" as const, { MERCATOR: "gcj02", BAIDU: "baidu", DEGREES: "wgs84" } as const];
  for (const [name, column] of Object.entries(names)) {
    const grid = new TileGrid(SERVERS[name as keyof typeof names], house);
    for (const place of fixture.places) {
      const held = place[column] as [number, number];
      const expected = column === "gcj02" ? mercator(...held) : held;
      const found = grid.toTiles(...mercator(...(place.wgs84 as [number, number])));
      const unit = column === "wgs84" ? 1e-9 : 1e-4;
      assert.ok(off(found, expected) < unit, `${name} ${found} ${expected}`);
      assert.ok(off(lngLat(...grid.fromTiles(...found)), place.wgs84) < 1e-9);
    }
  }
});

test("a map in the datum of the page stays where it is", () => {
  const grid = new TileGrid(MERCATOR, "gcj02");
  assert.ok(off(grid.toTiles(1.2e7, 4.5e6), [1.2e7, 4.5e6]) < 1e-6);
});

test("known tiles have the numbers that every client of such a server asks for", () => {
  const at = (server: TileServer, z: number) => {
    const [x, y] = mercator(116.391, 39.907);
    return new TileGrid({ ...server, datum: server.datum === "bd09" ? "bd09" : "wgs84" }, server.datum === "bd09" ? "bd09" : "wgs84")
      .tilesIn([x, y, x, y], z)
      .map((tile) => [tile.x, tile.y]);
  };
  // Web Mercator: floor(2^12 (116.391 + 180) / 360), and the row by the same rule upside down for TMS.
  assert.deepEqual(at(MERCATOR, 12), [[3372, 1552]]);
  assert.deepEqual(at(SERVERS.SOUTH, 12), [[3372, 4095 - 1552]]);
  // EPSG:4490, Tianditu's c: 2^12 columns of 360 / 2^12 degrees, rows from the pole.
  assert.deepEqual(at(DEGREES, 12), [[3372, 569]]);
  // Baidu's zoom 12 has 64 metres a pixel.
  assert.deepEqual(at(BAIDU, 12), [[790, 294]]);
});

function planeOf({ origin, rows, tile_span }: TileServer, tile: Tile, u: number, v: number): [number, number] {
  const size = tile_span / 2 ** tile.z;
  return [origin[0] + (tile.x + u) * size, rows === "up" ? origin[1] + (tile.y + 1 - v) * size : origin[1] - (tile.y + v) * size];
}

for (const [name, server] of Object.entries(SERVERS)) {
  test(`tiles of ${name} cover what is seen, without a gap and each in its place`, () => {
    const grid = new TileGrid(server, "wgs84");
    const [x, y] = mercator(107.2, 31.9);
    const z = grid.zoomAt(x, y, 8) as number;
    const seen: Extent = [x - 4000, y - 3000, x + 4000, y + 3000];
    const tiles = grid.tilesIn(seen, z);
    const inside = (extent: Extent, px: number, py: number) =>
      px >= extent[0] - 1 && px <= extent[2] + 1 && py >= extent[1] - 1 && py <= extent[3] + 1;
    for (let k = 0; k <= 10; k++) {
      const [px, py] = [seen[0] + k * 800, seen[1] + ((k * 7) % 11) * 600];
      assert.ok(tiles.some((tile) => inside(grid.extentOf(tile), px, py)), `${px} ${py}`);
    }
    for (const tile of tiles) {
      const [west, , east] = grid.extentOf(tile);
      const pixel = (east - west) / server.tile_size;
      assert.ok(pixel > 8 / 1.5 && pixel < 8 * 1.5);
      // Corners and middle of every part, straight from the plane of the tiles, lie where they are drawn.
      const [columns, rows] = grid.partsOf(z);
      for (let k = 0; k < columns * rows; k++) {
        const part: Extent = [(k % columns) / columns, Math.floor(k / columns) / rows, 0, 0];
        [part[2], part[3]] = [part[0] + 1 / columns, part[1] + 1 / rows];
        const drawn = grid.extentOf(tile, part);
        for (const share of [0, 0.5, 1]) {
          const [u, v] = [part[0] + share / columns, part[1] + share / rows];
          const exact = grid.fromTiles(...planeOf(server, tile, u, v));
          const placed = [drawn[0] + share * (drawn[2] - drawn[0]), drawn[3] - share * (drawn[3] - drawn[1])];
          assert.ok(off(exact, placed) < 0.5 * pixel, `${off(exact, placed) / pixel} pixels`);
        }
      }
      // The tile above holds the part that it is said to hold.
      const [above, left, top] = grid.above(tile, 2);
      assert.ok(off(planeOf(server, above, left, top), planeOf(server, tile, 0, 0)) < 1e-6);
    }
  });
}

test("where the server has no zoom near that of the map nothing is asked for", () => {
  const grid = new TileGrid({ ...MERCATOR, min_zoom: 10 }, "wgs84");
  const [x, y] = mercator(107.2, 31.9);
  assert.equal(grid.zoomAt(x, y, 3000), null);
  assert.equal(grid.zoomAt(x, y, 300), 10);
  assert.equal(grid.zoomAt(x, y, 0.01), 18);
});

test("an address takes zoom, column and row", () => {
  assert.equal(new TileGrid(MERCATOR, "wgs84").urlOf({ z: 3, x: 4, y: 5 }), "http://tiles.bank.example/3/4/5.png");
});
