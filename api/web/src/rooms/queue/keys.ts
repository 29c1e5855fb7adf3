// The keys of the queue.

import type { KeyUse } from "../../core/keys.js";

export type QueueAct = "next" | "back" | "accept" | "choose" | "place" | "here" | "stop" | "reject" | "skip" | "undo";

export const QUEUE_KEYS: readonly KeyUse<QueueAct>[] = [
  { act: "next", keys: ["j"], words: (w) => w.queueKeyNext },
  { act: "back", keys: ["k"], words: (w) => w.queueKeyBack },
  { act: "accept", keys: ["a"], words: (w) => w.queueKeyAccept },
  { act: "choose", keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], words: (w) => w.queueKeyChoose },
  { act: "place", keys: ["p"], words: (w) => w.queueKeyPlace },
  { act: "here", keys: ["Enter"], words: (w) => w.queueKeyHere },
  { act: "stop", keys: ["Escape"], words: (w) => w.queueKeyStop },
  { act: "reject", keys: ["r"], words: (w) => w.queueKeyReject },
  { act: "skip", keys: ["s"], words: (w) => w.queueKeySkip },
  { act: "undo", keys: ["u"], words: (w) => w.queueKeyUndo },
];
