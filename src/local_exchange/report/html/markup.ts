/** HTML in which text is text: whatever is put into a template is escaped, unless it is markup itself. */

/** HTML that is right as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it stands in HTML, in an attribute too. What no page can hold is shown as what it replaces. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (found) => entities[found] ?? "").replace(/[^\P{Cc}\t\n\r]/gu, "\ufffd");

/** What can stand in a template. */
export type Piece = Markup | string | number | readonly Markup[];

const written = (piece: Piece): string =>
  piece instanceof Markup
    ? piece.text
    : typeof piece === "object"
    ? piece.map(({ text }) => text).join("")
    : escapeHtml(String(piece));

/** A template of HTML. How it is indented in the source is no part of it. */
export function markup(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  const text = parts.map((part, index) => {
    const flush = part.replace(/\s*\n\s*/g, "\n");
    const begun = index === 0 ? flush.trimStart() : flush;
    return `${index === parts.length - 1 ? begun.trimEnd() : begun}${written(pieces[index] ?? "")}`;
  });
  return new Markup(text.join(""));
}
