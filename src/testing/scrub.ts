/** Keeps secrets out of cassettes. */

import { Secrets } from "../base/redact.ts";

const REDACTED = "[redacted]";
const SECRET_FIELD =
  /^(private_key|api_key(_id)?|key_id|access_token|refresh_token|token|secret|signature|pass(word|phrase))$/i;
/** The same in what cannot be read as JSON, such as an answer that was cut off. */
const FIELD_IN_TEXT =
  /"(private_key|api_key(?:_id)?|key_id|access_token|refresh_token|token|secret|signature|pass(?:word|phrase))"\s*:\s*"(?:[^"\\]|\\.)*"?/gi;
const KEY_IN_PATH = /(\/api_keys\/)(?!generate$)[^/]+/;

/** Names in the query of a URL that is signed in itself: whoever has it may read what it leads to. */
const SIGNED =
  /^(x-(amz|goog|ms)-(signature|credential|security-token)|signature|sig|token|policy|key-pair-id)$/i;
/** A URL with a query, also where JSON or HTML writes it otherwise. */
const URL_WITH_QUERY =
  /(https?:(?:\\?\/){2}(?:[^\s"'<>?\\]|\\\/)+\?)((?:[^\s"'<>\\]|\\u[0-9a-f]{4}|\\\/)+)/gi;
const AND = /(&amp;|\\u0026|&)/i;

/** A URL that is signed in itself, without what its query says. */
function withoutSignatures(text: string): string {
  return text.replace(URL_WITH_QUERY, (whole, place: string, query: string) => {
    const parts = query.split(AND);
    const names = parts.map((part) => part.split(/=|\\u003d/i)[0] ?? "");
    if (!names.some((name) => SIGNED.test(name))) return whole;
    return place + parts.map((part, at) => at % 2 === 1 ? part : `${names[at]}=${REDACTED}`).join("");
  });
}

/** The query of a request, without what it says where it is signed in itself. */
export function scrubQuery(
  query: readonly (readonly [name: string, value: string])[],
): readonly (readonly [name: string, value: string])[] {
  const isSigned = query.some(([name]) => SIGNED.test(name));
  return isSigned ? query.map(([name]) => [name, REDACTED]) : query;
}

/** What is taken out of everything that a recorder writes: the secrets of the requests that it has seen. */
export class Scrubber {
  readonly #secrets = new Secrets();
  readonly #redact: (text: string) => string;

  /** `redact` runs last. */
  constructor(redact: (text: string) => string = (text) => text) {
    this.#redact = redact;
  }

  /** Learns what is secret in a request. */
  add(headers: Headers): void {
    this.#secrets.addHeaders(Object.fromEntries(headers));
    const keyId = headers.get("kalshi-access-key");
    if (keyId !== null) this.#secrets.add(keyId);
  }

  /** A text without secrets. */
  text(text: string): string {
    // Wide characters have zero bytes between letters.
    const narrow = text.replaceAll("\0", "");
    if (narrow !== text) {
      const clean = this.text(narrow);
      return clean === narrow ? text : clean;
    }
    const clean = this.#secrets.redact(withoutFields(withoutSignatures(text)));
    return this.#redact(clean.replace(KEY_IN_PATH, `$1${REDACTED}`));
  }
}

/** Empties fields that are named like secrets, also where their names are escaped. The rest of the text stays as it is. */
function withoutFields(text: string): string {
  const clean = text.replace(FIELD_IN_TEXT, (_, name) => `"${name}":"${REDACTED}"`);
  let isFound = false;
  const empty = (name: string, value: unknown) => {
    if (typeof value !== "string" || value === REDACTED) return value;
    // JSON in JSON.
    const inner = SECRET_FIELD.test(name) ? REDACTED : /^\s*[[{]/.test(value) ? withoutFields(value) : value;
    isFound ||= inner !== value;
    return inner;
  };
  try {
    const value = JSON.parse(clean, empty);
    return isFound ? JSON.stringify(value) : clean;
  } catch {
    return clean;
  }
}

/** Whether a header field may never be kept. */
export const isNeverKept = (name: string): boolean =>
  /^(kalshi-access-(key|signature)|(proxy-)?authorization|(set-)?cookie)$/i.test(name);
