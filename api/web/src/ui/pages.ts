// What stands in the map's place while there is no map: loading, sign in, nothing published, a failure.

import type { Problem } from "../core/contract.js";
import { catalogue, type Language } from "../core/i18n.js";
import type { State } from "../core/state.js";
import type { Store } from "../core/store.js";
import { make, replace } from "./dom.js";
import { keepRoom } from "./rooms.js";

/** The service's own words where it gave any. */
export function problemText(problem: Problem, language: Language): string {
  const words = catalogue(language);
  if (problem.detail) return problem.detail;
  return problem.status === 0 ? words.offline : words.failed(String(problem.status));
}

/** `retry` loads anew; `goOn` looks whether somebody is signed in again, with all that was here kept. */
export function page(store: Store<State>, retry: () => void, goOn: () => void): HTMLElement {
  const element = make("main", { class: "page" });
  store.watch(
    (state) => [state.phase, state.problem, state.language],
    (state) => {
      element.hidden = state.phase === "ready";
      replace(element, ...(state.phase === "signedOut" && state.cells ? ended(state, goOn) : pageBody(state, retry)));
    },
  );
  return element;
}

function pageBody(state: State, retry: () => void): HTMLElement[] {
  const words = catalogue(state.language);
  switch (state.phase) {
    case "ready":
      return [];
    case "loading":
      return [make("p", { class: "loading", role: "status" }, words.loading)];
    case "signedOut":
      return signedOut(state, retry);
    case "empty":
      return [make("h2", {}, words.emptyTitle), make("p", {}, words.empty), again(words.reload, retry)];
    case "failed": {
      const text = state.problem ? problemText(state.problem, state.language) : words.offline;
      return [
        make("h2", {}, words.failedTitle),
        make("p", { class: "problem", role: "alert" }, text),
        again(words.retry, retry),
      ];
    }
  }
}

function signedOut(state: State, retry: () => void): HTMLElement[] {
  const words = catalogue(state.language);
  const title = make("h2", {}, words.signedOutTitle);
  const login = state.problem?.login;
  if (!login?.startsWith("/")) return [title, make("p", {}, words.signedOut), again(words.reload, retry)];
  const link = make("a", { class: "primary", href: login }, words.signIn);
  link.addEventListener("click", keepRoom);
  return [title, make("p", {}, link)];
}

/** The session ended during work: the way back keeps this page open, since it holds what was entered. */
function ended(state: State, goOn: () => void): HTMLElement[] {
  const words = catalogue(state.language);
  const login = state.problem?.login;
  const title = make("h2", {}, words.sessionEndedTitle);
  const kept = make("p", {}, words.sessionEnded);
  const on = again(words.sessionGoOn, goOn);
  if (!login?.startsWith("/")) return [title, kept, make("p", {}, words.sessionEndedLink), on];
  const link = make("a", { class: "primary", href: login, target: "_blank", rel: "noopener" }, words.sessionNewTab);
  return [title, kept, make("p", {}, link), on];
}

function again(text: string, retry: () => void): HTMLElement {
  const button = make("button", { type: "button", class: "primary" }, text);
  button.addEventListener("click", retry);
  return button;
}
