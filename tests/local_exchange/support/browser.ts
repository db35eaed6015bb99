/** As much of a browser as guards an origin: https://fetch.spec.whatwg.org/#http-cors-protocol */
import { assert } from "@std/assert";

type Send = (request: Request) => Promise<Response>;

const SAFE_METHODS = ["GET", "HEAD", "POST"];
const SAFE_REQUEST_HEADERS = ["accept", "accept-language", "content-language"];
const SAFE_RESPONSE_HEADERS = [
  "cache-control",
  "content-language",
  "content-length",
  "content-type",
  "expires",
  "last-modified",
  "pragma",
];

const split = (list: string | null) => (list ?? "").split(",").map((name) => name.trim().toLowerCase());

/** A page's `fetch`: what the server does not let the page's origin do or see throws a TypeError. */
export function pageOf(origin: string, send: Send): Send & { preflights: number } {
  const page = async (request: Request): Promise<Response> => {
    const unsafe = [...request.headers.keys()].filter((name) =>
      !SAFE_REQUEST_HEADERS.includes(name) &&
      !(name === "content-type" && request.headers.get(name) === "text/plain")
    ).sort();
    if (unsafe.length > 0 || !SAFE_METHODS.includes(request.method)) {
      page.preflights++;
      const answer = await send(
        new Request(request.url, {
          method: "OPTIONS",
          headers: {
            accept: "*/*",
            origin,
            "access-control-request-method": request.method,
            ...(unsafe.length > 0 ? { "access-control-request-headers": unsafe.join(",") } : {}),
          },
          redirect: "manual",
        }),
      );
      await answer.text();
      check(answer, origin);
      if (!answer.ok) throw new TypeError(`the preflight was answered ${answer.status}`);
      const { headers } = answer;
      const methods = split(headers.get("access-control-allow-methods"));
      if (!SAFE_METHODS.includes(request.method) && !methods.includes(request.method.toLowerCase())) {
        throw new TypeError(`${request.method} is not allowed`);
      }
      const allowed = split(headers.get("access-control-allow-headers"));
      for (const name of unsafe) if (!allowed.includes(name)) throw new TypeError(`${name} is not allowed`);
    }
    const headers = new Headers(request.headers);
    headers.set("origin", origin);
    const body = request.body === null ? undefined : await request.text();
    const answer = await send(
      new Request(request.url, {
        method: request.method,
        headers,
        redirect: "manual",
        ...(body && { body }),
      }),
    );
    const text = await answer.text();
    check(answer, origin);
    const exposed = split(answer.headers.get("access-control-expose-headers"));
    const seen = [...answer.headers].filter(([name]) =>
      SAFE_RESPONSE_HEADERS.includes(name) || exposed.includes(name)
    );
    return new Response(answer.status === 204 ? null : text, { status: answer.status, headers: seen });
  };
  page.preflights = 0;
  return page;
}

function check({ headers }: Response, origin: string): void {
  const allowed = headers.get("access-control-allow-origin");
  assert(allowed !== "*", "everybody is let in");
  assert(!headers.has("access-control-allow-credentials"), "cookies are asked for");
  assert(split(headers.get("vary")).includes("origin") || allowed === null, "a cache would mix origins up");
  if (allowed !== origin) throw new TypeError(`${origin} may not see the answer`);
}
