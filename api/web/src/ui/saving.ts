// Says whether strokes are saved, and asks what the reader has to decide about them.

import { integer } from "../core/format.js";
import { catalogue, type Catalogue } from "../core/i18n.js";
import type { State } from "../core/state.js";
import type { Opened, Watched } from "../core/store.js";
import type { Saving, StrokeQueue } from "../core/strokes.js";
import { make, replace } from "./dom.js";
import { problemText } from "./pages.js";

export interface SavingActs {
  /** Strokes of an earlier visit are to be applied: the room sorts them out and restarts the queue. */
  readonly take: () => void;
  /** Opens what is to be decided about a conflict. */
  readonly decide: () => void;
  /** Takes back what was refused. */
  readonly drop: () => void;
  /** There is a connection again. */
  readonly again: () => void;
}

/** The line of one queue; a room makes one for each object that it opens, and it ends with it. */
export function savingLine(store: Opened<State>, queue: StrokeQueue, acts: SavingActs): HTMLElement {
  const element = make("div", { class: "strokes", role: "status" });
  const show = () => {
    const words = catalogue(store.now.language);
    const saving = queue.state.now;
    element.dataset["health"] = saving.health;
    element.dataset["pending"] = String(saving.pending.length);
    const left = leftOffer(store, queue, acts, show);
    const kept = saving.kept ? [] : [make("p", { class: "problem" }, words.strokesNotKept)];
    replace(element, make("p", {}, said(store.now, saving, words), " ", ...button(queue, saving, words, acts)), ...kept, ...left);
  };
  store.watch((state) => [state.language], show);
  queue.state.watch((saving) => [saving], show);
  window.addEventListener("online", acts.again);
  store.atEnd(() => window.removeEventListener("online", acts.again));
  return element;
}

function said(state: State, { health, pending, problem, wait_s }: Saving, words: Catalogue): string {
  const count = integer(state.language, pending.length);
  if (health === "saved") return words.strokesSaved;
  if (health === "saving") return words.strokesSaving(count);
  if (health === "waiting") return words.strokesWaiting(count, integer(state.language, wait_s));
  if (health === "conflict") return words.strokesConflict(count);
  return words.strokesRefused(count, problem ? problemText(problem, state.language) : "");
}

function button(queue: StrokeQueue, { health }: Saving, words: Catalogue, acts: SavingActs): HTMLElement[] {
  const retry = act("retry", words.strokesRetry, () => queue.retry());
  if (health === "waiting") return [retry];
  if (health === "refused") return [retry, act("drop", words.strokesDiscard, acts.drop)];
  return health === "conflict" ? [act("decide", words.strokesDecide, acts.decide)] : [];
}

function leftOffer(store: Watched<State>, queue: StrokeQueue, acts: SavingActs, show: () => void): HTMLElement[] {
  const left = queue.left();
  if (!left.length) return [];
  const words = catalogue(store.now.language);
  const discard = act("discard", words.strokesDiscard, () => {
    queue.discardLeft();
    show();
  });
  const take = act("take", words.strokesTake, () => {
    acts.take();
    show();
  });
  // They go on top of what the service has, and that is not yet so.
  take.disabled = queue.state.now.pending.length > 0;
  const text = words.strokesLeft(integer(store.now.language, left.length));
  return [make("p", { class: "strokes-left" }, text, " ", take, " ", discard)];
}

export function act(name: string, text: string, does: () => void): HTMLButtonElement {
  const made = make("button", { type: "button", class: "link", "data-act": name }, text);
  made.addEventListener("click", does);
  return made;
}
