/** What steers the exchange itself: its clock, its faults, its markets. */
import { systemClock } from "../../../base/clock.ts";
import type { ControlState } from "../state.ts";
import { Cell } from "./cell.ts";
import { TOKEN_HEADER } from "./rest.ts";

/** What a request to steer the exchange came to nothing for. */
export class ControlError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Asks for something below `/control`. */
async function ask(token: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`/control/${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { [TOKEN_HEADER]: token, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
  });
  const text = await response.text();
  let value: unknown;
  try {
    value = text === "" ? {} : JSON.parse(text);
  } catch {
    value = {};
  }
  if (response.ok) return value;
  throw new ControlError(response.status, reasonOf(value) ?? `The exchange answered ${response.status}.`);
}

function reasonOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { message, error } = value as { readonly message?: unknown; readonly error?: unknown };
  if (typeof message === "string") return message;
  return typeof error === "string" ? error : reasonOf(error);
}

/** The state with the moment at which it was read, by a clock that never steps back. */
export interface ReadState extends ControlState {
  readonly readAtMs: number;
}

/** Steers the exchange. */
export class Controls {
  readonly #token: string;
  readonly state: Cell<ReadState | undefined> = new Cell<ReadState | undefined>(undefined);

  constructor(token: string) {
    this.#token = token;
  }

  /** Asks how the exchange stands. */
  async load(): Promise<void> {
    this.#take(await ask(this.#token, "state"));
  }

  /** Does one of the things that can be done to it; the exchange says what it does not take. */
  async act(what: string, body: object = {}): Promise<void> {
    const { state } = await ask(this.#token, what, body) as { readonly state?: unknown };
    if (state !== undefined) this.#take(state);
  }

  #take(state: unknown): void {
    this.state.set({ ...state as ControlState, readAtMs: systemClock.monotonic() });
  }
}

/** The exchange's time now. */
export function timeOf({ nowMs, running, readAtMs }: ReadState): number {
  return running ? nowMs + systemClock.monotonic() - readAtMs : nowMs;
}
