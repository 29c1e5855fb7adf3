// Numbers and dates as the reader's language writes them.

import type { Kind } from "./contract.js";
import { catalogue, type Language } from "./i18n.js";

const locale = (language: Language) => (language === "zh" ? "zh-CN" : "en-GB");
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

export function signedPercent(language: Language, value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return `${rounded > 0 ? "+" : rounded < 0 ? "−" : ""}${percent(language, Math.abs(rounded))}`;
}

/** A measure's figure without its unit: shares as percent, counts with as many digits as they need. */
export function figure(language: Language, kind: Kind, value: number): string {
  if (kind === "share") return share(language, value);
  const size = Math.abs(value);
  const digits = kind === "count" && Number.isInteger(value) ? 0 : size >= 1000 ? 0 : size >= 10 ? 1 : 2;
  return decimal(language, value, digits);
}

/** Class limits with as few digits as keep neighbouring limits apart. */
export function limits(language: Language, kind: Kind, breaks: readonly number[]): string[] {
  const write = (value: number, digits: number) =>
    kind === "share"
      ? format(language, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
      : decimal(language, value, digits);
  for (let digits = 0; digits < 6; digits++) {
    const written = breaks.map((value) => write(value, digits));
    if (written.every((text, at) => at === 0 || text !== written[at - 1])) return written;
  }
  return breaks.map((value) => write(value, 6));
}

export function unitName(language: Language, unit: string): string {
  const words = catalogue(language);
  const names = new Map([
    ["people", words.unitPeople],
    ["customers", words.unitCustomers],
    ["merchants", words.unitMerchants],
    ["hours a year", words.unitHours],
    ["share", ""],
  ]);
  return names.get(unit) ?? unit;
}

export function withUnit(language: Language, kind: Kind, unit: string, value: number): string {
  const name = unitName(language, unit);
  return name ? `${figure(language, kind, value)} ${name}` : figure(language, kind, value);
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

export function degrees(language: Language, value: number): string {
  return decimal(language, value, 5);
}
