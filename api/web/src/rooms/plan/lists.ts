// Who gains and loses, who is handed over, conflicts, enclaves, the log and what was published: each loaded when looked at.

import type * as Api from "../../core/api-types.js";
import { date, dateTime, integer, signedInteger } from "../../core/format.js";
import { catalogue, type Catalogue } from "../../core/i18n.js";
import type { Chosen } from "../../core/plan.js";
import { branchName, type State } from "../../core/state.js";
import { figureElement, given, headRow, make, quiet } from "../../ui/dom.js";
import { pathOf, type Desk } from "./desk.js";
import { eventName, managerName, stateName, tierName } from "./names.js";
import { action } from "./redraw.js";

const FEN = 100;
const PAGE = 50;
export type Cell = HTMLElement | string;
export type Json = Readonly<Record<string, unknown>>;

/** Money as the page shows it: whole yuan, the fen beside it for whoever reads the page by program. */
export const yuan = (state: State, fen: unknown): Cell =>
  typeof fen === "number" ? figureElement(fen, integer(state.language, fen / FEN)) : catalogue(state.language).nothing;
/** What somebody's money becomes more or less by. */
const yuanChange = (state: State, fen: unknown): Cell =>
  typeof fen === "number" ? figureElement(fen, signedInteger(state.language, fen / FEN)) : catalogue(state.language).nothing;
const count = (state: State, value: unknown): Cell => (typeof value === "number" ? integer(state.language, value) : "–");
const day = (state: State, value: unknown): Cell => (typeof value === "string" ? date(state.language, value) : "–");
export const text = (value: unknown): Cell => (value === null || value === undefined || value === "" ? "–" : given(String(value)));

export function tableOf(caption: string, heads: readonly string[], rows: readonly (readonly Cell[])[], numbers: readonly number[] = []): HTMLTableElement {
  const head = headRow(heads, numbers);
  const body = rows.map((row) =>
    make("tr", {}, ...row.map((cell, at) => {
      if (at === 0) return make("th", { scope: "row" }, cell);
      return make("td", numbers.includes(at) ? { class: "number" } : {}, cell);
    })),
  );
  return make("table", { class: "territories plan-table" }, make("caption", { class: "unseen" }, caption), make("thead", {}, head), make("tbody", {}, ...body));
}

export async function gainsList(desk: Desk, chosen: Chosen, state: State, words: Catalogue): Promise<HTMLElement[]> {
  const told = await desk.app.read<Api.Gains>(`${pathOf(chosen.scenario.scenario)}/gains`);
  const heads = [words.planCustomersBefore, words.planCustomersAfter, words.planGained, words.planLost, words.planBalanceChange];
  const figures = (row: Json): Cell[] => [
    ...["before", "after", "gained", "lost"].map((part) => count(state, row[`customers_${part}`])),
    yuanChange(state, Number(row["balance_after_fen"]) - Number(row["balance_before_fen"])),
  ];
  const { territories } = chosen.ground.answer;
  // Whoever has no customer in these branches, before or after, is not concerned.
  const concerned = told.managers.filter((row) => Number(row["customers_before"]) || Number(row["customers_after"]));
  const managers = concerned.map((row) => [
    text(managerName(state, territories, String(row["rm"]))),
    ...figures(row),
    yuanChange(state, row["pay_basis_change_fen"]),
  ]);
  const branches = told.branches.map((row) => [
    given(branchName(state, row["branch"])),
    ...figures(row),
  ]);
  const right = [1, 2, 3, 4, 5, 6];
  const policy = told.policy_example ? [quiet(words.planExamplePolicy)] : [];
  return [
    ...policy,
    tableOf(words.planTabGains, [words.planManager, ...heads, words.planPayChange], managers, right),
    tableOf(words.planTabGains, [words.branch, ...heads], branches, right),
  ];
}

export async function handoverList(desk: Desk, chosen: Chosen, state: State, words: Catalogue): Promise<HTMLElement[]> {
  const path = `${pathOf(chosen.scenario.scenario)}/handover`;
  const first = await desk.app.read<Api.Handover>(`${path}?limit=${PAGE}`);
  if (!first.customers) return [make("p", { class: "quiet", "data-handover": "0" }, words.planNoMovers)];
  const { territories } = chosen.ground.answer;
  const name = (id: unknown) => text(managerName(state, territories, id === null ? null : String(id)));
  const pairs = first.by_pair.map((row) => [name(row["from_rm"]), name(row["to_rm"]), count(state, row["customers"]), yuan(state, row["balance_fen"])]);
  const heads = [words.planCustomer, words.planFrom, words.planTo, words.planTier, words.planBalance, words.planLastContact, words.planNextDue];
  const cells = (row: Json) => [
    text(row["customer_id"]),
    name(row["from_rm"]),
    name(row["to_rm"]),
    tierName(state, row["tier"]),
    yuan(state, row["balance_fen"]),
    day(state, row["last_contact_on"]),
    day(state, row["next_due_on"]),
  ];
  const links = ["xlsx", "csv"].map((kind) => make("a", { href: `${path}.${kind}`, download: "", class: "plan-link" }, words.planDownload(kind)));
  const all = words.planHandoverIs(integer(state.language, first.customers), integer(state.language, first.balance_fen / FEN));
  return [
    make("p", { "data-handover": String(first.customers) }, all),
    make("p", {}, ...links),
    tableOf(words.planTabHandover, [words.planFrom, words.planTo, words.gridsCustomers, words.planBalance], pairs, [2, 3]),
    ...paged(words, tableOf(words.planCustomer, heads, first.rows.map(cells), [4]), first.next, async (cursor) => {
      const page = await desk.app.read<Api.Handover>(`${path}?limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`);
      return { rows: page.rows.map(cells), next: page.next };
    }),
  ];
}

