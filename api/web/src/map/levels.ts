// Whether the cells are drawn or, while too many of them are in view, their parents.

import type { Extent } from "../core/hexagons.js";
import { cellsNear } from "../core/near.js";
import { coarser, MOST_IN_VIEW, MOST_LEVELS, parentsOf } from "../core/parents.js";
import type { State } from "../core/state.js";
import type { Store } from "../core/store.js";
import { extentOfFrame, type Frame } from "./canvasLayer.js";
import type { Painted } from "./cellLayer.js";
import { paintFrom } from "./cellPaint.js";

export class Levels {
  /** How many resolutions above the cells; 0: the cells themselves. */
  now = 0;
  private settledAt = NaN;
  private coarse: (Painted & { readonly levels: number }) | null = null;

  constructor(private readonly store: Store<State>) {}

  /** Cells or their values are others: what was made of them is made again. */
  forget(): void {
    this.coarse = null;
    this.settledAt = NaN;
  }

  /** What makes the parents that a frame shows; null where it shows the cells. */
  drawn(frame: Frame): (() => Painted | null) | null {
    // Settled where the whole canvas is drawn: a part that comes into view is drawn like what stands there already.
    if (frame.resolution !== this.settledAt) this.settle(extentOfFrame(frame), frame.resolution);
    return this.now === 0 ? null : () => this.parents();
  }

  /** Settles whether cells or their parents are drawn; true when that changes. */
  settle(seen: Extent, resolution: number): boolean {
    const before = this.now;
    this.now = this.levelsFor(seen);
    this.settledAt = resolution;
    return this.now !== before;
  }

  private parents(): Painted | null {
    if (this.coarse?.levels === this.now) return this.coarse;
    const above = coarser(this.store.now, this.now);
    const shape = above.cells?.hexagons;
    this.coarse = shape ? { levels: this.now, shape, paint: paintFrom(above) } : null;
    return this.coarse;
  }

  private levelsFor(seen: Extent): number {
    const { cells } = this.store.now;
    if (!cells || cells.ids.length <= MOST_IN_VIEW) return 0;
    let [levels, shape] = [0, cells.hexagons];
    while (levels < Math.min(MOST_LEVELS, cells.resolution) && cellsNear(shape, seen).length > MOST_IN_VIEW) {
      shape = parentsOf(cells, ++levels).table.hexagons;
    }
    return levels;
  }
}
