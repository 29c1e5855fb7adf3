// A second measure, and the scores of an earlier publication.

import type { PublicationLine } from "../../core/contract.js";
import { dateTime } from "../../core/format.js";
import { catalogue } from "../../core/i18n.js";
import { differenceChosen, pairChosen, pastChosen, scoredAnew } from "../../core/shown.js";
import { measureName, type State } from "../../core/state.js";
import type { Store } from "../../core/store.js";
import { label, make, replace, say } from "../../ui/dom.js";
import type { App } from "../room.js";

export function shownControls(app: App): HTMLElement {
  const section = make("section", { class: "card shown" }, second(app.store), versions(app));
  label(app.store, section, "aria-label", (words) => words.mapCompare);
  app.store.watch(
    (state) => [state.mode],
    ({ mode }) => (section.hidden = mode !== "scores"),
  );
  return section;
}

function second(store: Store<State>): HTMLElement {
  const select = make("select", { name: "second" });
  select.addEventListener("change", () => store.apply(pairChosen(select.value || null)));
  store.watch(
    (state) => [state.measures, state.measure, state.language, state.pair?.second],
    ({ measures, measure, language, pair }) => {
      const others = measures.filter(({ id }) => id !== measure || id === pair?.second);
      const options = others.map((one) => make("option", { value: one.id }, measureName(one, language)));
      replace(select, make("option", { value: "" }, catalogue(language).mapSecondNone), ...options);
      select.value = pair?.second ?? "";
    },
  );
  return make("label", { class: "field" }, say(store, make("span"), (words) => words.mapSecond), select);
}

/** A slider over the publications whose scores differ; nothing where there is only one. */
function versions(app: App): HTMLElement {
  const { store } = app;
  let lines: PublicationLine[] = [];
  const slider = make("input", { type: "range", name: "version", min: "0", step: "1" });
  const when = make("output", {});
  const box = make("input", { type: "checkbox", name: "difference" });
  const change = make("label", { class: "difference" }, box, say(store, make("span"), (words) => words.mapDifference));
  const name = say(store, make("span"), (words) => words.mapVersions);
  const element = make("div", { class: "versions", hidden: true }, make("label", { class: "field" }, name, slider), when, change);
  const show = () => {
    const { past, language } = store.now;
    element.hidden = lines.length < 2;
    const at = lines.findIndex(({ id, live }) => (past ? id === past.publication : live));
    slider.max = String(Math.max(0, lines.length - 1));
    slider.value = String(at);
    const line = lines[at];
    const text = line ? dateTime(language, line.published_at) : "";
    when.textContent = line?.live ? catalogue(language).mapVersionToday(text) : text;
    slider.setAttribute("aria-valuetext", when.textContent);
    change.hidden = past === null;
    box.checked = past?.difference ?? false;
  };
  slider.addEventListener("input", () => {
    const line = lines[Number(slider.value)];
    if (line) store.apply(pastChosen(line.live ? null : line.id));
  });
  box.addEventListener("change", () => store.apply(differenceChosen(box.checked)));
  store.watch((state) => [state.past, state.language], show);
  store.watch(
    (state) => [state.cells],
    ({ cells }) => {
      if (!cells) return;
      const list = app.read<{ publications: PublicationLine[] }>("/api/v1/publications");
      // Without the list the map shows what is live, as it does anyway.
      void list.then(({ publications }) => (lines = scoredAnew(publications, cells.resolution))).catch(() => (lines = [])).then(show);
    },
  );
  return element;
}
