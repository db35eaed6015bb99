/** A machine that can be killed in the middle of anything: what it waits for then never comes, and it sends nothing. */
import type { NatsConnection } from "@nats-io/nats-core";
import type { TransportFunction } from "../../../src/http/transport.ts";

/** The life of a machine. */
export interface Life {
  /** Called before and after each thing that the machine asks of somebody else; it may call {@linkcode Life.kill}. */
  onStep: (step: string) => void;
  readonly isOver: boolean;
  kill(): void;
}

/** A life that begins. */
export function newLife(onStep: (step: string) => void = () => {}): Life {
  let isOver = false;
  return {
    onStep,
    get isOver() {
      return isOver;
    },
    kill() {
      isOver = true;
    },
  };
}

const NEVER = new Promise<never>(() => {});

/** Asks, where the machine lives to ask and to hear. */
async function ask<T>(life: Life, what: string, question: () => Promise<T>): Promise<T> {
  if (!life.isOver) life.onStep(`before ${what}`);
  if (life.isOver) return await NEVER;
  const answer = await question().then((value) => ({ value }), (error: unknown) => ({ error }));
  if (!life.isOver) life.onStep(`after ${what}`);
  if (life.isOver) return await NEVER;
  if ("error" in answer) throw answer.error;
  return answer.value;
}

/** A connection of that machine. */
export function mortalConnection(connection: NatsConnection, life: Life): NatsConnection {
  return new Proxy(connection, {
    get(target, name) {
      const value = target[name as keyof NatsConnection] as unknown;
      if (typeof value !== "function") return value;
      if (name !== "request") return value.bind(target);
      const request: NatsConnection["request"] = (subject, ...rest) => {
        const what = subject.startsWith("$KV.") ? "write" : subject.includes("MSG.GET") ? "read" : "open";
        return ask(life, what, () => target.request(subject, ...rest));
      };
      return request;
    },
  });
}

/** What the machine reaches the exchange by. */
export function mortalTransport(send: TransportFunction, life: Life): TransportFunction {
  return (request) => ask(life, request.method, () => send(request));
}
