import { contentCoding } from "./content_coding.ts";
import { nodeCodings } from "./node_codings.ts";
import type { PoolResponse } from "./types.ts";

/** What undici's `request` and the HTTP/2 client below it both give. */
export interface NodeAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: {
    readonly body?: unknown;
    text(): Promise<string>;
    arrayBuffer(): Promise<ArrayBuffer>;
  };
}

/** What a request has to say for a compressed answer. */
export const acceptEncoding = "gzip";

/** Reads an answer as the pipeline does a `Response`; the body stays as it came. */
export function poolResponse({ statusCode, headers, body }: NodeAnswer): PoolResponse {
  const get = (name: string) => {
    const value = headers[name.toLowerCase()];
    return value === undefined ? null : typeof value === "string" ? value : value.join(", ");
  };
  return {
    status: statusCode,
    headers: {
      get,
      forEach(take: (value: string, name: string, headers: Headers) => void) {
        // What HTTP/2 says beside its header fields is none.
        for (const name of Object.keys(headers)) {
          if (!name.startsWith(":")) take(get(name) ?? "", name, undefined as never);
        }
      },
    },
    coding: contentCoding(get("content-encoding"), nodeCodings),
    get body() {
      return body.body as ReadableStream<Uint8Array>;
    },
    text: () => body.text(),
    arrayBuffer: () => body.arrayBuffer(),
  };
}
