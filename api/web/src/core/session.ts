// A session that ends while somebody works: what was entered stays behind a page that leads back.

import { ProblemError, type Read, type Send } from "./api.js";
import type { Problem, Session } from "./contract.js";
import { sessionEnded, sessionResumed, type State } from "./state.js";
import type { Store } from "./store.js";

/** Tells the store of every answer that says nobody is signed in; who asked is answered as ever. */
export function noticing(store: Store<State>, read: Read, send: Send): { readonly read: Read; readonly send: Send } {
  const told = (error: unknown): never => {
    if (error instanceof ProblemError && error.problem.status === 401) store.apply(sessionEnded(error.problem));
    throw error;
  };
  return {
    read: <T>(path: string, signal?: AbortSignal) => read<T>(path, signal).catch(told),
    send: <T>(...asked: Parameters<Send>) => send<T>(...asked).catch(told),
  };
}

/**
 * Asks whether somebody is signed in again, and goes on with everything as it was. For another person nothing of
 * the one before may stay, so `anew` begins the page again. Returns why it does not go on, null when it does.
 */
export async function goOn(store: Store<State>, read: Read, anew: () => void): Promise<Problem | null> {
  const before = store.now.session?.actor;
  try {
    const session = await read<Session>("/api/v1/session");
    const same = session.actor.id === before?.id && session.actor.role === before.role;
    if (same) store.apply(sessionResumed(session));
    else anew();
    return null;
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
}
