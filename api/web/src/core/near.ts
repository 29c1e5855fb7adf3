// Which cells lie in a part of the ground: found among those of the same latitude, not by looking at every cell.

import type { Extent, Hexagons } from "./hexagons.js";

/** Cells from south to north. */
const orders = new WeakMap<Hexagons, Int32Array>();

/** Cells of which a part may lie in a region of the ground; any two of them always come in the same order. */
export function cellsNear(shape: Hexagons, region: Extent): number[] {
  const { count, centreY, reach } = shape;
  let order = orders.get(shape);
  if (!order) {
    order = Int32Array.from({ length: count }, (_, cell) => cell).sort((a, b) => centreY[a] - centreY[b]);
    orders.set(shape, order);
  }
  const found: number[] = [];
  for (let at = firstFrom(order, centreY, region[1] - reach); at < count && centreY[order[at]] < region[3] + reach; at++) {
    if (isNear(shape, order[at], region)) found.push(order[at]);
  }
  return found;
}

export function isNear({ centreX, centreY, reach }: Hexagons, cell: number, [west, south, east, north]: Extent): boolean {
  const [x, y] = [centreX[cell], centreY[cell]];
  return x + reach > west && x - reach < east && y + reach > south && y - reach < north;
}

/** Where in the order the cells begin that do not lie below `y`. */
function firstFrom(order: Int32Array, centreY: Float64Array, y: number): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (centreY[order[middle]] < y) low = middle + 1;
    else high = middle;
  }
  return low;
}
