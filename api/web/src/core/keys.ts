// Keys and what they do. A room declares its keys once: it acts by that list, and the sheet of keys shows the same list.

import type { Catalogue } from "./i18n.js";

export interface KeyUse<Act extends string = string> {
  readonly act: Act;
  /** As `KeyboardEvent.key` names them, letters in small, what is held before them: "j", "ArrowDown", "Ctrl+z". */
  readonly keys: readonly string[];
  readonly words: (words: Catalogue) => string;
}

export type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** What a pressed key does by this list, null when it is not on it. */
export function actOf<Act extends string>(uses: readonly KeyUse<Act>[], pressed: Pressed): Act | null {
  const name = nameOf(pressed);
  return uses.find(({ keys }) => keys.includes(name))?.act ?? null;
}

/** Shift counts with letters and named keys only: with other signs it is how they are typed. */
function nameOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed): string {
  const small = key.length === 1 ? key.toLowerCase() : key;
  const shifted = shiftKey && (small.length > 1 || /[a-z]/.test(small));
  return [ctrlKey || metaKey ? "Ctrl" : "", altKey ? "Alt" : "", shifted ? "Shift" : "", small].filter(Boolean).join("+");
}

const SIGNS = new Map([
  ["ArrowLeft", "←"],
  ["ArrowRight", "→"],
  ["ArrowUp", "↑"],
  ["ArrowDown", "↓"],
  ["Escape", "Esc"],
]);
/** More keys than this with one effect are shown as the first to the last. */
const MOST_SHOWN = 4;

/** The keys of one entry as they are printed on a keyboard. */
export function keyCaps(keys: readonly string[], words: Catalogue): string[] {
  const shown = keys.length > MOST_SHOWN ? [`${keys[0]}–${keys[keys.length - 1]}`] : keys;
  return shown.map((key) => key.split(/\+(?!$)/).map((part) => cap(part, words)).join("+"));
}

function cap(part: string, words: Catalogue): string {
  if (part === " ") return words.keysSpace;
  return SIGNS.get(part) ?? (/^[a-z]$/.test(part) ? part.toUpperCase() : part);
}
