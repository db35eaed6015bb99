/** The name that was probably meant. */

/** Drops what other SDKs spell differently: case, separators, units, Python's `loads` and `dumps`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "")
    .replace(/loads$/, "parse").replace(/dumps$/, "stringify")
    .replace(/(millis|secs|seconds|ms|s)$/, "");
}

/** How many letters to insert, delete or replace. */
function edits(a: string, b: string): number {
  let row = [...b, ""].map((_, index) => index);
  [...a].forEach((letter, i) => {
    let left = i;
    row = row.map((above, j) =>
      left = j === 0 ? i + 1 : Math.min(above + 1, left + 1, (row[j - 1] ?? 0) + Number(letter !== b[j - 1]))
    );
  });
  return row[b.length] ?? 0;
}

/** The name in `known` that `name` was probably meant to be, or undefined when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const given = plain(name.slice(0, 64));
  const [best] = known
    .map((candidate) => {
      const other = plain(candidate);
      const far = edits(given, other);
      return { candidate, far: given.length > 3 && other.includes(given) ? Math.min(far, 1) : far };
    })
    .sort((a, b) => a.far - b.far);
  return best && best.far <= Math.max(1, given.length / 3) ? best.candidate : undefined;
}
