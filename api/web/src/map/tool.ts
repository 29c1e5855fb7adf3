// What the pointer does on the map while a room has taken it: one tool at a time, between the map and its panning.

import PointerInteraction from "ol/interaction/Pointer.js";
import type MapBrowserEvent from "ol/MapBrowserEvent.js";
import type { Pointed } from "./view.js";

export interface Tool {
  /** The pointer went down; true takes the drag, and the map does not pan. */
  down(at: Pointed, event: PointerEvent): boolean;
  drag(at: Pointed, event: PointerEvent): void;
  up(at: Pointed, event: PointerEvent): void;
  /** The pointer moves with no button held. */
  hover?(at: Pointed): void;
  /** The pointer left the map. */
  leave?(): void;
  /** The pointer went down and up on one place, which was no drag of the tool. */
  click?(at: Pointed): void;
  /** A second click followed; with it the map does not zoom. */
  doubleClick?(at: Pointed): void;
}

/** Returns the interaction that asks the tool of the moment; without one the map behaves as ever. */
export function toolInteraction(tool: () => Tool | null, at: (coordinate: number[]) => Pointed): PointerInteraction {
  const told = (event: MapBrowserEvent): [Pointed, PointerEvent] => [
    at(event.coordinate),
    event.originalEvent as PointerEvent,
  ];
  return new PointerInteraction({
    handleDownEvent: (event) => tool()?.down(...told(event)) ?? false,
    handleDragEvent: (event) => tool()?.drag(...told(event)),
    handleMoveEvent: (event) => tool()?.hover?.(at(event.coordinate)),
    handleUpEvent: (event) => {
      tool()?.up(...told(event));
      return false;
    },
    stopDown: (taken) => taken,
  });
}
