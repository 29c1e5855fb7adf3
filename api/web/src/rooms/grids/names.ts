// Names that were typed or pasted and not understood: one a line, each with what could be meant.

import type { Problem } from "../../core/contract.js";
import type { Catalogue } from "../../core/i18n.js";
import { given, make } from "../../ui/dom.js";

/** `chosen` puts a text in the place of the one that was given. */
export function unclearNames(words: Catalogue, problem: Problem | null, chosen: (given: string, text: string) => void): HTMLElement[] {
  const unclear = problem?.unclear ?? [];
  if (unclear.length === 0) return [];
  const items = unclear.map(({ given: text, near }) => {
    const choices = near.map(({ text: meant, label }) => {
      const button = make("button", { type: "button", class: "small-button", "data-meant": meant }, given(label));
      button.addEventListener("click", () => chosen(text, meant));
      return button;
    });
    const said = choices.length ? make("div", { class: "row" }, ...choices) : make("span", { class: "quiet" }, words.gridsNothingNear);
    return make("li", { "data-unclear": text }, make("strong", {}, given(text)), " ", said);
  });
  return [make("p", { class: "problem" }, words.gridsUnclear), make("ul", { class: "grids-unclear" }, ...items)];
}
