// Time that parts of the page take, in the browser's own list of measures, where a developer and the bench look for it.

/** Does something and notes how long it took; only the last of a name is kept. */
export function measured<T>(name: string, act: () => T): T {
  const start = performance.now();
  const result = act();
  performance.clearMeasures(name);
  performance.measure(name, { start });
  return result;
}
