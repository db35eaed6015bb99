/** A faulty server for a test: see `things/raw_server.ts`. */
import { startThing, type Thing } from "./bed.ts";

export interface Answer {
  readonly write?: string | null;
  readonly base64?: string;
  readonly bomb?: { readonly coding?: "gzip" | "deflate"; readonly content: "zeros" | "text" };
  readonly then?: "keep" | "end" | "reset";
  readonly delayMs?: number;
  readonly hold?: boolean;
}

export interface Received {
  readonly connection: number;
  readonly head: string;
  readonly body: string;
}

export interface RawServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly thing: Thing;
  received(): Promise<Received[]>;
  setAnswers(...answers: Answer[]): Promise<void>;
}

/** An HTTP answer as it goes over the wire. */
export function httpAnswer(status: number, body = "", headers: Record<string, string> = {}): Answer {
  const fields = { "content-type": "application/json", "content-length": String(body.length), ...headers };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return { write: `HTTP/1.1 ${status} Status\r\n${lines}\r\n${body}` };
}

/** Starts one that gives these answers in turn, the last one again and again. */
export async function startRawServer(...answers: Answer[]): Promise<RawServer> {
  const thing = await startThing("raw-server", answers.length > 0 ? { answers } : {});
  const port = await thing.call<number>("port");
  return {
    baseUrl: `http://127.0.0.1:${port}/trade-api/v2`,
    thing,
    received: () => thing.call("received"),
    setAnswers: (...next) => thing.call("setAnswers", next),
    [Symbol.asyncDispose]: () => thing[Symbol.asyncDispose](),
  };
}
