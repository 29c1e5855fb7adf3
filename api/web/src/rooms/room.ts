// What a room of the page is: a panel beside the map, a drawer below it, and what the map does meanwhile.

import type { Read, Send } from "../core/api.js";
import type { Catalogue } from "../core/i18n.js";
import type { KeyUse } from "../core/keys.js";
import type { RoomId, State } from "../core/state.js";
import type { Store } from "../core/store.js";
import type { MapView } from "../map/view.js";

/** What every room is given. */
export interface App {
  readonly store: Store<State>;
  readonly read: Read;
  readonly send: Send;
  readonly view: MapView;
  /** Speaks to a screen reader. */
  announce(text: string): void;
  /** Loads the live publication again, after something was published. */
  reload(): void;
}

export interface RoomView {
  /** Left of the map. */
  readonly side: readonly HTMLElement[];
  /** Over or below the map, inside the stage. */
  readonly stage?: readonly HTMLElement[];
  /** The room comes to light; it may put its scene and its tool on the map. */
  entered?(): void;
  /** Another room takes its place; scene and tool of the map are taken away after it. */
  left?(): void;
  /** A key pressed on the map; true when the room has used it. */
  key?(event: KeyboardEvent): boolean;
  /** A key pressed anywhere but on the map, in a field or in a sheet; true when the room has used it. */
  anywhere?(event: KeyboardEvent): boolean;
}

export type Role = "hq" | "planner" | "branch_manager" | "rm" | "helper" | "consumer" | "auditor";

export interface Room {
  readonly id: RoomId;
  readonly name: (words: Catalogue) => string;
  /** Who is shown it; the service decides by itself what they may do. */
  readonly roles: readonly Role[];
  /** The keys it adds to those of the map: it acts by this list (`actOf`), and the sheet of keys shows it. */
  readonly keys?: readonly KeyUse[];
  open(app: App): RoomView;
}
