// From draft to live: remark, submit, approve, send back, publish, take back; and mending from here by the solver.

import type { Catalogue } from "../../core/i18n.js";
import { busied, isOpen, type Chosen } from "../../core/plan.js";
import { label, make, once, quiet, renew, replace, say } from "../../ui/dom.js";
import { filled } from "../../ui/fields.js";
import { forget } from "../../ui/kept.js";
import { pathOf, type Desk } from "./desk.js";
import { action, redraw } from "./redraw.js";
import { nameOf } from "./saving.js";

/** Steps that each state allows. */
const STEPS: Readonly<Record<string, readonly string[]>> = {
  draft: ["submit"],
  rejected: ["submit"],
  rolled_back: ["submit"],
  submitted: ["approve", "reject"],
  approved: ["publish", "reject"],
  published: ["rollback"],
};

/** `locked` names the territories that a repair leaves as they are; `saved` waits until all strokes are kept. */
export function lifeCard(desk: Desk, locked: () => string[], saved: () => Promise<boolean>): HTMLElement {
  const { store } = desk.app;
  const heading = say(store, make("h2", { id: "plan-life" }), (words) => words.planLife);
  const remark = make("textarea", { name: "plan-remark", rows: "2", maxlength: "2000" });
  const day = make("input", { type: "date", name: "plan-effective", required: true });
  day.value = localDay(new Date());
  const buttons = make("div", { class: "plan-buttons" });
  const deletion = new Deletion(desk, saved);
  const dayField = make("label", { class: "field" }, say(store, make("span"), (w) => w.planEffective), day);
  const remarkField = make("label", { class: "field" }, say(store, make("span"), (w) => w.planRemark), remark);
  const report = say(store, make("a", { class: "plan-link", download: "" }), (w) => w.planReport);
  const maker = say(store, quiet(), (w) => w.planMaker);
  const readOnly = say(store, quiet(), (w) => w.planReadOnly);
  const card = make("section", { class: "card plan-life", "aria-labelledby": "plan-life" }, heading, remarkField, dayField, buttons, deletion.element, maker, readOnly, report);
  const run = once(async (step: string) => {
    const { chosen } = desk.store.now;
    if (!chosen || !(await saved())) return;
    await took(desk, step, chosen, { remark, day });
    // The button that was pressed is gone: the keyboard goes on from the heading.
    if (document.activeElement === document.body) heading.focus();
  });
  const mending = once(() => repair(desk, locked, saved));
  heading.setAttribute("tabindex", "-1");
  redraw(desk, (plan) => [plan.chosen, plan.busy], ({ chosen, busy }, _, words) => {
    card.hidden = !chosen;
    deletion.draw(chosen, words);
    if (!chosen) return;
    const steps = desk.mayChange ? (STEPS[chosen.scenario.status] ?? []) : [];
    dayField.hidden = !steps.includes("publish");
    maker.hidden = !steps.includes("approve");
    readOnly.hidden = desk.mayChange;
    report.setAttribute("href", `${pathOf(chosen.scenario.scenario)}/report.html`);
    const names = { submit: words.planSubmit, approve: words.planApprove, reject: words.planReject, publish: words.planPublish, rollback: words.planRollback } as Readonly<Record<string, string>>;
    const shown = steps.map((step) => action(step, names[step] ?? step, () => run(step), step !== "reject"));
    const comment = action("comments", words.planComment, () => run("comments"));
    const mends = isOpen(chosen.scenario) && desk.mayChange;
    const mend = mends ? [action("repair", words.planRepair, mending)] : [];
    const remove = desk.mayChange && isDeletable(chosen) ? [action("delete", words.planDelete, () => deletion.ask())] : [];
    for (const button of [...shown, comment, ...mend, ...remove]) button.disabled = busy;
    renew(buttons, ...shown, ...mend, comment, ...remove);
  });
  return label(store, card, "aria-label", (w) => w.planLife);
}

