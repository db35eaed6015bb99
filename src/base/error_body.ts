/** What a body says that holds an error: Kalshi's, or of something in between. */

/** An error's body, read. */
export interface ErrorBody {
  /** Its code. */
  readonly code?: string | undefined;
  /** What goes into the error's message, in this order. */
  readonly texts: readonly string[];
  /** What the error's `details` hold. */
  readonly details?: unknown;
}

type Fields = Readonly<Record<string, unknown>>;

const MOST_CHARACTERS = 300;
const DEEPEST = 4;

/** The fields that an error's body has. A body with others is an answer that happens to have a `code`, say. */
const ERROR_FIELDS = new Set([
  ...["code", "detail", "details", "error", "errors", "message", "msg", "service"],
  ...["request_id", "status", "success", "timestamp", "title", "trace_id", "type"],
]);

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === "string" && value.trim() !== "");
}

/** Spaces, and what a terminal or a log would take for more than text. */
// deno-lint-ignore no-control-regex
const BLANKS = /[\s\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g;

/** The beginning of a text, on one line. */
export function excerpt(text: string, most: number = MOST_CHARACTERS): string {
  const line = text.replace(BLANKS, " ").trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

/** All that a value says, in one line: a text, a list of texts, or texts by the names of fields. */
function saidIn(value: unknown, depth = 0): string {
  if (value === undefined || value === null || depth > DEEPEST) return "";
  if (typeof value !== "object") return String(value).trim();
  const inner = (part: unknown) => saidIn(part, depth + 1);
  if (Array.isArray(value)) return value.map(inner).filter(Boolean).join("; ");
  const { field, param, parameter, path, loc, name, key, ...rest } = value as Fields;
  const where = [field, param, parameter, path, loc, name, key].find(Boolean);
  const place = Array.isArray(where) ? where.join(".") : inner(where);
  const said =
    textOf(rest.message, rest.msg, rest.detail, rest.details, rest.description, rest.reason, rest.error) ??
      Object.entries(rest).map(([name, part]) => [name, inner(part)].filter(Boolean).join(": ")).join("; ");
  return [place, said.trim()].filter(Boolean).join(": ");
}

/** Leaves out what has been said already. */
function distinct(parts: readonly (string | undefined)[]): string[] {
  const texts: string[] = [];
  for (const part of parts) {
    const text = excerpt(part ?? "").replace(/[.:]$/, "");
    if (text && !texts.some((other) => other.toLowerCase().includes(text.toLowerCase()))) texts.push(text);
  }
  return texts;
}

/**
 * Kalshi sends `{code, message, details}`, the same inside `error`, `{msg}`, `{error: "text"}`, and `errors` for a
 * request that is wrong in several places.
 */
function readFields(body: Fields): ErrorBody | undefined {
  const inner = isFields(body.error) ? body.error : body;
  const code = textOf(inner.code, body.code);
  const message = textOf(inner.message, inner.msg, body.error, body.message, body.msg, inner.title);
  const details = inner.details ?? inner.detail ?? (inner === body ? undefined : body.details ?? body.detail);
  const errors = inner.errors ?? body.errors ?? (Array.isArray(body.error) ? body.error : undefined);
  const said = [saidIn(details), saidIn(errors)];
  if (code === undefined && message === undefined && !said.some(Boolean)) {
    return inner === body ? undefined : { texts: distinct([saidIn(inner)]), details: inner };
  }
  const both = details !== undefined && errors !== undefined;
  // The code first, as it is: it is what one searches for.
  return {
    code,
    texts: [...code === undefined ? [] : [code], ...distinct([message, ...said])],
    details: both ? { details, errors } : details ?? errors,
  };
}

/** Reads the body of an answer outside 2xx. What is no JSON is told from its beginning. */
export function readErrorBody(text: string): ErrorBody {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { texts: distinct([text]) };
  }
  if (!isFields(body)) return { texts: distinct([saidIn(body)]) };
  // An answer such as the exchange's status at 503 is no error body; the caller gets it whole.
  return readFields(body) ?? { texts: [], details: body };
}

function isSet(value: unknown): boolean {
  return typeof value === "object" ? value !== null && Object.keys(value).length > 0 : Boolean(value);
}

/** The error in the body of a 2xx, where it holds one. */
export function errorIn(value: unknown): ErrorBody | undefined {
  if (!isFields(value)) return undefined;
  const { error, errors, code, message, msg, status, type, success } = value;
  const isError = isSet(error) || Object.keys(value).every((name) => ERROR_FIELDS.has(name)) && (
        isSet(errors) || success === false || /^(error|fail)/i.test(`${textOf(status, type)}`) ||
        (typeof code === "number"
          ? code >= 400 && isSet(message ?? msg)
          : textOf(code) && !/^(ok|success)/i.test(`${code}`))
      );
  return isError ? readFields(value) ?? { texts: [], details: value } : undefined;
}
