// Reading from the service: every failure leaves here as a Problem.

import type { Problem } from "./contract.js";
import type { Language } from "./i18n.js";

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

export type Read = <T>(path: string, signal?: AbortSignal) => Promise<T>;

/** Returns a reader that asks for messages in the language of the moment. */
export function reader(language: () => Language, fetcher: typeof fetch): Read {
  return async <T>(path: string, signal?: AbortSignal): Promise<T> => {
    const headers = { Accept: "application/json", "Accept-Language": language() };
    const options: RequestInit = { headers, credentials: "same-origin", ...(signal ? { signal } : {}) };
    let answer: Response;
    try {
      answer = await fetcher(path, options);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new ProblemError({ status: 0, code: "offline", title: "", detail: "" });
    }
    if (!answer.ok) throw new ProblemError(await problemOf(answer));
    return (await answer.json()) as T;
  };
}

async function problemOf(answer: Response): Promise<Problem> {
  const empty = { status: answer.status, code: "", title: "", detail: "" };
  try {
    const body = (await answer.json()) as Partial<Record<keyof Problem, unknown>>;
    const text = (value: unknown) => (typeof value === "string" ? value : "");
    const told = { ...empty, code: text(body.code), title: text(body.title), detail: text(body.detail) };
    return typeof body.login === "string" ? { ...told, login: body.login } : told;
  } catch {
    return empty;
  }
}
