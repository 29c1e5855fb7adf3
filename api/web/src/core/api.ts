// Reading from the service: every failure leaves here as a Problem.

import type { Problem } from "./contract.js";
import type { Language } from "./i18n.js";

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

export type Read = <T>(path: string, signal?: AbortSignal) => Promise<T>;

export interface Sent<T> {
  readonly body: T;
  /** Version of what was changed, for the next `ifMatch`. */
  readonly etag: string | null;
}

export interface SendOptions {
  readonly ifMatch?: string;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

export type Method = "GET" | "POST" | "PATCH" | "DELETE" | "PUT";
/** Asks for a change; `read` is for what only reads. */
export type Send = <T>(method: Method, path: string, body?: unknown, options?: SendOptions) => Promise<Sent<T>>;

/** Returns a sender of JSON that asks for messages in the language of the moment. */
export function sender(language: () => Language, fetcher: typeof fetch): Send {
  return async <T>(method: Method, path: string, body?: unknown, options: SendOptions = {}): Promise<Sent<T>> => {
    const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": language() };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (options.ifMatch) headers["If-Match"] = options.ifMatch;
    if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
    const request: RequestInit = { method, headers, credentials: "same-origin" };
    if (body !== undefined) request.body = JSON.stringify(body);
    if (options.signal) request.signal = options.signal;
    const answer = await answerOf(path, request, fetcher);
    const told = answer.status === 204 ? undefined : ((await answer.json()) as T);
    return { body: told as T, etag: answer.headers.get("ETag") };
  };
}

/** For so long a service is asked again that says it is busy: nothing has come of what it was asked. */
const PATIENCE_MS = 10_000;

async function answerOf(path: string, options: RequestInit, fetcher: typeof fetch, until = Date.now() + PATIENCE_MS): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetcher(path, options);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ProblemError({ status: 0, code: "offline", title: "", detail: "" });
  }
  if (answer.ok) return answer;
  const problem = await problemOf(answer);
  const wait_ms = Number(answer.headers.get("Retry-After")) * 1000;
  // On a SQLite store somebody else writes, as a job that was begun a moment ago.
  if (problem.code !== "busy" || !wait_ms || Date.now() + wait_ms > until) throw new ProblemError(problem);
  await new Promise((done) => setTimeout(done, wait_ms));
  return answerOf(path, options, fetcher, until);
}

/** Returns a reader that asks for messages in the language of the moment. */
export function reader(language: () => Language, fetcher: typeof fetch): Read {
  return async <T>(path: string, signal?: AbortSignal): Promise<T> => {
    const headers = { Accept: "application/json", "Accept-Language": language() };
    const options: RequestInit = { headers, credentials: "same-origin", ...(signal ? { signal } : {}) };
    const answer = await answerOf(path, options, fetcher);
    return (await answer.json()) as T;
  };
}

async function problemOf(answer: Response): Promise<Problem> {
  const empty = { status: answer.status, code: "", title: "", detail: "" };
  try {
    const body = (await answer.json()) as Partial<Record<keyof Problem, unknown>>;
    const text = (value: unknown) => (typeof value === "string" ? value : "");
    const list = Array.isArray(body.unclear) ? { unclear: body.unclear as NonNullable<Problem["unclear"]> } : {};
    const told = { ...empty, code: text(body.code), title: text(body.title), detail: text(body.detail), ...list };
    return typeof body.login === "string" ? { ...told, login: body.login } : told;
  } catch {
    return empty;
  }
}

/** What went wrong, whatever was thrown. */
export function problemFrom(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  // A fault of the page itself: say so in the console as well, where a developer looks for it.
  console.error(error);
  return { status: 0, code: "page", title: "", detail: error instanceof Error ? error.message : String(error) };
}

/** A name for one request, so that it is done once however often it is sent. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
