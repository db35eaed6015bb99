/**
 * Keys that were put where something else belongs, such as the path of a file: what the command line says of its
 * arguments shows none.
 *
 * @module
 */

/** A key as PEM, also where its lines were made one, or its end is cut off. */
const PEM = /-----BEGIN[\s\S]*?(?:-----END[^'-]*-----|$)/g;
/** What may be one without its first and last line, a JWK's secret part, or a token. */
const LONG = /[\w+/=-]{24,}/g;
/** The same as the name of a file: what stands around it is a path. */
const NAME = /[\w+=-]{24,}/g;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
const HEXADECIMAL = /\b[0-9a-f]{48,}\b/gi;
/** Of so many neighbours among letters and digits two differ in kind: names and paths are made of words. */
const CHANGES = 0.4;

function isRandom(text: string): boolean {
  if (UUID.test(text)) return false;
  if (!/[a-z]/.test(text) || !/[A-Z]/.test(text) || !/\d/.test(text)) return false;
  const changes = text.match(/[a-z](?=[A-Z\d])|[A-Z](?=[a-z\d])|\d(?=[a-zA-Z])/g)?.length ?? 0;
  return changes >= CHANGES * text.length;
}

/** The text with what may be a key in the place of which its length stands. */
export function withoutKeys(text: string): string {
  const shown = (key: string) => `[text of ${key.length} characters]`;
  const hide = (part: string) => isRandom(part) ? shown(part) : part;
  return text.replace(PEM, shown).replace(HEXADECIMAL, shown).replace(LONG, hide).replace(NAME, hide);
}
