// Brings what the state needs from the service; a later question makes the answer to an earlier one worthless.

import { problemFrom, type Read } from "./api.js";
import type {
  Branch,
  Catchments,
  CellColumns,
  CellDetail,
  Explained,
  Measure,
  Scheme,
  Session,
  Territories,
} from "./contract.js";
import { columnsMissing } from "./parents.js";
import * as panel from "./panel.js";
import * as actions from "./state.js";
import type { State } from "./state.js";
import type { Store } from "./store.js";

const FIRST_MEASURE = "penetration";
/** Loading again when a publication changes under our hands; more often than this is not chance. */
const MAX_RELOADS = 3;

export class Loader {
  private detail: AbortController | null = null;
  private why: AbortController | null = null;
  /** Weights that were asked for, by publication and classes. */
  private readonly asked = new Set<string>();

  constructor(
    private readonly store: Store<State>,
    private readonly read: Read,
  ) {
    store.watch(
      (state) => [state.awaited, state.scheme],
      ({ awaited }) => void (awaited !== null && this.measure(awaited)),
    );
    store.watch(
      (state) => [state.levels > 0, state.columns, state.measure, state.pair],
      (state) => state.levels > 0 && this.weights(state),
    );
    store.watch(
      (state) => [state.panel?.cell],
      ({ panel }) => void this.cell(panel && !panel.body ? panel.cell : null),
    );
    store.watch(
      (state) => [state.panel?.cell, state.measure],
      ({ panel, measure }) => void this.reasons(panel?.cell ?? null, measure),
    );
  }

  /** Loads the publication; answers of two publications are never mixed. */
  async publication(reloads = 0): Promise<void> {
    this.store.apply(actions.loadingStarted());
    let session: Session | null = null;
    try {
      session = await this.read<Session>("/api/v1/session");
      const loaded = await this.rest(session);
      if (loaded.columns.version !== session.versions["publication"] && reloads < MAX_RELOADS) {
        await this.publication(reloads + 1);
        return;
      }
      this.store.apply(actions.publicationLoaded(loaded));
    } catch (error) {
      const problem = problemFrom(error);
      // Another publication went live between two pages.
      if (problem.status === 412 && reloads < MAX_RELOADS) return this.publication(reloads + 1);
      this.store.apply(actions.loadingFailed(problem, session === null));
    }
  }

  private async rest(session: Session): Promise<actions.Publication> {
    const { measures } = await this.read<{ measures: Measure[] }>("/api/v1/measures");
    const first = (measures.find(({ id }) => id === FIRST_MEASURE) ?? measures[0])?.id ?? FIRST_MEASURE;
    const [branches, catchments, columns, territories] = await Promise.all([
      this.read<{ branches: Branch[] }>("/api/v1/branches"),
      this.read<Catchments>("/api/v1/catchments?outline=stated"),
      this.read<CellColumns>(cellsPath(first, this.store.now.scheme)),
      this.territories(),
    ]);
    return { session, measures, branches: branches.branches, catchments, columns, territories };
  }

  /** All territories in scope; a bank of thousands comes in several pages. */
  private async territories(): Promise<Territories> {
    const page = (cursor: string | null) =>
      this.read<Territories>(`/api/v1/territories${cursor === null ? "" : `?cursor=${encodeURIComponent(cursor)}`}`);
    let whole = await page(null);
    while (whole.next !== null) whole = joined(whole, await page(whole.next));
    return whole;
  }

  /** Means of larger hexagons are weighted: what by is asked for once, and kept like any other column. */
  private weights(state: State): void {
    for (const id of columnsMissing(state)) {
      const name = `${state.cells?.version ?? ""} ${state.columnScheme} ${id}`;
      if (this.asked.has(name) || state.scheme !== state.columnScheme) continue;
      this.asked.add(name);
      void this.measure(id);
    }
  }

  private async measure(measure: string): Promise<void> {
    try {
      const { scheme } = this.store.now;
      const answer = await this.read<CellColumns>(cellsPath(measure, scheme));
      const column = answer.measures[measure];
      const cells = this.store.now.cells;
      if (!cells || !column) return;
      if (answer.version !== cells.version) await this.publication();
      else this.store.apply(actions.measureLoaded(measure, column, scheme));
    } catch (error) {
      this.store.apply(actions.measureFailed(measure, problemFrom(error)));
    }
  }

  private async cell(cell: string | null): Promise<void> {
    this.detail?.abort();
    if (cell === null) return;
    const asked = new AbortController();
    this.detail = asked;
    try {
      const body = await this.read<CellDetail>(`/api/v1/cells/${encodeURIComponent(cell)}`, asked.signal);
      this.store.apply(panel.panelFilled(body));
    } catch (error) {
      if (!asked.signal.aborted) this.store.apply(panel.panelFailed(cell, problemFrom(error)));
    }
  }

  private async reasons(cell: string | null, measure: string): Promise<void> {
    this.why?.abort();
    this.store.apply(panel.reasonsAsked(cell, measure));
    if (cell === null || !measure) return;
    const asked = new AbortController();
    this.why = asked;
    const path = `/api/v1/cells/${encodeURIComponent(cell)}/explain?measure=${encodeURIComponent(measure)}`;
    try {
      this.store.apply(panel.reasonsFilled(cell, measure, await this.read<Explained>(path, asked.signal), null));
    } catch (error) {
      if (!asked.signal.aborted) this.store.apply(panel.reasonsFilled(cell, measure, null, problemFrom(error)));
    }
  }
}

const cellsPath = (measure: string, scheme: Scheme) =>
  `/api/v1/cells?measures=${encodeURIComponent(measure)}${scheme === "quantile" ? "" : `&scheme=${scheme}`}`;

const joined = (before: Territories, page: Territories): Territories => ({
  ...page,
  territories: [...before.territories, ...page.territories],
  cells: before.cells.concat(page.cells),
  territory_index: before.territory_index.concat(page.territory_index.map((at) => at + before.territories.length)),
  certificates: { ...before.certificates, ...page.certificates },
});
