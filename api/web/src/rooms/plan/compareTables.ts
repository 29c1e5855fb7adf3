// What is said beside two compared plans: who gets and gives what, who passes what to whom, which customers change hands.

import type * as Api from "../../core/api-types.js";
import { problemFrom } from "../../core/api.js";
import { gainsOf } from "../../core/compared.js";
import { decimal, integer, percent } from "../../core/format.js";
import type { Catalogue } from "../../core/i18n.js";
import type { Chosen } from "../../core/plan.js";
import { branchName, type State } from "../../core/state.js";
import { figureElement, given, make, quiet, swatch } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import { pathOf, type Desk } from "./desk.js";
import { paged, tableOf, text, yuan, type Json } from "./lists.js";
import { figureName, holder, managerName, nameOfMeasure, tierName } from "./names.js";
import { GETS, GIVES, type Two } from "./scene.js";

const PAGE = 50;

export function summary(told: Api.PlansCompared, other: string, { scenario }: Chosen, { language }: State, words: Catalogue): HTMLElement {
  const moved = told.cells_moved
    ? words.planMoved(integer(language, told.cells_moved), decimal(language, told.customers_moved, 1), percent(language, told.customers_kept_percent))
    : words.planSame;
  const names = words.planComparing(other, scenario.scenario);
  return make("p", { "data-moved": String(told.cells_moved) }, make("b", {}, names), moved);
}

export function differenceLegend(words: Catalogue): HTMLElement {
  const key = (colour: string, name: string) => {
    const square = swatch((context, size) => {
      context.fillStyle = colour;
      context.fillRect(0, 0, size, size);
    });
    return make("span", { class: "plan-key" }, square, name);
  };
  return make("p", { class: "quiet plan-legend" }, words.planDiffLegend, " ", key(GETS, words.planGets), key(GIVES, words.planGives));
}

/** A row's name as a button that shows its place on the map. */
function rowButton(row: string, name: string, words: Catalogue, act: () => void): HTMLElement {
  const button = make("button", { type: "button", class: "link", "data-row": row, "aria-label": words.showOnMap(name) }, given(name));
  button.addEventListener("click", act);
  return button;
}

/** A row a territory: cells and every measure, before, what it gets, what it gives, after. */
export function gainsTable({ ground }: Chosen, two: Two, { branches }: Api.PlansCompared, state: State, words: Catalogue, go: (row: string, territory: number) => void): HTMLElement {
  const { answer, weights } = ground;
  const names = [words.cells, ...answer.measures.map((id) => nameOfMeasure(state, id))];
  const parts = [words.planOne, words.planGets, words.planGives, words.planTwo];
  const top = make("tr", {}, make("th", { scope: "col", rowspan: "2" }, words.planManager), ...names.map((name) => make("th", { scope: "colgroup", colspan: "4" }, name)));
  const under = make("tr", {}, ...names.flatMap(() => parts.map((part) => make("th", { scope: "col" }, part))));
  const rows = gainsOf(two, weights).flatMap((gains, at) => {
    const territory = two.territories[at];
    // A territory of a branch that is not in both plans.
    if (!branches.includes(territory.branch_id)) return [];
    const figures = gains.flatMap(({ had, gets, gives, has }, measure) =>
      [had, gets, gives, has].map((value) => {
        const shown = measure === 0 ? integer(state.language, value) : decimal(state.language, value, 1);
        return make("td", { class: "number" }, figureElement(value, shown));
      }),
    );
    const button = rowButton(territory.id, holder(words, territory), words, () => go(territory.id, at));
    return make("tr", { "data-territory": territory.id }, make("th", { scope: "row" }, button), ...figures);
  });
  const caption = make("caption", {}, words.planTerritoryChange);
  return make("table", { class: "territories plan-table plan-gains" }, caption, make("thead", {}, top, under), make("tbody", {}, ...rows));
}

