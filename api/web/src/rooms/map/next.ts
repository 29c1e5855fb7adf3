// The list of where to work next: a cell of it is marked on the map under the pointer or the keyboard, and chosen there.

import { problemFrom } from "../../core/api.js";
import type { NextCell, WhereNext } from "../../core/contract.js";
import { decimal, integer } from "../../core/format.js";
import { catalogue } from "../../core/i18n.js";
import * as next from "../../core/next.js";
import { panelOpened } from "../../core/panel.js";
import { branchName, cellPointedAt, cellSelected, type State } from "../../core/state.js";
import { Store } from "../../core/store.js";
import { given, make, quiet, replace, say } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import type { App } from "../room.js";

export function nextPanel(app: App): HTMLElement {
  const list = new Store<next.NextState>(next.nothingNext);
  const toggle = make("button", { type: "button", class: "quiet-button", "aria-controls": "next-body" });
  toggle.addEventListener("click", () => list.apply(next.unfolded(!list.now.open)));
  const heading = say(app.store, make("h2", { id: "next" }), (words) => words.mapNext);
  const items = make("div", { class: "next-lists" });
  const body = make("div", { id: "next-body" }, firmOnly(app, list), items);
  const element = make("section", { class: "card next", "aria-labelledby": "next" });
  element.append(make("div", { class: "card-head" }, heading, toggle), body);
  const shown = () => {
    const [{ language }, { open }] = [app.store.now, list.now];
    body.hidden = !open;
    toggle.textContent = open ? catalogue(language).mapNextHide : catalogue(language).mapNextShow;
    toggle.setAttribute("aria-expanded", String(open));
    replace(items, ...contents(app, list.now));
  };
  list.watch((state) => [state], shown);
  app.store.watch((state) => [state.language, state.branches], shown);
  app.store.watch((state) => [state.selected], (state) => markCurrent(items, state));
  const wanted = () => void follow(app, list);
  list.watch((state) => [state.open], wanted);
  app.store.watch((state) => [state.branch, state.cells], wanted);
  return element;
}

function firmOnly(app: App, list: Store<next.NextState>): HTMLElement {
  const box = make("input", { type: "checkbox", name: "firm-only" });
  box.addEventListener("change", () => list.apply(next.firmOnlyChosen(box.checked)));
  return make("label", { class: "firm-only" }, box, say(app.store, make("span"), (words) => words.mapNextFirm));
}

/** Asks for the list of the chosen branch while it is open, once for each publication. */
async function follow(app: App, list: Store<next.NextState>): Promise<void> {
  const { branch, cells } = app.store.now;
  if (!list.now.open || !cells) return;
  list.apply(next.nextAsked(branch));
  try {
    const { lists } = await app.read<WhereNext>(next.nextPath(branch));
    if (app.store.now.cells === cells) list.apply(next.nextCame(branch, lists));
  } catch (error) {
    list.apply(next.nextFailed(branch, problemFrom(error)));
  }
}

function contents(app: App, list: next.NextState): HTMLElement[] {
  const { language, branch } = app.store.now;
  const words = catalogue(language);
  if (list.problem) return [make("p", { class: "problem", role: "alert" }, problemText(list.problem, language))];
  if (!list.lists) return [make("p", { class: "quiet", role: "status" }, words.loading)];
  const lists = next.shownLists(list);
  if (lists.length === 0) {
    return [quiet(list.firmOnly ? words.mapNextEmptyFirm : words.mapNextEmpty)];
  }
  return lists.flatMap(({ branch: id, cells }) => {
    const rows = make("ol", {}, ...cells.map((cell) => item(app, cell)));
    return branch === null ? [make("h3", {}, given(branchName(app.store.now, id))), rows] : [rows];
  });
}

function item(app: App, next: NextCell): HTMLElement {
  const { store } = app;
  const { language } = store.now;
  const words = catalogue(language);
  const evidence = next.evidence === "firm" ? words.evidenceFirm : words.evidenceWeak;
  const band =
    next.low === null || next.high === null
      ? ""
      : words.bandRange(decimal(language, next.low, 0), decimal(language, next.high, 0));
  const button = make("button", { type: "button", "data-cell": next.cell });
  button.append(
    make("span", { class: "place" }, integer(language, next.place)),
    make("strong", {}, words.mapNextGap(decimal(language, next.gap, 0), band)),
    make("span", { class: `evidence ${next.evidence}` }, evidence),
    ...next.reasons.map((reason) => make("span", { class: "reason" }, reason[language])),
  );
  const position = () => store.now.cells?.position.get(next.cell) ?? -1;
  const point = (on: boolean) => () => store.apply(cellPointedAt(on ? position() : -1));
  for (const begin of ["mouseenter", "focus"]) button.addEventListener(begin, point(true));
  for (const end of ["mouseleave", "blur"]) button.addEventListener(end, point(false));
  button.addEventListener("click", () => {
    store.apply(cellSelected(position()));
    store.apply(panelOpened());
  });
  return make("li", {}, button);
}

function markCurrent(items: HTMLElement, { cells, selected }: State): void {
  for (const button of items.querySelectorAll<HTMLElement>("button[data-cell]")) {
    const current = button.dataset["cell"] === cells?.ids[selected];
    if (current) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
