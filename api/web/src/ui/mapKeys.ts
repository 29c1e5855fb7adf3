// The keys of the map itself, the same in every room.

import type { KeyUse } from "../core/keys.js";
import type { Direction } from "../core/state.js";

export type MapAct = "move" | "details" | "in" | "out" | "table";

export const ARROWS = new Map<string, Direction>([
  ["ArrowLeft", "left"],
  ["ArrowRight", "right"],
  ["ArrowUp", "up"],
  ["ArrowDown", "down"],
]);

export const MAP_KEYS: readonly KeyUse<MapAct>[] = [
  { act: "move", keys: [...ARROWS.keys()], words: (w) => w.keysMove },
  { act: "details", keys: ["Enter"], words: (w) => w.keysDetails },
  { act: "in", keys: ["+", "="], words: (w) => w.zoomIn },
  { act: "out", keys: ["-"], words: (w) => w.zoomOut },
  { act: "table", keys: ["t"], words: (w) => w.tableKey },
];
