/** The notes of a release, out of the changelog. */

const VERSION = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;

/** Refuses what is no version. */
export function assertVersion(version: string | undefined): asserts version is string {
  if (version === undefined || !VERSION.test(version)) {
    throw new Error(
      `A release has a version such as 1.2.3; got ${version ?? "none"}: deno task release VERSION.`,
    );
  }
}

/** The section of a version in a changelog, without its heading. */
export function notesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) =>
    text.split(/[\s—–-]/)[0] === version || text.startsWith(`${version} `)
  );
  const notes = section?.slice(section.indexOf("\n")).trim();
  if (notes === undefined || notes === "") {
    throw new Error(
      `CHANGELOG.md says nothing of ${version}: it needs a section "## ${version}" with what changed.`,
    );
  }
  return notes;
}

/** The changelog with the day of a version's release in its heading. */
export function dated(changelog: string, version: string, day: string): string {
  const heading = new RegExp(`^## ${version.replaceAll(".", "\\.")} — unreleased$`, "m");
  return changelog.replace(heading, `## ${version} — ${day}`);
}
