// What each branch's plan is worth, in words: kept or not, how far from the best, what balance costs.

import { certificateFrom, type Certificate, type Violation } from "../core/certificate.js";
import { decimal, integer, percent, signedPercent } from "../core/format.js";
import { catalogue, type Catalogue } from "../core/i18n.js";
import { measureName, type State } from "../core/state.js";
import { given, make } from "./dom.js";

export function certificateCards(state: State): HTMLElement[] {
  const wanted = state.branches.filter(({ id }) => state.branch === null || id === state.branch);
  return wanted.flatMap(({ id, name }) => {
    const body = state.plan?.certificates[id];
    return body === undefined ? [] : [card(state, name, certificateFrom(body))];
  });
}

function card(state: State, branch: string, certificate: Certificate): HTMLElement {
  const words = catalogue(state.language);
  const verdict = certificate.feasible ? words.feasible : words.infeasible;
  const badge = make("span", { class: certificate.feasible ? "badge good" : "badge bad" }, verdict);
  const rows = lines(state, certificate, words).map(([name, ...values]) =>
    make("div", values.length > 1 ? { class: "many" } : {}, make("dt", {}, name), ...values.map((value) => make("dd", {}, value))),
  );
  return make(
    "article",
    { class: "certificate" },
    make("h3", {}, given(branch), badge),
    make("dl", { class: "facts" }, ...rows),
  );
}

function lines(state: State, certificate: Certificate, words: Catalogue): [string, ...string[]][] {
  const { language } = state;
  const gap = certificate.gapPercent === null ? words.gapNone : percent(language, certificate.gapPercent);
  const price = certificate.pricePercent === null ? words.nothing : signedPercent(language, certificate.pricePercent);
  const bridges = certificate.bridges.map(([from, to]) => words.bandRange(from ?? "", to ?? ""));
  const found: [string, ...string[]][] = [
    [words.gap, gap],
    [words.price, price],
    [words.bridges, ...(bridges.length ? bridges : [words.evidenceNone])],
  ];
  const violations = certificate.violations.map((one) => violationText(state, one, words));
  if (violations.length) found.unshift([words.violations, ...violations]);
  const pairs = certificate.correlation.map(({ a, b, value }) =>
    words.correlationPair(nameOf(state, a), nameOf(state, b), decimal(language, value, 2)),
  );
  if (pairs.length) found.push([words.correlation, ...pairs]);
  if (certificate.alsoPotential) found.push([words.alsoPotential, alsoText(state, certificate.alsoPotential, words)]);
  return found;
}

function alsoText(state: State, also: NonNullable<Certificate["alsoPotential"]>, words: Catalogue): string {
  if (!also.feasible) return words.alsoImpossible;
  return words.alsoPossible(also.distancePercent === null ? words.nothing : signedPercent(state.language, also.distancePercent));
}

function violationText(state: State, { territory, measure, value, limit }: Violation, words: Catalogue): string {
  const { language } = state;
  const found = state.plan?.territories.find((one) => one.id === territory || one.rm_id === territory);
  const name = found?.rm_name ?? found?.name ?? territory;
  if (measure === "pieces") return words.violationPieces(name, integer(language, value));
  return words.violationMeasure(name, nameOf(state, measure), signedPercent(language, value), percent(language, limit));
}

function nameOf(state: State, id: string): string {
  const measure = state.measures.find((one) => one.id === id);
  return measure ? measureName(measure, state.language) : id;
}
