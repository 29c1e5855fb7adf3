// Lines as whole pixels: a pixel is as opaque as its middle is near to a line. What becomes of it depends on the ground
// alone, in whatever parts a picture is drawn; the browser's own strokes come out a shade differently at every cut, and
// many short ones take ten times as long.

/** A part of the plane of pixels at one scale: pixel (column, row) shows x = (left + column + 1/2) / scale, y down from north. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Pixels a metre. */
  readonly scale: number;
}

/** Share of red, green and blue of 255, and how opaque of 1. */
export type Colour = readonly [red: number, green: number, blue: number, opaque: number];
/** What lies below comes first; widths in pixels. */
export type Strokes = readonly (readonly [colour: Colour, width: number])[];

const FAR = 255;

/** How far the middle of each pixel of a part lies from the nearest of some lines, as far as strokes reach. */
export class Lines {
  private readonly reach: number;
  private readonly far: Uint8Array;

  constructor(
    private readonly part: Part,
    private readonly strokes: Strokes,
  ) {
    // A tenth more than the soft edge needs: where a row of pixels ends is rounded, and must not be seen.
    this.reach = Math.max(...strokes.map(([, width]) => width)) / 2 + 0.6;
    this.far = new Uint8Array(part.width * part.height).fill(FAR);
  }

  /** A straight line between two places in Web Mercator metres. */
  add(ax: number, ay: number, bx: number, by: number): void {
    const { far, reach } = this;
    const { left, top, width, height, scale } = this.part;
    const x = ax * scale - left - 0.5;
    const y = -ay * scale - top - 0.5;
    const dx = (bx - ax) * scale;
    const dy = (ay - by) * scale;
    const square = dx * dx + dy * dy || 1;
    const step = FAR / reach;
    const last = Math.min(height - 1, Math.max(y, y + dy) + reach);
    for (let row = Math.max(0, Math.ceil(Math.min(y, y + dy) - reach)); row <= last; row++) {
      const down = row - y;
      // Of a long line only the piece that comes near to the row.
      const one = x + dx * between((down - reach) / dy);
      const other = x + dx * between((down + reach) / dy);
      const end = Math.min(width - 1, Math.max(one, other) + reach);
      for (let column = Math.max(0, Math.ceil(Math.min(one, other) - reach)); column <= end; column++) {
        const right = column - x;
        const along = between((right * dx + down * dy) / square);
        const value = Math.sqrt((right - along * dx) ** 2 + (down - along * dy) ** 2) * step;
        const at = row * width + column;
        if (value < far[at]) far[at] = value;
      }
    }
  }

  /** Lays the lines over a picture of the part. */
  over({ data }: Pick<ImageData, "data">): void {
    const { far, reach, strokes } = this;
    const inks = new Uint8ClampedArray(4 * FAR);
    for (let value = 0; value < FAR; value++) {
      for (const [[red, green, blue, opaque], width] of strokes) {
        lay(inks, 4 * value, red, green, blue, opaque * between(width / 2 + 0.5 - (value * reach) / FAR));
      }
    }
    const [pixels, colours] = [new Uint32Array(data.buffer), new Uint32Array(inks.buffer)];
    for (let at = 0; at < far.length; at++) {
      if (far[at] === FAR) continue;
      const ink = 4 * far[at];
      if (pixels[at] === 0) pixels[at] = colours[far[at]];
      else lay(data, 4 * at, inks[ink], inks[ink + 1], inks[ink + 2], inks[ink + 3] / 255);
    }
  }
}

function between(share: number): number {
  return Math.max(0, Math.min(1, share));
}

/** Lays a colour over a pixel, as opaque as it is. */
function lay(data: Uint8ClampedArray, at: number, red: number, green: number, blue: number, opaque: number): void {
  const below = (data[at + 3] / 255) * (1 - opaque);
  const all = opaque + below;
  if (all === 0) return;
  data[at] = (red * opaque + data[at] * below) / all;
  data[at + 1] = (green * opaque + data[at + 1] * below) / all;
  data[at + 2] = (blue * opaque + data[at + 2] * below) / all;
  data[at + 3] = 255 * all;
}
