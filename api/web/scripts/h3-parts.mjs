// Leaves out what the page never calls of h3-js: its C code comes as one body of JavaScript that no bundler takes apart.

const IMPORTED = /import\s*\{([^}]+)\}\s*from\s*"h3-js"/g;
const START = "// EMSCRIPTEN_START_FUNCS";

/** Names that sources import from h3-js. */
export function importedFrom(sources) {
  const lists = sources.flatMap((text) => [...text.matchAll(IMPORTED)].map(([, names]) => names));
  return new Set(lists.flatMap((names) => names.split(",").map((name) => name.trim().replace(/^type\s+/, "").split(/\s/)[0])).filter(Boolean));
}

/** Returns the library with empty bodies for compiled functions that nothing reaches from the names. */
export function reduced(library, names) {
  const lines = library.split("\n");
  const start = lines.findIndex((line) => line.trim() === START);
  const end = lines.findIndex((line, at) => at > start && /^ {4}return \{/.test(line));
  if (start < 0 || end < 0) throw new Error("h3-js is built otherwise than this script knows");
  const compiled = functionsIn(lines, 4, start, end);
  const wrappers = functionsIn(lines, 0, end, lines.length);
  // What is asked of the C code: by the functions that the page calls, and when the library is loaded.
  const called = [...reach(wrappers, names)].map((name) => wrappers.get(name).text);
  const loading = lines.slice(end).filter((line, at) => ![...wrappers.values()].some(({ from, to }) => at + end >= from && at + end <= to));
  const asked = new Set([...called, ...loading].flatMap((text) => [...text.matchAll(/\bH3\.(\w+)/g)].map(([, name]) => `_${name}`)));
  const close = lines.findIndex((line, at) => at > end && line.startsWith("    };"));
  const exported = lines.slice(end + 1, close).flatMap((line) => [...line.matchAll(/(\w+): (\w+)/g)].map(([, name, inner]) => [name, inner]));
  const bound = new Set([...library.matchAll(/\['(\w+)', (?:H3_ERROR|NUMBER|BOOLEAN|null)/g)].map(([, name]) => `_${name}`));
  // Memory, stack and the table of pointers are of the runtime and stay.
  const runtime = exported.filter(([name]) => !bound.has(name) || asked.has(name)).map(([, inner]) => inner);
  const table = /^ {4}var \w+ = \[([^\]]*)\];/.exec(lines[end - 1])?.[1];
  if (table === undefined || bound.size < 50 || asked.size < names.size) throw new Error("h3-js is built otherwise than this script knows");
  const pointed = table.split(", ");
  const kept = reach(compiled, [...runtime, ...pointed]);
  for (const [name, { from, to }] of compiled) {
    if (kept.has(name)) continue;
    lines[from] = lines[from].replace(/\{\s*$/, '{ throw new Error("left out of the page: scripts/h3-parts.mjs"); }');
    lines.fill("", from + 1, to + 1);
  }
  return lines.join("\n");
}

/** Functions that stand at an indentation between two lines, by name. */
function functionsIn(lines, indent, from, to) {
  const pad = " ".repeat(indent);
  const found = new Map();
  for (let at = from; at < to; at++) {
    const name = new RegExp(`^${pad}function (\\w+)\\(`).exec(lines[at])?.[1];
    if (name === undefined) continue;
    let last = at;
    while (last < to && lines[last] !== `${pad}}`) last++;
    found.set(name, { from: at, to: last, text: lines.slice(at, last + 1).join("\n") });
    at = last;
  }
  return found;
}

function reach(functions, names) {
  const met = new Set();
  const open = [...names].filter((name) => functions.has(name));
  while (open.length) {
    const name = open.pop();
    if (met.has(name)) continue;
    met.add(name);
    for (const word of functions.get(name).text.match(/\w+/g) ?? []) if (functions.has(word) && !met.has(word)) open.push(word);
  }
  return met;
}
