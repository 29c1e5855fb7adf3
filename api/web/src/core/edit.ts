// Who owns which cell while somebody paints: owners, totals and pieces, strokes to undo and to redo, locks. No document.

/** What one movement of the brush changed; undone and redone as a whole. Positions and owners in step. */
export interface Stroke {
  readonly cells: Int32Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** Which cells touch: `core/hexagons.ts` says how to read it. */
export interface EditGround {
  readonly count: number;
  readonly start: Int32Array;
  readonly across: Int32Array;
}

/** Strokes kept for undoing: never fewer than the least, and no more than the most or than memory allows. */
const MOST_STROKES = 1000;
const LEAST_STROKES = 100;
const MOST_CELLS_KEPT = 2_000_000;

export class Edit {
  /** Owner of each cell, -1 for none; changes in place. */
  readonly owner: Int32Array;
  /** Says of a cell whether it may be painted; null allows all. */
  limit: ((cell: number) => boolean) | null = null;

  private past: Stroke[] = [];
  private future: Stroke[] = [];
  /** Owner before the open stroke of every cell it touched; null between strokes. */
  private open: Map<number, number> | null = null;
  private imposing = false;
  /** Figures of each owner; those of owners in `stale` are counted again when they are asked for. */
  private sums: Float64Array[];
  private parts: Int32Array;
  private held: Int32Array;
  private locked: Uint8Array;
  private readonly staleSums = new Set<number>();
  private readonly stalePieces = new Set<number>();
  private readonly seen: Uint8Array;
  private readonly stack: Int32Array;

  /** `weights`: one column of figures a measure, in the order of the cells. */
  constructor(
    private readonly ground: EditGround,
    private readonly weights: readonly ArrayLike<number>[],
    owner: ArrayLike<number>,
    private owners: number,
  ) {
    this.owner = Int32Array.from(owner);
    this.sums = weights.map(() => new Float64Array(owners));
    this.parts = new Int32Array(owners);
    this.held = new Int32Array(owners);
    this.locked = new Uint8Array(owners);
    this.seen = new Uint8Array(ground.count);
    this.stack = new Int32Array(ground.count);
    for (const one of this.owner) if (one >= 0) this.held[one] += 1;
    for (let one = 0; one < owners; one++) this.touch(one);
  }

  /** Sum of a measure over an owner's cells, added in the order of the cells: the same whatever was done and undone. */
  total(measure: number, owner: number): number {
    if (this.staleSums.size) this.sumAgain();
    return this.sums[measure][owner];
  }

  /** How many cells an owner has. */
  cells(owner: number): number {
    return this.held[owner];
  }

  /** Into how many connected pieces an owner's cells fall. */
  pieces(owner: number): number {
    if (this.stalePieces.size) this.countPieces();
    return this.parts[owner];
  }

  /** A locked owner neither gives nor gets cells, by undoing and redoing neither. */
  lock(owner: number, locked: boolean): void {
    this.locked[owner] = Number(locked);
  }

  isLocked(owner: number): boolean {
    return this.locked[owner] === 1;
  }

  addOwner(): number {
    const longer = <A extends Float64Array | Int32Array | Uint8Array>(old: A, next: A): A => (next.set(old), next);
    const count = this.owners + 1;
    this.sums = this.sums.map((sums) => longer(sums, new Float64Array(count)));
    this.parts = longer(this.parts, new Int32Array(count));
    this.held = longer(this.held, new Int32Array(count));
    this.locked = longer(this.locked, new Uint8Array(count));
    this.owners = count;
    return count - 1;
  }

  /** Opens a stroke; all that is painted until `end` is undone at once. */
  begin(): void {
    if (this.open) this.end();
    this.open = new Map();
  }

  /** Gives cells to one owner (-1: to nobody) and returns those that changed hands; outside a stroke it is one. */
  paint(cells: Iterable<number>, to: number): number[] {
    return this.give(cells, () => to);
  }

  /** Gives each cell to the owner beside it. */
  assign(cells: ArrayLike<number>, to: ArrayLike<number>): number[] {
    return this.give(Array.from(cells), (at) => to[at]);
  }

  /** Gives each cell to the owner beside it though locks and limits forbid it: it stands like that at the service, or is on its way. */
  impose(cells: ArrayLike<number>, to: ArrayLike<number>): number[] {
    this.imposing = true;
    const changed = this.assign(cells, to);
    this.imposing = false;
    return changed;
  }

  /** Takes over what somebody else has made of it. Strokes can still be undone, but for the cells that changed meanwhile. */
  adopt(owner: ArrayLike<number>): void {
    this.end();
    const theirs = new Uint8Array(owner.length);
    for (let cell = 0; cell < owner.length; cell++) {
      if (owner[cell] === this.owner[cell]) continue;
      theirs[cell] = 1;
      this.hand(cell, owner[cell]);
    }
    const own = (strokes: readonly Stroke[]) => strokes.map((stroke) => without(stroke, theirs)).filter(({ cells }) => cells.length);
    [this.past, this.future] = [own(this.past), own(this.future)];
  }

  /** Closes the stroke; one that left nothing changed is none. */
  end(): Stroke | null {
    const { open } = this;
    this.open = null;
    const changed = [...(open ?? [])].filter(([cell, from]) => this.owner[cell] !== from);
    if (!changed.length) return null;
    const stroke = {
      cells: Int32Array.from(changed, ([cell]) => cell),
      from: Int32Array.from(changed, ([, from]) => from),
      to: Int32Array.from(changed, ([cell]) => this.owner[cell]),
    };
    this.future = [];
    this.past.push(stroke);
    this.forgetOldest();
    return stroke;
  }

