// Making an industry or cohort grid of the branch: its kind, what it is about out of the service's list, its name. Who is
// in a cohort fulfils every condition that is chosen.

import type * as Api from "../../core/api-types.js";
import { newKey, problemFrom } from "../../core/api.js";
import { integer } from "../../core/format.js";
import type { GridsState } from "../../core/grids.js";
import { storedWord } from "../../core/i18n.js";
import type { Store } from "../../core/store.js";
import { make, once, renew } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import type { App } from "../room.js";
import { button, field, follow, fold, mayEdit, wordsOf } from "./parts.js";

type Kind = keyof Api.FeatureChoices;
const KINDS: readonly Kind[] = ["industry", "cohort"];
const LONGEST_NAME = 120;

/** `made` is told the id of a grid that was made. */
export function layerForm(app: App, room: Store<GridsState>, made: (id: string) => Promise<void>): HTMLElement {
  const { store } = app;
  let choices: Api.FeatureChoices | null = null;
  const kind = make("select", { name: "layer-kind" });
  const about = make("select", { name: "layer-about" });
  const name = make("input", { type: "text", name: "layer-name", maxlength: String(LONGEST_NAME) });
  const message = make("p", { role: "status", class: "grids-message" });
  const further: HTMLSelectElement[] = [];
  const more = make("div");
  const chosen = () => {
    const places = more.hidden ? [] : further.map((one) => one.selectedIndex - 1);
    return [about.selectedIndex, ...places].flatMap((at) => choices?.[kind.value as Kind][at] ?? []);
  };
  const rule = () => {
    const [first, ...others] = chosen().map((one) => one.rule);
    return others.length ? { where: { all: [first, ...others].map((one) => one["where"]) } } : first;
  };
  const called = () => {
    const { language } = store.now;
    return name.value.trim() || chosen().map(({ words }) => words[language]).join(wordsOf(store).comma).slice(0, LONGEST_NAME);
  };
  const say = (text: string, problem = false) => {
    message.textContent = text;
    message.classList.toggle("problem", problem);
  };
  const offer = () => {
    const { language } = store.now;
    const [kept, at] = [kind.value || KINDS[0], about.selectedIndex];
    renew(kind, ...KINDS.map((id) => make("option", { value: id }, storedWord(language, "layers", id))));
    kind.value = kept;
    const options = () => (choices?.[kept as Kind] ?? []).map(({ words }) => make("option", {}, words[language] ?? ""));
    renew(about, ...options());
    about.selectedIndex = Math.max(0, at);
    more.hidden = kept !== "cohort";
    // Where the last one is chosen there is another to choose.
    if (further.every((one) => one.selectedIndex > 0)) {
      further.push(make("select", { name: "layer-and" }));
      more.append(field(store, (words) => words.gridsLayersAnd, further[further.length - 1]));
    }
    for (const one of further) {
      const place = Math.max(0, one.selectedIndex);
      renew(one, make("option"), ...options());
      one.selectedIndex = place;
    }
    for (const one of [count, keep]) one.disabled = !chosen().length;
  };
  const attempt = (act: () => Promise<void>) => once(async () => {
    say("");
    try {
      await act();
    } catch (error) {
      say(problemText(problemFrom(error), store.now.language), true);
    }
  });
  const load = attempt(async () => {
    choices ??= await app.read<Api.FeatureChoices>("/api/v1/features/choices");
    offer();
  });
  const count = button(store, "count-layer", (words) => words.gridsLayersCount, attempt(async () => {
    const asked = JSON.stringify(rule());
    const body = { kind: kind.value, rule: rule() };
    const { count: held } = (await app.send<Api.FeatureCount>("POST", "/api/v1/features/count", body)).body;
    if (asked !== JSON.stringify(rule())) return;
    say(wordsOf(store).gridsLayersHolds(integer(store.now.language, Number(held["members"]))));
    app.announce(message.textContent ?? "");
  }));
  const keep = button(store, "keep-layer", (words) => words.gridsLayersKeep, attempt(async () => {
    const typed = name.value;
    const body = { kind: kind.value, name: called(), rule: rule(), branch_id: room.now.branch };
    const { body: kept } = await app.send<Api.Feature>("POST", "/api/v1/features", body, { idempotencyKey: newKey() });
    if (name.value === typed) name.value = "";
    await made(kept.id);
  }), "primary");
  for (const one of [kind, about, more]) one.addEventListener("change", () => say(""));
  more.addEventListener("change", offer);
  kind.addEventListener("change", () => {
    for (const one of [about, ...further]) one.selectedIndex = 0;
    offer();
  });
  const form = fold(
    store,
    "new-layer",
    (words) => words.gridsLayersMake,
    field(store, (words) => words.gridsKind, kind),
    field(store, (words) => words.gridsLayersAbout, about),
    more,
    field(store, (words) => words.gridsLayersName, name),
    message,
    make("div", { class: "row" }, count, keep),
  );
  form.addEventListener("toggle", () => form.open && !choices && load());
  // What was said was said in the language of then.
  follow(store, room, (state) => [state.branch], () => {
    form.hidden = !mayEdit(store.now);
    say("");
    offer();
  });
  return form;
}
