// The location that is looked at: what is doubtful, where it may be, and the buttons that decide.

import { decimal, degrees, integer, share } from "../../core/format.js";
import { catalogue, storedWord, type Catalogue, type Language } from "../../core/i18n.js";
import { acceptable, houseOf, noticeClosed, type Location, type QueueState } from "../../core/queue.js";
import { fact, given, label, make, quiet, renew, replace, say } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import type { QueueAct } from "./keys.js";
import { didWhat, logRow, whyOf, type Parts } from "./list.js";

export type Act = (act: QueueAct, number?: number) => void;

export function queueCard({ app, queue }: Parts, act: Act): HTMLElement {
  const { store } = app;
  const heading = make("h3", { tabindex: "-1", id: "queue-house", translate: "no" });
  const why = make("p", { class: "queue-why" });
  const facts = make("div");
  const candidates = make("div", { class: "candidates" });
  const before = make("div");
  const element = make("article", { class: "card queue-card", "aria-labelledby": "queue-house" });
  const show = () => {
    const [{ item, items, at, itemProblem }, { language }] = [queue.now, store.now];
    const words = catalogue(language);
    const known = item ?? items.find(({ id }) => id === at);
    element.hidden = !known;
    if (!known) return;
    const held = candidates.contains(document.activeElement);
    heading.textContent = houseOf(known);
    why.textContent = whyOf(known, language);
    replace(facts, ...(item ? [factList(item, branchName(parts(store.now), item), language)] : [waiting(itemProblem, words, language)]));
    renew(candidates, ...(item ? candidateList(item, language, (number) => act("choose", number)) : []));
    replace(before, ...(item?.history.length ? [decidedBefore(item, language)] : []));
    if (held && !candidates.contains(document.activeElement)) heading.focus();
  };
  queue.watch(({ item, at, items, itemProblem }) => [item, at, items, itemProblem], show);
  store.watch((state) => [state.language, state.branches], show);
  element.append(heading, why, buttons({ app, queue }, act), candidates, facts, before);
  return element;
}

type Branches = readonly { readonly id: string; readonly name: string }[];
const parts = ({ branches }: { readonly branches: Branches }): Branches => branches;

function branchName(branches: Branches, { branch_id }: Location): string | null {
  return branches.find(({ id }) => id === branch_id)?.name ?? branch_id;
}

function waiting(problem: QueueState["itemProblem"], words: Catalogue, language: Language): HTMLElement {
  if (problem) return make("p", { class: "problem", role: "alert" }, problemText(problem, language));
  return quiet(words.loading);
}

function factList(item: Location, branch: string | null, language: Language): HTMLElement {
  const words = catalogue(language);
  const word = (text: string) => storedWord(language, "locations", text);
  const place = item.tier ? [word(item.tier), ...accuracy(item.accuracy_m, language)].join(words.comma) : words.queueNowhere;
  const delivered = item.concerns.map(({ address }) => address).find((address) => address && address !== item.house);
  const rows: [string, (HTMLElement | string) | null][] = [
    [words.queueAddress, delivered ? given(delivered) : null],
    [words.queueFound, item.matched ? given(item.matched) : null],
    [words.queueStands, place],
    [words.queueConfidence, item.confidence === null ? null : share(language, item.confidence)],
    [words.queueOutcome, item.outcome === null ? null : word(item.outcome)],
    [words.queueParties, item.parties === null ? null : `${integer(language, item.parties)} (${word(item.party_kind)})`],
    [words.queueEffect, item.effect === null ? null : decimal(language, item.effect, 2)],
    [words.branch, branch === null ? null : given(branch)],
  ];
  const shown = rows.flatMap(([name, value]) =>
    value === null ? [] : [fact(name, value)],
  );
  return make("dl", { class: "facts" }, ...shown);
}

function accuracy(metres: number | null, language: Language): string[] {
  return metres === null ? [] : [catalogue(language).queueMetres(integer(language, metres))];
}

