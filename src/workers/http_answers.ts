/**
 * What a feed answers over HTTP, and to whom.
 *
 * @module
 */

/** An answer in JSON, which the page that was let in may read. */
export function answer(request: Request, status: number, body: object): Response {
  const origin = request.headers.get("origin");
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      ...(origin !== null && status !== 403 && { "access-control-allow-origin": origin, vary: "Origin" }),
    },
  });
}

/** What a browser is told that asks whether it may ask: `authorize` looks at what it then asks. */
export function mayAsk({ method, headers }: Request): Response | undefined {
  const origin = headers.get("origin");
  if (method !== "OPTIONS" || origin === null) return undefined;
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET",
      "access-control-allow-headers": headers.get("access-control-request-headers") ?? "",
      "access-control-max-age": "86400",
      vary: "Origin",
    },
  });
}

/**
 * Where a request comes from: its address, which Cloudflare tells and nobody else can; of IPv6 the network, since one
 * household has many addresses. Undefined where it is not told.
 */
export function placeOf({ headers }: Request): string | undefined {
  const address = headers.get("cf-connecting-ip");
  if (address === null || !address.includes(":")) return address ?? undefined;
  const [front = ""] = address.split("::");
  return [...front.split(":"), 0, 0, 0, 0].slice(0, 4).join(":");
}