  get undoable(): number {
    return this.past.length;
  }

  get redoable(): number {
    return this.future.length;
  }

  /** Takes the last stroke back and returns what changed by it; null when there is none, or a lock forbids it. */
  undo(): Stroke | null {
    this.end();
    const stroke = this.past[this.past.length - 1];
    if (!stroke || !this.free(stroke)) return null;
    this.future.push(this.past.pop() as Stroke);
    const back = { cells: stroke.cells, from: stroke.to, to: stroke.from };
    this.replay(back);
    return back;
  }

  /** Does again what was undone last; null when there is nothing, or a lock forbids it. */
  redo(): Stroke | null {
    this.end();
    const stroke = this.future[this.future.length - 1];
    if (!stroke || !this.free(stroke)) return null;
    this.past.push(this.future.pop() as Stroke);
    this.replay(stroke);
    return stroke;
  }

  private give(cells: Iterable<number>, ownerAt: (at: number) => number): number[] {
    if (!this.open) {
      this.begin();
      const changed = this.give(cells, ownerAt);
      this.end();
      return changed;
    }
    const changed: number[] = [];
    let at = 0;
    for (const cell of cells) {
      const to = ownerAt(at++);
      if (!this.mayGo(cell, to)) continue;
      const from = this.owner[cell];
      if (!this.open.has(cell)) this.open.set(cell, from);
      this.hand(cell, to);
      changed.push(cell);
    }
    return changed;
  }

  private mayGo(cell: number, to: number): boolean {
    if (!(to >= -1 && to < this.owners)) throw new RangeError(`there is no owner ${to}`);
    const from = this.owner[cell];
    // Undefined where there is no such cell: off the ground nothing is painted.
    if (from === undefined || from === to) return false;
    if (this.imposing) return true;
    if (this.locked[from] === 1 || this.locked[to] === 1) return false;
    return this.limit === null || this.limit(cell);
  }

  private free({ from, to }: Stroke): boolean {
    const held = (owner: number) => this.locked[owner] === 1;
    return !from.some(held) && !to.some(held);
  }

  private replay({ cells, to }: Stroke): void {
    cells.forEach((cell, at) => this.hand(cell, to[at]));
  }

  private hand(cell: number, to: number): void {
    const from = this.owner[cell];
    this.owner[cell] = to;
    if (from >= 0) this.held[from] -= 1;
    if (to >= 0) this.held[to] += 1;
    this.touch(from);
    this.touch(to);
  }

  private touch(owner: number): void {
    if (owner < 0) return;
    this.staleSums.add(owner);
    this.stalePieces.add(owner);
  }

  private forgetOldest(): void {
    let kept = this.past.reduce((sum, { cells }) => sum + cells.length, 0);
    const full = () => this.past.length > MOST_STROKES || kept > MOST_CELLS_KEPT;
    while (this.past.length > LEAST_STROKES && full()) kept -= this.past.shift()?.cells.length ?? 0;
  }

  /** Marks of the owners in a set, one byte an owner, quicker to ask in a loop over all cells. */
  private marksOf(owners: ReadonlySet<number>): Uint8Array {
    const marks = new Uint8Array(this.owners);
    for (const owner of owners) marks[owner] = 1;
    return marks;
  }

  // Adding and taking away would leave the rounding of every stroke behind. A pass over all cells costs less than a
  // tenth of a millisecond and gives the sum that anybody gets who adds the owner's cells in their order.
  private sumAgain(): void {
    const { owner } = this;
    const stale = this.marksOf(this.staleSums);
    this.weights.forEach((weight, measure) => {
      const sums = this.sums[measure];
      for (const one of this.staleSums) sums[one] = 0;
      for (let cell = 0; cell < owner.length; cell++) {
        if (stale[owner[cell]] === 1) sums[owner[cell]] += weight[cell];
      }
    });
    this.staleSums.clear();
  }

  private countPieces(): void {
    const { owner, parts, seen } = this;
    const stale = this.marksOf(this.stalePieces);
    for (const one of this.stalePieces) parts[one] = 0;
    seen.fill(0);
    for (let cell = 0; cell < owner.length; cell++) {
      if (stale[owner[cell]] !== 1 || seen[cell] === 1) continue;
      parts[owner[cell]] += 1;
      this.flood(cell);
    }
    this.stalePieces.clear();
  }

  /** Marks the piece that a cell belongs to as seen. */
  private flood(cell: number): void {
    const { owner, seen, stack } = this;
    const { start, across } = this.ground;
    let height = 0;
    stack[height++] = cell;
    seen[cell] = 1;
    while (height > 0) {
      const here = stack[--height];
      for (let k = start[here]; k < start[here + 1]; k++) {
        const other = across[k];
        if (other < 0 || seen[other] === 1 || owner[other] !== owner[here]) continue;
        seen[other] = 1;
        stack[height++] = other;
      }
    }
  }
}

/** A stroke less the cells that are marked. */
function without(stroke: Stroke, marked: Uint8Array): Stroke {
  const left = (part: Int32Array) => part.filter((_, at) => marked[stroke.cells[at]] !== 1);
  return { cells: left(stroke.cells), from: left(stroke.from), to: left(stroke.to) };
}
