// Two plans side by side: figures, what changes hands, figures by territory; and on the map either plan or the difference.

import type * as Api from "../../core/api-types.js";
import { decimal, integer, percent } from "../../core/format.js";
import type { Catalogue } from "../../core/i18n.js";
import { groundFrom, type Chosen, type PlanGround, type ScenarioCells } from "../../core/plan.js";
import type { State } from "../../core/state.js";
import { figureElement, given, make, swatch } from "../../ui/dom.js";
import { pathOf, type Desk } from "./desk.js";
import { figureName, holder, nameOfMeasure } from "./names.js";
import { GETS, GIVES, type Difference, type Shown } from "./scene.js";
import { tableOf } from "./lists.js";

export type MapChoice = "this" | "other" | "difference";

/** The plan that a scenario is compared with, over the same cells. */
export interface Other extends Shown {
  readonly name: string;
  /** Sum of a measure by territory. */
  load(measure: string, territory: number): number;
}

export interface Compared {
  readonly other: Other;
  readonly difference: Difference;
  readonly told: Api.PlansCompared;
}

export async function comparedWith(desk: Desk, chosen: Chosen, against: string): Promise<Compared | null> {
  const query = `against=${encodeURIComponent(against)}`;
  const told = await desk.app.read<Api.PlansCompared>(`${pathOf(chosen.scenario.scenario)}/compare?${query}`);
  const other = against === "live" ? livePlan(desk.app.store.now, chosen.ground) : await otherScenario(desk, against);
  return other && { other, told, difference: differenceOf(chosen.ground, other) };
}

/** The live plan of the scenario's own cells. */
function livePlan({ plan }: State, ground: PlanGround): Other | null {
  if (!plan) return null;
  const owner = plan.owner.map((one, cell) => (ground.inside[cell] === 1 ? one : -1));
  return { name: "live", territories: plan.territories, owner, load: summed(ground, owner) };
}

async function otherScenario(desk: Desk, name: string): Promise<Other | null> {
  const { cells } = desk.app.store.now;
  if (!cells) return null;
  const ground = groundFrom(await desk.app.read<ScenarioCells>(`${pathOf(name)}/cells`), cells);
  return { name, territories: ground.answer.territories, owner: ground.owner, load: summed(ground, ground.owner) };
}

/** Both plans are weighed by the same demand, that of the ground. */
function summed({ answer, weights }: PlanGround, owner: ArrayLike<number>): Other["load"] {
  return (measure, territory) => {
    const weight = weights[answer.measures.indexOf(measure)];
    let sum = 0;
    for (let cell = 0; weight && cell < owner.length; cell++) if (owner[cell] === territory) sum += weight[cell];
    return sum;
  };
}

/** Territories are the same where their ids are. */
export function differenceOf({ answer, owner, inside }: PlanGround, other: Shown): Difference {
  const mine = new Map(answer.territories.map(({ id }, at) => [id, at]));
  const translated = other.territories.map(({ id }) => mine.get(id) ?? -2);
  const before = Int32Array.from(other.owner, (one) => (one < 0 ? -1 : translated[one]));
  const changed = Uint8Array.from(owner, (one, cell) => Number(inside[cell] === 1 && one !== before[cell]));
  return { territories: answer.territories, owner, changed, before };
}

export function comparisonTables(chosen: Chosen, { other, told }: Compared, state: State, words: Catalogue): HTMLElement[] {
  const { language } = state;
  const moved = told.cells_moved
    ? words.planMoved(integer(language, told.cells_moved), decimal(language, told.customers_moved, 1), percent(language, told.customers_kept_percent))
    : words.planSame;
  const figures = Object.entries(told.figures).map(([branch, rows]) => {
    const name = state.branches.find(({ id }) => id === branch)?.name ?? branch;
    const lines = Object.entries(rows).map(([figure, { one, other: two, change }]) => [
      figureName(words, state, figure),
      shown(one, state, words),
      shown(two, state, words),
      shown(change, state, words),
    ]);
    const table = tableOf(words.planFigure, [words.planFigure, words.planOne, words.planTwo, words.planChange], lines, [1, 2, 3]);
    return make("div", {}, make("h3", {}, given(name)), table);
  });
  return [
    make("p", { "data-moved": String(told.cells_moved) }, moved),
    make("h3", {}, words.planTerritoryChange),
    byTerritory(chosen, other, state, words),
    ...(told.moves.length ? [pairs(chosen, other, told, state, words)] : []),
    ...figures,
  ];
}

function byTerritory({ ground }: Chosen, other: Other, state: State, words: Catalogue): HTMLElement {
  const { measures, territories } = ground.answer;
  const heads = [words.planManager, ...measures.flatMap((id) => [`${nameOfMeasure(state, id)} · ${words.planOne}`, words.planTwo, words.planChange])];
  const rows = territories.map((territory) => {
    const at = other.territories.findIndex(({ id }) => id === territory.id);
    const cells = measures.flatMap((measure) => {
      const [one, two] = [at < 0 ? 0 : other.load(measure, at), territory.loads[measure] ?? 0];
      return [one, two, two - one].map((value) => figureElement(value, decimal(state.language, value, 1)));
    });
    return [given(holder(words, territory)), ...cells];
  });
  return tableOf(words.planTerritoryChange, heads, rows, heads.map((_, at) => at));
}

function pairs({ ground }: Chosen, other: Other, told: Api.PlansCompared, state: State, words: Catalogue): HTMLElement {
  const name = (id: unknown) => {
    const found = [...ground.answer.territories, ...other.territories].find((one) => one.id === id);
    return given(found ? holder(words, found) : String(id || "–"));
  };
  const rows = told.moves.map((row) => [
    name(row["from"]),
    name(row["to"]),
    integer(state.language, Number(row["cells"])),
    decimal(state.language, Number(row["customers"]), 1),
  ]);
  return tableOf(words.planTabCompare, [words.planFrom, words.planTo, words.cells, nameOfMeasure(state, "customers")], rows, [2, 3]);
}

function shown(value: unknown, { language }: State, words: Catalogue): HTMLElement | string {
  if (typeof value === "boolean") return value ? words.planYes : words.planNo;
  if (typeof value !== "number") return words.nothing;
  return figureElement(value, Number.isInteger(value) ? integer(language, value) : decimal(language, value, 2));
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
