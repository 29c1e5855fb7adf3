// The list of scenarios, and the work under way.

import { percent, integer } from "../../core/format.js";
import type { Catalogue, Language } from "../../core/i18n.js";
import { isUnderWay, type Head, type Job, type Trouble } from "../../core/plan.js";
import { given, make, renew, replace, say } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import type { Desk } from "./desk.js";
import { stateName } from "./names.js";
import { action, redraw } from "./redraw.js";

export function scenarioList(desk: Desk): HTMLElement {
  const { store } = desk.app;
  const heading = say(store, make("h2", { id: "plan-scenarios" }), (words) => words.planScenarios);
  const body = make("ul", { class: "plan-list" });
  const again = action("again", "", () => void desk.again());
  say(store, again, (words) => words.reload);
  redraw(desk, (plan) => [plan.heads, plan.name], ({ heads, name }, { language }, words) => {
    if (!heads) return replace(body, make("li", { class: "quiet" }, words.loading));
    if (!heads.length) return replace(body, make("li", { class: "quiet" }, words.planNone));
    renew(body, ...heads.map((head) => entry(desk, head, head.scenario === name, language, words)));
  });
  const head = make("div", { class: "card-head" }, heading, again);
  return make("section", { class: "card plan-scenarios", "aria-labelledby": "plan-scenarios" }, head, body);
}

function entry(desk: Desk, head: Head, chosen: boolean, language: Language, words: Catalogue): HTMLElement {
  const gap = head.bound_gap_percent;
  const figures = [
    head.feasible ? words.planFeasible : words.planInfeasible,
    ...(gap === null ? [] : [words.planGapIs(percent(language, gap))]),
    ...(head.created_by === null ? [] : [words.planBy(head.created_by)]),
  ];
  const button = make(
    "button",
    { type: "button", "data-scenario": head.scenario, "data-status": head.status, "aria-pressed": String(chosen) },
    make("span", { class: "plan-head" }, given(head.scenario), make("span", { class: "badge" }, stateName(words, head.status))),
    make("small", { class: head.feasible ? "" : "bad" }, figures.join(" · ")),
  );
  button.addEventListener("click", () => desk.choose(head.scenario));
  return make("li", {}, button);
}

/** A progress bar with time and a button to stop; then what came of it. Ticks while something is under way. */
export function workCard(desk: Desk): HTMLElement {
  const { store } = desk.app;
  const title = say(store, make("h2", { id: "plan-work" }), (words) => words.planWork);
  const bar = make("progress", { max: "1", "aria-labelledby": "plan-work" });
  const line = make("p", { "data-job": "" });
  const stop = action("cancel", "", () => void desk.cancel());
  const card = make("section", { class: "card plan-work", "aria-labelledby": "plan-work" }, title, bar, line, stop);
  let seen = "";
  const draw = () => {
    const { job } = desk.store.now;
    const { language } = store.now;
    const begun = isUnderWay(job) && job?.id !== seen;
    card.hidden = !job;
    if (!job) return;
    seen = job.id;
    // The button that began it may stand far below.
    if (begun) card.scrollIntoView({ block: "nearest" });
    card.dataset["state"] = job.state;
    bar.hidden = stop.hidden = !isUnderWay(job);
    bar.value = job.progress;
    stop.disabled = job.cancel_asked;
    redrawLine(line, job, language, desk.words);
  };
  redraw(desk, (plan) => [plan.job], (_, __, words) => {
    stop.textContent = desk.store.now.job?.cancel_asked ? words.planCancelling : words.gridsCancel;
    draw();
  });
  window.setInterval(() => isUnderWay(desk.store.now.job) && draw(), 1000);
  return card;
}

function redrawLine(line: HTMLElement, job: Job, language: Language, words: Catalogue): void {
  const seconds = Math.max(0, Math.round((Date.now() - Date.parse(job.created_at)) / 1000));
  const name = String(job.params["scenario"] ?? "");
  const texts: Record<Job["state"], string> = {
    queued: words.planQueued,
    running: words.planRunning(percent(language, 100 * job.progress), words.planSeconds(integer(language, seconds))),
    cancelled: words.planCancelled,
    failed: words.planFailed(job.error ?? ""),
    done: job.result?.["feasible"] === true ? words.planDone(name) : words.planDoneOut(name),
  };
  line.textContent = texts[job.state];
  line.className = job.state === "failed" ? "problem" : "";
}

/** What went wrong last, in words; after somebody else's change, that nothing is lost. */
export function troubleLine(desk: Desk): HTMLElement {
  const line = make("div", { class: "plan-trouble problem", role: "alert" });
  redraw(desk, (plan) => [plan.trouble], ({ trouble }, { language }, words) => {
    line.hidden = !trouble;
    replace(line, ...(trouble ? told(trouble, language, words) : []));
  });
  return line;
}

function told(trouble: Trouble, language: Language, words: Catalogue): HTMLElement[] {
  const text = make("p", {}, problemText(trouble.problem, language));
  return trouble.stale ? [text, make("p", {}, words.planStale)] : [text];
}
