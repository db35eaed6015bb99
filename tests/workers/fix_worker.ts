/** A Worker whose Durable Object has a FIX session, and ways to look at its store. */
import { KalshiAuth } from "../../src/auth/mod.ts";
import { FixClient, FixConfig } from "../../src/fix/mod.ts";
import { DurableObjectFixStore, type FixStorage, workersRuntime } from "../../src/workers/mod.ts";

interface Env {
  readonly TRADER: {
    idFromName(name: string): object;
    get(id: object): { fetch(request: Request): Promise<Response> };
  };
  readonly KALSHI_KEY_ID: string;
  readonly KALSHI_PRIVATE_KEY: string;
  /** JSON: host, port and ticker. */
  readonly EXCHANGE: string;
}

interface Context {
  readonly storage: FixStorage;
  /** Throws the object out of memory, and the answer away. */
  abort(): void;
}

/** What a test asks for: the methods of its store, one after the other. */
export interface Call {
  readonly store?: { readonly name?: string; readonly keep?: number };
  readonly steps: readonly (readonly [method: string, ...args: (number | string)[]])[];
}

const order = { Side: "1", OrderQty: "1", Price: "10" } as const;

function show(store: DurableObjectFixStore): unknown {
  return {
    out: store.nextOutgoing,
    in: store.nextIncoming,
    sent: store.sent(1, Infinity).map(({ sequence, frame }) =>
      `${sequence}:${new TextDecoder().decode(frame)}`
    ),
  };
}

export class Trader {
  readonly #ctx: Context;
  readonly #env: Env;
  #kept: Promise<FixClient> | undefined;

  constructor(ctx: Context, env: Env) {
    this.#ctx = ctx;
    this.#env = env;
  }

  async fetch(request: Request): Promise<Response> {
    try {
      const { pathname } = new URL(request.url);
      if (pathname === "/abort") this.#ctx.abort();
      if (pathname === "/order") return Response.json(await this.#order());
      if (pathname === "/close") {
        await (await this.#kept)?.close();
        return Response.json("closed");
      }
      return Response.json(
        pathname === "/trade" ? await this.#trade() : this.#use(await request.json() as Call),
      );
    } catch (error) {
      const { name, message } = error as Error;
      return Response.json({ error: `${name}: ${message}` });
    }
  }

  #use({ store: options, steps }: Call): unknown {
    const store = new DurableObjectFixStore(this.#ctx.storage, options);
    const other = new DurableObjectFixStore(this.#ctx.storage, options);
    store.open();
    store.open();
    other.open();
    for (const [method, argument] of steps) {
      if (method === "append") store.append(new TextEncoder().encode(String(argument)));
      else if (method === "appendByAnother") other.append(new TextEncoder().encode(String(argument)));
      else if (method === "setOutgoing") store.setOutgoing(Number(argument));
      else if (method === "setIncoming") store.setIncoming(Number(argument));
      else if (method === "fill") {
        for (let n = 0; n < Number(argument); n++) store.append(new TextEncoder().encode(`${n}`));
      } else if (method === "reset") store.reset();
      else if (method === "close") store.close();
      else throw new Error(`no method ${method}`);
    }
    return show(store);
  }

  /** Logs on, places an order, logs out. */
  async #trade(): Promise<unknown> {
    const store = new DurableObjectFixStore(this.#ctx.storage, { name: "orders" });
    const client = await this.#connect(store);
    const { report } = await client.newOrderSingle({ ...order, Symbol: this.#exchange.ticker });
    await client.close();
    return { ExecType: report.ExecType, next: store.nextOutgoing };
  }

  /** Places an order with the client of the request before. */
  async #order(): Promise<unknown> {
    const client = await (this.#kept ??= this.#connect(new DurableObjectFixStore(this.#ctx.storage)));
    const { report } = await client.newOrderSingle({ ...order, Symbol: this.#exchange.ticker });
    return { ExecType: report.ExecType, state: client.state };
  }

  get #exchange(): { readonly host: string; readonly port: number; readonly ticker: string } {
    return JSON.parse(this.#env.EXCHANGE);
  }

  async #connect(store: DurableObjectFixStore): Promise<FixClient> {
    const { host, port } = this.#exchange;
    return await FixClient.connect({
      auth: await KalshiAuth.fromPem(this.#env.KALSHI_KEY_ID, this.#env.KALSHI_PRIVATE_KEY),
      config: new FixConfig({ product: "event", session: "order-entry-rt", host, port, tls: false }),
      store,
      runtime: workersRuntime(),
    });
  }
}

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    return env.TRADER.get(env.TRADER.idFromName("main")).fetch(request);
  },
};
