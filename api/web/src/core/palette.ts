// Colours that people with colour-blindness can tell apart.

/** YlGnBu, light to dark: Cynthia Brewer, Mark Harrower and The Pennsylvania State University (colorbrewer2.org). */
const YLGNBU = ["#ffffd9", "#edf8b1", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#253494", "#081d58"];

/** PuOr, of the same authors, turned round: orange is less, purple is more. */
const PUOR = ["#b35806", "#f1a340", "#fee0b6", "#f7f7f7", "#d8daeb", "#998ec3", "#542788"];

/** Okabe and Ito 2008, in the order in which the service counts them. */
const OKABE_ITO = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#000000"];

export const NO_VALUE = "#eef0f3";
/** Under the crosses of a cell whose value is not shown to this reader. */
export const HIDDEN_VALUE = "#d3d8df";
export const NOTHING_THERE = "#fdfcf3";
export const HATCH = "rgba(255, 255, 255, 0.62)";
export const HATCH_ON_LIGHT = "rgba(60, 70, 85, 0.38)";

/** Colours of n classes from light to dark. */
export function ramp(n: number): string[] {
  if (n <= 1) return [YLGNBU[4]];
  // The lightest and the darkest are left out while they are not needed: one is lost on paper, the other hides lines.
  const [first, last] = n <= 7 ? [1, 7] : [0, 8];
  return Array.from({ length: n }, (_, at) => shade(first + ((last - first) * at) / (n - 1)));
}

/** Colours of n classes of a difference; one class is no change. */
export function diverging(n: number): string[] {
  return n === PUOR.length ? PUOR : Array.from({ length: n }, () => PUOR[3]);
}

const [PAIR_FIRST, PAIR_SECOND] = [OKABE_ITO[4], OKABE_ITO[5]];
const PAIR_LIGHTER = [0.92, 0.52, 0.15];

/**
 * Colours of two measures in three classes each, the first by blue and the second by orange, laid over each other as
 * two inks are: both hues stay apart for colour-blind readers, and more of either is darker.
 */
export function pairColours(): string[] {
  return PAIR_LIGHTER.flatMap((second) =>
    PAIR_LIGHTER.map((first) => {
      const below = channels(paled(PAIR_SECOND, second));
      return hex(channels(paled(PAIR_FIRST, first)).map((value, at) => (value * below[at]) / 255));
    }),
  );
}

export function territoryColour(index: number): string {
  const n = OKABE_ITO.length;
  return OKABE_ITO[((index % n) + n) % n];
}

/** A colour mixed with white: share 0 is the colour, 1 is white. */
export function paled(colour: string, share: number): string {
  return hex(channels(colour).map((value) => value + (255 - value) * share));
}

export function isLight(colour: string): boolean {
  const [red, green, blue] = channels(colour) as [number, number, number];
  return 0.299 * red + 0.587 * green + 0.114 * blue > 150;
}

function shade(position: number): string {
  const low = Math.min(Math.floor(position), YLGNBU.length - 2);
  const [from, to] = [channels(YLGNBU[low]), channels(YLGNBU[low + 1])];
  return hex(from.map((value, at) => value + (to[at] - value) * (position - low)));
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

function hex(values: number[]): string {
  return `#${values.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`;
}
