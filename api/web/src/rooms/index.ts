// The rooms in the order of their tabs.

import type { State } from "../core/state.js";
import { gridsRoom } from "./grids.js";
import { mapRoom } from "./map.js";
import { planRoom } from "./plan.js";
import { queueRoom } from "./queue.js";
import type { Role, Room } from "./room.js";

export const ROOMS: readonly Room[] = [mapRoom, gridsRoom, planRoom, queueRoom];

/** The rooms that somebody of the session's role is shown. */
export function roomsOf({ session }: State): readonly Room[] {
  const role = session?.actor.role as Role | undefined;
  return role === undefined ? [] : ROOMS.filter(({ roles }) => roles.includes(role));
}
