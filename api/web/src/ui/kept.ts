// Strokes of one object of a room, from the brush to the service: kept on this machine, sent, sorted out with the reader
// where somebody else was faster. The room says how a stroke is saved and how owners look on the map.

import { newKey } from "../core/api.js";
import type { Stroke } from "../core/edit.js";
import { integer } from "../core/format.js";
import { catalogue } from "../core/i18n.js";
import type { State } from "../core/state.js";
import { Opened, type Store, type Watched } from "../core/store.js";
import { operationOf, settle, StrokeQueue, type Choice, type Operation, type Shelf } from "../core/strokes.js";
import { askConflict } from "./conflict.js";
import { make, once } from "./dom.js";
import { act, savingLine } from "./saving.js";

/** What the service has. */
export interface Standing {
  readonly version: string;
  /** Owner of each cell, as position in `owners`; -1 for nobody. */
  readonly owner: Int32Array;
  readonly owners: readonly string[];
}

export interface StrokesOf {
  readonly store: Store<State>;
  /** Room and object. */
  readonly name: string;
  readonly save: (operation: Operation, version: string) => Promise<string>;
  /** Gives cells to owners where they are painted. */
  readonly apply: (cells: number[], to: number[]) => void;
  /** Reads what somebody else made of it; `rebased` is told when it is there. */
  readonly reload: () => Promise<void>;
  readonly nameOf: (owner: string) => string;
}

/** Storage may be switched off, which the first use of it tells. */
const shelf: Shelf = {
  getItem: (name) => localStorage.getItem(name),
  setItem: (name, text) => localStorage.setItem(name, text),
  removeItem: (name) => localStorage.removeItem(name),
};

type Save = StrokesOf["save"];

function queueOf(store: Watched<State>, name: string, version: string, save: Save): StrokeQueue {
  return new StrokeQueue({
    name: `gridgeo.strokes.${name}.${store.now.session?.actor.id ?? ""}`,
    version,
    save,
    shelf,
    later: (after_s, act) => {
      const timer = window.setTimeout(act, 1000 * after_s);
      return () => window.clearTimeout(timer);
    },
  });
}

/** Says what strokes wait for an object that cannot be painted for the time being; nothing is sent. */
export function leftBehind(store: Watched<State>, name: string): HTMLElement[] {
  const queue = queueOf(store, name, "", () => Promise.reject(new Error("closed")));
  const left = queue.left();
  if (!left.length) return [];
  const { language } = store.now;
  const words = catalogue(language);
  const line = make("p", { class: "strokes-left", "data-behind": String(left.length) }, words.strokesBehind(integer(language, left.length)), " ");
  const discard = act("discard", words.strokesDiscard, () => {
    queue.discardLeft();
    line.remove();
  });
  line.append(discard);
  return [line];
}

/** Forgets what waits on this machine for an object that is gone. */
export function forget(store: Watched<State>, name: string): void {
  queueOf(store, name, "", () => Promise.reject(new Error("gone"))).discardLeft();
}

export class KeptStrokes {
  readonly element: HTMLElement;
  readonly queue: StrokeQueue;
  private standing: Standing;
  private readonly opened: Opened<State>;
  /** What somebody else made of it is on its way. */
  private reloading: Promise<void> = Promise.resolve();

  constructor(
    private readonly of: StrokesOf,
    standing: Standing,
  ) {
    this.standing = { ...standing, owner: standing.owner.slice() };
    this.queue = queueOf(of.store, of.name, standing.version, (operation, version) => this.save(operation, version));
    this.opened = new Opened(of.store);
    this.element = savingLine(this.opened, this.queue, {
      take: once(() => this.takeLeft()),
      decide: once(() => this.decide()),
      drop: () => this.drop(),
      again: () => this.again(),
    });
    // Whoever was signed out and is back goes on where the strokes stopped.
    this.opened.watch(
      (state) => [state.phase],
      ({ phase }) => phase === "ready" && this.again(),
    );
    this.queue.state.watch(
      ({ health }) => [health],
      ({ health }) => {
        if (health === "conflict") this.reloading = of.reload();
      },
    );
  }

  get name(): string {
    return this.of.name;
  }

  add(stroke: Stroke): void {
    this.queue.push(operationOf(stroke, this.ids(), this.standing.owners));
  }

  /** Waits until nothing is under way; whether all is saved then. */
  async settled(): Promise<boolean> {
    const { pending } = await this.queue.state.until(({ health }) => health !== "saving");
    return pending.length === 0;
  }

