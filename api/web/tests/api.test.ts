import assert from "node:assert/strict";
import { test } from "node:test";

import { ProblemError, sender } from "../src/core/api.js";

interface Asked {
  readonly path: string;
  readonly options: RequestInit;
}

/** A service that gives these answers, one after the other, and the last one ever after; and what it was asked. */
function service(...answers: readonly (() => Response)[]): { readonly asked: Asked[]; readonly fetcher: typeof fetch } {
  const asked: Asked[] = [];
  const fetcher = ((path: string, options: RequestInit) => {
    if (options.signal?.aborted) return Promise.reject(new DOMException("", "AbortError"));
    asked.push({ path, options });
    return Promise.resolve(answers[Math.min(asked.length, answers.length) - 1]());
  }) as typeof fetch;
  return { asked, fetcher };
}

const told = (status: number, code: string, after?: string) => () =>
  new Response(JSON.stringify({ code, title: "", detail: "told" }), { status, headers: after ? { "Retry-After": after } : {} });
const busy = told(503, "busy", "2");
const done = () => new Response('{"n":1}', { headers: { ETag: '"8"' } });
const stroke = { ifMatch: '"7"', idempotencyKey: "k" };

/** Lets what is awaited come, and the clock go on, until nothing waits any more. */
async function passed(clock: { tick: (ms: number) => void }, seconds: number): Promise<void> {
  for (let second = 0; second <= seconds; second++) {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    await new Promise((next) => setImmediate(next));
    clock.tick(1000);
  }
}

test("what a busy service did not do is asked for again as it was, and then answered", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { asked, fetcher } = service(busy, busy, done);
  const sent = sender(() => "en", fetcher)("POST", "/moves", { moves: [1] }, stroke);
  await passed(t.mock.timers, 5);
  assert.deepEqual(await sent, { body: { n: 1 }, etag: '"8"' });
  assert.equal(asked.length, 3);
  assert.deepEqual(asked[2], asked[0]);
});

test("a service that stays busy is told of within ten seconds", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { asked, fetcher } = service(busy);
  const problems: unknown[] = [];
  void sender(() => "en", fetcher)("POST", "/moves", {}, stroke).catch((error: ProblemError) => problems.push(error.problem));
  await passed(t.mock.timers, 11);
  assert.equal(asked.length, 6);
  assert.deepEqual(problems, [{ status: 503, code: "busy", title: "", detail: "told" }]);
});

test("what is to be asked for again much later or nobody knows when, and what was refused, is told at once", async () => {
  for (const answer of [told(503, "busy", "60"), told(503, "busy"), told(503, "", "2"), told(429, "rate", "2"), told(412, "conflict", "2")]) {
    const { asked, fetcher } = service(answer);
    await assert.rejects(sender(() => "en", fetcher)("POST", "/moves", {}, stroke), ProblemError);
    assert.equal(asked.length, 1);
  }
});

test("what is called off while the service is busy is not asked for again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { asked, fetcher } = service(busy, done);
  const off = new AbortController();
  const faults: unknown[] = [];
  void sender(() => "en", fetcher)("GET", "/cells", undefined, { signal: off.signal }).catch((error: Error) => faults.push(error.name));
  await passed(t.mock.timers, 0);
  off.abort();
  await passed(t.mock.timers, 3);
  assert.deepEqual([asked.length, faults], [1, ["AbortError"]]);
});
