// One value that changes by whole replacement, and those who want to know.

export class Store<S extends object> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: S) {}

  get now(): S {
    return this.value;
  }

  /** Replaces the state by what an action makes of it; an action that returns the same object changes nothing. */
  apply(action: (state: S) => S): void {
    const next = action(this.value);
    if (next === this.value) return;
    this.value = next;
    // A listener may change the state again: whoever comes after it must see the newest one.
    for (const listener of [...this.listeners]) listener();
  }

  /** Calls back at once and whenever one of the chosen parts changes. */
  watch<P extends readonly unknown[]>(parts: (state: S) => P, callback: (state: S) => void): void {
    let seen = parts(this.value);
    this.listeners.add(() => {
      const next = parts(this.value);
      if (next.every((part, at) => Object.is(part, seen[at]))) return;
      seen = next;
      callback(this.value);
    });
    callback(this.value);
  }
}
