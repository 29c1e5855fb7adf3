// Industry and cohort grids as layers over the area grids: what is offered, what is shown, and how many lie where.

import type * as Api from "./api-types.js";
import type { GridsAction } from "./grids.js";

export type Offered = Pick<Api.FeatureKept, "id" | "kind" | "name" | "branch_id">;
export type Layer = Pick<
  Api.FeatureCells,
  "feature_id" | "kind" | "name" | "branch_id" | "cells" | "counts" | "members" | "outside" | "unplaced" | "grids"
>;

/** As many as there are marks that can be told apart by their shape. */
export const MOST_LAYERS = 6;

/** The grids that can lie over the area grids of a branch: its own and those of every branch. */
export const layersOffered =
  (kept: readonly Offered[]): GridsAction =>
  (state) => {
    const here = ({ kind, branch_id: of }: Offered) => kind !== "target_group" && (of === null || of === state.branch);
    return { ...state, offered: kept.filter(here) };
  };

/** Shows a layer in the first free place, which gives it its mark; an answer for a branch that was left changes nothing. */
export const layerShown =
  (layer: Layer): GridsAction =>
  (state) => {
    if (layer.branch_id !== state.branch || state.layers.some((one) => one?.feature_id === layer.feature_id)) return state;
    const layers = [...state.layers];
    const free = Array.from({ length: MOST_LAYERS }, (_, at) => at).find((at) => !layers[at]);
    if (free === undefined) return state;
    layers[free] = layer;
    return { ...state, layers };
  };

/** Its place becomes free; the others keep their marks. */
export const layerHidden =
  (id: string): GridsAction =>
  (state) => ({ ...state, layers: state.layers.map((one) => (one?.feature_id === id ? null : one)) });

/** How many of a layer lie in a cell. */
export function countIn(layer: Layer, cell: string | undefined): number {
  const at = cell === undefined ? -1 : layer.cells.indexOf(cell);
  return at < 0 ? 0 : layer.counts[at];
}

export const largest = (layers: readonly (Layer | null)[]) =>
  layers.reduce((most, layer) => (layer ? layer.counts.reduce((a, b) => Math.max(a, b), most) : most), 0);

/** Of a mark, so that its area follows the number; one alone is still seen. */
export function radiusPx(count: number, most: number): number {
  return Math.max(3.5, 12 * Math.sqrt(count / Math.max(most, 1)));
}
