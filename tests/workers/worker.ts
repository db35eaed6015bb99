/** A Worker with feeds of every kind, and ways to do to them what a platform does. */
import {
  type FeedAccess,
  type FeedContext,
  type FeedNamespace,
  KalshiFeed,
  perpsFeed,
} from "../../src/workers/mod.ts";
import type { KalshiFeedOptions } from "../../src/workers/mod.ts";
import type { PerpsClient, PerpsEnv } from "../../src/perps/mod.ts";
import type { KalshiStream } from "../../src/stream/mod.ts";

export interface Env {
  readonly KALSHI_KEY_ID: string;
  readonly KALSHI_PRIVATE_KEY: string;
  readonly KALSHI_API_BASE_URL: string;
  /** Options of {@linkcode TestFeed}, as JSON. */
  readonly OPTIONS: string;
  readonly PLAIN: FeedNamespace;
  readonly TEST: FeedNamespace;
  readonly OWNED: FeedNamespace;
  readonly PERPS: FeedNamespace;
  /** The one that is asked unless told. */
  readonly USUAL: "TEST" | "PERPS";
}

let made = 0;
/** While true, alarms come so late that workerd takes the object out of memory before. */
let isFrozen = false;

export { KalshiFeed };

const FROZEN_MS = 11_500;

/** Everybody may read. `/evict` throws the object away, `/lose` its stream, `/made` counts constructions. */
export class TestFeed extends KalshiFeed<Env> {
  #stream: KalshiStream | undefined;
  readonly #abort: () => void;

  constructor(ctx: FeedContext, env: Env) {
    const storage: FeedContext["storage"] = {
      // wall clock: that of the platform, which sets alarms by it.
      setAlarm: (atMs, options) => ctx.storage.setAlarm(isFrozen ? Date.now() + FROZEN_MS : atMs, options),
    };
    const slow: FeedContext = {
      storage,
      acceptWebSocket: (socket) => ctx.acceptWebSocket(socket),
      getWebSockets: () => ctx.getWebSockets(),
    };
    super(slow, env, JSON.parse(env.OPTIONS) as KalshiFeedOptions);
    this.#abort = () => (ctx as FeedContext & { abort(): void }).abort();
    isFrozen = false;
    made++;
  }

  protected override async authorize(request: Request): Promise<FeedAccess> {
    const { pathname } = new URL(request.url);
    if (pathname === "/made") return Response.json(made);
    if (pathname === "/evict") this.#abort();
    if (pathname === "/lose") {
      isFrozen = true;
      await this.#stream?.close();
      await this.ctx.storage.setAlarm(0);
      return Response.json("lost");
    }
    return true;
  }

  protected override mayRead(ticker: string): boolean {
    return !ticker.startsWith("SECRET");
  }

  protected override onStream(stream: KalshiStream): void {
    this.#stream = stream;
  }
}

/** Readers with a token are its owner, who is shown fills; others read what is public. */
export class OwnedFeed extends KalshiFeed<Env> {
  protected override authorize(request: Request): FeedAccess {
    const token = new URL(request.url).searchParams.get("token");
    return token === null ? true : token === "open sesame" ? "owner" : false;
  }

  protected override async onStream(stream: KalshiStream): Promise<void> {
    await stream.on("fill", (item) => {
      if (item.type !== "fill") return;
      this.broadcast({ type: "fill", msg: item.msg }, ({ label }) => label === "owner");
    });
  }
}

/** The same of perps. */
export class PerpsFeed extends KalshiFeed<PerpsEnv & { readonly OPTIONS: string }, PerpsClient> {
  constructor(ctx: FeedContext, env: PerpsEnv & { readonly OPTIONS: string }) {
    super(ctx, env, { ...JSON.parse(env.OPTIONS), product: perpsFeed });
  }
}

export default {
  fetch(request: Request, env: Env): Promise<Response> {
    const feed = env[new URL(request.url).searchParams.get("feed") as "PLAIN" ?? env.USUAL];
    return feed.get(feed.idFromName("main")).fetch(request);
  },
};
