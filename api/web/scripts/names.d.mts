export function ownNames(texts: {
  library: readonly string[];
  phrases: readonly string[];
  others: readonly string[];
  page: readonly string[];
}): string[];
