/** Runs the collected tests inside workerd, one by one, and answers with a line of JSON for each. */
import { collected } from "./test.ts";
import { setBed } from "./bed.ts";

interface Env {
  readonly BED_URL?: string;
}

interface Report {
  readonly name: string;
  readonly ok: boolean;
  readonly error?: string;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    setBed(env.BED_URL);
    const { searchParams } = new URL(request.url);
    const index = searchParams.get("index");
    if (index === null) return Response.json(collected.map(({ name }) => name));
    const found = collected[Number(index)];
    if (found === undefined) return new Response("no such test", { status: 404 });
    try {
      await found.run();
      return Response.json({ name: found.name, ok: true } satisfies Report);
    } catch (error) {
      const text = error instanceof Error ? error.stack ?? error.message : String(error);
      return Response.json({ name: found.name, ok: false, error: text } satisfies Report);
    }
  },
};
