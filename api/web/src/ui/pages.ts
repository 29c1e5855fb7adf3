// What stands in the map's place while there is no map: loading, sign in, nothing published, a failure.

import type { Problem } from "../core/contract.js";
import { catalogue, type Language } from "../core/i18n.js";
import type { State } from "../core/state.js";
import type { Store } from "../core/store.js";
import { make, replace } from "./dom.js";

/** The service's own words where it gave any. */
export function problemText(problem: Problem, language: Language): string {
  const words = catalogue(language);
  if (problem.detail) return problem.detail;
  return problem.status === 0 ? words.offline : words.failed(String(problem.status));
}

export function page(store: Store<State>, retry: () => void): HTMLElement {
  const element = make("section", { class: "page" });
  store.watch(
    (state) => [state.phase, state.problem, state.language],
    (state) => {
      element.hidden = state.phase === "ready";
      replace(element, ...pageBody(state, retry));
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
  return [title, make("p", {}, make("a", { class: "primary", href: login }, words.signIn))];
}

function again(text: string, retry: () => void): HTMLElement {
  const button = make("button", { type: "button", class: "primary" }, text);
  button.addEventListener("click", retry);
  return button;
}
