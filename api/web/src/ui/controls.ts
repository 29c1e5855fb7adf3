// What the map shows: view, measure, branch, layers.

import { catalogue, type Catalogue } from "../core/i18n.js";
import {
  branchChosen,
  LAYERS,
  layerSwitched,
  measureAwaited,
  measureName,
  modeChosen,
  schemeChosen,
  type LayerName,
  type Mode,
  type State,
} from "../core/state.js";
import type { Scheme } from "../core/contract.js";
import type { Store } from "../core/store.js";
import { label, make, replace, say } from "./dom.js";

type Phrase = (words: Catalogue) => string;

export function controls(store: Store<State>): HTMLElement {
  const section = make("section", { class: "card controls" });
  label(store, section, "aria-label", (words) => words.controls);
  section.append(modes(store), measures(store), schemes(store), branches(store), layers(store));
  return section;
}

function modes(store: Store<State>): HTMLElement {
  const phrases: Record<Mode, Phrase> = { scores: (w) => w.viewScores, territories: (w) => w.territories };
  const set = make("fieldset", { class: "modes" }, say(store, make("legend"), (words) => words.view));
  for (const mode of ["scores", "territories"] as const) {
    const radio = make("input", { type: "radio", name: "mode", value: mode });
    radio.addEventListener("change", () => store.apply(modeChosen(mode)));
    store.watch(
      (state) => [state.mode],
      (state) => (radio.checked = state.mode === mode),
    );
    set.append(make("label", {}, radio, say(store, make("span"), phrases[mode])));
  }
  return set;
}

function measures(store: Store<State>): HTMLElement {
  const select = make("select", { name: "measure" });
  select.addEventListener("change", () => store.apply(measureAwaited(select.value)));
  store.watch(
    (state) => [state.measures, state.language],
    (state) => {
      const options = state.measures.map((one) =>
        make("option", { value: one.id }, measureName(one, state.language)),
      );
      replace(select, ...options);
      select.value = state.awaited ?? state.measure;
    },
  );
  store.watch(
    (state) => [state.measure, state.awaited],
    (state) => (select.value = state.awaited ?? state.measure),
  );
  return field(store, (words) => words.measure, select);
}

function schemes(store: Store<State>): HTMLElement {
  const select = make("select", { name: "scheme" });
  select.addEventListener("change", () => store.apply(schemeChosen(select.value as Scheme)));
  store.watch(
    (state) => [state.language, state.scheme],
    ({ language, scheme }) => {
      const { mapQuantile: quantile, mapEqual: equal, mapNatural: natural } = catalogue(language);
      const named = Object.entries({ quantile, equal, natural });
      replace(select, ...named.map(([value, name]) => make("option", { value }, name)));
      select.value = scheme;
    },
  );
  const shown = field(store, (words) => words.mapScheme, select);
  store.watch(
    (state) => [state.mode],
    ({ mode }) => (shown.hidden = mode !== "scores"),
  );
  return shown;
}

function branches(store: Store<State>): HTMLElement {
  const select = make("select", { name: "branch" });
  select.addEventListener("change", () => store.apply(branchChosen(select.value || null)));
  store.watch(
    (state) => [state.branches, state.language, state.branch],
    ({ branches: all, language, branch }) => {
      const options = all.map(({ id, name }) => make("option", { value: id, translate: "no" }, name));
      replace(select, make("option", { value: "" }, catalogue(language).allBranches), ...options);
      select.value = branch ?? "";
    },
  );
  return field(store, (words) => words.branch, select);
}

function layers(store: Store<State>): HTMLElement {
  const phrases: Record<LayerName, Phrase> = {
    base: (words) => words.layerBase,
    buildings: (words) => words.layerBuildings,
    streets: (words) => words.layerStreets,
    boundaries: (words) => words.layerBoundaries,
    catchments: (words) => words.layerCatchments,
    branches: (words) => words.layerBranches,
  };
  const set = make("fieldset", { class: "layers" }, say(store, make("legend"), (words) => words.layers));
  for (const layer of LAYERS) {
    const box = make("input", { type: "checkbox", name: layer });
    box.addEventListener("change", () => store.apply(layerSwitched(layer, box.checked)));
    store.watch(
      (state) => [state.layers],
      (state) => (box.checked = state.layers[layer]),
    );
    const shown = make("label", {}, box, say(store, make("span"), phrases[layer]));
    set.append(shown);
    if (layer !== "base") continue;
    store.watch(
      (state) => [state.session],
      ({ session }) => (shown.hidden = !session?.tile_server),
    );
  }
  return set;
}

function field(store: Store<State>, phrase: Phrase, input: HTMLElement): HTMLElement {
  return make("label", { class: "field" }, say(store, make("span"), phrase), input);
}