/** What was ever published stays as a record, and what waits for a decision is sent back first. */
function isDeletable({ scenario }: Chosen): boolean {
  return ["draft", "rejected"].includes(scenario.status) && !scenario.log.some(({ kind }) => kind === "published");
}

/** Says what goes with it, and deletes once that is answered. */
class Deletion {
  readonly element = make("div", { class: "plan-question", role: "group" });
  /** What was asked about, as it stood. */
  private about = "";
  private readonly sure = once((scenario: string) => this.remove(scenario));

  constructor(
    private readonly desk: Desk,
    private readonly saved: () => Promise<boolean>,
  ) {}

  ask(): void {
    const { chosen } = this.desk.store.now;
    if (!chosen) return;
    this.about = standing(chosen);
    this.draw(chosen, this.desk.words);
    this.element.querySelector<HTMLElement>("[data-do=keep]")?.focus();
  }

  /** A scenario is read again now and then: the question stays as long as it finds what was asked about as it stood. */
  draw(chosen: Chosen | null, words: Catalogue): void {
    if (!chosen || this.about !== standing(chosen)) this.about = "";
    if (!chosen || !this.about) return replace(this.element);
    const { scenario } = chosen.scenario;
    const text = make("p", { id: "plan-question" }, words.planDeleteAsk(scenario));
    this.element.setAttribute("aria-labelledby", "plan-question");
    const sure = action("delete-sure", words.planDeleteSure, () => this.sure(scenario));
    renew(this.element, text, make("div", { class: "plan-buttons" }, sure, action("keep", words.planDeleteNot, () => this.keep())));
  }

  private keep(): void {
    this.about = "";
    replace(this.element);
    document.querySelector<HTMLElement>("[data-do=delete]")?.focus();
  }

  private async remove(scenario: string): Promise<void> {
    const { desk } = this;
    // A stroke on its way would make it another revision.
    await this.saved();
    if (!(await desk.remove())) return;
    forget(desk.app.store, nameOf(scenario));
    desk.app.announce(desk.words.planDeleted(scenario));
    document.querySelector<HTMLElement>("[data-scenario]")?.focus();
  }
}

const standing = ({ scenario, tag }: Chosen): string => `${scenario.scenario} ${tag}`;

interface Typed {
  readonly remark: HTMLTextAreaElement;
  readonly day: HTMLInputElement;
}

async function took(desk: Desk, step: string, { scenario }: Chosen, { remark, day }: Typed): Promise<void> {
  const text = remark.value.trim();
  const bodies: Readonly<Record<string, unknown>> = { approve: { remark: text }, reject: { remark: text }, comments: { text } };
  const body = bodies[step] ?? (step === "publish" ? { effective_on: day.value } : undefined);
  if (step === "comments" && !text) return remark.focus();
  if (step === "publish" && !filled(day)) return;
  // What was typed stays until it has been taken.
  if (!(await desk.step(step, body, step !== "comments"))) return;
  // Some steps take no remark: whoever wrote one and pressed the button has meant it all the same.
  const told = !text || step in bodies || (await desk.step("comments", { text }, false));
  if (told && remark.value.trim() === text) remark.value = "";
  // A press before it is read again would be lost.
  desk.store.apply(busied(true));
  await desk.again();
  desk.store.apply(busied(false));
  if (step === "publish" || step === "rollback") {
    desk.app.announce(step === "publish" ? desk.words.planPublishedNow(scenario.scenario) : desk.words.planRolledBack);
    desk.app.reload();
  }
}

async function repair(desk: Desk, locked: () => string[], saved: () => Promise<boolean>): Promise<void> {
  if (!(await saved())) return;
  const { chosen } = desk.store.now;
  if (!chosen) return;
  const path = pathOf(chosen.scenario.scenario).replace("/api/v1/scenarios", "");
  await desk.begin(`${path}/repair`, { locked: locked() }, chosen.tag);
}

function localDay(now: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
