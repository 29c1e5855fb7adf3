// Strokes on their way to the service: kept on this machine until they are saved, sent one after the other with the
// version they build on, tried again while nothing answers, sorted out where somebody else was faster. No document.

import { newKey, problemFrom } from "./api.js";
import type { Problem } from "./contract.js";
import type { Stroke } from "./edit.js";
import { Store } from "./store.js";

/** A stroke by names instead of positions, so that it still means the same after a reload; null is nobody. */
export interface Operation {
  /** Sent along, so that a stroke whose answer was lost is not done twice. */
  readonly key: string;
  readonly cells: readonly string[];
  readonly from: readonly (string | null)[];
  readonly to: readonly (string | null)[];
}

export type Health = "saved" | "saving" | "waiting" | "conflict" | "refused";

export interface Saving {
  readonly pending: readonly Operation[];
  readonly health: Health;
  /** Why it waits, conflicts or was refused. */
  readonly problem: Problem | null;
  /** Seconds until the next try. */
  readonly wait_s: number;
  /** Whether unsaved strokes would survive a reload. */
  readonly kept: boolean;
}

/** Does one operation upon a version and answers with the version it made; fails with a `ProblemError`. */
export type Save = (operation: Operation, version: string) => Promise<string>;
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;
/** Calls back later; the answer calls it off. */
export type Later = (after_s: number, act: () => void) => () => void;

const FIRST_WAIT_S = 1;
const LONGEST_WAIT_S = 30;
const CONFLICTS = [409, 412, 428];
/** No answer, too many questions, or a service that is busy or restarts: it will pass. */
const PASSING = [0, 429, 502, 503, 504];

export interface QueueOptions {
  /** Room, object and person: whose strokes these are. */
  readonly name: string;
  readonly version: string;
  readonly save: Save;
  readonly shelf: Shelf;
  readonly later: Later;
}

export function operationOf(stroke: Stroke, ids: readonly string[], owners: readonly (string | null)[]): Operation {
  const named = (owner: number) => owners[owner] ?? null;
  return {
    key: newKey(),
    cells: Array.from(stroke.cells, (cell) => ids[cell]),
    from: Array.from(stroke.from, named),
    to: Array.from(stroke.to, named),
  };
}

export class StrokeQueue {
  readonly state = new Store<Saving>({ pending: [], health: "saved", problem: null, wait_s: 0, kept: true });
  private readonly own = new Set<string>();
  private version: string;
  private busy = false;
  private tries = 0;
  private callOff: (() => void) | null = null;
  private stopped = false;

  constructor(private readonly options: QueueOptions) {
    this.version = options.version;
  }

  /** Strokes of an earlier visit that were never saved. */
  left(): readonly Operation[] {
    return this.shelved().filter(({ key }) => !this.own.has(key));
  }

  /** Takes over the strokes of an earlier visit, to be sorted out and given to `restart`. */
  takeLeft(): readonly Operation[] {
    const left = this.left();
    for (const { key } of left) this.own.add(key);
    return left;
  }

  /** Forgets the strokes of an earlier visit. */
  discardLeft(): void {
    this.takeLeft();
    this.change({ pending: this.state.now.pending });
  }

  push(operation: Operation): void {
    this.own.add(operation.key);
    this.change({ pending: [...this.state.now.pending, operation] });
    void this.pump();
  }

  /** Tries again at once: somebody asks for it, or the browser says that it is online again. */
  retry(): void {
    this.callOff?.();
    this.callOff = null;
    const { health } = this.state.now;
    if (health === "waiting" || health === "refused") void this.pump();
  }

  /** There is a newer version that leaves owners as they are: what comes next is saved upon it. */
  upon(version: string): void {
    if (this.state.now.health !== "conflict") this.version = version;
  }

  /** Goes on from a newer version with what is to be saved upon it, in place of all that was pending. */
  restart(operations: readonly Operation[], version: string): void {
    this.version = version;
    for (const { key } of operations) this.own.add(key);
    this.change({ pending: operations, health: "saved", problem: null });
    void this.pump();
  }

  /** Stops trying; what is pending stays on this machine. */
  stop(): void {
    this.stopped = true;
    this.callOff?.();
    this.callOff = null;
  }

