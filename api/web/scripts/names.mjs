// Names of properties that only the page and OpenLayers have: they may be shortened, since no browser, no service and no text knows them.

const METHOD = /^ {2}(?:static |async |get |set )*([a-zA-Z]\w{4,})\(/gm;
const OWN = /\bthis\.([a-zA-Z]\w{4,})\b/g;
/** Keys of a catalogue; one word alone may be a key of the service's JSON too, which has no capitals. */
const PHRASE = /^ {2}([a-z]+[A-Z]\w*):/gm;
const EXPORTED = /^export (?:async )?(?:const|function|class) (\w+)/gm;
const QUOTED = /(["'`])([^"'`\n]{4,60}?)\1/g;
const WORD = /[a-zA-Z]\w{4,}/g;
const COMMENT = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;

const wordsOf = (text) => text.match(WORD) ?? [];
const namesBy = (shape, texts) => texts.flatMap((text) => [...text.matchAll(shape)].map(([, name]) => name));

/**
 * Methods and fields of classes, a library's and the page's own, and the page's phrases, without every word that stands in the texts of who
 * else may know them (descriptions of the browser's and the language's own objects, of the service's answers, other
 * libraries), without every word of a string, by which a property may be looked up, and without exports, which
 * may be reached by `import * as`.
 */
export function ownNames({ library, phrases, others, page }) {
  const code = library.map((text) => text.replace(COMMENT, ""));
  const names = new Set([...namesBy(METHOD, code), ...namesBy(OWN, code), ...namesBy(PHRASE, phrases)]);
  const quoted = [...code, ...page].flatMap((text) => [...text.matchAll(QUOTED)].map(([, , said]) => said));
  for (const name of namesBy(EXPORTED, page)) names.delete(name);
  for (const word of [...others.map((text) => text.replace(COMMENT, "")), ...quoted].flatMap(wordsOf)) names.delete(word);
  return [...names].sort();
}
