// A plan as a planner asks for it: fresh, as it is, or again from the plan before.

import type { Catalogue } from "../../core/i18n.js";
import { isOpen, type Checked } from "../../core/plan.js";
import { branchName, type State } from "../../core/state.js";
import { given, label, make, once, renew, replace, say } from "../../ui/dom.js";
import { filled } from "../../ui/fields.js";
import { pathOf, type Desk } from "./desk.js";
import { nameOfMeasure } from "./names.js";
import { action, redraw } from "./redraw.js";

type Phrase = (words: Catalogue) => string;
const USUAL = ["customers", "workload"];
const USUAL_TOLERANCE = "5";

interface Fields {
  readonly name: HTMLInputElement;
  readonly start: HTMLSelectElement;
  readonly basis: HTMLSelectElement;
  readonly branches: HTMLFieldSetElement;
  readonly measures: HTMLFieldSetElement;
  readonly k: HTMLInputElement;
  readonly keep: HTMLInputElement;
  readonly units: HTMLSelectElement;
  readonly notes: HTMLInputElement;
}

/** `saved` waits until all strokes are kept: a plan is solved again from what is painted. */
export function planForm(desk: Desk, saved: () => Promise<boolean>): HTMLElement {
  const { store } = desk.app;
  const fields = fieldsOf();
  const form = make("form", { class: "plan-form", novalidate: true });
  const make_ = make("button", { type: "submit", class: "plan-button main", "data-do": "make" });
  const check = action("check", "", () => numbersFilled(fields) && void desk.ask(question(fields)));
  const again = action("solve", "", once(() => solveAgain(desk, fields, saved)));
  const found = make("div", { class: "plan-found", "aria-live": "polite" });
  form.append(...rows(desk, fields), make("div", { class: "plan-buttons" }, make_, check, again), found);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (filled(fields.name) && numbersFilled(fields)) void makeNew(desk, fields);
  });
  say(store, make_, (words) => words.planMakeIt);
  say(store, check, (words) => words.planCheck);
  const startChanged = () => {
    const fresh = fields.start.value === "solve";
    check.hidden = !fresh;
    hide(fields.k, !fresh);
    hide(fields.basis, fresh);
    hide(fields.keep, fields.start.value !== "replan");
  };
  fields.start.addEventListener("change", startChanged);
  redraw(desk, (plan) => [plan.heads, plan.chosen, plan.busy, plan.job], (plan, state, words) => {
    optionsOf(fields, state, plan.heads?.map(({ scenario }) => scenario) ?? [], words);
    startChanged();
    const open = plan.chosen && isOpen(plan.chosen.scenario) ? plan.chosen.scenario.scenario : null;
    again.hidden = open === null;
    again.textContent = open === null ? "" : words.planAgain(open);
    for (const button of [make_, check, again]) button.disabled = plan.busy;
  });
  redraw(desk, (plan) => [plan.asked], ({ asked }, state, words) => replace(found, ...(asked ? findings(asked, state, words) : [])));
  const opener = say(store, make("summary"), (words) => words.planMake);
  return make("details", { class: "card plan-make" }, opener, form);
}

function fieldsOf(): Fields {
  return {
    name: make("input", { name: "plan-name", required: true, maxlength: "80", autocomplete: "off" }),
    start: make("select", { name: "plan-start" }),
    basis: make("select", { name: "plan-basis" }),
    branches: make("fieldset", { class: "plan-choices" }),
    measures: make("fieldset", { class: "plan-choices" }),
    k: make("input", { name: "plan-k", type: "number", min: "1", max: "1000" }),
    keep: make("input", { name: "plan-keep", type: "number", min: "0", max: "100", step: "any" }),
    units: make("select", { name: "plan-units" }),
    notes: make("input", { name: "plan-notes", maxlength: "2000" }),
  };
}

function rows(desk: Desk, fields: Fields): HTMLElement[] {
  const { store } = desk.app;
  const field = (phrase: Phrase, input: HTMLElement) => make("label", { class: "field" }, say(store, make("span"), phrase), input);
  return [
    field((w) => w.gridsName, fields.name),
    field((w) => w.planStart, fields.start),
    field((w) => w.planBasis, fields.basis),
    label(store, fields.branches, "aria-label", (w) => w.layerBranches),
    label(store, fields.measures, "aria-label", (w) => w.planMeasures),
    field((w) => w.planK, fields.k),
    field((w) => w.planKeep, fields.keep),
    field((w) => w.planUnits, fields.units),
    field((w) => w.planNotes, fields.notes),
  ];
}

const hide = (input: HTMLElement, hidden: boolean) => {
  if (input.parentElement) input.parentElement.hidden = hidden;
};

/** Fills what there is to choose from; what was chosen stays. */
function optionsOf(fields: Fields, state: State, names: readonly string[], words: Catalogue): void {
  const before = (id: string) => boxesOf(fields.branches).find(({ value }) => value === id)?.checked;
  const boxes = state.branches.map(({ id, name }) => {
    const box = make("input", { type: "checkbox", name: "plan-branch", value: id });
    box.checked = before(id) ?? (state.branch === null || state.branch === id);
    return make("label", {}, box, given(name));
  });
  renew(fields.branches, make("legend", {}, words.layerBranches), ...boxes);
  fillMeasures(fields.measures, state, words);
  fill(fields.start, [["solve", words.planStartSolve], ["as_it_is", words.planStartCopy], ["replan", words.planStartReplan]]);
  fill(fields.basis, [["live", words.planLive], ...names.map((name) => [name, name] as const)]);
  fill(fields.units, [["cells", words.planUnitsCells], ["grids", words.planUnitsGrids]]);
}

