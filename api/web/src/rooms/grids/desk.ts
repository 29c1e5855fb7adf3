// Between the room of grids and the service: loads a branch's grids, tries edits, does them, and meets conflicts.

import { newKey, problemFrom } from "../../core/api.js";
import type { Problem } from "../../core/contract.js";
import * as grids from "../../core/grids.js";
import type { GridCounts, GridSet, GridsState, LogEntry, Operation, Preview } from "../../core/grids.js";
import type { Move } from "../../core/gridPaint.js";
import { latest } from "../../core/latest.js";
import type { Store } from "../../core/store.js";
import type { App } from "../room.js";

export interface Outlines {
  readonly house_datum: string;
  readonly features: readonly {
    readonly properties: { readonly id: string; readonly branch_id: string };
    /** What belongs to a grid that is drawn by lines. */
    readonly ground?: unknown;
  }[];
}

export type Done = Pick<Preview, "removed"> & { readonly revision: number };

const CONFLICT = 412;

export class Desk {
  /** Datum of what is drawn on the map; drawn shapes are sent with it. */
  datum = "wgs84";
  private tried: Operation | null = null;
  private readonly outlined = latest();

  constructor(
    readonly app: App,
    readonly room: Store<GridsState>,
    private readonly outlinesCame: (outlines: Outlines) => void,
    /** Something was done: what the forms hold of it may go. */
    private readonly done: (operation: string) => void,
  ) {}

  async enter(branch: string): Promise<void> {
    if (branch === this.room.now.branch && (this.room.now.set || this.room.now.loading)) return;
    this.tried = null;
    this.room.apply(grids.branchEntered(branch));
    try {
      const { sets } = await this.app.read<{ sets: { branch_id: string }[] }>("/api/v1/grids?limit=10000");
      if (sets.some((one) => one.branch_id === branch)) await this.load();
      else this.room.apply(grids.setMissing(branch));
    } catch (error) {
      this.room.apply(grids.problemMet(problemFrom(error)));
    }
  }

  /** Reads grids, what they hold and their outlines; answers of two revisions are never put together. */
  async load(): Promise<void> {
    const { branch } = this.room.now;
    if (branch === null) return;
    try {
      const [set, counts] = await Promise.all([
        this.app.read<GridSet>(this.path()),
        this.app.read<GridCounts>(this.path("/counts")),
      ]);
      if (set.revision !== counts.revision) return void (await this.load());
      this.room.apply(grids.setLoaded(set, counts));
      await this.outlines();
    } catch (error) {
      this.room.apply(grids.problemMet(problemFrom(error)));
    }
  }

  /** The same in another language: figures that are not known say why, and names that are not understood what is near. */
  async again(): Promise<void> {
    const { tried } = this;
    const unclear = this.room.now.problem?.unclear;
    await this.load();
    if (unclear && tried) await this.preview(tried);
  }

  /** In the house datum; a store in GCJ-02 gives no other. */
  private async outlines(): Promise<void> {
    const ask = (datum: string) => this.app.read<Outlines>(`/api/v1/polygons/grids.geojson?outline=stated&datum=${datum}`);
    const isLast = this.outlined();
    let found: Outlines;
    try {
      found = await ask("wgs84");
    } catch (error) {
      if (problemFrom(error).status !== 422) throw error;
      found = await ask("gcj02");
    }
    this.datum = found.house_datum;
    if (isLast()) this.outlinesCame(found);
  }

  async begin(): Promise<void> {
    await this.change("new", () => this.app.send("POST", this.path(), {}));
  }

  /** Shows what an operation would do; it is done by `apply`. */
  async preview(operation: Operation): Promise<void> {
    this.tried = operation;
    this.room.apply(grids.busyNow(true));
    try {
      const { body } = await this.app.send<Preview>("POST", this.path("/operations/preview"), operation, this.match());
      // Another branch was entered meanwhile, or another edit tried.
      if (this.tried === operation) this.room.apply(grids.previewed({ ...operation, preview: body }));
    } catch (error) {
      await this.failed(problemFrom(error));
    }
  }

  async apply(): Promise<void> {
    const { pending } = this.room.now;
    if (pending) await this.edit({ operation: pending.operation, args: pending.args });
  }

  async edit(operation: Operation): Promise<void> {
    await this.change(operation.operation, () =>
      this.app.send("POST", this.path("/operations"), operation, this.match()),
    );
  }

  /** Saves painted cells upon a revision, all of them or none; what goes wrong is for the caller. */
  async paint(moves: readonly Move[], ifMatch: string, idempotencyKey: string): Promise<Done> {
    const operation = { operation: "paint", args: { moves } };
    return (await this.app.send<Done>("POST", this.path("/operations"), operation, { ifMatch, idempotencyKey })).body;
  }

  async undo(way: "undo" | "redo"): Promise<void> {
    await this.change(way, () => this.app.send("POST", this.path(`/${way}`), undefined, this.match()));
  }

  async log(): Promise<void> {
    try {
      const { log } = await this.app.read<{ log: LogEntry[] }>(this.path("/log?limit=100"));
      this.room.apply(grids.logLoaded(log));
    } catch (error) {
      this.room.apply(grids.problemMet(problemFrom(error)));
    }
  }

  private async change(operation: string, send: () => Promise<unknown>): Promise<void> {
    this.room.apply(grids.busyNow(true));
    try {
      await send();
      await this.load();
      this.room.apply(grids.busyNow(false));
      if (this.room.now.log) await this.log();
      this.done(operation);
    } catch (error) {
      await this.failed(problemFrom(error));
    }
  }

  /** Somebody else was first: the grids are read again, and what was typed and drawn stays. */
  private async failed(problem: Problem): Promise<void> {
    if (problem.status === CONFLICT) await this.load();
    this.room.apply(grids.problemMet(problem));
  }

  private match(): { ifMatch: string; idempotencyKey: string } {
    return { ifMatch: `"${this.room.now.set?.revision ?? 0}"`, idempotencyKey: newKey() };
  }

  path(rest = ""): string {
    return `/api/v1/grids/${encodeURIComponent(this.room.now.branch ?? "")}${rest}`;
  }
}
