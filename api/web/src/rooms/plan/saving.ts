// How painted strokes of a scenario get to the service.

import { strokesSaved, type Scenario } from "../../core/plan.js";
import { KeptStrokes, type Standing } from "../../ui/kept.js";
import { pathOf, type Desk } from "./desk.js";
import { holder } from "./names.js";

export const nameOf = (scenario: string): string => `plan.${scenario}`;

/** `apply` gives cells to territories, by position, where they are painted. */
export function strokesOf(
  desk: Desk,
  scenario: string,
  served: Standing,
  apply: (cells: number[], to: number[]) => void,
): KeptStrokes {
  return new KeptStrokes(
    {
      store: desk.app.store,
      name: nameOf(scenario),
      apply,
      reload: () => desk.again(),
      nameOf: (id) => {
        const found = desk.store.now.chosen?.ground.answer.territories.find((one) => one.id === id);
        return found ? holder(desk.words, found) : id;
      },
      save: async ({ key, cells, to }, version) => {
        const moves = cells.map((cell, at) => ({ cell, territory: to[at] ?? "" }));
        const options = { ifMatch: version, idempotencyKey: key };
        const { body, etag } = await desk.app.send<Scenario>("POST", `${pathOf(scenario)}/moves`, { moves }, options);
        const tag = etag ?? `"${body.revision}"`;
        if (desk.store.now.chosen?.scenario.scenario === scenario) desk.store.apply(strokesSaved(body, tag));
        return tag;
      },
    },
    served,
  );
}