function candidateList({ candidates }: Location, language: Language, choose: (number: number) => void): HTMLElement[] {
  const words = catalogue(language);
  const title = make("h4", {}, words.queueCandidates);
  if (candidates.length === 0) return [title, quiet(words.queueNoCandidates)];
  const rows = candidates.map(({ candidate, matched, source, tier, accuracy_m, score }) => {
    const name = matched ?? storedWord(language, "locations", source);
    const about = [storedWord(language, "locations", tier), ...accuracy(accuracy_m, language), ...(score === null ? [] : [share(language, score)])];
    const button = make("button", { type: "button", "data-candidate": String(candidate) });
    button.setAttribute("aria-label", `${words.queueChoose(String(candidate), name)}${words.semicolon}${about.join(words.comma)}`);
    button.append(make("kbd", {}, String(candidate)), make("span", {}, matched ? given(name) : name, make("small", {}, about.join(" · "))));
    button.addEventListener("click", () => choose(candidate));
    return make("li", {}, button);
  });
  return [title, make("ol", { class: "candidate-list" }, ...rows)];
}

function decidedBefore({ history }: Location, language: Language): HTMLElement {
  const rows = history.map((entry) => logRow(entry, language, null));
  return make("div", {}, make("h4", {}, catalogue(language).queueLogHere), make("ol", { class: "queue-log" }, ...rows));
}

const BUTTONS: readonly [act: QueueAct, phrase: (words: Catalogue) => string, key: string][] = [
  ["accept", (w) => w.queueAccept, "A"],
  ["place", (w) => w.queuePlace, "P"],
  ["reject", (w) => w.queueReject, "R"],
  ["skip", (w) => w.queueSkip, "S"],
];

function buttons({ app, queue }: Pick<Parts, "app" | "queue">, act: Act): HTMLElement {
  const group = label(app.store, make("div", { class: "queue-buttons", role: "group" }), "aria-label", (w) => w.queueActions);
  for (const [name, phrase, key] of BUTTONS) {
    const button = make("button", { type: "button", "data-act": name, "aria-keyshortcuts": key });
    button.append(say(app.store, make("span"), phrase), make("kbd", { "aria-hidden": "true" }, key));
    button.addEventListener("click", () => act(name));
    queue.watch(
      (state) => [state.item],
      ({ item }) => (button.disabled = name === "accept" ? !item || !acceptable(item) : name !== "skip" && !item),
    );
    group.append(button);
  }
  return group;
}

/** What came of the last decision, with the way back; a decision that was not taken, with the reason. */
export function queueNotice({ app, queue }: Parts, act: Act): HTMLElement {
  const taken = make("span");
  const undo = make("button", { type: "button", class: "quiet-button", "aria-keyshortcuts": "U" });
  undo.append(say(app.store, make("span"), (words) => words.toolsUndo), " ", make("kbd", { "aria-hidden": "true" }, "U"));
  undo.addEventListener("click", () => act("undo"));
  const done = make("p", { class: "queue-done" }, taken, undo);
  const refused = make("p", { class: "problem" });
  const close = label(app.store, make("button", { type: "button", class: "close" }, "×"), "aria-label", (w) => w.close);
  close.addEventListener("click", () => queue.apply(noticeClosed()));
  const alert = make("div", { class: "queue-refused", role: "alert" }, refused, close);
  const show = () => {
    const [{ last, refused: why }, { language }] = [queue.now, app.store.now];
    const words = catalogue(language);
    [done.hidden, alert.hidden] = [!last, !why];
    replace(taken, ...(last ? [make("b", {}, didWhat(words, last.kind)), " ", given(last.house ?? `#${last.id}`)] : []));
    refused.textContent = why ? `${words.queueRefused(why.house)} ${problemText(why.problem, language)}` : "";
  };
  queue.watch(({ last, refused: why }) => [last, why], show);
  app.store.watch(({ language }) => [language], show);
  return make("div", {}, alert, done);
}

/** What is said over the map while a pin is placed. */
export function pinBar({ app, queue }: Parts, act: Act): HTMLElement {
  const where = make("output");
  const add = (name: QueueAct, phrase: (words: Catalogue) => string, kind: string) => {
    const button = say(app.store, make("button", { type: "button", class: kind, "data-act": name }), phrase);
    button.addEventListener("click", () => act(name));
    return button;
  };
  const help = say(app.store, make("p"), (words) => words.queuePlacing);
  const bar = make("div", { class: "pin-bar" }, help, where);
  bar.append(add("here", (words) => words.queuePlaceHere, "primary"), add("stop", (words) => words.queuePlaceStop, "quiet-button"));
  const show = () => {
    const [{ pin }, { language }] = [queue.now, app.store.now];
    bar.hidden = pin === null;
    if (pin) where.textContent = catalogue(language).queuePinAt(degrees(language, pin[0]), degrees(language, pin[1]));
  };
  queue.watch(({ pin }) => [pin], show);
  app.store.watch(({ language }) => [language], show);
  return bar;
}
