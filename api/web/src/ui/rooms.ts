// The tabs of the rooms, and the room in the page's address, so that a reload or a link opens the same one.

import { roomChosen, type State } from "../core/state.js";
import { Opened, type Store, type Watched } from "../core/store.js";
import { ROOMS, roomsOf } from "../rooms/index.js";
import { label, make, replace, say } from "./dom.js";

/** Other anchors, such as that of the map, are not rooms. */
const ADDRESS = "#/";

/** One link for each room the reader has; nothing where there is only one. */
export function tabs(store: Store<State>): HTMLElement {
  const bar = label(store, make("nav", { class: "rooms" }), "aria-label", (words) => words.rooms);
  const opened = new Opened(store);
  store.watch(
    (state) => [state.session?.actor.role],
    (state) => {
      opened.close();
      const links = roomsOf(state).map((room) => tab(opened, room.id));
      bar.hidden = links.length < 2;
      replace(bar, ...links);
    },
  );
  return bar;
}

function tab(store: Watched<State>, id: State["room"]): HTMLElement {
  const room = ROOMS.find((one) => one.id === id);
  const link = say(store, make("a", { href: `${ADDRESS}${id}`, "data-tab": id }), (words) => room?.name(words) ?? id);
  store.watch(
    (state) => [state.room],
    (state) => {
      if (state.room === id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    },
  );
  return link;
}

const KEPT = "gridgeo.room";

/** Signing in elsewhere leads back to the bare address: the room is kept for then. */
export function keepRoom(): void {
  try {
    sessionStorage.setItem(KEPT, location.hash);
  } catch {
    // Storage may be switched off: the map is opened then.
  }
}

function keptRoom(): string {
  try {
    const kept = sessionStorage.getItem(KEPT) ?? "";
    sessionStorage.removeItem(KEPT);
    return kept;
  } catch {
    return "";
  }
}

export function followAddress(store: Store<State>): void {
  const kept = keptRoom();
  if (kept.startsWith(ADDRESS) && !location.hash) history.replaceState(null, "", kept);
  const read = () => {
    const { hash } = location;
    const room = ROOMS.find(({ id }) => hash === `${ADDRESS}${id}`);
    if (!room && hash !== "") return;
    store.apply(roomChosen(room?.id ?? "map"));
    // A room that the reader does not have was left again before anybody heard of it.
    write(store.now);
  };
  const write = ({ room }: State) => {
    const wanted = room === "map" ? "" : `${ADDRESS}${room}`;
    if (location.hash.startsWith(ADDRESS) || wanted) history.replaceState(null, "", wanted || location.pathname);
  };
  window.addEventListener("hashchange", read);
  read();
  store.watch((state) => [state.room], write);
}
