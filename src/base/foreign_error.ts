/** What others threw, as an error may hold it: theirs can carry a whole request, headers and all. */

import { shown } from "./plain.ts";
import { Secrets } from "./redact.ts";

const DEEPEST = 5;
const LONGEST = 2_000;

/** Reads a property that may be a getter which throws. */
function read(from: object, name: string): unknown {
  try {
    return (from as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

function isErrorLike(thrown: unknown): thrown is object {
  return thrown instanceof Error ||
    typeof thrown === "object" && thrown !== null && typeof read(thrown, "message") === "string";
}

/** Where it was thrown, without the message that engines write above. */
function framesOf(error: object): string {
  const stack = read(error, "stack");
  if (typeof stack !== "string") return "";
  return stack.split("\n").filter((line) => /^ {4}at \S/.test(line)).slice(0, 30).map((line) => `\n${line}`)
    .join("");
}

function messageOf(error: object): string {
  const message = read(error, "message");
  if (typeof message === "string" && message !== "") return message;
  // One that stands for several, such as a connection that was tried at several addresses, has none of its own.
  const errors = read(error, "errors");
  return Array.isArray(errors) ? errors.filter(isErrorLike).slice(0, 5).map(messageOf).join("; ") : "";
}

/**
 * A copy of our own making: name, message, code, place and the same of its cause, and nothing else. What is no error
 * is told in words.
 */
export function copyThrown(thrown: unknown, depth = 0): unknown {
  if (thrown === undefined) return undefined;
  const secrets = new Secrets();
  const text = (value: unknown) => secrets.redact(String(value).slice(0, LONGEST));
  if (!isErrorLike(thrown)) {
    return typeof thrown === "object" || typeof thrown === "function"
      ? new Error(shown(thrown))
      : text(thrown);
  }
  const cause = depth < DEEPEST ? copyThrown(read(thrown, "cause"), depth + 1) : undefined;
  const copy = new Error(text(messageOf(thrown)), cause === undefined ? undefined : { cause });
  const name = read(thrown, "name");
  if (typeof name === "string" && /^\w{1,64}$/.test(name) && name !== "Error") {
    Object.defineProperty(copy, "name", { value: name, configurable: true, writable: true });
  }
  const code = read(thrown, "code");
  if (typeof code === "string" && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) Object.assign(copy, { code });
  copy.stack = `${copy.name}: ${copy.message}${secrets.redact(framesOf(thrown))}`;
  return copy;
}
