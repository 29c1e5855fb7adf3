// Scores and territories as they are published.

import { actOf, type KeyUse } from "../core/keys.js";
import { cellsSwitched } from "../core/state.js";
import { controls } from "../ui/controls.js";
import { say, make } from "../ui/dom.js";
import { legend } from "../ui/legend.js";
import { territoryPanel } from "../ui/territoryPanel.js";
import { nextPanel } from "./map/next.js";
import type { Room } from "./room.js";

const MAP_ROOM_KEYS: readonly KeyUse<"table">[] = [{ act: "table", keys: ["t"], words: (words) => words.tableKey }];

export const mapRoom: Room = {
  id: "map",
  name: (words) => words.roomMap,
  roles: ["hq", "planner", "branch_manager", "rm", "helper", "consumer", "auditor"],
  keys: MAP_ROOM_KEYS,
  open: (app) => {
    const { store } = app;
    const hint = say(store, make("p", { class: "quiet hint" }), (words) => words.detailsHint);
    const key = (event: KeyboardEvent) => {
      if (actOf(MAP_ROOM_KEYS, event) === null) return false;
      store.apply(cellsSwitched());
      return true;
    };
    return { key, anywhere: key, side: [controls(store), legend(store), nextPanel(app), hint], stage: [territoryPanel(store)] };
  },
};
