// One value that changes by whole replacement, and those who want to know.

/** What a part of the page needs of a store. */
export type Watched<S extends object> = Pick<Store<S>, "now" | "apply" | "watch">;

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
    // A listener may change the state again: whoever comes after it must see the newest one. It may also end another.
    for (const listener of [...this.listeners]) if (this.listeners.has(listener)) listener();
  }

  /** Calls back at once and whenever one of the chosen parts changes, until what it returns is called. */
  watch<P extends readonly unknown[]>(parts: (state: S) => P, callback: (state: S) => void): () => void {
    let seen = parts(this.value);
    const listener = () => {
      const next = parts(this.value);
      if (next.every((part, at) => Object.is(part, seen[at]))) return;
      seen = next;
      callback(this.value);
    };
    this.listeners.add(listener);
    callback(this.value);
    return () => void this.listeners.delete(listener);
  }

  /** Waits for a state, and watches no longer than that. */
  until(wanted: (state: S) => boolean): Promise<S> {
    return new Promise((done) => {
      const look = () => {
        if (!wanted(this.value)) return;
        this.listeners.delete(look);
        done(this.value);
      };
      this.listeners.add(look);
      look();
    });
  }
}

/** A store as something sees it that is opened and closed again: with its end all of its watchers end. */
export class Opened<S extends object> implements Watched<S> {
  private readonly ends: (() => void)[] = [];

  constructor(private readonly store: Watched<S>) {}

  get now(): S {
    return this.store.now;
  }

  apply(action: (state: S) => S): void {
    this.store.apply(action);
  }

  watch<P extends readonly unknown[]>(parts: (state: S) => P, callback: (state: S) => void): () => void {
    return this.atEnd(this.store.watch(parts, callback));
  }

  /** Something else that ends with it. */
  atEnd(end: () => void): () => void {
    this.ends.push(end);
    return end;
  }

  close(): void {
    for (const end of this.ends.splice(0)) end();
  }
}
