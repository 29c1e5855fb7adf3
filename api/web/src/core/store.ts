// One value that changes by whole replacement, and those who want to know.

export class Store<S extends object> {
  private readonly listeners = new Set<(now: S, before: S) => void>();

  constructor(private value: S) {}

  get now(): S {
    return this.value;
  }

  /** Replaces the state by what an action makes of it; an action that returns the same object changes nothing. */
  apply(action: (state: S) => S): void {
    const before = this.value;
    const next = action(before);
    if (next === before) return;
    this.value = next;
    for (const listener of [...this.listeners]) listener(next, before);
  }

  /** Calls back at once and whenever one of the chosen parts changes. */
  watch<P extends readonly unknown[]>(parts: (state: S) => P, callback: (state: S) => void): void {
    let seen = parts(this.value);
    this.listeners.add((now) => {
      const next = parts(now);
      if (next.every((part, at) => Object.is(part, seen[at]))) return;
      seen = next;
      callback(now);
    });
    callback(this.value);
  }
}
