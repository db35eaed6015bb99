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

/** What a request has to say, for the answer to be read here. */
export const acceptEncoding = "gzip";

/** Reads an answer as the pipeline does a `Response`. */
export function poolResponse({ statusCode, headers, body }: NodeAnswer): PoolResponse {
  const get = (name: string) => {
    const value = headers[name.toLowerCase()];
    return value === undefined ? null : typeof value === "string" ? value : value.join(", ");
  };
  const isGzip = get("content-encoding")?.trim().toLowerCase() === "gzip";
  const bytes = async () => isGzip ? await gunzip(await body.arrayBuffer()) : await body.arrayBuffer();
  return {
    status: statusCode,
    headers: { get },
    get body() {
      const stream = body.body as ReadableStream<Uint8Array<ArrayBuffer>>;
      return isGzip ? stream.pipeThrough(new DecompressionStream("gzip")) : stream;
    },
    text: async () => isGzip ? new TextDecoder().decode(await bytes()) : await body.text(),
    arrayBuffer: bytes,
  };
}

async function gunzip(bytes: ArrayBuffer): Promise<ArrayBuffer> {
  if (bytes.byteLength === 0) return bytes;
  const { gunzip } = await import("node:zlib");
  return await new Promise((resolve, reject) => {
    gunzip(bytes, (error, result) => error ? reject(error) : resolve(new Uint8Array(result).buffer));
  });
}
