// Numbers and dates as the reader's language writes them.

import type { Kind } from "./contract.js";
import { type Language, unitName } from "./i18n.js";

const locale = (language: Language) => (language === "zh" ? "zh-CN" : "en-GB");
const MOST_DIGITS = 6;
const formats = new Map<string, Intl.NumberFormat>();

function format(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language}${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.NumberFormat(locale(language), options);
  formats.set(key, known);
  return known;
}

export function integer(language: Language, value: number): string {
  return format(language, { maximumFractionDigits: 0 }).format(value);
}

export function decimal(language: Language, value: number, digits: number): string {
  return format(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** A share of 0 to 1 as percent. */
export function share(language: Language, value: number): string {
  return format(language, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
}

/** A number that already counts percent. */
export function percent(language: Language, value: number): string {
  return share(language, value / 100);
}

const signed = (rounded: number, size: string): string => `${rounded > 0 ? "+" : rounded < 0 ? "−" : ""}${size}`;

export function signedPercent(language: Language, value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return signed(rounded, percent(language, Math.abs(rounded)));
}

/** A whole number that says which way it goes. */
export function signedInteger(language: Language, value: number): string {
  const rounded = Math.round(value);
  return signed(rounded, integer(language, Math.abs(rounded)));
}

/** A measure's figure without its unit: shares as percent, counts with as many digits as they need. */
export function figure(language: Language, kind: Kind, value: number): string {
  if (kind === "share") return share(language, value);
  const size = Math.abs(value);
  if (size > 0 && size < 0.1) return format(language, { maximumSignificantDigits: 2 }).format(value);
  const digits = kind === "count" && Number.isInteger(value) ? 0 : size >= 1000 ? 0 : size >= 10 ? 1 : 2;
  return decimal(language, value, digits);
}

/** Class limits, each with as few digits as keep it true to 2 % and apart from its neighbours. */
export function limits(language: Language, kind: Kind, breaks: readonly number[]): string[] {
  const scale = kind === "share" ? 100 : 1;
  const style = kind === "share" ? "percent" : "decimal";
  return breaks.map((value, at) => {
    const neighbours = [breaks[at - 1], breaks[at + 1]].filter((other) => other !== undefined && other !== value);
    const enough = (digits: number) => {
      const rounded = rounding(value * scale, digits);
      if (rounded === value * scale) return true;
      const near = Math.abs(rounded - value * scale) <= 0.02 * Math.abs(value * scale);
      return near && neighbours.every((other) => rounding(other * scale, digits) !== rounded);
    };
    const digits = [0, 1, 2, 3, 4, 5].find(enough) ?? MOST_DIGITS;
    return format(language, { style, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  });
}

const rounding = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits;

export function withUnit(language: Language, kind: Kind, unit: string, value: number): string {
  const shown = figure(language, kind, value);
  const name = unitName(language, unit, shown);
  return name ? `${shown} ${name}` : shown;
}

export function dateTime(language: Language, iso: string): string {
  const options: Intl.DateTimeFormatOptions = {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  };
  return new Intl.DateTimeFormat(locale(language), options).format(new Date(iso));
}

/** A day, wherever the reader is; what is no day stays as it is. */
export function date(language: Language, iso: string): string {
  const day = new Date(`${iso}T00:00:00Z`);
  const options: Intl.DateTimeFormatOptions = { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" };
  return Number.isNaN(day.getTime()) ? iso : new Intl.DateTimeFormat(locale(language), options).format(day);
}

export function degrees(language: Language, value: number): string {
  return decimal(language, value, 5);
}
