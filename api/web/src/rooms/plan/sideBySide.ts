// The map of the other plan beside the page's own: which is which, for eye and ear, and the same keys on both.

import { catalogue } from "../../core/i18n.js";
import { make } from "../../ui/dom.js";
import type { Twin } from "../../map/twin.js";
import type { App } from "../room.js";

export class SideBySide {
  readonly twin: Twin;
  private readonly map = document.querySelector("#map") as HTMLElement;
  private readonly element = make("div", { class: "map twin", tabindex: "0", role: "application", "aria-describedby": "map-help" });
  private readonly names = ["map-name twin-name", "map-name"].map((name) => make("p", { class: name, "aria-hidden": "true" }));

  constructor(private readonly app: App) {
    this.map.before(this.element, ...this.names);
    this.twin = app.view.twin(this.element);
    this.element.addEventListener("keydown", (event) => {
      // The page's own map acts; whoever listens further out hears the key once, from there.
      event.stopPropagation();
      if (!this.map.dispatchEvent(new KeyboardEvent(event.type, event))) event.preventDefault();
    });
  }

  /** What both maps stand in. */
  get frame(): HTMLElement {
    return this.map.parentElement as HTMLElement;
  }

  show(other: string, own: string): void {
    [other, own].forEach((name, at) => {
      this.names[at].textContent = name;
      [this.element, this.map][at].setAttribute("aria-label", name);
    });
    this.turn(true);
  }

  hide(): void {
    if (this.element.hidden) return;
    this.turn(false);
    this.map.setAttribute("aria-label", catalogue(this.app.store.now.language).map);
  }

  private turn(shown: boolean): void {
    for (const one of [this.element, ...this.names]) one.hidden = !shown;
    this.frame.classList.toggle("twinned", shown);
  }
}
