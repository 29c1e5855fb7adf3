// The sheet of keys: opened by "?" and by a button, closed by Escape; the keyboard returns to where it was.

import { catalogue, type Catalogue } from "../core/i18n.js";
import { actOf, keyCaps, type KeyUse } from "../core/keys.js";
import type { State } from "../core/state.js";
import type { Store } from "../core/store.js";
import { roomsOf } from "../rooms/index.js";
import { label, make, replace, say } from "./dom.js";
import { MAP_KEYS } from "./mapKeys.js";

const SHEET_KEYS: readonly KeyUse<"sheet">[] = [{ act: "sheet", keys: ["?"], words: (w) => w.keysSheet }];
/** What the browser and Escape do in every room. */
const COMMON_KEYS: readonly KeyUse[] = [
  { act: "next", keys: ["Tab"], words: (w) => w.keysTab },
  { act: "back", keys: ["Escape"], words: (w) => w.keysBack },
];

export interface KeySheet {
  readonly element: HTMLElement;
  readonly button: HTMLElement;
}

export function keySheet(store: Store<State>): KeySheet {
  const heading = say(store, make("h2", { id: "keys", tabindex: "-1" }), (words) => words.keysTitle);
  const close = label(store, make("button", { type: "button", class: "close" }, "×"), "aria-label", (w) => w.close);
  const body = make("div", { class: "sheet-body", tabindex: "0" });
  label(store, body, "aria-label", (words) => words.keysTitle);
  const sheet = make("section", { class: "card sheet", role: "dialog", "aria-modal": "true", "aria-labelledby": "keys" });
  sheet.append(make("div", { class: "card-head" }, heading, close), body);
  const element = make("div", { class: "curtain", hidden: true }, sheet);
  const button = make("button", { type: "button", class: "header-button", "aria-haspopup": "dialog" });
  say(store, button, (words) => `? ${words.keysOpen}`);
  store.watch((state) => [state.language, state.session?.actor.role, state.room], (state) => replace(body, ...groups(state)));
  store.watch((state) => [state.phase], ({ phase }) => (button.hidden = phase !== "ready"));
  opening(store, { element, heading, close, button });
  return { element, button };
}

interface Parts {
  readonly element: HTMLElement;
  readonly heading: HTMLElement;
  readonly close: HTMLElement;
  readonly button: HTMLElement;
}

function opening(store: Store<State>, { element, heading, close, button }: Parts): void {
  let before: Element | null = null;
  const open = () => {
    if (store.now.phase !== "ready" || !element.hidden) return;
    before = document.activeElement;
    element.hidden = false;
    heading.focus();
  };
  const shut = () => {
    element.hidden = true;
    if (before instanceof HTMLElement) before.focus();
  };
  button.addEventListener("click", open);
  close.addEventListener("click", shut);
  element.addEventListener("click", (event) => event.target === element && shut());
  element.addEventListener("keydown", (event) => {
    // Nothing behind the sheet hears a key while it is open.
    event.stopPropagation();
    if (event.key === "Escape") shut();
    else if (event.key === "Tab") keepInside(event, close, element);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select");
    if (typing || actOf(SHEET_KEYS, event) === null) return;
    event.preventDefault();
    open();
  });
}

/** The sheet has two places for the keyboard, the button and the list; behind the last comes the first. */
function keepInside(event: KeyboardEvent, close: HTMLElement, element: HTMLElement): void {
  const list = element.querySelector<HTMLElement>(".sheet-body");
  event.preventDefault();
  (document.activeElement === close ? list : close)?.focus();
}

function groups(state: State): HTMLElement[] {
  const words = catalogue(state.language);
  // The room that the reader is in comes before the others.
  const here = [...roomsOf(state)].sort((one, other) => Number(other.id === state.room) - Number(one.id === state.room));
  const rooms = here.flatMap(({ name, keys }) => (keys?.length ? [group(name(words), keys, words)] : []));
  const common = group(words.keysEverywhere, [...SHEET_KEYS, ...COMMON_KEYS], words);
  return [common, group(words.keysOnMap, MAP_KEYS, words), ...rooms];
}

function group(name: string, uses: readonly KeyUse[], words: Catalogue): HTMLElement {
  const rows = uses.map((use) => {
    const caps = keyCaps(use.keys, words).map((cap) => make("kbd", {}, cap));
    return make("div", {}, make("dt", {}, ...caps), make("dd", {}, use.words(words)));
  });
  return make("section", {}, make("h3", {}, name), make("dl", { class: "key-list" }, ...rows));
}
