// Scores and territories as they are published.

import { controls } from "../ui/controls.js";
import { say, make } from "../ui/dom.js";
import { legend } from "../ui/legend.js";
import { territoryPanel } from "../ui/territoryPanel.js";
import { followShown } from "../core/shown.js";
import { nextPanel } from "./map/next.js";
import { saving } from "./map/saving.js";
import { search } from "./map/search.js";
import { shownControls } from "./map/shownControls.js";
import type { Room } from "./room.js";

export const mapRoom: Room = {
  id: "map",
  name: (words) => words.roomMap,
  roles: ["hq", "planner", "branch_manager", "rm", "helper", "consumer", "auditor"],
  open: (app) => {
    const { store } = app;
    const hint = say(store, make("p", { class: "quiet hint" }), (words) => words.detailsHint);
    followShown(store, app.read);
    const shown = legend(store);
    shown.append(saving(app, shown));
    const side = [search(app), controls(store), shown, shownControls(app), nextPanel(app), hint];
    return { side, stage: [territoryPanel(store)] };
  },
};
