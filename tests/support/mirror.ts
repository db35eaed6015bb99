/** What a hostile server sends back of a request: in which spelling, and in which place of its answer. */
import { startThing } from "./bed.ts";

type Spell = (text: string) => string;

const each = (spell: (code: number, letter: string) => string): Spell => (text) =>
  Array.from(text, (letter) => spell(letter.charCodeAt(0), letter)).join("");
const hex = (code: number, digits = 2) => code.toString(16).padStart(digits, "0");
const wrapped = (line: string, length = 60): Spell => (text) =>
  text.match(new RegExp(`[\\s\\S]{1,${length}}`, "g"))?.join(line) ?? "";
const odd = /[^A-Za-z0-9]/g;
const escaped = (escape: (code: number) => string): Spell => (text) =>
  text.replace(odd, (letter) => escape(letter.charCodeAt(0)));
const named: Readonly<Record<string, string>> = {
  "+": "&plus;",
  "/": "&sol;",
  "=": "&equals;",
  ".": "&period;",
};
const url = encodeURIComponent;
const lower = (text: string) => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());

/** Every way in which a text is written that holds a secret. */
export const SPELLINGS = {
  "as it is": (text) => text,
  "JSON with \\/": (text) => text.replaceAll("/", "\\/"),
  "JSON with \\u002f": escaped((code) => `\\u${hex(code, 4)}`),
  "JSON with \\u002F": escaped((code) => `\\u${hex(code, 4).toUpperCase()}`),
  "JSON with every letter escaped": each((code) => `\\u${hex(code, 4)}`),
  "JSON in JSON": (text) => JSON.stringify(JSON.stringify(text.replaceAll("/", "\\/"))),
  "JSON escapes in JSON": each((code) => `\\\\u${hex(code, 4)}`),
  "JavaScript's \\x escapes": each((code) => `\\x${hex(code)}`),
  "JavaScript's \\u{} escapes": each((code) => `\\u{${hex(code, 1)}}`),
  "octal escapes": each((code) => `\\${code.toString(8).padStart(3, "0")}`),
  "HTML decimal": escaped((code) => `&#${code};`),
  "HTML decimal, every letter": each((code) => `&#${code};`),
  "HTML decimal with zeros, without semicolons": each((code) => `&#00${code} `),
  "HTML hexadecimal": escaped((code) => `&#x${hex(code)};`),
  "HTML hexadecimal in capitals, every letter": each((code) => `&#X${hex(code).toUpperCase()};`),
  "HTML names": (text) => text.replace(odd, (letter) => named[letter] ?? letter),
  "HTML twice": escaped((code) => `&amp;#x${hex(code)};`),
  "HTML in JSON": escaped((code) => `\\u0026#${code};`),
  "HTML with a break after every third letter": wrapped("<wbr>", 3),
  "HTML with markup": wrapped("</b><b class='x'>", 5),
  "an attribute in HTML": (text) => `<input value="${escaped((code) => `&#${code};`)(text)}">`,
  "URL": url,
  "URL in small letters": (text) => lower(url(text)),
  "URL, every letter": each((code) => `%${hex(code)}`),
  "URL twice": (text) => url(url(text)),
  "URL twice in small letters": (text) => lower(url(lower(url(text)))),
  "URL three times": (text) => url(url(url(text))),
  "URL twice, every letter": each((code) => `%25${hex(code)}`),
  "URL of JSON": (text) => url(escaped((code) => `\\u${hex(code, 4)}`)(text)),
  "a query": (text) => `?signature=${url(text)}&x=1`,
  "base64url": (text) => text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  "base64 of it": (text) => btoa(text),
  "base64 of it within more": (text) => btoa(`a ${text} b`),
  "base64 of it in lines": (text) => wrapped("\n", 76)(btoa(text)),
  "base64url of it": (text) => btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  "hexadecimal": each((code) => hex(code)),
  "a buffer as Node shows it": (text) => `<Buffer ${each((code) => `${hex(code)} `)(text)}>`,
  "a buffer as JSON": (text) =>
    `{"type":"Buffer","data":[${Array.from(text, (letter) => letter.charCodeAt(0))}]}`,
  "lines": wrapped("\n"),
  "lines of Windows, indented": wrapped("\r\n    "),
  "lines escaped for JSON": wrapped("\\n"),
  "lines escaped for URLs": wrapped("%0D%0A"),
  "lines in HTML": wrapped("<br/>"),
  "lines of a quoted mail": wrapped("\n> "),
  "quoted-printable": (text) => wrapped("=\r\n", 70)(text.replaceAll("=", "=3D").replaceAll("+", "=2b")),
  "spaces between the letters": each((_, letter) => `${letter} `),
  "no letters of no width between": each((_, letter) => `${letter}\u200b`),
  "zero bytes between": each((_, letter) => `${letter}\0`),
  "capitals": (text) => text.toUpperCase(),
  "small letters": (text) => text.toLowerCase(),
  "the end cut off": (text) => text.slice(0, -9),
  "the beginning cut off": (text) => text.slice(9),
} satisfies Readonly<Record<string, Spell>>;

/** The name of a spelling. */
export type Spelling = keyof typeof SPELLINGS;

/** An answer; a text goes out as it is, in the place of the whole answer. */
export type Mirrored = string | {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Bytes before the body that are no UTF-8. */
  readonly binary?: boolean;
};

