// As much of a browser as the parts of the page need that are tested in node: elements that hold what is put into them,
// a window that counts who listens, and storage.

type Listener = (event: object) => void;

class Node {
  readonly dataset: Record<string, string> = {};
  readonly children: (Node | string)[] = [];
  readonly attributes = new Map<string, string>();
  readonly listeners = new Map<string, Listener[]>();
  hidden = false;

  constructor(readonly tag: string) {}

  get textContent(): string {
    return this.children.map((one) => (typeof one === "string" ? one : one.textContent)).join("");
  }

  set textContent(text: string) {
    this.children.splice(0, this.children.length, ...(text ? [text] : []));
  }

  append(...children: (Node | string)[]): void {
    this.children.push(...children);
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  /** Nothing here asks where an element stands. */
  remove(): void {
    this.children.length = 0;
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  addEventListener(kind: string, listener: Listener): void {
    this.listeners.set(kind, [...(this.listeners.get(kind) ?? []), listener]);
  }

  removeEventListener(kind: string, listener: Listener): void {
    this.listeners.set(kind, (this.listeners.get(kind) ?? []).filter((one) => one !== listener));
  }

  /** The first button inside with this `data-act`, pressed. */
  press(act: string): boolean {
    if (this.attributes.get("data-act") === act) {
      for (const listener of this.listeners.get("click") ?? []) listener({});
      return true;
    }
    return this.children.some((one) => typeof one !== "string" && one.press(act));
  }
}

export type Pressed = Pick<Node, "press" | "textContent" | "dataset">;

/** Gives what is in these globals to the page's own code; what was stored before is gone. */
export function browser(): { listeners(kind: string): number; stored: Map<string, string> } {
  const window = new Node("window");
  const stored = new Map<string, string>();
  const localStorage = {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, text: string) => void stored.set(name, text),
    removeItem: (name: string) => void stored.delete(name),
  };
  const timers = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  const document = { createElement: (tag: string) => new Node(tag) };
  Object.assign(globalThis, { window: Object.assign(window, timers), document, localStorage });
  return { listeners: (kind) => window.listeners.get(kind)?.length ?? 0, stored };
}
