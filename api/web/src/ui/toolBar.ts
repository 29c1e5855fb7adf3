// The bar of the painting tools: which tool, how large, undo and redo, and what the last stroke did.

import { erasingSwitched, LARGEST_BRUSH, shapeChosen, SHAPES, sizeStepped, type Shape, type ToolState } from "../core/brush.js";
import { integer } from "../core/format.js";
import { catalogue, type Catalogue } from "../core/i18n.js";
import type { State } from "../core/state.js";
import type { Store, Watched } from "../core/store.js";
import { label, make, say } from "./dom.js";
import { SHAPE_WORDS } from "./paintKeys.js";

export interface ToolBar {
  readonly element: HTMLElement;
  /** How many strokes can be undone and redone. */
  count(undoable: number, redoable: number): void;
  say(text: string): void;
}

type Steps = { readonly undo: () => void; readonly redo: () => void };

export function toolBar(store: Watched<State>, tool: Store<ToolState>, steps: Steps): ToolBar {
  const element = label(store, make("section", { class: "card tools" }), "aria-label", (words) => words.tools);
  const undo = button(store, "undo", "↶", (words) => words.toolsUndo, steps.undo);
  const redo = button(store, "redo", "↷", (words) => words.toolsRedo, steps.redo);
  const said = make("p", { class: "quiet tools-said" });
  const row = make("div", { class: "tools-row" }, erase(store, tool), make("span", { class: "tools-steps" }, undo, redo));
  element.append(shapes(store, tool), size(store, tool), row, said);
  let counts = [0, 0];
  const show = () => {
    const { language } = store.now;
    const words = catalogue(language);
    [undo, redo].forEach((one, at) => {
      one.setAttribute("aria-disabled", String(counts[at] === 0));
      one.dataset["strokes"] = String(counts[at]);
      one.title = (at ? words.toolsRedoCount : words.toolsUndoCount)(integer(language, counts[at]));
    });
  };
  store.watch((state) => [state.language], show);
  const count = (...now: [number, number]) => {
    counts = now;
    show();
  };
  return { element, count, say: (text) => (said.textContent = text) };
}

function shapes(store: Watched<State>, tool: Store<ToolState>): HTMLElement {
  const set = make("fieldset", { class: "shapes" }, say(store, make("legend"), (words) => words.toolsShape));
  for (const shape of SHAPES) set.append(shapeRadio(store, tool, shape));
  return set;
}

function shapeRadio(store: Watched<State>, tool: Store<ToolState>, shape: Shape): HTMLElement {
  const [name, help, key] = SHAPE_WORDS[shape];
  const radio = make("input", { type: "radio", name: "shape", value: shape });
  radio.addEventListener("change", () => tool.apply(shapeChosen(shape)));
  tool.watch(
    (state) => [state.shape],
    (state) => (radio.checked = state.shape === shape),
  );
  const box = make("label", {}, radio, say(store, make("span"), name));
  return label(store, box, "title", (words) => `${help(words)} (${key.toUpperCase()})`);
}

function size(store: Watched<State>, tool: Store<ToolState>): HTMLElement {
  const smaller = button(store, "smaller", "−", (words) => words.toolsSmaller, () => tool.apply(sizeStepped(-1)));
  const larger = button(store, "larger", "+", (words) => words.toolsLarger, () => tool.apply(sizeStepped(1)));
  const shown = make("output", { name: "size" });
  const show = () => {
    const { language } = store.now;
    const rings = tool.now.size;
    shown.textContent = catalogue(language).toolsSizeIs(integer(language, 2 * rings + 1));
    smaller.setAttribute("aria-disabled", String(rings === 0));
    larger.setAttribute("aria-disabled", String(rings === LARGEST_BRUSH));
  };
  store.watch((state) => [state.language], show);
  tool.watch((state) => [state.size], show);
  const name = say(store, make("span"), (words) => words.toolsSize);
  return make("div", { class: "tools-row" }, name, make("span", { class: "tools-steps" }, smaller, shown, larger));
}

function erase(store: Watched<State>, tool: Store<ToolState>): HTMLElement {
  const box = make("input", { type: "checkbox", name: "erase" });
  box.addEventListener("change", () => tool.apply(erasingSwitched()));
  tool.watch(
    (state) => [state.erasing],
    (state) => (box.checked = state.erasing),
  );
  return make("label", {}, box, say(store, make("span"), (words) => words.toolsErase));
}

/** A button that says by itself when there is nothing to do, and keeps the keyboard. */
function button(
  store: Watched<State>,
  name: string,
  sign: string,
  phrase: (words: Catalogue) => string,
  act: () => void,
): HTMLButtonElement {
  const made = make("button", { type: "button", "data-act": name }, make("span", { "aria-hidden": "true" }, sign));
  made.addEventListener("click", act);
  label(store, made, "title", phrase);
  return label(store, made, "aria-label", phrase);
}
