// The drawer below the map in the view of territories: table and certificates.

import { catalogue } from "../core/i18n.js";
import { tableSwitched, type State } from "../core/state.js";
import type { Store } from "../core/store.js";
import { certificateCards } from "./certificates.js";
import { label, make, replace, say } from "./dom.js";
import { territoryTable } from "./territoryTable.js";

export function territoryPanel(store: Store<State>): HTMLElement {
  const toggle = make("button", { type: "button", class: "quiet-button", "aria-controls": "territory-body" });
  toggle.addEventListener("click", () => store.apply(tableSwitched()));
  const heading = say(store, make("h2", { id: "territories" }), (words) => words.territories);
  const body = make("div", { id: "territory-body", class: "drawer-body" });
  const element = make("section", { class: "drawer", "aria-labelledby": "territories" });
  element.append(make("div", { class: "card-head" }, heading, toggle), body);
  const table = label(store, make("div", { class: "scroll", tabindex: "0", role: "region" }), "aria-label", (w) => w.tableCaption);
  const cards = label(store, make("div", { class: "certificates", tabindex: "0", role: "region" }), "aria-label", (w) => w.certificates);
  body.append(table, cards);
  store.watch(
    (state) => [state.mode, state.plan, state.tableOpen, state.language],
    ({ mode, plan, tableOpen, language }) => {
      const words = catalogue(language);
      element.hidden = mode !== "territories" || !plan;
      body.hidden = !tableOpen;
      toggle.textContent = tableOpen ? words.hideTable : words.showTable;
      toggle.setAttribute("aria-expanded", String(tableOpen));
    },
  );
  store.watch(
    (state) => [state.plan, state.branch, state.branches, state.language, state.measures],
    (state) => {
      replace(table, territoryTable(store, state));
      replace(cards, ...certificateCards(state));
    },
  );
  store.watch((state) => [state.territory], ({ plan, territory }) => markRow(table, plan?.territories[territory]?.id));
  return element;
}

function markRow(table: HTMLElement, territory: string | undefined): void {
  for (const row of table.querySelectorAll<HTMLElement>("tbody tr")) {
    row.classList.toggle("current", row.dataset["territory"] === territory);
  }
}
