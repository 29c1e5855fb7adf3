// The queue of doubtful locations: worst first, decided by mouse or by the keyboard alone.

import { latLngToCell } from "h3-js";
import { lngLat, mercator } from "../core/hexagons.js";
import { catalogue } from "../core/i18n.js";
import { actOf } from "../core/keys.js";
import { acceptable, EMPTY_QUEUE, houseOf, leftForLater, pinned, stepped, type Decision, type Place, type QueueState } from "../core/queue.js";
import { QueueWork } from "../core/queueWork.js";
import { branchChosen, cellSelected } from "../core/state.js";
import { Store } from "../core/store.js";
import { overlay } from "../map/overlays.js";
import type { Scene } from "../map/view.js";
import type { Tool } from "../map/tool.js";
import { make, once, replace, say } from "../ui/dom.js";
import { pinBar, queueCard, queueNotice } from "./queue/card.js";
import { QUEUE_KEYS, type QueueAct } from "./queue/keys.js";
import { didWhat, queueList, queueLog, queueTabs, whyOf, type Parts } from "./queue/list.js";
import { extentOfItem, placeNow, showMarks } from "./queue/marks.js";
import type { App, Room, RoomView } from "./room.js";

/** Over everything else on the map. */
const MARKS_AT = 9;
/** So near to the pin, in pixels, the pointer takes it. */
const REACH_PX = 18;
const CALM = "#e9edf2";

export const queueRoom: Room = {
  id: "queue",
  name: (words) => words.roomQueue,
  roles: ["hq", "planner", "branch_manager"],
  keys: QUEUE_KEYS,
  open: (app) => new QueueRoom(app),
};

class QueueRoom implements RoomView {
  readonly side: HTMLElement[];
  readonly stage: HTMLElement[];
  private readonly queue = new Store<QueueState>(EMPTY_QUEUE);
  private readonly work: QueueWork;
  private readonly marks = overlay(MARKS_AT, false);
  private shown = false;
  private readonly undo = once((id: number, revision: number) => this.work.undo(id, revision));

  constructor(private readonly app: App) {
    const { store, read, send, view } = app;
    this.work = new QueueWork(this.queue, read, send, () => store.now.branch);
    const parts: Parts = { app, queue: this.queue, work: this.work };
    const act = (name: QueueAct, number?: number) => void this.act(name, number);
    const heading = say(store, make("h2", { id: "queue" }), (words) => words.queueTitle);
    const card = make("section", { class: "card queue", "aria-labelledby": "queue" }, heading);
    card.append(branchChoice(app), queueTabs(parts), queueNotice(parts, act), queueList(parts), queueLog(parts));
    const hint = say(store, make("p", { class: "quiet hint" }), (words) => words.queueMapKey);
    this.side = [card, queueCard(parts, act), hint];
    this.stage = [pinBar(parts, act)];
    view.add(this.marks);
    this.watch();
  }

  private watch(): void {
    const { queue, app } = this;
    queue.watch(({ item, at, items, pin }) => [item, at, items, pin], (state) => showMarks(this.marks, state));
    queue.watch(({ item }) => [item], ({ item }) => item && this.look());
    queue.watch(({ at }) => [at], (state) => this.sayItem(state));
    queue.watch(({ last }) => [last], ({ last }) => {
      if (last) app.announce(this.words().queueTaken(didWhat(this.words(), last.kind), last.house ?? `#${last.id}`));
    });
    app.store.watch(({ selected }) => [selected], ({ selected }) => this.followSelection(selected));
    app.store.watch(({ branch }) => [branch], () => this.shown && void this.work.start());
    app.store.watch(({ phase }) => [phase], ({ phase }) => this.shown && phase === "ready" && void this.work.again());
    app.store.watch(({ cells }) => [cells], () => this.shown && this.paint());
  }

  entered(): void {
    this.shown = true;
    this.marks.setVisible(true);
    this.paint();
    this.app.view.use(this.tool());
    void this.work.start();
  }

  left(): void {
    this.shown = false;
    this.queue.apply(pinned(null));
    this.marks.setVisible(false);
  }

  key(event: KeyboardEvent): boolean {
    const act = actOf(QUEUE_KEYS, event);
    const placing = this.queue.now.pin !== null;
    if (act === null || ((act === "here" || act === "stop") && !placing)) return false;
    void this.act(act, Number(event.key));
    return true;
  }

  /** Off the map Enter belongs to the button that has the keyboard. */
  anywhere(event: KeyboardEvent): boolean {
    return event.key !== "Enter" && this.key(event);
  }

