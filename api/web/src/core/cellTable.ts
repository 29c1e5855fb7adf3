// The cells in view as a table that Excel opens: every shown figure with its band, evidence and reason.

import type { MeasureColumn } from "./contract.js";
import { lngLat, type Extent } from "./hexagons.js";
import { catalogue } from "./i18n.js";
import { shownColumn, shownPair, showsDifference } from "./shown.js";
import { measureName, measureOf, type State } from "./state.js";

/** Excel takes a file for Chinese only when it begins with this. */
const BYTE_ORDER_MARK = "\ufeff";
const DEGREES = 6;

interface Shown {
  readonly name: string;
  readonly column: MeasureColumn;
}

/** Positions of the cells whose centre is seen, of the chosen branch alone where one is chosen. */
export function cellsSeen({ cells, branch }: State, [west, south, east, north]: Extent): number[] {
  if (!cells) return [];
  const { centreX, centreY } = cells.hexagons;
  const wanted = branch === null ? -1 : cells.branches.indexOf(branch);
  return cells.ids
    .map((_, cell) => cell)
    .filter((cell) => branch === null || cells.branch[cell] === wanted)
    .filter((cell) => centreX[cell] >= west && centreX[cell] <= east && centreY[cell] >= south && centreY[cell] <= north);
}

export function csvOfCells(state: State, seen: Extent): string {
  const { cells, session, language } = state;
  if (!cells || !session) return "";
  const words = catalogue(language);
  const figures = shown(state);
  const names = new Map(state.branches.map(({ id, name }) => [id, name]));
  const publication = state.past?.publication ?? cells.version;
  const notes = [publication, session.synthetic, session.notice[language], session.attribution];
  const head = [
    words.mapCsvCell,
    words.branch,
    words.mapCsvLng,
    words.mapCsvLat,
    ...figures.flatMap(({ name }) => [
      name,
      words.mapCsvLow(name),
      words.mapCsvHigh(name),
      words.mapCsvEvidence(name),
      words.mapCsvHidden(name),
    ]),
    words.mapCsvPublication,
    words.mapCsvNotice,
    words.mapCsvPurpose,
    words.mapCsvSource,
  ];
  const rows = cellsSeen(state, seen).map((cell) => {
    const branch = cells.branches[cells.branch[cell]] ?? "";
    const place = lngLat(cells.hexagons.centreX[cell], cells.hexagons.centreY[cell]);
    const values = figures.flatMap(({ column }) => figuresOf(column, cell));
    return [cells.ids[cell], names.get(branch) ?? branch, ...place.map((x) => x.toFixed(DEGREES)), ...values, ...notes];
  });
  return BYTE_ORDER_MARK + [head, ...rows].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
}

function shown(state: State): Shown[] {
  const { language, measures } = state;
  const named = (id: string | undefined) => {
    const measure = measures.find((one) => one.id === id);
    return measure ? measureName(measure, language) : (id ?? "");
  };
  const pair = shownPair(state);
  if (pair) return pair.map((column, at) => ({ name: named(at === 0 ? state.measure : state.pair?.second), column }));
  const [measure, column] = [measureOf(state), shownColumn(state)];
  if (!measure || !column) return [];
  const name = measureName(measure, language);
  return [{ name: showsDifference(state) ? catalogue(language).mapDifferenceOf(name) : name, column }];
}

function figuresOf({ values, low, high, evidence, reasons }: MeasureColumn, cell: number): unknown[] {
  return [values[cell], low?.[cell], high?.[cell], evidence?.[cell], reasons?.[cell]];
}

/** A field of a table; text that a spreadsheet would take for a formula is kept text. */
function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = String(value);
  const kept = typeof value === "string" && /^[=+@\t\r-]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(kept) ? `"${kept.replace(/"/g, '""')}"` : kept;
}
