/** What differs between the public APIs of two releases. */
import type { Api } from "./api.ts";

/** One difference. */
export interface ApiChange {
  /** What a user may have to do something about, and what is only more. */
  readonly kind: "breaking" | "addition";
  readonly entry: string;
  readonly name: string;
  /** In words, with the lines that went and came. */
  readonly what: string;
}

const linesOf = (text: string): string[] => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** The lines of the first that the second does not have, each as often as it is missing. */
function missing(from: readonly string[], among: readonly string[]): string[] {
  const rest = [...among];
  return from.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/**
 * Every difference. A name or a line that is gone is breaking, and so is a new member that must be given; new names and
 * members beside what was there are additions.
 */
export function apiChanges(before: Api, after: Api): ApiChange[] {
  const changes: ApiChange[] = [];
  for (const entry of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(entry), after.get(entry)];
    for (const name of new Set([...old?.keys() ?? [], ...now?.keys() ?? []])) {
      const [was, is] = [old?.get(name), now?.get(name)];
      if (was === is) continue;
      const change = (kind: ApiChange["kind"], what: string) => changes.push({ kind, entry, name, what });
      if (was === undefined) change("addition", "is new");
      else if (is === undefined) change("breaking", "is gone");
      else {
        const gone = missing(linesOf(was), linesOf(is));
        const came = missing(linesOf(is), linesOf(was));
        const isMore = gone.length === 0 &&
          came.every((line) => /\?\s*[:(]/.test(line) || /^\w+\(/.test(line));
        change(
          isMore ? "addition" : "breaking",
          [...gone.map((line) => `- ${line}`), ...came.map((line) => `+ ${line}`)].join("\n"),
        );
      }
    }
  }
  return changes;
}

/** Whether a version may bring breaking changes after another: below 1.0 the second number says so. */
export function mayBreak(before: string, after: string): boolean {
  const [oldMajor = 0, oldMinor = 0] = before.split(".").map(Number);
  const [major = 0, minor = 0] = after.split(".").map(Number);
  return major > oldMajor || major === 0 && minor > oldMinor;
}