  private act(act: QueueAct, number?: number): void {
    const { queue } = this;
    const { item, pin, last } = queue.now;
    if (act === "next" || act === "back") queue.apply(stepped(act === "next" ? 1 : -1));
    else if (act === "skip") queue.apply(leftForLater());
    else if (act === "accept" && item && acceptable(item)) this.decide({ decision: "accept" });
    else if (act === "reject") this.decide({ decision: "reject" });
    else if (act === "choose" && item?.candidates.some(({ candidate }) => candidate === number)) this.decide({ decision: "choose", candidate: number ?? null });
    else if (act === "place") this.beginPlacing();
    else if (act === "here" && pin) this.decide({ decision: "place", lng: pin[0], lat: pin[1] });
    else if (act === "stop") queue.apply(pinned(null));
    else if (act === "undo" && last) this.undo(last.id, last.revision);
  }

  private decide(decision: Decision): void {
    void this.work.decide(decision);
  }

  /** The pin begins where the location stands, else in the middle of what is seen; the keyboard goes to the map. */
  private beginPlacing(): void {
    const { queue, app } = this;
    if (!queue.now.item) return;
    const start = placeNow(queue.now) ?? this.centreOf(app.view.cellInMiddle());
    if (!start) return;
    this.movePin(start);
    app.view.focus();
  }

  private movePin(place: Place): void {
    this.queue.apply(pinned(place));
    const cell = this.cellOf(place);
    if (cell >= 0) this.app.store.apply(cellSelected(cell));
  }

  /** Arrow keys have moved the selection: the pin goes to the cell's centre, unless it stands in that cell. */
  private followSelection(selected: number): void {
    const { pin } = this.queue.now;
    if (!pin || selected < 0 || this.cellOf(pin) === selected) return;
    this.queue.apply(pinned(this.centreOf(selected)));
  }

  private cellOf([lng, lat]: Place): number {
    const { cells } = this.app.store.now;
    return cells?.position.get(latLngToCell(lat, lng, cells.resolution)) ?? -1;
  }

  private centreOf(cell: number): Place | null {
    const { cells } = this.app.store.now;
    return cells && cell >= 0 ? lngLat(cells.hexagons.centreX[cell], cells.hexagons.centreY[cell]) : null;
  }

  /** Drags the pin, or the ring where the location stands; while a pin is out, a press anywhere brings it there. */
  private tool(): Tool {
    const near = (place: Place | null, lng: number, lat: number) => {
      if (!place) return false;
      const [from, to] = [mercator(...place), mercator(lng, lat)];
      return Math.hypot(from[0] - to[0], from[1] - to[1]) <= REACH_PX * this.app.view.metresPerPixel();
    };
    return {
      down: ({ lng, lat }) => {
        const { pin, item } = this.queue.now;
        if (!item || (!pin && !near(placeNow(this.queue.now), lng, lat))) return false;
        this.movePin([lng, lat]);
        return true;
      },
      drag: ({ lng, lat }) => this.movePin([lng, lat]),
      up: () => undefined,
    };
  }

  /** The cells are quiet here: what counts is where the location is. */
  private paint(): void {
    const count = this.app.store.now.cells?.ids.length ?? 0;
    const none = new Uint8Array(count);
    const paint = { colours: [CALM], index: none, texture: none, light: [true], dimmed: none };
    this.app.view.show({ paint, marks: { borders: null, chosen: null, selected: -1 } } satisfies Scene);
  }

  private look(): void {
    const extent = extentOfItem(this.queue.now);
    if (this.shown && extent) this.app.view.showExtent(extent);
  }

  private words() {
    return catalogue(this.app.store.now.language);
  }

  private sayItem({ items, at }: QueueState): void {
    const item = items.find(({ id }) => id === at);
    if (!item || !this.shown) return;
    const { language } = this.app.store.now;
    const why = whyOf(item, language);
    this.app.announce(this.words().queueNext(houseOf(item), why));
  }
}

/** The branch whose locations are shown; the map has chosen the same one. */
function branchChoice({ store }: App): HTMLElement {
  const select = make("select", { name: "queue-branch" });
  select.addEventListener("change", () => store.apply(branchChosen(select.value || null)));
  const field = make("label", { class: "field" }, say(store, make("span"), (words) => words.branch), select);
  store.watch(
    ({ branches, branch, language }) => [branches, branch, language],
    ({ branches, branch, language }) => {
      const options = branches.map(({ id, name }) => make("option", { value: id, translate: "no" }, name));
      replace(select, make("option", { value: "" }, catalogue(language).allBranches), ...options);
      select.value = branch ?? "";
      field.hidden = branches.length < 2;
    },
  );
  return field;
}
