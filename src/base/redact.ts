/**
 * Takes secrets out of what others sent back or threw, before it gets into an error, a log or a recording.
 *
 * A secret is known again however it is spelled: letters and digits are all that is compared, in what a text says and
 * in what it says once its escapes are undone (JSON, URL, HTML, quoted-printable, base64, one within another).
 *
 * @module
 */

import { isKeyLike } from "./plain.ts";

const REDACTED = "[redacted]";

/** A private key, as far as it is there: an answer may be cut in the middle of one. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** The query of a URL that is signed in itself: whoever has it may read what it leads to. */
const SIGNED_QUERY =
  /(https?:(?:\\?\/){2}[^\s"'<>?]{1,2000}\?)(?=[^\s"'<>?]{0,4000}?\b(?:signature|credential|security-token|sig|token|key-pair-id)(?:=|\\u003d)(?!\[redacted))(?:[^\s"'<>\\]|\\[u/])+/gi;

const SECRET_HEADER =
  /signature|auth|cookie|token|secret|passw|credential|api.?key|session|bearer|jwt|assertion|private/i;

/** So many letters and digits of a secret in a row are kept from view; of a list of bytes, more digits. */
const RUN = 8;
const RUN_OF_DIGITS = 20;
/** A run is found by so many letters of it. */
const PIECE = 4;
/** What has fewer would be found inside of ordinary words. */
const SHORTEST = 4;
/** How many escapes within escapes are undone. */
const DEEPEST = 6;
/** As much of a value as an error shows. */
const LONGEST_VALUE = 65_536;

/** Whether a header field holds what nobody else may see: by its name, or since its value looks like a key. */
export function isSecretHeader(name: string, value = ""): boolean {
  return SECRET_HEADER.test(name) || !/^(kalshi-access-|content-|accept)/i.test(name) && isKeyLike(value);
}

/** A copy of header fields that can be logged. */
export function redactHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name, value) ? REDACTED : value]),
  );
}

const lettersOf = (text: string): string => text.replace(/[^a-z0-9]+/gi, "").toLowerCase();

const hexOf = (text: string): string =>
  Array.from(text, (letter) => letter.charCodeAt(0).toString(16).padStart(2, "0")).join("");

const decimalsOf = (text: string): string => Array.from(text, (letter) => letter.charCodeAt(0)).join("");

/** Base64 of a text in the middle of a longer one: the first and the last letters depend on what stands around. */
function base64Within(text: string): string[] {
  const ascii = text.replace(/[^\x20-\x7e]/g, "");
  return ["", "x", "xx"].map((before) => btoa(before + ascii).slice(before === "" ? 0 : 4, -4));
}

function fromBase64(text: string): string {
  try {
    return atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  } catch {
    return "";
  }
}

/** The words of a header's value that are secret by themselves: a token behind its scheme, a cookie, a password. */
function wordsOf(value: string): string[] {
  const words = value.split(/[\s;,]+/);
  const own = words.length > 1 && /^[a-z]+$/i.test(words[0] ?? "") ? words.slice(1) : words;
  const values = own.map((word) => /^[^=]+=(.+[^=])/.exec(word)?.[1] ?? word);
  // What Basic hides is a name and a password.
  const plain = /^basic /i.test(value) ? fromBase64(words[1] ?? "").split(":") : [];
  return [...values, ...plain];
}

/** A text, or what it says once escapes are undone, and where in the text each letter of that stands. */
interface Reading {
  readonly text: string;
  /** Start and end of each letter; undefined where the letters are those of the text. */
  readonly places?: readonly Span[] | undefined;
}

type Span = readonly [start: number, end: number];

