// Scores and territories as they are published.

import { controls } from "../ui/controls.js";
import { say, make } from "../ui/dom.js";
import { legend } from "../ui/legend.js";
import { territoryPanel } from "../ui/territoryPanel.js";
import { nextPanel } from "./map/next.js";
import type { Room } from "./room.js";

export const mapRoom: Room = {
  id: "map",
  name: (words) => words.roomMap,
  roles: ["hq", "planner", "branch_manager", "rm", "helper", "consumer", "auditor"],
  open: (app) => {
    const { store } = app;
    const hint = say(store, make("p", { class: "quiet hint" }), (words) => words.detailsHint);
    return { side: [controls(store), legend(store), nextPanel(app), hint], stage: [territoryPanel(store)] };
  },
};
