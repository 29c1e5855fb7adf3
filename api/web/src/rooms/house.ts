// Shows one room at a time; a room is built when it is first entered.

import { actOf } from "../core/keys.js";
import { cellsSwitched, roomChosen, type RoomId } from "../core/state.js";
import { make } from "../ui/dom.js";
import { MAP_KEYS } from "../ui/mapKeys.js";
import { roomsOf } from "./index.js";
import type { App, RoomView } from "./room.js";

export interface House {
  readonly side: HTMLElement;
  /** A key pressed on the map; true when the room that is shown has used it. */
  key(event: KeyboardEvent): boolean;
}

interface Built {
  readonly view: RoomView;
  readonly side: HTMLElement;
}

/** `stage` takes what rooms put over and below the map. */
export function house(app: App, stage: HTMLElement): House {
  const side = make("div", { class: "side" });
  const built = new Map<RoomId, Built>();
  let shown: Built | null = null;
  const build = (id: RoomId): Built | null => {
    const room = roomsOf(app.store.now).find((one) => one.id === id);
    if (!room) return null;
    const view = room.open(app);
    const panel = make("div", { class: "room", "data-room": id }, ...view.side);
    side.append(panel);
    stage.append(...(view.stage ?? []));
    return { view, side: panel };
  };
  app.store.watch(
    (state) => [state.room, state.phase === "ready", state.session?.actor.role],
    ({ room, phase }) => {
      if (phase !== "ready") return;
      const next = built.get(room) ?? build(room);
      if (!next) return app.store.apply(roomChosen("map"));
      built.set(room, next);
      if (next === shown) return;
      if (shown) leave(app, shown);
      shown = next;
      for (const [id, one] of built) show(one, id === room);
      document.body.dataset["room"] = room;
      next.view.entered?.();
    },
  );
  document.addEventListener("keydown", (event) => {
    if (app.store.now.phase !== "ready" || event.defaultPrevented || !isFree(event.target)) return;
    if (shown?.view.anywhere?.(event) || tableSwitched(app, event)) event.preventDefault();
  });
  return { side, key: (event) => shown?.view.key?.(event) ?? false };
}

function tableSwitched({ store }: App, event: KeyboardEvent): boolean {
  const asked = actOf(MAP_KEYS, event) === "table";
  if (asked) store.apply(cellsSwitched());
  return asked;
}

/** Whether a key pressed there is nobody else's: the map asks its room itself, and fields and sheets take their own. */
function isFree(target: EventTarget | null): boolean {
  return !(target instanceof Element) || !target.closest("input, select, textarea, [role=dialog], #map");
}

function leave(app: App, { view }: Built): void {
  view.left?.();
  app.view.use(null);
  app.view.show(null);
}

function show({ view, side }: Built, shown: boolean): void {
  side.hidden = !shown;
  for (const element of view.stage ?? []) element.classList.toggle("elsewhere", !shown);
}
