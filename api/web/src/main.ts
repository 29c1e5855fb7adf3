// Puts the page together.

import { reader, sender, type Read } from "./core/api.js";
import { integer } from "./core/format.js";
import { catalogue, languageFrom, LANGUAGES, learn, type Language } from "./core/i18n.js";
import { Loader } from "./core/loader.js";
import { initialState, measureName, stepBack, type State } from "./core/state.js";
import { goOn, noticing } from "./core/session.js";
import { Store } from "./core/store.js";
import { signOut } from "./ui/account.js";
import { details } from "./ui/details.js";
import { label, make, say } from "./ui/dom.js";
import { sayInvalid } from "./ui/fields.js";
import { header, notices } from "./ui/header.js";
import { keySheet } from "./ui/keySheet.js";
import { cellSentence, mapPanel, type MapPanel } from "./ui/mapPanel.js";
import { page, problemText } from "./ui/pages.js";
import { house, type House } from "./rooms/house.js";
import { followAddress } from "./ui/rooms.js";

const REMEMBERED = "gridgeo.language";

/** Storage may be switched off; the page then forgets and works. */
function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

function remember(language: string): void {
  try {
    localStorage.setItem(REMEMBERED, language);
  } catch {
    // Nothing to do: the choice holds for this visit.
  }
}

function start(chosen: Language): void {
  const store = new Store<State>(initialState(chosen));
  const fetcher: typeof fetch = (path, options) => fetch(path, options);
  const language = () => store.now.language;
  const { read, send } = noticing(store, reader(language, fetcher), sender(language, fetcher));
  const live = make("div", { class: "unseen", "aria-live": "polite", id: "live" });
  const announce = (text: string) => (live.textContent = text);
  const loader = new Loader(store, read);
  const reload = () => void loader.publication();
  const map = mapPanel(store, details(store), announce, (event) => rooms.key(event));
  const busy = make("p", { class: "busy", role: "status" });
  map.element.prepend(busy);
  const stage = make("div", { class: "stage" }, map.element);
  const rooms: House = house({ store, read, send, view: map.view, announce, reload }, stage);
  showBusy(store, busy);
  const back = () => void lookAgain(store, read, announce);
  build(store, [rooms.side, stage], live, page(store, reload, back), signOut(store, send, announce));
  window.addEventListener("focus", () => store.now.phase === "signedOut" && store.now.cells && back());
  followAddress(store);
  followLanguage(store);
  followState(store, announce);
  addEscape(store, map);
  sayInvalid(store);
  whenReady(store, () => void map.view.loadTiles(read).catch(() => undefined));
  reload();
}

function build(store: Store<State>, parts: HTMLElement[], live: HTMLElement, waiting: HTMLElement, out: HTMLElement): void {
  const skip = say(store, make("a", { class: "skip", href: "#map" }), (words) => words.skipToMap);
  const work = label(store, make("main", { class: "work" }, ...parts), "aria-label", (words) => words.title);
  document.body.textContent = "";
  const sheet = keySheet(store);
  document.body.append(skip, header(store, (text) => (live.textContent = text), sheet.button, out), notices(store), waiting, work, live, sheet.element);
  store.watch(
    (state) => [state.phase],
    ({ phase }) => (work.hidden = phase !== "ready"),
  );
}

/** Somebody may have signed in again in another tab; who has not is told. */
async function lookAgain(store: Store<State>, read: Read, announce: (text: string) => void): Promise<void> {
  const problem = await goOn(store, read, () => location.reload());
  if (!problem) return;
  const { language } = store.now;
  announce(problem.status === 401 ? catalogue(language).sessionStillOut : problemText(problem, language));
}

/** A measure on its way, or why it did not come. */
function showBusy(store: Store<State>, busy: HTMLElement): void {
  store.watch(
    (state) => [state.awaited, state.measureProblem, state.language],
    (state) => {
      const awaited = state.measures.find(({ id }) => id === state.awaited);
      const { language, measureProblem } = state;
      busy.classList.toggle("problem", measureProblem !== null);
      busy.hidden = !awaited && !measureProblem;
      if (awaited) busy.textContent = catalogue(language).loadingMeasure(measureName(awaited, language));
      else busy.textContent = measureProblem ? problemText(measureProblem, language) : "";
    },
  );
}

function followLanguage(store: Store<State>): void {
  store.watch(
    (state) => [state.language],
    ({ language }) => {
      const words = catalogue(language);
      document.documentElement.lang = LANGUAGES.find(({ id }) => id === language)?.htmlLang ?? language;
      document.title = `gridgeo · ${words.title}`;
      document.body.dataset["language"] = language;
      remember(language);
    },
  );
}

function followState(store: Store<State>, announce: (text: string) => void): void {
  const { dataset } = document.body;
  store.watch(
    (state) => [state.phase, state.awaited],
    ({ phase, awaited }) => {
      dataset["phase"] = phase;
      // Ready is said by the map when it has drawn, see markDrawn.
      if (phase !== "ready" || awaited !== null) dataset["ready"] = "false";
    },
  );
  store.watch(
    (state) => [state.selected, state.measure, state.language],
    (state) => {
      dataset["selectedCell"] = state.cells?.ids[state.selected] ?? "";
      announce(cellSentence(state));
    },
  );
  whenReady(store, ({ language, cells, branches }) =>
    announce(catalogue(language).ready(integer(language, cells?.ids.length ?? 0), integer(language, branches.length))),
  );
}

function whenReady(store: Store<State>, act: (state: State) => void): void {
  store.watch(
    (state) => [state.phase],
    (state) => {
      if (state.phase === "ready") act(state);
    },
  );
}

/** Escape takes back one thing wherever the keyboard is; when the panel goes, the keyboard returns to the map. */
function addEscape(store: Store<State>, map: MapPanel): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || store.now.phase !== "ready") return;
    const panelWasOpen = store.now.panel !== null;
    store.apply(stepBack());
    if (panelWasOpen) map.focus();
  });
}

/** The oldest Chrome that tests run; what calls itself Chrome and is older gets the gate's page, even where it might do. */
const OLDEST_CHROME = 78;

function supported(): boolean {
  const chrome = /Chrome\/(\d+)/.exec(navigator.userAgent);
  return (
    (!chrome || +chrome[1] >= OLDEST_CHROME) &&
    typeof ResizeObserver === "function" &&
    typeof AbortController === "function" &&
    typeof Object.fromEntries === "function" &&
    typeof DOMMatrix === "function" &&
    typeof Intl.NumberFormat === "function" &&
    CSS.supports("display", "grid") &&
    document.createElement("canvas").getContext("2d") !== null
  );
}

/** In no language yet: what the document says in both while it waits. */
function unreached(): void {
  const waiting = document.getElementById("loading");
  if (waiting) waiting.textContent = "The service does not answer: load this page again. 服务没有应答:请重新载入本页。";
}

// Where something is missing nothing starts, and the gate shows its page for old browsers.
if (supported()) {
  document.documentElement.setAttribute("data-started", "");
  const chosen = languageFrom(remembered(), navigator.language);
  void learn(chosen).then(() => start(chosen), unreached);
}