function fillMeasures(set: HTMLFieldSetElement, state: State, words: Catalogue): void {
  const adding = Object.keys(state.plan?.territories[0]?.loads ?? {});
  // Those that are balanced unless somebody says otherwise come first: nobody should have to scroll to see them.
  const known = adding.length ? [...USUAL.filter((id) => adding.includes(id)), ...adding.filter((id) => !USUAL.includes(id))] : USUAL;
  const lines = known.map((id) => {
    const box = make("input", { type: "checkbox", name: "plan-measure", value: id });
    box.checked = boxesOf(set).find(({ value }) => value === id)?.checked ?? USUAL.includes(id);
    const name = nameOfMeasure(state, id);
    const limit = make("input", { type: "number", min: "0.01", max: "99.99", step: "any", required: true, name: `plan-tolerance-${id}` });
    limit.value = toleranceOf(set, id)?.value ?? USUAL_TOLERANCE;
    limit.setAttribute("aria-label", words.planToleranceOf(name));
    return make("div", { class: "plan-measure" }, make("label", {}, box, name), limit);
  });
  renew(set, make("legend", {}, words.planMeasures), ...lines);
}

function fill(select: HTMLSelectElement, options: readonly (readonly [string, string])[]): void {
  const { value } = select;
  renew(select, ...options.map(([id, text]) => make("option", { value: id, translate: id === text ? "no" : undefined }, text)));
  select.value = options.some(([id]) => id === value) ? value : (options[0]?.[0] ?? "");
}

const boxesOf = (set: HTMLElement) => [...set.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
const checkedOf = (set: HTMLElement) => boxesOf(set).filter((box) => box.checked).map((box) => box.value);

const toleranceOf = (set: HTMLElement, id: string) => set.querySelector<HTMLInputElement>(`input[name="plan-tolerance-${id}"]`);

function tolerances(set: HTMLElement): [string, string][] {
  return checkedOf(set).map((id) => [id, toleranceOf(set, id)?.value ?? ""]);
}

/** Tolerances of measures that are not chosen may be anything. */
function numbersFilled({ measures, k, keep }: Fields): boolean {
  const chosen = checkedOf(measures).flatMap((id) => toleranceOf(measures, id) ?? []);
  return filled(...chosen, k, keep);
}

const numberIn = (input: HTMLInputElement): number | undefined => (input.value === "" ? undefined : Number(input.value));

function aim(fields: Fields) {
  const chosen = tolerances(fields.measures);
  return {
    branches: checkedOf(fields.branches),
    measures: chosen.map(([id]) => id),
    tolerance_percent: chosen.map(([, percent]) => Number(percent)),
    units: fields.units.value,
  };
}

function question(fields: Fields) {
  return { ...aim(fields), k: numberIn(fields.k) };
}

/** What is asked, and of which route. */
function asked(fields: Fields): { replan: boolean; body: Record<string, unknown> } {
  if (fields.start.value === "solve") return { replan: false, body: question(fields) };
  const keep = numberIn(fields.keep);
  const how = fields.start.value === "as_it_is" ? { as_it_is: true } : keep === undefined ? {} : { keep_share: keep / 100 };
  return { replan: true, body: { ...aim(fields), basis: fields.basis.value, ...how } };
}

const noted = (fields: Fields) => (fields.notes.value.trim() ? { notes: fields.notes.value.trim() } : {});

async function makeNew(desk: Desk, fields: Fields): Promise<void> {
  const { replan, body } = asked(fields);
  const named = { ...body, ...noted(fields), scenario: fields.name.value.trim() };
  if (!(await desk.begin(replan ? "/replans" : "", named))) return;
  // Who has gone on typing meanwhile keeps that.
  if (fields.name.value.trim() === named.scenario) fields.name.value = fields.notes.value = "";
}

async function solveAgain(desk: Desk, fields: Fields, saved: () => Promise<boolean>): Promise<void> {
  if (!numbersFilled(fields) || !(await saved())) return;
  const { chosen } = desk.store.now;
  if (!chosen) return;
  const { replan, body } = asked(fields);
  const path = pathOf(chosen.scenario.scenario).replace("/api/v1/scenarios", "");
  await desk.begin(`${path}/${replan ? "replan" : "solve"}`, { ...body, ...noted(fields) }, chosen.tag);
}

/** What cannot work, each with the smallest tolerance that would do. */
export function findings(checked: Checked, state: State, words: Catalogue): HTMLElement[] {
  if (!checked.findings.length) return [make("p", { class: "good" }, words.planPossible)];
  const called = (id: string) => branchName(state, id);
  const lines = checked.findings.map(({ branches, message }) => make("li", {}, given(branches.map(called).join(words.comma)), words.colon, message));
  return [make("p", { class: "bad" }, words.planFound), make("ul", { class: "plan-lines" }, ...lines)];
}
