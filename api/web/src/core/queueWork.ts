// What the queue asks of the service and sends to it. A decision names the revision that was seen.

import { newKey, problemFrom, type Read, type Send } from "./api.js";
import type * as Api from "./api-types.js";
import { latest } from "./latest.js";
import * as queue from "./queue.js";
import type { Decision, Location, QueueState, Waiting } from "./queue.js";
import type { Store } from "./store.js";

const LIST = "/api/v1/locations/review";
const PAGE = 50;
const LOG_PAGE = 25;
/** With fewer than this behind the one looked at, the next page is read. */
const AHEAD = 10;

export class QueueWork {
  private readonly known = new Map<number, Location>();
  private readonly listed = latest();
  /** What was decided while a list was on its way, which may still tell of it. */
  private readonly decided = new Set<number>();

  constructor(
    private readonly store: Store<QueueState>,
    private readonly read: Read,
    private readonly send: Send,
    private readonly branch: () => string | null,
  ) {
    store.watch((state) => [state.at], ({ at }) => void (at !== null && this.open(at)));
    store.watch((state) => [state.at, state.items], (state) => this.lookAhead(state));
    store.watch((state) => [state.tab, state.log], ({ tab, log }) => void (tab === "decided" && !log && this.log(null)));
  }

  /** Reads the list from its worst location on. */
  async start(): Promise<void> {
    this.known.clear();
    this.decided.clear();
    await this.page(true);
  }

  /** Reads again what could not be read, such as when a session has ended meanwhile. */
  async again(): Promise<void> {
    const { problem, at, item } = this.store.now;
    if (problem) await this.start();
    else if (at !== null && !item) await this.open(at);
  }

  async more(): Promise<void> {
    const { loading, next } = this.store.now;
    if (!loading && next !== null) await this.page(false);
  }

  private async page(fresh: boolean): Promise<void> {
    const isLast = this.listed();
    const after = fresh ? null : this.store.now.next;
    this.store.apply(queue.pageAwaited(fresh));
    try {
      const page = await this.read<Api.LocationQueue>(pathOf(LIST, { limit: PAGE, branch_id: this.branch(), after }));
      const items = page.items.filter(({ id }) => !this.decided.has(id));
      if (isLast()) this.store.apply(queue.pageLoaded({ ...page, items }));
    } catch (error) {
      if (isLast()) this.store.apply(queue.pageFailed(problemFrom(error)));
    }
  }

  private async open(id: number): Promise<void> {
    const known = this.known.get(id);
    if (known) return this.store.apply(queue.itemLoaded(known));
    try {
      this.store.apply(queue.itemLoaded(await this.item(id)));
    } catch (error) {
      this.store.apply(queue.itemFailed(id, problemFrom(error)));
    }
  }

  private async item(id: number): Promise<Location> {
    const item = await this.read<Location>(`${LIST}/${id}`);
    this.known.set(id, item);
    return item;
  }

  /** Has the next location ready before it is asked for, and the next page before the list ends. */
  private lookAhead({ items, at, next }: QueueState): void {
    const here = items.findIndex(({ id }) => id === at);
    const following = items[here + 1];
    if (here >= 0 && following && !this.known.has(following.id)) void this.item(following.id).catch(() => undefined);
    if (next !== null && items.length - here < AHEAD) void this.more();
  }

  /** Decides about the location that is looked at. */
  async decide(decision: Decision): Promise<void> {
    const { item, pin } = this.store.now;
    if (!item || item.status !== "open") return;
    this.store.apply(queue.decisionSent(item.id));
    this.known.delete(item.id);
    this.decided.add(item.id);
    try {
      this.store.apply(queue.decisionTaken(await this.tell(item, decision)));
    } catch (error) {
      const problem = problemFrom(error);
      const now = problem.status === 412 ? await this.item(item.id).catch(() => item) : item;
      this.known.set(item.id, now);
      this.store.apply(queue.decisionRefused(now, problem, now.status === "open"));
      // A pin is work done by hand: it is not lost with the decision.
      if (now.status === "open" && this.store.now.at === item.id) this.store.apply(queue.pinned(pin));
    }
  }

  private async tell({ id, revision }: Pick<Waiting, "id" | "revision">, decision: Decision): Promise<queue.Done> {
    const options = { ifMatch: `"${revision}"`, idempotencyKey: newKey() };
    return (await this.send<Api.LocationDecided>("POST", `${LIST}/${id}/decisions`, decision, options)).body;
  }

  /** Takes a decision back; without a revision that of the moment counts. The location waits again. */
  async undo(id: number, revision?: number): Promise<void> {
    const before = this.store.now.last?.id === id;
    try {
      await this.tell({ id, revision: revision ?? (await this.item(id)).revision }, { decision: "undo" });
      const item = await this.item(id);
      this.store.apply(queue.lastForgotten());
      this.store.apply(queue.putBack(item));
      this.store.apply(queue.tabChosen("waiting"));
    } catch (error) {
      const house = this.store.now.log?.find((one) => one.id === id)?.house ?? (before ? this.store.now.last?.house : null);
      const about = { id, house: house ?? null } as Waiting;
      this.store.apply(queue.decisionRefused(about, problemFrom(error), false));
    }
  }

  /** Reads what was decided, from the newest on or behind an entry. */
  async log(before: number | null): Promise<void> {
    try {
      const page = await this.read<Api.LocationHistory>(pathOf(`${LIST}/history`, { limit: LOG_PAGE, before }));
      this.store.apply(queue.logLoaded(page, before === null));
    } catch (error) {
      this.store.apply(queue.logFailed(problemFrom(error)));
    }
  }
}

function pathOf(path: string, given: Record<string, string | number | null>): string {
  const pairs = Object.entries(given).filter(([, value]) => value !== null);
  return `${path}?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&")}`;
}
