// A field that finds places, branches, customers and cells; arrows choose in its list, Enter shows the choice on the map.

import { problemFrom } from "../../core/api.js";
import type { Found } from "../../core/contract.js";
import { integer } from "../../core/format.js";
import { catalogue, type Catalogue } from "../../core/i18n.js";
import { mercator } from "../../core/hexagons.js";
import { branchChosen, cellSelected } from "../../core/state.js";
import { given, make, replace } from "../../ui/dom.js";
import { problemText } from "../../ui/pages.js";
import type { App } from "../room.js";

const PAUSE_MS = 200;
/** Roles that the service finds customers for. */
const WITH_CUSTOMERS = ["hq", "branch_manager", "rm"];

export function search(app: App): HTMLElement {
  return new SearchField(app).element;
}

class SearchField {
  readonly element: HTMLElement;
  private readonly input = make("input", {
    type: "text",
    id: "search",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": "search-list",
  });
  private readonly list = make("ul", { id: "search-list", role: "listbox", hidden: true });
  private readonly status = make("p", { class: "quiet", role: "status", hidden: true });
  private found: readonly Found[] = [];
  private active = -1;
  private asked: AbortController | null = null;
  private timer = 0;
  /** An answer is awaited, and whether its first is wanted already. */
  private awaited = false;
  private hasty = false;

  constructor(private readonly app: App) {
    const name = make("label", { for: "search" });
    this.element = make("section", { class: "card search" }, name, this.input, this.list, this.status);
    app.store.watch(
      (state) => [state.language, state.session],
      ({ language, session }) => {
        const { mapSearch, mapSearchCustomers } = catalogue(language);
        name.textContent = WITH_CUSTOMERS.includes(session?.actor.role ?? "") ? mapSearchCustomers : mapSearch;
        this.list.setAttribute("aria-label", name.textContent);
        this.close();
      },
    );
    this.input.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      [this.awaited, this.hasty] = [true, false];
      this.timer = window.setTimeout(() => void this.ask(), PAUSE_MS);
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
  }

  private async ask(): Promise<void> {
    this.asked?.abort();
    const text = this.input.value.trim();
    if (!text) return this.close();
    const asked = (this.asked = new AbortController());
    const words = catalogue(this.app.store.now.language);
    try {
      const path = `/api/v1/search?q=${encodeURIComponent(text.slice(0, 100))}`;
      const { found } = await this.app.read<{ found: Found[] }>(path, asked.signal);
      this.show(found, found.length ? words.mapSearchCount(integer(this.app.store.now.language, found.length)) : words.mapSearchNothing);
    } catch (error) {
      if (!asked.signal.aborted) this.show([], problemText(problemFrom(error), this.app.store.now.language));
    }
  }

  private show(found: readonly Found[], said: string): void {
    this.found = found;
    this.active = -1;
    this.awaited = false;
    const words = catalogue(this.app.store.now.language);
    replace(this.list, ...found.map((one, at) => this.option(one, at, words)));
    this.list.hidden = found.length === 0;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    this.status.hidden = false;
    this.status.textContent = said;
    if (this.hasty && found.length) this.choose(0);
  }

  private option(one: Found, at: number, words: Catalogue): HTMLElement {
    const kind = make("small", {}, kindName(one, words));
    const name = one.kind === "customer" ? `${one.name ?? ""} ${one.id}` : (one.name ?? one.id);
    const option = make("li", { id: `search-${at}`, role: "option", "aria-selected": "false", "data-kind": one.kind });
    option.append(given(name), kind);
    // Before the field loses the keyboard, which closes the list.
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.choose(at);
    });
    return option;
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const { length } = this.found;
    if (event.key === "ArrowDown" && length) this.activate((this.active + 1) % length);
    else if (event.key === "ArrowUp" && length) this.activate((Math.max(this.active, 0) + length - 1) % length);
    else if (event.key === "Enter") {
      // What stands there may be the answer to half of the words.
      if (this.awaited && this.active < 0) this.hasty = true;
      else if (length) this.choose(Math.max(this.active, 0));
    } else if (event.key === "Escape" && !this.status.hidden) {
      // The list alone is closed, and not what is open on the map.
      event.stopPropagation();
      this.close();
    } else return;
    event.preventDefault();
  }

  private activate(at: number): void {
    this.active = at;
    [...this.list.children].forEach((option, position) => {
      option.setAttribute("aria-selected", String(position === at));
      if (position === at) option.scrollIntoView({ block: "nearest" });
    });
    this.input.setAttribute("aria-activedescendant", `search-${at}`);
  }

  private choose(at: number): void {
    const one = this.found[at];
    const { store, view, announce } = this.app;
    const { cells, language } = store.now;
    this.close();
    if (!one || !cells) return;
    if (one.kind === "branch") return store.apply(branchChosen(one.id));
    if (one.lng === null || one.lat === null) {
      this.status.hidden = false;
      this.status.textContent = catalogue(language).mapSearchNowhere;
      return announce(catalogue(language).mapSearchNowhere);
    }
    view.goTo(one.lng, one.lat);
    const known = one.cell === null ? undefined : cells.position.get(one.cell);
    store.apply(cellSelected(known ?? view.cellAt(mercator(one.lng, one.lat)).cell));
  }

  private close(): void {
    this.asked?.abort();
    window.clearTimeout(this.timer);
    this.found = [];
    this.active = -1;
    this.awaited = this.hasty = false;
    this.list.hidden = this.status.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

function kindName({ kind }: Found, words: Catalogue): string {
  const names: Record<Found["kind"], string> = {
    cell: words.details,
    branch: words.branch,
    place: words.mapKindPlace,
    street: words.mapKindStreet,
    customer: words.planCustomer,
  };
  return names[kind];
}
