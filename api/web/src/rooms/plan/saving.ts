// Painted strokes go to the service one after another; what could not be kept waits and is never dropped by itself.

import { problemFrom } from "../../core/api.js";
import type { Stroke } from "../../core/edit.js";
import { strokesSaved, type Chosen, type Scenario } from "../../core/plan.js";
import { Store } from "../../core/store.js";
import { pathOf, type Desk } from "./desk.js";

/** After no answer at all it is tried again this much later. */
const AGAIN_MS = 3000;

export interface SaveState {
  /** Strokes that are not kept yet, the one under way among them. */
  readonly waiting: number;
  /** No answer came; it is tried again by itself. */
  readonly offline: boolean;
  /** They were refused, as by somebody else's change: the reader says what becomes of them. */
  readonly clash: boolean;
}

type Wish = readonly [cell: number, to: number];

export class Saving {
  readonly store = new Store<SaveState>({ waiting: 0, offline: false, clash: false });
  private readonly strokes: Wish[][] = [];
  private running: Promise<void> | null = null;

  constructor(
    private readonly desk: Desk,
    readonly name: string,
    private readonly names: { cell(at: number): string; territory(at: number): string },
  ) {}

  add({ cells, to }: Stroke): void {
    this.strokes.push(Array.from(cells, (cell, at) => [cell, to[at]] as const));
    this.tell({ waiting: this.strokes.length });
    this.run();
  }

  /** Waits until all is kept; false when it could not be. */
  async settled(): Promise<boolean> {
    while (this.running) await this.running;
    return this.strokes.length === 0;
  }

  /** Cells and owners of what waits, in the order of the strokes. */
  pending(): readonly Wish[] {
    return this.strokes.flat();
  }

  /** After somebody else's change: send what waits over what is there now. */
  goOn(): void {
    this.tell({ clash: false });
    this.run();
  }

  drop(): void {
    this.strokes.length = 0;
    this.tell({ waiting: 0, clash: false, offline: false });
  }

  private tell(change: Partial<SaveState>): void {
    this.store.apply((state) => ({ ...state, ...change }));
  }

  private run(): void {
    if (this.running || this.store.now.clash) return;
    this.running = this.send().finally(() => {
      this.running = null;
    });
  }

  /** Strokes that waited together go together. */
  private async send(): Promise<void> {
    while (this.strokes.length) {
      const { chosen } = this.desk.store.now;
      if (chosen?.scenario.scenario !== this.name) return;
      const count = this.strokes.length;
      if (!(await this.kept(chosen, count))) return;
      this.strokes.splice(0, count);
      this.tell({ waiting: this.strokes.length, offline: false });
    }
  }

  private async kept({ tag }: Chosen, count: number): Promise<boolean> {
    // The last wish for a cell is the one that counts.
    const wishes = new Map(this.strokes.slice(0, count).flat());
    const moves = [...wishes].map(([cell, to]) => ({ cell: this.names.cell(cell), territory: this.names.territory(to) }));
    try {
      const { body, etag } = await this.desk.post<Scenario>(`${pathOf(this.name)}/moves`, { moves }, tag);
      this.desk.store.apply(strokesSaved(body, etag ?? `"${body.revision}"`));
      return true;
    } catch (error) {
      const problem = problemFrom(error);
      const offline = problem.status === 0 || problem.status === 503;
      this.tell({ offline });
      if (offline) window.setTimeout(() => this.run(), AGAIN_MS);
      else {
        await this.desk.fail(problem);
        this.tell({ clash: this.strokes.length > 0 });
      }
      return false;
    }
  }
}
