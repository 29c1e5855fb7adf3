// The lines that catchments are stated by, as straight pieces: they are drawn together with the borders of cells.

import { mercator } from "./hexagons.js";
import type { State } from "./state.js";

/** Pieces as x, y, x, y in a row, Web Mercator metres; faint: of other branches than the chosen one. */
export interface Outlines {
  readonly plain: Float64Array;
  readonly faint: Float64Array;
}

export function outlinesOf({ catchments, branch }: Pick<State, "catchments" | "branch">): Outlines {
  const [plain, faint]: [number[], number[]] = [[], []];
  for (const { geometry, properties } of catchments?.features ?? []) {
    addPieces(branch === null || properties.branch_id === branch ? plain : faint, geometry.coordinates as Nested[]);
  }
  return { plain: Float64Array.from(plain), faint: Float64Array.from(faint) };
}

type Nested = number | Nested[];

/** Lines, rings and any lists of them. */
function addPieces(pieces: number[], parts: readonly Nested[]): void {
  parts.forEach((part, at) => {
    const [from, to] = [parts[at - 1] as number[] | undefined, part as number[]];
    if (typeof to[0] !== "number") addPieces(pieces, to);
    else if (from) pieces.push(...mercator(from[0], from[1]), ...mercator(to[0], to[1]));
  });
}
