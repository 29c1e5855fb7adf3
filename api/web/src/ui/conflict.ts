// What to keep where somebody else changed the same cells: mine or theirs, by stroke or for all; nothing is lost by Escape.

import { integer } from "../core/format.js";
import { catalogue, type Catalogue } from "../core/i18n.js";
import type { Language } from "../core/i18n.js";
import type { Choice, Dispute } from "../core/strokes.js";
import { make, quiet, replace } from "./dom.js";

export type OwnerName = (owner: string | null) => string;

/** Asks about each dispute; null when the reader puts it off. The choice for an operation that is not disputed is none. */
export function askConflict(
  language: Language,
  disputes: readonly Dispute[],
  nameOf: OwnerName,
): Promise<ReadonlyMap<number, Choice> | null> {
  const words = catalogue(language);
  const choices = new Map<number, Choice>(disputes.map(({ at }) => [at, "theirs"]));
  const body = make("div", { class: "sheet-body" });
  const draw = () => replace(body, ...disputes.map((dispute) => row(language, dispute, choices, nameOf)));
  const all = (choice: Choice) => {
    for (const { at } of disputes) choices.set(at, choice);
    draw();
  };
  draw();
  return new Promise((done) => {
    const before = document.activeElement;
    const curtain = make("div", { class: "curtain" });
    const close = (answer: ReadonlyMap<number, Choice> | null) => {
      curtain.remove();
      if (before instanceof HTMLElement) before.focus();
      done(answer);
    };
    const buttons = [
      button("all-mine", words.conflictAllMine, () => all("mine")),
      button("all-theirs", words.conflictAllTheirs, () => all("theirs")),
      button("go", words.conflictGo, () => close(choices)),
    ];
    curtain.append(sheet(words, body, buttons));
    curtain.addEventListener("keydown", (event) => {
      // Nothing behind the sheet hears a key while it is open.
      event.stopPropagation();
      if (event.key === "Escape") close(null);
      else if (event.key === "Tab") keepInside(event, curtain);
    });
    document.body.append(curtain);
    curtain.querySelector<HTMLElement>("h2")?.focus();
  });
}

function sheet(words: Catalogue, body: HTMLElement, buttons: HTMLElement[]): HTMLElement {
  const heading = make("h2", { id: "conflict", tabindex: "-1" }, words.conflictTitle);
  const attributes = { class: "card sheet", role: "dialog", "aria-modal": "true", "aria-labelledby": "conflict" };
  const intro = quiet(words.conflictIntro);
  return make("section", attributes, heading, intro, body, make("div", { class: "conflict-buttons" }, ...buttons));
}

function row(language: Language, dispute: Dispute, choices: Map<number, Choice>, nameOf: OwnerName): HTMLElement {
  const words = catalogue(language);
  const { at, cells, mine, theirs } = dispute;
  const names = (owners: readonly (string | null)[]) => [...new Set(owners.map(nameOf))].join(", ");
  const legend = words.conflictStroke(integer(language, at + 1), integer(language, cells.length));
  const set = make("fieldset", { class: "conflict", "data-stroke": String(at) }, make("legend", {}, legend));
  set.append(quiet(words.conflictOwners(names(mine), names(theirs))));
  for (const choice of ["mine", "theirs"] as const) {
    const radio = make("input", { type: "radio", name: `conflict-${at}`, value: choice });
    radio.checked = choices.get(at) === choice;
    radio.addEventListener("change", () => choices.set(at, choice));
    set.append(make("label", {}, radio, choice === "mine" ? words.conflictMine : words.conflictTheirs));
  }
  return set;
}

function button(name: string, text: string, does: () => void): HTMLElement {
  const made = make("button", { type: "button", "data-act": name, class: name === "go" ? "primary" : "" }, text);
  made.addEventListener("click", does);
  return made;
}

/** Behind the last control comes the first. */
function keepInside(event: KeyboardEvent, curtain: HTMLElement): void {
  const stops = [...curtain.querySelectorAll<HTMLElement>("input:checked, button")];
  const [first, last] = [stops[0], stops[stops.length - 1]];
  const here = document.activeElement;
  if (event.shiftKey ? here !== first && stops.includes(here as HTMLElement) : here !== last) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}
