// What the planner's room asks of the service, and how its state follows the answers.

import { newKey, ProblemError, problemFrom, type Method, type SendOptions } from "../../core/api.js";
import type { Problem } from "../../core/contract.js";
import { catalogue, type Catalogue } from "../../core/i18n.js";
import { latest } from "../../core/latest.js";
import * as plan from "../../core/plan.js";
import type { Head, Job, PlanGround, PlanState, Scenario, ScenarioCells } from "../../core/plan.js";
import type { CellTable } from "../../core/state.js";
import { Store } from "../../core/store.js";
import type { App } from "../room.js";

const SCENARIOS = "/api/v1/scenarios";
const LOOK_AGAIN_MS = 2000;
const OF_SCENARIOS = "scenario_";

export const pathOf = (name: string): string => `${SCENARIOS}/${encodeURIComponent(name)}`;

export class Desk {
  readonly store = new Store<PlanState>(plan.firstPlanState());
  private watched: string | null = null;
  private readonly listed = latest();
  /** The cells of the page that the chosen scenario was laid over. */
  private laidOver: CellTable | null = null;

  constructor(readonly app: App) {
    this.store.watch((state) => [state.name], ({ name }) => void (name !== null && this.load(name)));
    // What was found that cannot work is said in the language that was asked in.
    app.store.watch((state) => [state.language], () => {
      const { chosen } = this.store.now;
      if (chosen?.checked) void this.quietly(() => this.check(chosen.scenario.scenario));
    });
    // A publication that was loaded anew has a table of cells of its own.
    app.store.watch((state) => [state.cells], () => void (this.store.now.name !== null && this.load(this.store.now.name)));
  }

  get words(): Catalogue {
    return catalogue(this.app.store.now.language);
  }

  /** Whether the reader may change scenarios at all. */
  get mayChange(): boolean {
    return ["hq", "planner"].includes(this.app.store.now.session?.actor.role ?? "");
  }

  /** Loads the list, and finds a job of one's own that goes on. */
  async enter(): Promise<void> {
    await this.list();
    if (this.watched === null) await this.quietly(() => this.findJob());
  }

  async list(): Promise<void> {
    const isLast = this.listed();
    await this.quietly(async () => {
      const heads: Head[] = [];
      let next: string | null = "";
      while (next !== null) {
        const after: string = next ? `&cursor=${encodeURIComponent(next)}` : "";
        const page: { scenarios: Head[]; next: string | null } = await this.app.read(`${SCENARIOS}?limit=200${after}`);
        heads.push(...page.scenarios);
        next = page.next;
      }
      if (isLast()) this.store.apply(plan.headsCame(heads));
    });
  }

  choose(name: string | null): void {
    this.store.apply(plan.nameChosen(name));
  }

  /** Loads a scenario with its cells; both are of one revision. */
  async load(name: string): Promise<void> {
    await this.quietly(async () => {
      const { cells } = this.app.store.now;
      if (!cells) return;
      const told = await this.app.send<Scenario>("GET", pathOf(name));
      const ground = this.groundKept(told.body) ?? (await this.groundOf(name, cells));
      if (told.body.version !== ground.answer.version && !this.groundKept(told.body)) return this.load(name);
      const chosen = { scenario: told.body, tag: told.etag ?? `"${told.body.revision}"`, ground, checked: null };
      this.store.apply(plan.scenarioCame(chosen));
      // What cannot work takes its time to tell: whoever waits for the scenario does not wait for that.
      if (!told.body.feasible && plan.isOpen(told.body)) void this.quietly(() => this.check(name));
    });
  }

  /** The cells that are here already: of this version, or painted up to it by the reader and still being painted. */
  private groundKept(told: Scenario): PlanGround | null {
    const { chosen } = this.store.now;
    if (chosen?.scenario.scenario !== told.scenario || this.laidOver !== this.app.store.now.cells) return null;
    const asLoaded = chosen.ground.answer.version === told.version;
    return asLoaded || (chosen.scenario.version === told.version && plan.isOpen(told)) ? chosen.ground : null;
  }

  private async groundOf(name: string, cells: CellTable): Promise<PlanGround> {
    const answer = await this.app.read<ScenarioCells>(`${pathOf(name)}/cells`);
    this.laidOver = cells;
    return plan.groundFrom(answer, cells);
  }

  /** Asks what in the question of a scenario that is not within tolerance cannot work. */
  private async check(name: string): Promise<void> {
    const checked = await this.app.read<plan.Checked>(`${pathOf(name)}/check`);
    const { chosen } = this.store.now;
    if (chosen?.scenario.scenario === name) this.store.apply(plan.scenarioCame({ ...chosen, checked }));
  }

  /** Asks of a question that is not kept what cannot work. */
  async ask(body: unknown): Promise<void> {
    await this.busily(async () => {
      const { body: asked } = await this.app.send<plan.Checked>("POST", `${SCENARIOS}/check`, body);
      this.store.apply(plan.questionChecked(asked));
    });
  }

