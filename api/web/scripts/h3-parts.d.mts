export function importedFrom(sources: readonly string[]): Set<string>;
export function reduced(library: string, names: ReadonlySet<string>): string;
