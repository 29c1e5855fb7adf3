// Redrawing what depends on the page's state and on the room's.

import type { PlanState } from "../../core/plan.js";
import { catalogue, type Catalogue } from "../../core/i18n.js";
import type { State } from "../../core/state.js";
import { make } from "../../ui/dom.js";
import type { Desk } from "./desk.js";

/** Draws now, and again when the language, the data or a named part of the room's state changes. */
export function redraw(
  desk: Desk,
  parts: (state: PlanState) => readonly unknown[],
  draw: (plan: PlanState, state: State, words: Catalogue) => void,
): void {
  const again = () => draw(desk.store.now, desk.app.store.now, catalogue(desk.app.store.now.language));
  let ready = false;
  desk.app.store.watch(
    (state) => [state.language, state.measures, state.branches, state.plan, state.session],
    () => ready && again(),
  );
  ready = true;
  desk.store.watch(parts, again);
}

/** A button that does something once it is pressed; named for tests and for the reader. */
export function action(name: string, text: string, act: () => void, primary = false): HTMLButtonElement {
  const button = make("button", { type: "button", class: primary ? "plan-button main" : "plan-button", "data-do": name }, text);
  button.addEventListener("click", act);
  return button;
}
