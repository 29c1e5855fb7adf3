// What the page says, by language. Each language is a file of its own in the build, and who reads one does not load the other.

import type * as english from "./words/en.js";

export type Language = "en" | "zh";
export type Catalogue = typeof english.words;
/** Lists of fixed words of the service: of grids what is done to them and what they are, and of locations. */
type WordList = "ops" | "statuses" | "stages" | "layers" | "kinds" | "tiers" | "locations";
export type Stored = Readonly<Record<WordList, Readonly<Record<string, string>>>>;
interface Words {
  readonly stored: Stored;
  readonly words: Catalogue;
  readonly units: Record<string, string>;
  /** Where one thing has another word. */
  readonly oneUnits?: Record<string, string>;
}

export const LANGUAGES: readonly { id: Language; name: string; htmlLang: string }[] = [
  { id: "zh", name: "中文", htmlLang: "zh-CN" },
  { id: "en", name: "English", htmlLang: "en" },
];

const files: Record<Language, () => Promise<Words>> = {
  en: () => import("./words/en.js"),
  zh: () => import("./words/zh.js"),
};
const learnt = new Map<Language, Words>();

/** Loads a language, once. What the page shows is in a language only after this; it fails as a request does. */
export async function learn(language: Language): Promise<void> {
  if (!learnt.has(language)) learnt.set(language, await files[language]());
}

export function catalogue(language: Language): Catalogue {
  return known(language).words;
}

/** A unit of the service in a language, beside a figure as it is written; a user's own unit is shown as it is. */
export function unitName(language: Language, unit: string, figure = ""): string {
  const { units, oneUnits } = known(language);
  return new Map(Object.entries({ ...units, ...(figure === "1" ? oneUnits : {}) })).get(unit) ?? unit;
}

/** A fixed word of the service in a language; one that is not in the list is shown as it is. */
export function storedWord(language: Language, list: WordList, word: string): string {
  return new Map(Object.entries(known(language).stored[list])).get(word) ?? word;
}

function known(language: Language): Words {
  const words = learnt.get(language);
  if (!words) throw new Error(`language ${language} is not loaded`);
  return words;
}

/** The language that was chosen before, else the browser's. */
export function languageFrom(remembered: string | null, browser: string): Language {
  if (remembered === "en" || remembered === "zh") return remembered;
  return browser.toLowerCase().startsWith("zh") ? "zh" : "en";
}
