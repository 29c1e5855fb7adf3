// A room of the bench: the published plan painted with the page's own tools, and the page's own parts within reach.

import { twoPlans } from "../src/core/compared.js";
import { Edit } from "../src/core/edit.js";
import type { CellTable, Plan } from "../src/core/state.js";
import { BLANK, paintFrom, SOLID } from "../src/map/cellPaint.js";
import { ROOMS } from "../src/rooms/index.js";
import { Scenery } from "../src/rooms/plan/scene.js";
import { SideBySide } from "../src/rooms/plan/sideBySide.js";
import type { App, Room } from "../src/rooms/room.js";
import { make } from "../src/ui/dom.js";
import { PAINT_KEYS } from "../src/ui/paintKeys.js";
import { painter } from "../src/ui/tools.js";

interface Reach {
  edit: Edit;
  /** Draws every cell and border again, at once. */
  redraw(): void;
  pan(right: number, down: number): void;
  zoom(steps: number): void;
  /** Width in pixels of the square that as many cells cover. */
  widthOf(cells: number): number;
  /** Shows the plan beside another on two maps, each with the whole ground. */
  compare(): void;
}

/** In the other plan a fifth of the cells, in patches of so many, have the next manager. */
const PATCH_CELLS = 500;

function compare({ store, view }: App, plan: Plan, scenery: Scenery, maps: SideBySide): void {
  const { territories } = plan;
  const other = plan.owner.map((owner, cell) => (Math.floor(cell / PATCH_CELLS) % 5 ? owner : (owner + 1) % territories.length));
  const shown = twoPlans(plan, { territories, owner: other }, store.now.branches.map(({ id }) => id));
  maps.show("Other", "This");
  scenery.show({ kind: "both", shown, focus: null, twin: maps.twin });
  view.showAll();
}

function open(app: App): ReturnType<Room["open"]> {
  const { store, view } = app;
  const [cells, plan] = [store.now.cells as CellTable, store.now.plan as Plan];
  const owners = plan.territories.length;
  const weights = [...store.now.columns.values()].map(({ values }) => values.map((value) => value ?? 0));
  const edit = new Edit(cells.hexagons, [...weights, ...weights, ...weights], plan.owner, owners);
  const paint = paintFrom({ ...store.now, mode: "territories" });
  const bars = make("output", { class: "card" });
  let target = 0;
  const changed = (some: Iterable<number>) => {
    for (const cell of some) {
      const owner = edit.owner[cell];
      paint.index[cell] = owner < 0 ? paint.colours.length - 1 : owner;
      paint.texture[cell] = owner < 0 ? BLANK : SOLID;
    }
    const rows = plan.territories.map((_, owner) => `${edit.total(0, owner)} ${edit.total(2, owner)} ${edit.pieces(owner)}`);
    bars.textContent = rows.join("; ");
  };
  // Every stroke goes to another territory, so that each changes something.
  const tools = painter({ app, edit, target: () => target, changed, stroke: () => (target = (target + 1) % owners) });
  const every = Array.from({ length: edit.owner.length }, (_, cell) => cell);
  const reach: Reach = {
    edit,
    redraw: () => view.repaint(every),
    pan: (right, down) => view.panBy(right, down),
    zoom: (steps) => view.zoomBy(steps),
    widthOf: (count) => Math.sqrt(count * 2.598) * (cells.hexagons.reach / view.metresPerPixel()),
    compare: () => compare(app, plan, new Scenery(app), new SideBySide(app)),
  };
  Object.assign(window, { bench: reach });
  const entered = () => {
    view.show({ paint, marks: { borders: null, chosen: null, selected: -1, live: { owner: edit.owner, chosen: -1 } } });
    tools.start();
    document.body.dataset["bench"] = "true";
  };
  return { side: [tools.element, bars], entered, key: (event) => tools.key(event) };
}

const benchRoom: Room = { id: "plan", name: () => "Bench", roles: ["hq"], keys: PAINT_KEYS, open };
const rooms = ROOMS as Room[];
const others = rooms.filter(({ id }) => id !== "plan");
rooms.splice(0, rooms.length, ...others, benchRoom);