const json = { "content-type": "application/json" };
/** As much of JSON as a text needs that is escaped already, or is not. */
const quote = (text: string) =>
  `"${text.replace(/\p{Cc}|(?<!\\)"/gu, (odd) => `\\u${hex(odd.charCodeAt(0), 4)}`)}"`;
const refusal = (status: number, body: (text: string) => string) => (text: string): Mirrored => ({
  status,
  headers: json,
  body: body(text),
});
/** A text as a header field can hold it. */
const field = (text: string) => text.replace(/[^\x20-\x7e]+/g, " ").slice(0, 6_000);
const chunks = (text: string, length: number) => JSON.stringify(wrapped("\n", length)(text).split("\n"));

/** Where in an answer it stands. */
export const PLACES = {
  "a refusal's message": refusal(400, (text) => `{"code":"bad","message":${quote(text)}}`),
  "a refusal's message, nested": refusal(401, (text) => `{"error":{"code":"bad","message":${quote(text)}}}`),
  "a refusal's code": refusal(409, (text) => `{"code":${quote(text)},"message":"m"}`),
  "a refusal's details": refusal(403, (text) => `{"code":"bad","details":${quote(text)}}`),
  "a refusal's details, deep": refusal(
    404,
    (text) => `{"code":"bad","details":{"a":[{"b":${quote(text)}}]}}`,
  ),
  "a name in a refusal": refusal(422, (text) => `{"code":"bad","details":{${quote(text)}:1}}`),
  "a refusal's errors": refusal(422, (text) => `{"errors":[{"field":"x","message":${quote(text)}}]}`),
  "a refusal's list of pieces": refusal(400, (text) => `{"code":"bad","details":${chunks(text, 4)}}`),
  "a refusal's list of letters": refusal(400, (text) => `{"code":"bad","details":${chunks(text, 1)}}`),
  "a body of another form": refusal(500, (text) => `{"a":1,"seen":[${quote(text)}]}`),
  "a text in JSON": refusal(500, quote),
  "JSON without its end": refusal(503, (text) => `{"code":"bad","message":"${text}`),
  "a result without its end": refusal(200, (text) => `{"a":"${text}`),
  "a result that is no JSON": refusal(200, (text) => text),
  "an error in a result": refusal(200, (text) => `{"error":{"code":"bad","message":${quote(text)}}}`),
  "a result that is not what the contract says": refusal(200, (text) => `{"unexpected":${quote(text)}}`),
  "a page": (text) => ({
    status: 403,
    headers: { "content-type": "text/html" },
    body: `<html><pre>${text}</pre>`,
  }),
  "a page as a result": (text) => ({
    status: 200,
    headers: { "content-type": "text/html" },
    body: `<html>${text}`,
  }),
  "plain text": (text) => ({ status: 429, headers: { "content-type": "text/plain" }, body: text }),
  "bytes": (text) => ({
    status: 400,
    headers: { "content-type": "application/octet-stream" },
    binary: true,
    body: text,
  }),
  "bytes as a result": (text) => ({ status: 200, headers: json, binary: true, body: text }),
  "the content type": (text) => ({ status: 200, headers: { "content-type": field(text) }, body: "no JSON" }),
  "the content type of a refusal": (text) => ({
    status: 500,
    headers: { "content-type": `text/html; x=${field(text)}` },
    body: "<html>",
  }),
  "the content coding": (text) => ({
    status: 200,
    headers: { ...json, "content-encoding": field(text).replace(/,/g, " ") },
    body: "{}",
  }),
  "a redirect's target": (text) => ({ status: 302, headers: { location: `/x?${field(text)}` }, body: "" }),
  "other fields": (text) => ({
    status: 429,
    headers: { ...json, "retry-after": field(text), date: field(text), "set-cookie": field(text) },
    body: "{}",
  }),
  "the status's text": (text) => `HTTP/1.1 500 ${field(text)}\r\ncontent-length: 0\r\n\r\n`,
  "a status that is none": (text) => `HTTP/1.1 ${field(text)}\r\ncontent-length: 0\r\n\r\n`,
  "no HTTP at all": (text) => `${text}\r\n\r\n`,
  "the length of the body": (text) => `HTTP/1.1 200 OK\r\ncontent-length: ${field(text)}\r\n\r\n{}`,
  "the size of a chunk": (text) =>
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${field(text)}\r\n{}`,
  "a field's name": (text) => `HTTP/1.1 200 OK\r\n${field(text)} : x\r\ncontent-length: 2\r\n\r\n{}`,
} satisfies Readonly<Record<string, (text: string) => Mirrored>>;

/** The name of a place. */
export type PlaceName = keyof typeof PLACES;

/** Those that are no HTTP, or not quite. workerd writes what it cannot read to its own log. */
export const RAW: ReadonlySet<PlaceName> = new Set<PlaceName>([
  "the status's text",
  "a status that is none",
  "no HTTP at all",
  "the length of the body",
  "the size of a chunk",
  "a field's name",
]);

/** The server that does it: the path `/trade-api/v2/mirror/{place}/{spelling}`, both by number. */
export interface Mirror extends AsyncDisposable {
  readonly baseUrl: string;
}

/** Starts one. */
export async function startMirror(): Promise<Mirror> {
  const thing = await startThing("mirror");
  return {
    baseUrl: `http://127.0.0.1:${await thing.call("port")}/trade-api/v2`,
    [Symbol.asyncDispose]: () => thing[Symbol.asyncDispose](),
  };
}