  private async pump(): Promise<void> {
    const { pending, health } = this.state.now;
    const [first] = pending;
    if (this.stopped || this.busy || health === "conflict" || this.callOff) return;
    if (first === undefined) {
      if (health !== "saved") this.change({ health: "saved", problem: null });
      return;
    }
    this.busy = true;
    this.change({ health: "saving" });
    const { version } = this;
    try {
      const next = await this.options.save(first, version);
      this.tries = 0;
      // Somebody may have started anew from another version meanwhile.
      if (this.version === version) this.version = next;
      this.change({ pending: this.state.now.pending.filter(({ key }) => key !== first.key), problem: null });
    } catch (error) {
      this.failed(problemFrom(error));
    }
    this.busy = false;
    const { health: now } = this.state.now;
    if (now === "saving" || now === "saved") void this.pump();
  }

  private failed(problem: Problem): void {
    if (CONFLICTS.includes(problem.status)) return this.change({ health: "conflict", problem });
    if (!PASSING.includes(problem.status)) return this.change({ health: "refused", problem });
    const wait_s = Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** this.tries);
    this.tries += 1;
    this.change({ health: "waiting", problem, wait_s });
    this.callOff = this.options.later(wait_s, () => this.retry());
  }

  private change(parts: Partial<Saving>): void {
    const kept = parts.pending ? this.shelve(parts.pending) : this.state.now.kept;
    this.state.apply((state) => ({ ...state, ...parts, kept }));
  }

  /** Keeps what is pending on this machine, beside strokes of an earlier visit that nobody has decided about. */
  private shelve(pending: readonly Operation[]): boolean {
    const { shelf, name } = this.options;
    const all = [...this.left(), ...pending];
    try {
      if (all.length) shelf.setItem(name, JSON.stringify(all));
      else shelf.removeItem(name);
      return true;
    } catch {
      // Storage is full or switched off: strokes are saved all the same, and a reload would lose what is not.
      return false;
    }
  }

  private shelved(): Operation[] {
    try {
      const held: unknown = JSON.parse(this.options.shelf.getItem(this.options.name) ?? "[]");
      return Array.isArray(held) ? (held as Operation[]) : [];
    } catch {
      return [];
    }
  }
}

export type Choice = "mine" | "theirs";

/** A stroke of which some cells have changed hands meanwhile. */
export interface Dispute {
  /** Which of the operations. */
  readonly at: number;
  readonly cells: readonly string[];
  /** What the stroke wanted, and what is there now. */
  readonly mine: readonly (string | null)[];
  readonly theirs: readonly (string | null)[];
}

export interface Settled {
  /** What is to be done upon the newer state, in the old order. */
  readonly operations: readonly Operation[];
  readonly disputes: readonly Dispute[];
}

/**
 * Replays operations on a newer state. A cell that is as the stroke found it is painted, one that is already as wanted
 * is left, and one that somebody else has changed is disputed: it goes by the choice for its stroke.
 */
export function settle(
  operations: readonly Operation[],
  ownerNow: (cell: string) => string | null,
  choiceOf: (at: number) => Choice,
): Settled {
  const after = new Map<string, string | null>();
  const done: Operation[] = [];
  const disputes: Dispute[] = [];
  const ownerAfter = (cell: string) => {
    const own = after.get(cell);
    return own === undefined ? ownerNow(cell) : own;
  };
  operations.forEach((operation, at) => {
    const { replayed, dispute } = replay(operation, at, ownerAfter, choiceOf(at));
    replayed.cells.forEach((cell, k) => after.set(cell, replayed.to[k]));
    if (replayed.cells.length) done.push(replayed);
    if (dispute.cells.length) disputes.push(dispute);
  });
  return { operations: done, disputes };
}

function replay(
  operation: Operation,
  at: number,
  ownerOf: (cell: string) => string | null,
  choice: Choice,
): { replayed: Operation; dispute: Dispute } {
  const kept = { cells: [] as string[], from: [] as (string | null)[], to: [] as (string | null)[] };
  const apart = { cells: [] as string[], mine: [] as (string | null)[], theirs: [] as (string | null)[] };
  operation.cells.forEach((cell, k) => {
    const [now, to] = [ownerOf(cell), operation.to[k]];
    if (now === to) return;
    const disputed = now !== operation.from[k];
    if (disputed) {
      apart.cells.push(cell);
      apart.mine.push(to);
      apart.theirs.push(now);
    }
    if (disputed && choice === "theirs") return;
    kept.cells.push(cell);
    kept.from.push(now);
    kept.to.push(to);
  });
  // Another body under the same key would be refused, or answered with what became of the first.
  const same = kept.cells.length === operation.cells.length && !apart.cells.length;
  return { replayed: { key: same ? operation.key : newKey(), ...kept }, dispute: { at, ...apart } };
}
