// Small things that the panels of the room are made of.

import type { GridsState } from "../../core/grids.js";
import { catalogue, type Catalogue } from "../../core/i18n.js";
import type { State } from "../../core/state.js";
import type { Store } from "../../core/store.js";
import { make, say } from "../../ui/dom.js";

export type Phrase = (words: Catalogue) => string;

/** Roles that may change grids; the service decides by itself. */
const EDITORS = new Set(["hq", "planner", "branch_manager"]);

export const mayEdit = (state: State) => EDITORS.has(state.session?.actor.role ?? "");
export const wordsOf = (store: Store<State>) => catalogue(store.now.language);

/** Calls back at once and whenever the language, who is signed in, or a chosen part of the room changes. */
export function follow(
  store: Store<State>,
  room: Store<GridsState>,
  parts: (state: GridsState) => readonly unknown[],
  show: () => void,
): void {
  let begun = false;
  room.watch(parts, () => begun && show());
  begun = true;
  store.watch((state) => [state.language, state.session], show);
}

export function button(store: Store<State>, name: string, phrase: Phrase, act: () => void, kind = "small-button"): HTMLButtonElement {
  const made = say(store, make("button", { type: "button", class: kind, "data-act": name }), phrase);
  made.addEventListener("click", act);
  return made;
}

export function field(store: Store<State>, phrase: Phrase, input: HTMLElement): HTMLElement {
  return make("label", { class: "field" }, say(store, make("span"), phrase), input);
}

/** A part that is opened when it is needed. */
export function fold(store: Store<State>, name: string, phrase: Phrase, ...children: HTMLElement[]): HTMLDetailsElement {
  return make("details", { class: "fold", "data-fold": name }, say(store, make("summary"), phrase), ...children);
}
