// What the service's own short words are called.

import type { Planned } from "../../core/plan.js";
import { storedWord, type Catalogue } from "../../core/i18n.js";
import { measureName, type State } from "../../core/state.js";

type Phrase = (words: Catalogue) => string;
const STATES: Readonly<Record<string, Phrase>> = {
  draft: (w) => w.planDraft,
  submitted: (w) => w.planSubmitted,
  approved: (w) => w.planApproved,
  rejected: (w) => w.planRejected,
  published: (w) => w.planPublished,
  rolled_back: (w) => w.planRolledBack,
};
const EVENTS: Readonly<Record<string, Phrase>> = {
  ...STATES,
  created: (w) => w.planCreated,
  solved: (w) => w.planSolved,
  replanned: (w) => w.planReplanned,
  repaired: (w) => w.planRepaired,
  moved: (w) => w.planMovedCells,
  comment: (w) => w.planCommented,
};
const FIGURES: Readonly<Record<string, Phrase>> = {
  territories: (w) => w.planFigTerritories,
  feasible: (w) => w.planFigFeasible,
  violations: (w) => w.planFigViolations,
  pieces_max: (w) => w.planFigPieces,
  J_km: (w) => w.planFigDistance,
  bound_gap_percent: (w) => w.planFigGap,
  price_of_balance_percent: (w) => w.planFigPrice,
  kept_share: (w) => w.planFigKept,
  kept_estimate: (w) => w.planFigEstimate,
};
const IMBALANCE = "imbalance_percent.";

export const stateName = (words: Catalogue, state: string): string => STATES[state]?.(words) ?? state;
export const eventName = (words: Catalogue, kind: string): string => EVENTS[kind]?.(words) ?? kind;

export function figureName(words: Catalogue, state: State, figure: string): string {
  if (figure.startsWith(IMBALANCE)) return words.planImbalanceOf(nameOfMeasure(state, figure.slice(IMBALANCE.length)));
  return FIGURES[figure]?.(words) ?? figure;
}

export function nameOfMeasure(state: State, id: string): string {
  const measure = state.measures.find((one) => one.id === id);
  return measure ? measureName(measure, state.language) : id;
}

export const tierName = ({ language }: State, tier: unknown): string => storedWord(language, "tiers", String(tier ?? "–"));

/** Who holds a territory, or that nobody does. */
export function holder(words: Catalogue, territory: Pick<Planned, "rm_name" | "rm_id" | "name">): string {
  return territory.rm_name ?? territory.rm_id ?? words.planVacant(territory.name);
}

/** A manager by id, where the plan knows a name. */
export function managerName(state: State, planned: readonly Pick<Planned, "rm_id" | "rm_name">[], id: string | null): string {
  const known = [...planned, ...(state.plan?.territories ?? [])].find(({ rm_id }) => rm_id === id);
  return known?.rm_name ?? id ?? "–";
}
