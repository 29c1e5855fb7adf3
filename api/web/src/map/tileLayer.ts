// The bank's own map under everything: each tile is drawn where its ground lies in the page's own datum and projection,
// so that clicks, cells and drawn shapes stay what they are.

import type { Extent } from "../core/hexagons.js";
import { TileGrid, type Datum, type Tile, type TileServer } from "../core/tileServer.js";
import { CanvasLayer, extentOfFrame, type Frame } from "./canvasLayer.js";

/** `lost`: the server has answered nothing yet. */
export type BaseState = "loading" | "ready" | "lost";

interface Picture {
  readonly image: HTMLImageElement;
  state: "loading" | "here" | "lost";
  at: number;
}

const MOST_PICTURES = 500;
/** A moving map asks for nothing until it has stayed for so long. */
const STAY_MS = 60;
const TRY_AGAIN_MS = 30_000;
/** While a tile is on its way, larger ones of so many zooms lower stand in for it. */
const ZOOMS_ABOVE = 4;

export class TileLayer {
  private readonly canvas = new CanvasLayer((context, frame, region) => this.draw(context, frame, region));
  readonly layer = this.canvas.layer;
  private grid: TileGrid | null = null;
  private pictures = new Map<string, Picture>();
  private frame: Frame | null = null;
  private timer = 0;
  /** Whether the server lets its pictures be saved (CORS); null before the first one came. */
  private open: boolean | null = null;

  constructor(private readonly told: (state: BaseState) => void = () => undefined) {
    this.layer.setVisible(false);
  }

  use(server: TileServer | null, house: Datum, shown: boolean): void {
    if (server?.url !== this.grid?.server.url) {
      this.grid = server && new TileGrid(server, house);
      [this.pictures, this.open] = [new Map(), null];
    }
    this.layer.setVisible(server !== null && shown);
    this.canvas.changed();
  }

  /** Shows what another map shows. */
  follow({ grid, layer }: TileLayer): void {
    this.use(grid?.server ?? null, grid?.house ?? "wgs84", layer.getVisible());
  }

  /** The canvas that must not be drawn into a picture, since the browser would refuse to save it; null where none. */
  get shut(): HTMLCanvasElement | null {
    return this.open === false ? this.canvas.canvas : null;
  }

  private draw(context: CanvasRenderingContext2D, frame: Frame, region: Extent): void {
    const { grid } = this;
    const z = grid && zoomOf(grid, frame);
    if (!grid || z === null) return;
    if (frame !== this.frame) this.askLater(frame);
    for (const tile of grid.tilesIn(region, z)) {
      for (let zooms = 0; zooms <= Math.min(ZOOMS_ABOVE, z); zooms++) {
        const [above, left, top] = grid.above(tile, zooms);
        const picture = this.pictures.get(grid.urlOf(above));
        if (picture?.state !== "here") continue;
        paint(context, frame, grid, tile, picture.image, [left, top, 1 / 2 ** zooms]);
        break;
      }
    }
  }

  private askLater(frame: Frame): void {
    this.frame = frame;
    this.told("loading");
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.ask(), STAY_MS);
  }

  private ask(): void {
    const { grid, frame } = this;
    const z = grid && frame && zoomOf(grid, frame);
    if (!grid || !frame || z === null) return this.told("ready");
    const wanted = grid.tilesIn(extentOfFrame(frame), z);
    // The first picture tells in which way the others are to be asked for.
    if (this.open === null) wanted.splice(1);
    for (const tile of wanted) {
      const key = grid.urlOf(tile);
      const known = this.pictures.get(key);
      if (known && (known.state !== "lost" || Date.now() - known.at < TRY_AGAIN_MS)) {
        // What was looked at last is forgotten last.
        this.pictures.delete(key);
        this.pictures.set(key, known);
      } else this.load(grid, tile, this.open !== false);
    }
    for (const key of this.pictures.keys()) if (this.pictures.size > MOST_PICTURES) this.pictures.delete(key);
    this.tell();
  }

  /** Asks first in the way that lets pictures of the map be saved, then in the way that every server answers. */
  private load(grid: TileGrid, tile: Tile, openly: boolean): void {
    const picture: Picture = { image: new Image(), state: "loading", at: Date.now() };
    const { image } = picture;
    this.pictures.set(grid.urlOf(tile), picture);
    if (openly) image.crossOrigin = "anonymous";
    image.onload = () => {
      if (grid !== this.grid) return;
      picture.state = "here";
      const first = this.open === null;
      this.open = openly;
      this.canvas.redraw([grid.extentOf(tile)]);
      if (first) this.ask();
      else this.tell();
    };
    image.onerror = () => {
      if (grid !== this.grid) return;
      if (openly && !this.open) return this.load(grid, tile, false);
      picture.state = "lost";
      this.tell();
    };
    image.src = grid.urlOf(tile);
  }

  private tell(): void {
    const states = Array.from(this.pictures.values(), ({ state }) => state);
    if (states.includes("loading")) this.told("loading");
    else this.told(states.includes("here") || states.length === 0 ? "ready" : "lost");
  }
}

function zoomOf(grid: TileGrid, frame: Frame): number | null {
  const [west, south, east, north] = extentOfFrame(frame);
  return grid.zoomAt((west + east) / 2, (south + north) / 2, frame.resolution);
}

/** Draws a square part of a picture (left and upper edge and side, as shares) onto the ground of a tile. */
function paint(
  context: CanvasRenderingContext2D,
  frame: Frame,
  grid: TileGrid,
  tile: Tile,
  image: HTMLImageElement,
  [left, top, side]: readonly [number, number, number],
): void {
  const [columns, rows] = grid.partsOf(tile.z);
  const { naturalWidth: w, naturalHeight: h } = image;
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const part: Extent = [column / columns, row / rows, (column + 1) / columns, (row + 1) / rows];
      const [x, y, width, height] = onScreen(frame, grid.extentOf(tile, part));
      const [sx, sy] = [(left + side * part[0]) * w, (top + side * part[1]) * h];
      const [sw, sh] = [(side * w) / columns, (side * h) / rows];
      // A pixel more at the right and below: where four parts meet they might leave one free.
      const [moreX, moreY] = [sw / width, sh / height].map((step) => step / frame.ratio);
      const [wide, high] = [Math.min(sw + moreX, w - sx), Math.min(sh + moreY, h - sy)];
      context.drawImage(image, sx, sy, wide, high, x, y, width + 1 / frame.ratio, height + 1 / frame.ratio);
    }
  }
}

/** Left, upper edge, width and height in whole pixels of the screen: soft edges would show the background between two. */
function onScreen({ west, north, resolution, ratio }: Frame, extent: Extent): Extent {
  const whole = (length: number) => Math.round((length / resolution) * ratio) / ratio;
  const [x, y] = [whole(extent[0] - west), whole(north - extent[3])];
  return [x, y, Math.max(1 / ratio, whole(extent[2] - west) - x), Math.max(1 / ratio, whole(north - extent[1]) - y)];
}
