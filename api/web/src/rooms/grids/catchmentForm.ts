// How the branch's catchment is to be drawn: the method and what it takes.

import { linesOf, listWith } from "../../core/grids.js";
import type { State } from "../../core/state.js";
import type { Store } from "../../core/store.js";
import { make, quiet, replace, say } from "../../ui/dom.js";
import { filled } from "../../ui/fields.js";
import { button, field, wordsOf, type Phrase } from "./parts.js";

export type Spec = Record<string, unknown>;

const METHODS = ["drawn", "places", "between", "buffer", "isochrone"] as const;
type Method = (typeof METHODS)[number];
const NAMES: Record<Method, Phrase> = {
  drawn: (words) => words.gridsByBorder,
  places: (words) => words.gridsByUnits,
  between: (words) => words.gridsByRoads,
  buffer: (words) => words.gridsByBuffer,
  isochrone: (words) => words.gridsByTime,
};

export interface CatchmentForm {
  readonly element: HTMLElement;
  /** What the person calls the catchment, as part of a spec. */
  titled(): Spec;
  /** Shows what the catchment is called. */
  call(title: string): void;
  /** Takes the spec as it is filled in; says beside a field what is wrong with it. */
  attempt(): void;
  /** Puts a name in the place of one that was not understood. */
  correct(given: string, text: string): void;
}

/** `draw` lets a border be drawn, `tried` takes the spec of another method, `pick` a place on the map. */
export function catchmentForm(
  store: Store<State>,
  place: HTMLElement,
  acts: { draw(): void; tried(spec: Spec): void; pick(): void },
): CatchmentForm {
  const method = make("select", { name: "catchment-method" });
  const text = (name: string) => make("input", { type: "text", name, maxlength: "120" });
  const number = (name: string, value: string) => make("input", { type: "number", name, min: "1", required: true, value });
  const [title, road, other] = [text("catchment-title"), text("catchment-road"), text("catchment-other-road")];
  const places = make("textarea", { name: "units", rows: "3", required: true });
  const [radius, minutes] = [number("radius", "800"), number("minutes", "10")];
  const pick = button(store, "pick-point", (words) => words.gridsPickPoint, acts.pick);
  const around = make("div", {}, place, pick);
  const listed = make(
    "div",
    {},
    field(store, (words) => words.gridsPlaces, places),
    say(store, quiet(), (words) => words.gridsPlacesHint),
  );
  const roads = make("div", { class: "row" }, field(store, (w) => w.gridsRoad, road), field(store, (w) => w.gridsOtherRoad, other));
  const metres = field(store, (words) => words.gridsRadius, radius);
  const time = field(store, (words) => words.gridsMinutes, minutes);
  const specs: Record<Method, () => Spec> = {
    drawn: () => ({}),
    places: () => ({ places: linesOf(places.value) }),
    between: () => ({ roads: [road.value.trim(), other.value.trim()] }),
    buffer: () => ({ radius_m: Number(radius.value) }),
    isochrone: () => ({ minutes: Number(minutes.value) }),
  };
  const titled = (): Spec => (title.value.trim() ? { title: title.value.trim() } : {});
  [road.required, other.required] = [true, true];
  const attempt = () => {
    const chosen = method.value as Method;
    // Fields of other methods are not seen.
    if (!filled(places, road, other, radius, minutes)) return;
    if (chosen === "drawn") acts.draw();
    else acts.tried({ method: chosen, ...specs[chosen]() });
  };
  const go = button(store, "try-catchment", (words) => words.gridsCatchmentTry, attempt);
  const choose = () => {
    const chosen = method.value;
    listed.hidden = chosen !== "places";
    roads.hidden = chosen !== "between";
    metres.hidden = chosen !== "buffer";
    time.hidden = chosen !== "isochrone";
    around.hidden = metres.hidden && time.hidden;
    const words = wordsOf(store);
    go.textContent = chosen === "drawn" ? words.gridsDraw : words.gridsCatchmentTry;
  };
  method.addEventListener("change", choose);
  store.watch((state) => [state.language], () => {
    const kept = method.value || METHODS[0];
    replace(method, ...METHODS.map((id) => make("option", { value: id }, NAMES[id](wordsOf(store)))));
    method.value = kept;
    choose();
  });
  const how = field(store, (words) => words.gridsCatchmentHow, method);
  const called = field(store, (words) => words.gridsCatchmentTitle, title);
  const element = make("div", {}, how, listed, roads, metres, time, around, called, go);
  const correct = (given: string, meant: string) => {
    places.value = listWith(places.value, given, meant);
    for (const one of [road, other]) if (one.value.trim() === given) one.value = meant;
  };
  const call = (given: string) => void (title.value = given);
  return { element, titled, call, correct, attempt };
}
