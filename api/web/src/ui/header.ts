// Name, publication, language; below it what must always be seen: synthetic data and what scores are not for.

import { dateTime, integer } from "../core/format.js";
import { catalogue, LANGUAGES, learn, type Language } from "../core/i18n.js";
import { latest } from "../core/latest.js";
import { languageChosen, type State } from "../core/state.js";
import type { Store } from "../core/store.js";
import { roleName } from "../core/words/session.js";
import { given, label, make, replace, say } from "./dom.js";
import { tabs } from "./rooms.js";

type Announce = (text: string) => void;

/** `buttons` stand before the choice of the language. */
export function header(store: Store<State>, announce: Announce, ...buttons: HTMLElement[]): HTMLElement {
  const name = make("div", { class: "brand" }, make("strong", { translate: "no" }, "gridgeo"));
  name.append(say(store, make("h1"), (words) => words.title));
  return make("header", { class: "header" }, name, tabs(store), publication(store), ...buttons, languages(store, announce));
}

function publication(store: Store<State>): HTMLElement {
  const line = make("p", { class: "publication" });
  store.watch(
    (state) => [state.language, state.session],
    ({ language, session }) => {
      if (!session) return replace(line);
      const words = catalogue(language);
      const version = integer(language, session.versions["publication"] ?? 0);
      const text = words.published(version, dateTime(language, session.published_at));
      const { id, role } = session.actor;
      const who = make("span", { class: "who", "data-role": role }, words.sessionWho(id, roleName(words, role)));
      replace(line, given(session.ground), make("time", { datetime: session.published_at }, text), who);
    },
  );
  return line;
}

function languages(store: Store<State>, announce: Announce): HTMLElement {
  const group = label(store, make("div", { class: "languages", role: "group" }), "aria-label", (w) => w.switchLanguage);
  const wanted = latest();
  for (const { id, name, htmlLang: lang } of LANGUAGES) {
    const button = make("button", { type: "button", lang, translate: "no", "data-language": id }, name);
    const unreached = () => announce(catalogue(store.now.language).offline);
    button.addEventListener("click", () => {
      const isLast = wanted();
      void learn(id).then(() => isLast() && store.apply(languageChosen(id)), unreached);
    });
    store.watch(
      (state) => [state.language],
      ({ language }: { language: Language }) => button.setAttribute("aria-pressed", String(language === id)),
    );
    group.append(button);
  }
  return group;
}

export function notices(store: Store<State>): HTMLElement {
  const synthetic = make("p", { class: "synthetic", role: "note" });
  const use = make("p", { class: "use" });
  const strip = label(store, make("aside", { class: "notices" }, synthetic, use), "aria-label", (words) => words.notices);
  store.watch(
    (state) => [state.language, state.session],
    ({ language, session }) => {
      strip.hidden = !session;
      const words = catalogue(language);
      const said = session?.fictional ? words.fictional : session?.synthetic ? words.synthetic : "";
      synthetic.hidden = !said;
      synthetic.textContent = said;
      use.textContent = session ? session.notice[language] : "";
    },
  );
  return strip;
}
