// The list of what waits, worst first, and the log of what was decided.

import { dateTime, decimal, integer } from "../../core/format.js";
import { catalogue, storedWord, type Catalogue, type Language } from "../../core/i18n.js";
import { chosen, houseOf, standing, tabChosen, type Entry, type QueueState, type Waiting } from "../../core/queue.js";
import type { QueueWork } from "../../core/queueWork.js";
import type { Store } from "../../core/store.js";
import { roleName } from "../../core/words/session.js";
import { given, label, make, once, renew, say } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import type { App } from "../room.js";

export interface Parts {
  readonly app: App;
  readonly queue: Store<QueueState>;
  readonly work: QueueWork;
}

export function queueList({ app, queue, work }: Parts): HTMLElement {
  const { store } = app;
  const list = label(store, make("ol", { class: "queue-list" }), "aria-label", (words) => words.queueList);
  const state = make("p", { class: "quiet", role: "status" });
  const more = say(store, make("button", { type: "button", class: "quiet-button" }), (words) => words.queueMore);
  more.addEventListener("click", () => void work.more());
  const show = () => {
    const [now, { language }] = [queue.now, store.now];
    const rows = now.items.map((item) => waitingRow(item, now, language, () => queue.apply(chosen(item.id))));
    keepingFocus(list, () => renew(list, ...rows));
    list.hidden = rows.length === 0;
    list.querySelector("[aria-current]")?.scrollIntoView?.({ block: "nearest" });
    state.className = now.problem ? "problem" : "quiet";
    state.textContent = listText(now, language);
    more.hidden = now.next === null || now.loading;
  };
  queue.watch(({ items, at, loading, problem, skipped }) => [items, at, loading, problem, skipped], show);
  store.watch(({ language }) => [language], show);
  const element = make("div", { class: "queue-waiting" }, list, state, more);
  queue.watch(({ tab }) => [tab], ({ tab }) => (element.hidden = tab !== "waiting"));
  return element;
}

/** Rows are made anew; the keyboard stays on the row of the location that is looked at. */
function keepingFocus(list: HTMLElement, act: () => void): void {
  const held = list.contains(document.activeElement);
  act();
  if (held && !list.contains(document.activeElement)) list.querySelector<HTMLElement>("[aria-current]")?.focus();
}

function listText({ problem, loading, items }: QueueState, language: Language): string {
  const words = catalogue(language);
  if (problem) return problemText(problem, language);
  if (loading) return words.loading;
  return items.length === 0 ? words.queueEmpty : "";
}

/** Why a location is doubted. */
export function whyOf({ reasons }: Pick<Waiting, "reasons">, language: Language): string {
  return reasons.map((reason) => storedWord(language, "locations", reason)).join(catalogue(language).semicolon);
}

function waitingRow(item: Waiting, { at, skipped }: QueueState, language: Language, choose: () => void): HTMLElement {
  const words = catalogue(language);
  const why = whyOf(item, language);
  const button = make(
    "button",
    { type: "button", "data-item": String(item.id), "aria-current": item.id === at ? "true" : undefined },
    make("strong", {}, given(houseOf(item))),
    make("span", { class: "queue-effect", title: words.queueEffect }, decimal(language, item.effect ?? 0, 1)),
    make("small", {}, skipped.has(item.id) ? `${words.queueLater} · ${why}` : why),
  );
  button.addEventListener("click", choose);
  return make("li", {}, button);
}

/** Two buttons: what waits, what was decided. */
export function queueTabs({ app, queue }: Parts): HTMLElement {
  const group = label(app.store, make("div", { class: "segments", role: "group" }), "aria-label", (w) => w.queueTabs);
  for (const tab of ["waiting", "decided"] as const) {
    const button = make("button", { type: "button", "data-queue-tab": tab });
    button.addEventListener("click", () => queue.apply(tabChosen(tab)));
    const show = () => {
      const words = catalogue(app.store.now.language);
      const count = integer(app.store.now.language, queue.now.open);
      button.textContent = tab === "waiting" ? words.queueWaiting(count) : words.queueDecided;
      button.setAttribute("aria-pressed", String(queue.now.tab === tab));
    };
    queue.watch((state) => [state.tab, state.open], show);
    app.store.watch((state) => [state.language], show);
    group.append(button);
  }
  return group;
}

export function queueLog({ app, queue, work }: Parts): HTMLElement {
  const { store } = app;
  const list = label(store, make("ol", { class: "queue-log" }), "aria-label", (words) => words.queueLog);
  const state = make("p", { class: "quiet", role: "status" });
  const more = say(store, make("button", { type: "button", class: "quiet-button" }), (words) => words.queueMore);
  more.addEventListener("click", once(() => work.log(queue.now.logNext)));
  const element = make("div", {}, list, state, more);
  const show = () => {
    const [{ log, logNext, logProblem, tab }, { language }] = [queue.now, store.now];
    const words = catalogue(language);
    const holds = standing(log ?? []);
    const undo = (entry: Entry) => (holds.has(entry.decision) ? () => void work.undo(entry.id) : null);
    renew(list, ...(log ?? []).map((entry) => logRow(entry, language, undo(entry))));
    state.className = logProblem ? "problem" : "quiet";
    if (logProblem) state.textContent = problemText(logProblem, language);
    else state.textContent = log === null ? words.loading : log.length === 0 ? words.queueLogEmpty : "";
    [element.hidden, list.hidden, more.hidden] = [tab !== "decided", !log?.length, logNext === null];
  };
  queue.watch(({ log, logNext, logProblem, tab }) => [log, logNext, logProblem, tab], show);
  store.watch(({ language }) => [language], show);
  return element;
}

const DID = new Map<string, (words: Catalogue) => string>([
  ["accept", (words) => words.queueDidAccept],
  ["choose", (words) => words.queueDidChoose],
  ["place", (words) => words.queueDidPlace],
  ["reject", (words) => words.queueDidReject],
  ["undo", (words) => words.queueDidUndo],
]);

/** What a decision did, in words. */
export function didWhat(words: Catalogue, kind: string): string {
  return DID.get(kind)?.(words) ?? kind;
}

export function logRow(entry: Entry, language: Language, undo: (() => void) | null): HTMLElement {
  const words = catalogue(language);
  const who = words.queueLogLine(entry.actor, roleName(words, entry.role), dateTime(language, entry.at));
  const row = make("li", { "data-decision": String(entry.decision) });
  row.append(make("span", {}, make("b", {}, didWhat(words, entry.kind)), " ", given(houseOf(entry))));
  if (undo) {
    const button = make("button", { type: "button", class: "quiet-button", "aria-label": words.queueUndoOf(houseOf(entry)) });
    button.textContent = words.toolsUndo;
    button.addEventListener("click", undo);
    row.append(button);
  }
  row.append(make("small", {}, who));
  return row;
}
