/** A Worker with the feed, and ways to have the feed evicted and woken. */
import type { KalshiEnv } from "../../src/auth/mod.ts";
import { type FeedState, KalshiFeed } from "../../src/workers/mod.ts";

export class TestFeed extends KalshiFeed {
  constructor(state: FeedState, env: KalshiEnv) {
    super(state, env, { idleMs: 0 });
  }

  protected override async authorize(request: Request): Promise<Response | undefined> {
    const { searchParams, pathname } = new URL(request.url);
    if (pathname.endsWith("/alarm")) await this.alarm();
    if (pathname.endsWith("/evict")) {
      (this.state as FeedState & { abort(): void }).abort();
    }
    return searchParams.get("token") === "wrong" ? new Response("no", { status: 403 }) : undefined;
  }
}

interface Env {
  readonly FEED: {
    idFromName(name: string): object;
    get(id: object): { fetch(request: Request): Promise<Response> };
  };
}

export default {
  fetch: (request: Request, env: Env): Promise<Response> =>
    env.FEED.get(env.FEED.idFromName("main")).fetch(request),
};
