// Making elements; text only ever goes in as text.

import { catalogue, type Catalogue } from "../core/i18n.js";
import type { State } from "../core/state.js";
import type { Watched } from "../core/store.js";

type Attributes = Record<string, string | boolean | undefined>;
type Child = Node | string;

/** Makes an element; `true` sets an empty attribute, `false` and `undefined` none. */
export function make<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : value);
  }
}

export function replace(element: Element, ...children: Child[]): void {
  element.textContent = "";
  element.append(...children);
}

/**
 * The same where much is drawn again as it was: what looks as before stays, and with it the keyboard, what is typed, and
 * a press that has begun. What listens to such an element must not hold more than the element shows. The keyboard goes on
 * to what stands in the place of where it was, if that goes by the same name.
 */
export function renew(element: Element, ...children: Element[]): void {
  children.forEach((child, at) => {
    const old = element.children[at] as Element | undefined;
    if (!old) return element.append(child);
    if (old.isEqualNode(child)) return;
    const held = document.activeElement as HTMLElement | null;
    const place = within(old).indexOf(held as HTMLElement);
    old.replaceWith(child);
    const next = within(child)[place] as HTMLElement | undefined;
    if (JSON.stringify(next?.dataset) === JSON.stringify(held?.dataset)) next?.focus();
  });
  while (element.children.length > children.length) element.lastElementChild?.remove();
}

const within = (element: Element) => [element, ...element.querySelectorAll("*")] as HTMLElement[];

/** What is asked for again before it is done is not done twice. */
export function once<T extends unknown[]>(act: (...all: T) => Promise<unknown>): (...all: T) => void {
  let busy = false;
  return (...all) => {
    if (busy) return;
    busy = true;
    void act(...all).finally(() => (busy = false));
  };
}

/** What is said in a low voice: hints, counts, nothing there. */
export const quiet = (...said: Child[]): HTMLElement => make("p", { class: "quiet" }, ...said);

/** A term and what is said of it, of a list of facts. */
export const fact = (term: Child, ...said: Child[]): HTMLElement => make("div", {}, make("dt", {}, term), make("dd", {}, ...said));

/** The heads of a table's columns; those over numbers stand at the right, as numbers do. */
export const headRow = (names: readonly Child[], numbers: readonly number[] = [], more: readonly Child[] = []): HTMLElement =>
  make("tr", {}, ...names.map((name, at) => make("th", { scope: "col", class: numbers.includes(at) ? "number" : undefined }, name)), ...more);

/** A name that came with the data and has no translation. */
export function given(text: string): HTMLElement {
  return make("span", { translate: "no" }, text);
}

/** A figure with its exact value beside what is shown of it. */
export function figureElement(exact: number, shown: string): HTMLElement {
  return make("data", { value: String(exact) }, shown);
}

/** A square of colour for legends and tables; drawn by the caller's canvas, since the page has no inline style. */
export function swatch(draw: (context: CanvasRenderingContext2D, size: number, ratio: number) => void): HTMLElement {
  const size = 18;
  const ratio = Math.max(1, window.devicePixelRatio || 1);
  const canvas = make("canvas", { class: "swatch", "aria-hidden": "true" });
  canvas.width = canvas.height = Math.round(size * ratio);
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.scale(canvas.width / size, canvas.height / size);
  draw(context, size, ratio);
  return canvas;
}

/** Keeps an element's text in the reader's language. */
export function say<T extends Element>(store: Watched<State>, element: T, phrase: (words: Catalogue) => string): T {
  store.watch(
    (state) => [state.language],
    ({ language }) => (element.textContent = phrase(catalogue(language))),
  );
  return element;
}

/** Keeps an attribute's text in the reader's language. */
export function label<T extends Element>(
  store: Watched<State>,
  element: T,
  attribute: string,
  phrase: (words: Catalogue) => string,
): T {
  store.watch(
    (state) => [state.language],
    ({ language }) => element.setAttribute(attribute, phrase(catalogue(language))),
  );
  return element;
}
