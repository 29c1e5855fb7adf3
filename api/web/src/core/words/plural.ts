// English counts: one has a word of its own.

/** A count, as it is written, with its word. */
export const some = (count: string, one: string, more = `${one}s`): string => `${count} ${verb(count, one, more)}`;

/** The form of a word that goes with a count. */
export const verb = (count: string, one: string, more: string): string => (count === "1" ? one : more);