  /** Begins work that a job does, and follows it. */
  async begin(path: string, body: unknown, tag?: string): Promise<boolean> {
    return this.busily(async () => {
      this.store.apply(plan.questionChecked(null));
      const { body: job } = await this.post<Job>(`${SCENARIOS}${path}`, body, tag);
      this.follow(job);
    });
  }

  /** Moves the chosen scenario on; what it is then is read by `again`. */
  async step(step: string, body: unknown, needsTag = true): Promise<boolean> {
    const { chosen } = this.store.now;
    if (!chosen) return false;
    const { scenario } = chosen.scenario;
    return this.busily(() => this.post(`${pathOf(scenario)}/${step}`, body, needsTag ? chosen.tag : undefined));
  }

  /** Deletes the chosen scenario; the list follows, and none is chosen. */
  async remove(): Promise<boolean> {
    const { chosen } = this.store.now;
    if (!chosen) return false;
    const { scenario } = chosen.scenario;
    const options: SendOptions = { idempotencyKey: newKey(), ifMatch: chosen.tag };
    const gone = await this.busily(() => this.app.send("DELETE", pathOf(scenario), undefined, options));
    if (!gone) return false;
    // Its jobs went with it.
    if (this.store.now.job?.params["scenario"] === scenario) this.store.apply(plan.jobChanged(null));
    this.choose(null);
    await this.list();
    return true;
  }

  /** Reads the list and the chosen scenario again. */
  async again(): Promise<void> {
    const { name } = this.store.now;
    await this.list();
    if (name !== null) await this.load(name);
  }

  async cancel(): Promise<void> {
    const { job } = this.store.now;
    if (!job) return;
    await this.busily(async () => {
      const { body } = await this.app.send<Job>("POST", `/api/v1/jobs/${job.id}/cancel`);
      this.jobCame(body);
    });
  }

  post<T>(path: string, body: unknown, tag?: string): Promise<{ body: T; etag: string | null }> {
    const options: SendOptions = { idempotencyKey: newKey(), ...(tag === undefined ? {} : { ifMatch: tag }) };
    const method: Method = "POST";
    return this.app.send<T>(method, path, body, options);
  }

  /** Says what went wrong; after somebody else's change it is over when the scenario is there as it stands now. */
  async fail(problem: Problem): Promise<void> {
    this.store.apply(plan.troubled(problem));
    if (this.store.now.trouble?.stale) await this.again();
  }

  private async findJob(): Promise<void> {
    const me = this.app.store.now.session?.actor.id;
    const { jobs } = await this.app.read<{ jobs: (Job & { kind: string; created_by: string })[] }>("/api/v1/jobs?limit=20");
    const mine = jobs.find((job) => job.created_by === me && job.kind.startsWith(OF_SCENARIOS) && plan.isUnderWay(job));
    if (mine && this.watched === null) this.follow(mine);
  }

  /** Watches a job by the service's events; where those end for good, by asking. */
  private follow(job: Job): void {
    this.watched = job.id;
    this.store.apply(plan.jobChanged(job));
    const stream = new EventSource(`/api/v1/jobs/${job.id}/events`);
    stream.addEventListener("job", (event) => {
      const told = JSON.parse((event as MessageEvent<string>).data) as Job;
      if (!plan.isUnderWay(told)) stream.close();
      this.jobCame(told);
    });
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) this.poll(job.id);
    });
  }

  private poll(id: string): void {
    if (this.watched !== id) return;
    const look = async () => {
      try {
        this.jobCame(await this.app.read<Job>(`/api/v1/jobs/${id}`));
      } catch (error) {
        // Without an answer for now the job goes on all the same.
        if (!(error instanceof ProblemError) || error.problem.status !== 0) return this.fail(problemFrom(error));
      }
      this.poll(id);
    };
    window.setTimeout(() => void look(), LOOK_AGAIN_MS);
  }

  private jobCame(job: Job): void {
    if (this.watched !== job.id) return;
    this.store.apply(plan.jobChanged(job));
    if (!plan.isUnderWay(job)) {
      this.watched = null;
      void this.finish(job);
    }
  }

  private async finish(job: Job): Promise<void> {
    // The events come in the browser's language: the last word is asked for in the reader's.
    await this.quietly(async () => {
      const told = await this.app.read<Job>(`/api/v1/jobs/${job.id}`);
      if (this.watched === null) this.store.apply(plan.jobChanged(told));
    });
    const name = job.result?.["scenario"];
    if (typeof name !== "string") return;
    this.app.announce(job.result?.["feasible"] === true ? this.words.planDone(name) : this.words.planDoneOut(name));
    await this.list();
    if (this.store.now.name === name) await this.load(name);
    else this.choose(name);
  }

  /** Does something that a reader waits for; false when it failed, which is then said. */
  private async busily(work: () => Promise<unknown>): Promise<boolean> {
    this.store.apply(plan.busied(true));
    this.store.apply(plan.troubled(null));
    const done = await this.quietly(work);
    this.store.apply(plan.busied(false));
    return done;
  }

  private async quietly(work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      await this.fail(problemFrom(error));
      return false;
    }
  }
}
