/** Secrets of requests, and all that a value can be made to say. */
import { assert } from "@std/assert";

const TOKEN = "wK7q-hP2v_4f9a7C31b8E2.99xYz";
const BASIC = "trader:0pen+Sesame/77";
const PLAIN = "pLaInKeY/0123456789+aBcDeFgHiJkL";

function randomBase64(length: number): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(length))));
}

const lettersOf = (text: string) => text.replace(/[^a-z0-9]/gi, "").toLowerCase();

/** What a client was given, and what it has signed so far. */
export class Captured {
  readonly #signatures: string[] = [];
  readonly headers: Readonly<Record<string, string>> = {
    "x-desk-token": TOKEN,
    authorization: `Basic ${btoa(BASIC)}`,
    "x-plain": PLAIN,
  };

  /** Signs with something else each time, as long as RSA's. */
  signer(): { readonly keyId: string; sign(text: string): Promise<string> } {
    return {
      keyId: "0b5bbd52-5e4e-4f9d-b8f1-3f7a5e0a9d11",
      sign: () => {
        const signature = randomBase64(256);
        this.#signatures.push(signature);
        return Promise.resolve(signature);
      },
    };
  }

  /** Another access token each time. */
  token(): string {
    const token = randomBase64(48);
    this.#signatures.push(token);
    return token;
  }

  /**
   * Fails when one of the texts shows a dozen characters of a secret in a row, as they are or in this spelling, eight
   * of them letters or digits: up to seven may be left where a text was cut.
   */
  assertHidden(texts: readonly string[], spell: (text: string) => string, what: string): void {
    const shown = [...new Set(texts.flatMap((text) => [text, text.replaceAll("\\\\", "\\")]))].join("\n");
    const letters = lettersOf(shown);
    for (const secret of [...this.#signatures.slice(-3), TOKEN, btoa(BASIC), BASIC, PLAIN]) {
      for (const part of windowsOf(lettersOf(secret))) {
        assert(
          !letters.includes(part),
          `${what}: ${part} of ${secret.slice(0, 20)} in ${excerptAt(shown, part)}`,
        );
      }
      for (const part of windowsOf(secret)) {
        const spelled = spell(part);
        assert(
          spelled.length < 10 || lettersOf(part).length < 8 || !shown.includes(spelled),
          `${what}: ${spelled} of ${secret.slice(0, 20)}`,
        );
      }
    }
  }
}

function excerptAt(text: string, part: string): string {
  const at = text.toLowerCase().indexOf(part.slice(0, 4));
  return text.slice(Math.max(0, at - 200), at + 400);
}

/** Every third part of ten letters: a dozen in a row hold one of them. */
function windowsOf(text: string): string[] {
  const count = Math.max(0, Math.ceil((text.length - 9) / 3));
  return Array.from({ length: count }, (_, at) => text.slice(3 * at, 3 * at + 10));
}

interface Globals {
  readonly Deno?: { inspect(value: unknown, options: object): string };
  readonly process?: {
    getBuiltinModule?(name: string): { inspect(value: unknown, options: object): string };
  };
}

function inspected(value: unknown): string {
  const { Deno, process } = globalThis as unknown as Globals;
  const options = { depth: 12, showHidden: true };
  if (Deno !== undefined) return Deno.inspect(value, options);
  return process?.getBuiltinModule?.("node:util")?.inspect(value, options) ?? "";
}

/** All that a value says: as text, as JSON, in a console, and in each of its properties and of theirs. */
export function textsOf(value: unknown, depth = 0): string[] {
  if (typeof value !== "object" || value === null) return [String(value)];
  const texts = depth === 0 ? [String(value), JSON.stringify(value) ?? "", inspected(value)] : [];
  if (depth > 10) return texts;
  for (const name of Reflect.ownKeys(value)) {
    texts.push(String(name), ...textsOf((value as Record<PropertyKey, unknown>)[name], depth + 1));
  }
  return texts;
}