/** Escapes: codes of a letter in hexadecimal, decimal and octal digits, and a letter behind a backslash. */
const ESCAPES =
  /(?:&#x0*|%u00|%|\\u0{6}|\\u00|\\x\{?|\b0x|\bu\+00|=)([0-9a-f]{2})[;}]?|\\u\{0*([0-9a-f]{1,4})\}|&#0*(\d{1,5});?|\\([0-7]{3})|\\([^ux0-9])|&(\w{2,12});/gi;
/** What may be text in base64 or in hexadecimal digits. */
const CODED = /[\w+/-]{16,}/g;
/** What the names of HTML stand for that begin another escape. */
const NAMED: Readonly<Record<string, string>> = {
  amp: "&",
  bsol: "\\",
  equals: "=",
  lt: "<",
  num: "#",
  percnt: "%",
};
/** What stands between pieces of a text and has letters of its own: markup, names in JSON, numbers of lines. */
const BETWEEN = /<[^<>]{0,200}>|["'][\w-]{1,24}["']\s*:|(?:^|\\[nr])[ \t]*\d{1,4}[:.)|]\s/gm;

/** Where letters of a reading stand in the text. */
function placeIn({ places }: Reading, start: number, end: number): Span {
  return places === undefined ? [start, end] : [places[start]?.[0] ?? 0, places[end - 1]?.[1] ?? 0];
}

/** What an escape stands for; a space where that is no letter of a secret. */
function letterOf(
  [, hex = "", braced = "", decimal = "", octal = "", escaped = "", name = ""]: RegExpMatchArray,
): string {
  if (hex || braced) return String.fromCharCode(Number.parseInt(hex || braced, 16));
  if (decimal) return String.fromCharCode(Number(decimal));
  if (octal) return String.fromCharCode(Number.parseInt(octal, 8));
  return /[\\&<%="']/.test(escaped) ? escaped : NAMED[name] ?? " ";
}

/** What a text says that is coded as a whole; it may be cut at its end. */
function decoded([run]: RegExpMatchArray): string {
  if (!/^(?:[0-9a-f]{2})+$/i.test(run)) return fromBase64(run.slice(0, run.length & ~3));
  return run.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16)));
}

/** A reading in which each of these is what it stands for; undefined where there is none. */
function undo(
  reading: Reading,
  escapes: RegExp,
  letterOf: (escape: RegExpMatchArray) => string,
): Reading | undefined {
  const { text } = reading;
  const places: Span[] = [];
  let plain = "";
  let at = 0;
  const keep = (end: number) => {
    plain += text.slice(at, end);
    for (; at < end; at++) places.push(placeIn(reading, at, at + 1));
  };
  for (const escape of text.matchAll(escapes)) {
    keep(escape.index);
    at += escape[0].length;
    const letters = letterOf(escape);
    plain += letters;
    const place = placeIn(reading, escape.index, at);
    for (let count = 0; count < letters.length; count++) places.push(place);
  }
  if (at === 0) return undefined;
  keep(text.length);
  return { text: plain, places };
}

/** A text as it is, and with one layer of escapes or of a code undone after the other. */
function* readingsOf(text: string): Iterable<Reading> {
  let reading: Reading | undefined = { text };
  for (let depth = 0; reading !== undefined && depth < DEEPEST; depth++) {
    yield reading;
    const joined = undo(reading, BETWEEN, () => " ");
    if (joined !== undefined) yield joined;
    reading = undo(reading, ESCAPES, letterOf) ?? undo(reading, CODED, decoded);
  }
}

/** What is known of secrets: their spellings, one a line, and where in these a piece of one is. */
interface Spellings {
  readonly text: string;
  readonly pieces: ReadonlyMap<string, readonly number[]>;
  /** Where the lists of bytes begin. */
  readonly digitsAt: number;
  /** Secrets that are too short to be known by a part. */
  readonly short: ReadonlySet<string>;
}

function learn(secrets: Iterable<string>): Spellings {
  const short = new Set<string>();
  const texts = new Set<string>();
  const digits = new Set<string>();
  for (const secret of secrets) {
    const { length } = lettersOf(secret);
    if (length < RUN) {
      if (length >= SHORTEST) short.add(secret);
      continue;
    }
    const bytes = fromBase64(secret);
    // What says something in base64 is no signature.
    const own = /[^\x20-\x7e]/.test(bytes) ? bytes : "";
    for (const text of [secret, own, hexOf(secret), hexOf(bytes), ...base64Within(secret)]) {
      texts.add(lettersOf(text));
    }
    for (const text of [secret, bytes]) digits.add(decimalsOf(text));
  }
  const letters = [...texts, ""].join("\n");
  const text = letters + [...digits].join("\n");
  const pieces = new Map<string, number[]>();
  for (let at = 0; at + PIECE <= text.length; at += PIECE) {
    const piece = text.slice(at, at + PIECE);
    const known = pieces.get(piece);
    if (known === undefined) pieces.set(piece, [at]);
    else known.push(at);
  }
  return { text, pieces, digitsAt: letters.length, short };
}

/** The secrets of a call, of a connection or of a recording, and what is left of a text without them. */
export class Secrets {
  readonly #most: number;
  readonly #headers: Readonly<Record<string, string>>[] = [];
  readonly #values = new Set<string>();
  #spellings: Spellings | undefined;

  /** `most`: of so many requests the headers are kept, the last ones. */
  constructor(most = 100) {
    this.#most = most;
  }

