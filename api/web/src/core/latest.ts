// Of answers that overtake each other only that to the last question counts.

/** Every call is a question; what it returns tells whether none came after it. */
export function latest(): () => () => boolean {
  let last = 0;
  return () => {
    const asked = ++last;
    return () => asked === last;
  };
}