  /** The object was changed by the reader, and its owners are what they were. */
  upon(version: string): void {
    if (version === this.standing.version) return;
    if (this.queue.state.now.health === "conflict") return this.rebased({ ...this.standing, version });
    this.standing = { ...this.standing, version };
    this.queue.upon(version);
  }

  /** The object was read again: what waits is painted on top of it, and sent where nobody else changed the same cells. */
  rebased(standing: Standing): void {
    const before = this.standing.version;
    this.standing = { ...standing, owner: standing.owner.slice() };
    const { pending, health } = this.queue.state.now;
    if (!pending.length) return this.queue.upon(standing.version);
    const { operations, disputes } = this.settle(pending);
    this.show(operations);
    if (!disputes.length && health !== "saving" && standing.version !== before) {
      this.queue.restart(operations, standing.version);
    }
  }

  /** Another object takes its place: what waits stays on this machine and is offered with the next visit. */
  stop(): void {
    this.queue.stop();
    this.opened.close();
  }

  /** What hindered may be over. */
  private again(): void {
    if (this.queue.state.now.health === "conflict") this.reloading = this.of.reload();
    else this.queue.retry();
  }

  private async save(operation: Operation, version: string): Promise<string> {
    const next = await this.of.save(operation, version);
    const { owner, owners } = this.standing;
    this.positions(operation).forEach((cell, at) => (owner[cell] = owners.indexOf(operation.to[at] ?? "")));
    this.standing = { ...this.standing, version: next };
    return next;
  }

  private async decide(): Promise<void> {
    await this.reloading;
    if (this.queue.state.now.health !== "conflict") return;
    const choices = await this.choices(this.queue.state.now.pending);
    if (!choices) return;
    const { operations } = this.settle(this.queue.state.now.pending, choices);
    this.show(operations);
    this.queue.restart(operations, this.standing.version);
  }

  private async takeLeft(): Promise<void> {
    if (!(await this.settled())) return;
    const left = this.queue.left();
    const choices = await this.choices(left);
    if (!choices) return;
    const { operations } = this.settle(left, choices);
    this.queue.takeLeft();
    this.show(operations);
    this.queue.restart(operations, this.standing.version);
  }

  private drop(): void {
    const cells = [...new Set(this.queue.state.now.pending.flatMap((operation) => this.positions(operation)))];
    this.of.apply(cells, cells.map((cell) => this.standing.owner[cell]));
    this.queue.restart([], this.standing.version);
  }

  /** Asks about cells that changed hands; null when the reader puts it off. */
  private async choices(operations: readonly Operation[]): Promise<ReadonlyMap<number, Choice> | null> {
    const { disputes } = this.settle(operations);
    if (!disputes.length) return new Map();
    const { language } = this.of.store.now;
    const nameOf = (owner: string | null) => (owner === null ? catalogue(language).conflictNobody : this.of.nameOf(owner));
    return askConflict(language, disputes, nameOf);
  }

  private settle(operations: readonly Operation[], choices: ReadonlyMap<number, Choice> = new Map()): ReturnType<typeof settle> {
    const { owner, owners } = this.standing;
    const position = this.of.store.now.cells?.position;
    const now = (cell: string) => owners[owner[position?.get(cell) ?? -1] ?? -1] ?? null;
    return settle(operations.map((one) => this.possible(one)), now, (at) => choices.get(at) ?? "theirs");
  }

  /** Leaves out cells that the map does not show any more, and what was for an owner who is gone. */
  private possible(operation: Operation): Operation {
    const { owners } = this.standing;
    const position = this.of.store.now.cells?.position;
    const kept = operation.cells.map((cell, at) => {
      const to = operation.to[at];
      return position?.has(cell) === true && to !== null && owners.includes(to);
    });
    const pick = <T>(all: readonly T[]) => all.filter((_, at) => kept[at]);
    if (kept.every(Boolean)) return operation;
    return { key: newKey(), cells: pick(operation.cells), from: pick(operation.from), to: pick(operation.to) };
  }

  private show(operations: readonly Operation[]): void {
    for (const operation of operations) {
      this.of.apply(this.positions(operation), operation.to.map((owner) => this.standing.owners.indexOf(owner ?? "")));
    }
  }

  private positions({ cells }: Operation): number[] {
    const position = this.of.store.now.cells?.position;
    return cells.map((cell) => position?.get(cell) ?? -1);
  }

  private ids(): readonly string[] {
    return this.of.store.now.cells?.ids ?? [];
  }
}