export async function accountList(desk: Desk, kind: "conflicts" | "enclaves", chosen: Chosen, state: State, words: Catalogue): Promise<HTMLElement[]> {
  const path = `${pathOf(chosen.scenario.scenario)}/${kind}`;
  const first = await desk.app.read<Api.AccountList>(`${path}?limit=${PAGE}`);
  const { territories } = chosen.ground.answer;
  const name = (id: unknown) => text(managerName(state, territories, id === null ? null : String(id)));
  const heads = [words.planCustomer, words.planTier, words.planBalance, words.planAccountBranch, words.planAccountRm, words.planAreaBranch, words.planAreaRm];
  const cells = (row: Json) => [
    text(row["customer_id"]),
    tierName(state, row["tier"]),
    yuan(state, row["balance_fen"]),
    given(branchName(state, row["account_branch"])),
    name(row["account_rm"]),
    given(branchName(state, row["area_branch"])),
    name(row["area_rm"]),
  ];
  const [caption, counted] = kind === "conflicts" ? [words.planTabConflicts, words.planConflictsAre] : [words.planTabEnclaves, words.planEnclavesAre];
  const summary = counted(integer(state.language, first.count), integer(state.language, first.customers));
  return [
    make("p", { "data-count": String(first.count) }, summary),
    ...paged(words, tableOf(caption, heads, first.items.map(cells), [2]), first.next, async (cursor) => {
      const page = await desk.app.read<Api.AccountList>(`${path}?limit=${PAGE}&cursor=${encodeURIComponent(cursor)}`);
      return { rows: page.items.map(cells), next: page.next };
    }),
  ];
}

type NextPage = (cursor: string) => Promise<{ rows: Cell[][]; next: string | null }>;

/** A table with a button for what comes after. */
export function paged(words: Catalogue, table: HTMLTableElement, next: string | null, read: NextPage): HTMLElement[] {
  let cursor = next;
  const more = action("more", words.planMore, () => void load());
  more.hidden = cursor === null;
  const load = async () => {
    if (cursor === null) return;
    more.disabled = true;
    try {
      const page = await read(cursor);
      const numbers = [...(table.tBodies[0]?.rows[0]?.cells ?? [])].map((cell) => cell.className);
      const rows = page.rows.map((row) =>
        make("tr", {}, ...row.map((cell, at) => (at ? make("td", { class: numbers[at] || undefined }, cell) : make("th", { scope: "row" }, cell)))),
      );
      table.tBodies[0]?.append(...rows);
      cursor = page.next;
      more.hidden = cursor === null;
    } finally {
      more.disabled = false;
    }
  };
  return [table, more];
}

export function logList({ scenario }: Chosen, state: State, words: Catalogue): HTMLElement[] {
  const rows = [...scenario.log].reverse().map((entry) => [
    dateTime(state.language, String(entry["at"])),
    text(entry["by"]),
    eventName(words, String(entry["kind"])),
    text(entry["text"] ?? entry["remark"] ?? ""),
  ]);
  return [tableOf(words.planTabLog, [words.gridsWhen, words.planWho, words.planWhat, words.planRemark], rows)];
}

/** Of one that was taken back it is the plan before that readers see. */
function standingOf({ what, live, in_force }: Api.TerritoryHistory["history"][number], words: Catalogue): string {
  if (what === "rolled_back") return live ? words.planBeforeLive : "";
  return [live ? words.planLive : "", in_force ? words.planInForce : ""].filter(Boolean).join(words.comma);
}

export async function historyList(desk: Desk, state: State, words: Catalogue): Promise<HTMLElement[]> {
  const { history } = await desk.app.read<Api.TerritoryHistory>("/api/v1/territories/history?limit=200");
  if (!history.length) return [quiet(words.planNoHistory)];
  const rows = history.map((entry) => [
    dateTime(state.language, entry.at),
    text(entry.scenario),
    stateName(words, entry.what),
    text(entry.by),
    day(state, entry.effective_on),
    standingOf(entry, words),
  ]);
  const heads = [words.gridsWhen, words.gridsName, words.planWhat, words.planWho, words.planEffective, words.planStanding];
  return [tableOf(words.planTabHistory, heads, rows)];
}
