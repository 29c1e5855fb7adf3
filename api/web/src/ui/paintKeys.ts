// The keys of painting; a room that paints has them in its own list.

import { SHAPES, type Shape } from "../core/brush.js";
import type { Catalogue } from "../core/i18n.js";
import type { KeyUse } from "../core/keys.js";
import { ARROWS } from "./mapKeys.js";

export type PaintAct = "paint" | "extend" | "smaller" | "larger" | "erase" | "undo" | "redo" | "map" | Shape;

type Phrase = (words: Catalogue) => string;

/** Name, help and key of each shape. */
export const SHAPE_WORDS: Record<Shape, readonly [name: Phrase, help: Phrase, key: string]> = {
  move: [(w) => w.toolsMove, (w) => w.toolsMoveHelp, "v"],
  brush: [(w) => w.toolsBrush, (w) => w.toolsBrushHelp, "b"],
  fill: [(w) => w.toolsFill, (w) => w.toolsFillHelp, "f"],
  lasso: [(w) => w.toolsLasso, (w) => w.toolsLassoHelp, "l"],
  rectangle: [(w) => w.toolsRectangle, (w) => w.toolsRectangleHelp, "r"],
  parent: [(w) => w.toolsParent, (w) => w.toolsParentHelp, "p"],
  boundary: [(w) => w.toolsBoundary, (w) => w.toolsBoundaryHelp, "a"],
};

export const UNDO_KEYS: readonly KeyUse<"undo" | "redo">[] = [
  { act: "undo", keys: ["Ctrl+z"], words: (w) => w.toolsUndo },
  { act: "redo", keys: ["Ctrl+y", "Ctrl+Shift+z"], words: (w) => w.toolsRedo },
];

export const PAINT_KEYS: readonly KeyUse<PaintAct>[] = [
  { act: "paint", keys: ["Enter"], words: (w) => w.toolsKeyPaint },
  { act: "extend", keys: [...ARROWS.keys()].map((key) => `Shift+${key}`), words: (w) => w.toolsKeyExtend },
  { act: "smaller", keys: ["["], words: (w) => w.toolsSmaller },
  { act: "larger", keys: ["]"], words: (w) => w.toolsLarger },
  { act: "erase", keys: ["e"], words: (w) => w.toolsErase },
  ...UNDO_KEYS,
  { act: "map", keys: [" "], words: (w) => w.toolsKeyMap },
  ...SHAPES.map((act) => ({ act, keys: [SHAPE_WORDS[act][2]], words: SHAPE_WORDS[act][0] })),
];
