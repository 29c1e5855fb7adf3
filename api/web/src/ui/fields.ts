// What is wrong with a field, in the reader's language: the browser would say it in its own.

import { catalogue, type Catalogue } from "../core/i18n.js";
import type { State } from "../core/state.js";
import type { Store } from "../core/store.js";

type Field = HTMLInputElement | HTMLTextAreaElement;

/** The browser shows what is said of a field beside it, and goes on asking until it is said no more. */
export function sayInvalid(store: Store<State>): void {
  const said = (text: (field: Field) => string) => (event: Event) => (event.target as Field).setCustomValidity(text(event.target as Field));
  document.addEventListener("invalid", said((field) => wrongWith(field, catalogue(store.now.language))), true);
  document.addEventListener("input", said(() => ""), true);
}

function wrongWith(field: Field, words: Catalogue): string {
  const { type, min, max, step } = field as HTMLInputElement;
  if (type === "date") return words.fieldDay;
  if (type !== "number") return words.fieldMissing;
  return step === "any" ? words.fieldNumber(min, max) : words.fieldWhole(min, max);
}

/** Whether what is filled in can be sent; fields that are not seen do not count, and the first wrong one is told. */
export const filled = (...fields: Field[]): boolean => fields.every((one) => !one.offsetParent || isRight(one));

function isRight(field: Field): boolean {
  // The page may have filled it in since it was found empty.
  field.setCustomValidity("");
  return field.reportValidity();
}