/** What goes from whom to whom, as the service counts it. */
export function pairsTable(told: Api.PlansCompared, two: Two, state: State, words: Catalogue, go: (row: string, from: number, to: number) => void): HTMLElement[] {
  if (!told.moves.length) return [];
  const at = (id: unknown) => two.territories.findIndex((one) => one.id === id);
  const name = (id: unknown) => (at(id) < 0 ? String(id || words.conflictNobody) : holder(words, two.territories[at(id)]));
  const rows = told.moves.map(({ from, to, cells, customers }) => {
    const row = `${String(from)} > ${String(to)}`;
    const button = rowButton(row, `${name(from)} → ${name(to)}`, words, () => go(row, at(from), at(to)));
    return [button, integer(state.language, Number(cells)), decimal(state.language, Number(customers), 1)];
  });
  const heads = [words.planFromTo, words.cells, nameOfMeasure(state, "customers")];
  const table = tableOf(words.planPairs, heads, rows, [1, 2]);
  table.caption?.classList.remove("unseen");
  table.classList.add("plan-pairs");
  return [table];
}

/** The customers who get another manager, each with the way to the cell on the map; or why they are not shown. */
export async function moversTable(desk: Desk, chosen: Chosen, against: string, words: Catalogue, go: (row: string, cell: string) => void): Promise<HTMLElement[]> {
  const heading = make("h3", {}, words.planMovers);
  const path = `${pathOf(chosen.scenario.scenario)}/handover?against=${encodeURIComponent(against)}&limit=${PAGE}`;
  const state = desk.app.store.now;
  const name = (id: unknown) => text(managerName(state, chosen.ground.answer.territories, id === null ? null : String(id)));
  const cells = (row: Json) => {
    const [id, cell] = [String(row["customer_id"]), String(row["cell"])];
    const button = rowButton(id, id, words, () => go(id, cell));
    return [button, name(row["from_rm"]), name(row["to_rm"]), tierName(state, row["tier"]), yuan(state, row["balance_fen"])];
  };
  try {
    const first = await desk.app.read<Api.Handover>(path);
    if (!first.rows.length) return [heading, quiet(words.planNoMovers)];
    const heads = [words.planCustomer, words.planFrom, words.planTo, words.planTier, words.planBalance];
    const table = tableOf(words.planMovers, heads, first.rows.map(cells), [4]);
    const next = async (cursor: string) => {
      const page = await desk.app.read<Api.Handover>(`${path}&cursor=${encodeURIComponent(cursor)}`);
      return { rows: page.rows.map(cells), next: page.next };
    };
    const all = make("p", { "data-movers": String(first.customers) }, words.planHandoverIs(integer(state.language, first.customers), integer(state.language, first.balance_fen / 100)));
    return [heading, all, ...paged(words, table, first.next, next)];
  } catch (error) {
    const problem = problemFrom(error);
    const said = problem.status === 403 ? words.planNotYours : problemText(problem, state.language);
    return [heading, quiet(said)];
  }
}

/** The certificates' figures of both plans, by branch. */
export function figuresTables(told: Api.PlansCompared, state: State, words: Catalogue): HTMLElement[] {
  return Object.entries(told.figures).map(([branch, rows]) => {
    const name = branchName(state, branch);
    const lines = Object.entries(rows).map(([figure, { one, other, change }]) => [
      figureName(words, state, figure),
      ...[one, other, change].map((value) => shown(value, state, words)),
    ]);
    const table = tableOf(words.planFigure, [words.planFigure, words.planOne, words.planTwo, words.planChange], lines, [1, 2, 3]);
    return make("div", {}, make("h3", {}, given(name)), table);
  });
}

function shown(value: unknown, { language }: State, words: Catalogue): HTMLElement | string {
  if (typeof value === "boolean") return value ? words.planYes : words.planNo;
  if (typeof value !== "number") return words.nothing;
  return figureElement(value, Number.isInteger(value) ? integer(language, value) : decimal(language, value, 2));
}
