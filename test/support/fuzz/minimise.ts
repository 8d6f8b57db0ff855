const mostTries = 3_000;

/** Leaves out as much of an input as it can while it still fails: halves first, then ever smaller pieces, down to bytes. */
export function minimise(input: string, fails: (input: string) => boolean): string {
  let smallest = input;
  let tries = 0;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < smallest.length && tries < mostTries; tries++) {
      const shorter = smallest.slice(0, at) + smallest.slice(at + size);
      if (fails(shorter)) smallest = shorter;
      else at += size;
    }
  }
  return smallest;
}
