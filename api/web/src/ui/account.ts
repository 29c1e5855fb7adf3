// Who is signed in, and signing out.

import { problemFrom, type Send } from "../core/api.js";
import type * as Api from "../core/api-types.js";
import type { State } from "../core/state.js";
import type { Store } from "../core/store.js";
import { make, once, say } from "./dom.js";
import { problemText } from "./pages.js";

/** The button that ends the session; afterwards the page begins again, so that nothing of it is left. */
export function signOut(store: Store<State>, send: Send, announce: (text: string) => void): HTMLElement {
  const button = say(store, make("button", { type: "button", class: "header-button", "data-act": "sign-out" }), (w) => w.sessionOut);
  button.addEventListener("click", once(() => leave(store, send, announce)));
  store.watch(
    (state) => [state.session, state.phase],
    ({ session, phase }) => (button.hidden = !session || phase === "signedOut"),
  );
  return button;
}

async function leave(store: Store<State>, send: Send, announce: (text: string) => void): Promise<void> {
  try {
    const { body } = await send<Api.SignedOut>("POST", "/logout");
    if (body.provider && /^https?:/.test(body.provider)) location.assign(body.provider);
    else location.reload();
  } catch (error) {
    const problem = problemFrom(error);
    if (problem.status === 401) location.reload();
    else announce(problemText(problem, store.now.language));
  }
}