  /** The secrets among a request's header fields, signature included. */
  addHeaders(headers: Readonly<Record<string, string>>): void {
    this.#headers.push(headers);
    if (this.#headers.length > this.#most) this.#headers.shift();
    this.#spellings = undefined;
  }

  /** Something else that is secret. */
  add(value: string): void {
    this.#values.add(value);
    this.#spellings = undefined;
  }

  /** The text without secrets, private keys, and what signs a URL. */
  redact(text: string): string {
    const spellings = this.#spellings ??= learn(this.#all());
    const spots: Span[] = [];
    for (const reading of readingsOf(text)) {
      for (const [start, end] of spotsIn(reading.text, spellings)) spots.push(placeIn(reading, start, end));
    }
    return cover(text, spots);
  }

  /**
   * The same for what JSON can hold: every text in it and every name. What is long, and what still tells something
   * when it is read as a whole, becomes text.
   */
  redactValue(value: unknown): unknown {
    if (typeof value === "string") return this.redact(value);
    if (typeof value !== "object" || value === null) return value;
    const text = asJson(value);
    if (text.length > LONGEST_VALUE) return `${this.redact(text.slice(0, LONGEST_VALUE))}…`;
    if (this.redact(text) === text) return value;
    const clean = this.#eachText(value, 0);
    const left = asJson(clean);
    const whole = this.redact(left);
    return whole === left ? clean : whole;
  }

  #eachText(value: unknown, depth: number): unknown {
    if (typeof value === "string") return this.redact(value);
    if (typeof value !== "object" || value === null) return value;
    if (depth > 20) return REDACTED;
    if (Array.isArray(value)) return value.map((item) => this.#eachText(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [this.redact(name), this.#eachText(inner, depth + 1)]),
    );
  }

  *#all(): Iterable<string> {
    yield* this.#values;
    for (const headers of this.#headers) {
      for (const [name, value] of Object.entries(headers)) {
        if (!isSecretHeader(name, value)) continue;
        yield value;
        yield* wordsOf(value);
      }
    }
  }
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value, (_, inner) => typeof inner === "bigint" ? `${inner}` : inner) ?? "";
  } catch {
    return String(value);
  }
}

/** Where a text holds secrets. */
function* spotsIn(text: string, spellings: Spellings): Iterable<Span> {
  if (text.includes("-----BEGIN")) {
    for (const { index, 0: key } of text.matchAll(PRIVATE_KEY)) yield [index, index + key.length];
  }
  for (const { index, 0: url, 1: place = "" } of text.matchAll(SIGNED_QUERY)) {
    yield [index + place.length, index + url.length];
  }
  for (const value of spellings.short) {
    for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1)) {
      yield [at, at + value.length];
    }
  }
  if (spellings.pieces.size > 0) yield* runsIn(text, spellings);
}

/** Where a text holds letters of a secret in a row, whatever else stands between them. */
function* runsIn(text: string, spellings: Spellings): Iterable<Span> {
  const letters = lettersOf(text);
  let places: number[] | undefined;
  for (let at = 0; at + PIECE <= letters.length; at++) {
    const run = runAt(letters, at, spellings);
    if (run === undefined) continue;
    places ??= [...text.matchAll(/[a-z0-9]/gi)].map(({ index }) => index);
    yield [places[run[0]] ?? 0, (places[run[1] - 1] ?? 0) + 1];
    at = run[1] - PIECE;
  }
}

/** The run of a secret's letters that has a piece of it here. */
function runAt(letters: string, at: number, { text, pieces, digitsAt }: Spellings): Span | undefined {
  for (const known of pieces.get(letters.slice(at, at + PIECE)) ?? []) {
    let before = 0;
    let after = PIECE;
    while (before < at && letters[at - before - 1] === text[known - before - 1]) before++;
    while (at + after < letters.length && letters[at + after] === text[known + after]) after++;
    if (before + after >= (known < digitsAt ? RUN : RUN_OF_DIGITS)) return [at - before, at + after];
  }
  return undefined;
}

/** The text with these spots covered. */
function cover(text: string, spots: readonly Span[]): string {
  if (spots.length === 0) return text;
  let covered = "";
  let end = 0;
  let isFirst = true;
  for (const [start, stop] of [...spots].sort(([a], [b]) => a - b)) {
    if (isFirst || start > end) covered += text.slice(end, start) + REDACTED;
    isFirst = false;
    end = Math.max(end, stop);
  }
  return covered + text.slice(end);
}
