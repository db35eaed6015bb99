/** Undoes the content codings that a runtime left on a body. */

/** As much of `node:zlib` as is used: there on Node, Deno and Bun, and on workerd with nodejs_compat. */
type Zlib = {
  readonly [Name in "gunzip" | "inflate" | "inflateRaw" | "brotliDecompress" | "zstdDecompress"]?: (
    bytes: Uint8Array,
    options: { maxOutputLength: number },
    done: (error: Error | null, result: Uint8Array<ArrayBuffer>) => void,
  ) => void;
};

type Undo = (bytes: Uint8Array<ArrayBuffer>, limit: number) => Promise<Uint8Array<ArrayBuffer>>;

/** More in a row is no answer but an attack. */
const MOST_CODINGS = 4;

/** The body has a coding that cannot be undone here. */
export class UnknownCodingError extends TypeError {
  /** Takes the coding. */
  constructor(coding: string) {
    super(`its content coding "${coding.slice(0, 40)}" cannot be read here`);
  }
}

function zlib(): Zlib | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => Zlib | undefined } };
  return process?.getBuiltinModule?.("node:zlib");
}

/** Zlib where there is one: it reads all members of a gzip file, and more codings. */
function undoing(name: keyof Zlib, format?: string): Undo | undefined {
  const run = zlib()?.[name];
  if (run !== undefined) {
    return (bytes, maxOutputLength) =>
      new Promise((resolve, reject) => {
        run(bytes, { maxOutputLength }, (error, result) => error ? reject(error) : resolve(result));
      });
  }
  if (format === undefined) return undefined;
  return async (bytes, limit) => {
    const stream = new DecompressionStream(format as CompressionFormat);
    return await collect(new Blob([bytes]).stream().pipeThrough(stream), limit);
  };
}

async function collect(
  stream: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes, isWhole } = await readUpTo(stream, limit);
  if (!isWhole) throw new RangeError(`it is longer than ${limit} bytes`);
  return bytes;
}

/** "deflate" means the zlib format, but some send what is in it alone. */
function inflating(bytes: Uint8Array): Undo | undefined {
  const [first = 0, second = 0] = bytes;
  const isZlib = (first & 15) === 8 && (first << 8 | second) % 31 === 0;
  return isZlib ? undoing("inflate", "deflate") : undoing("inflateRaw", "deflate-raw");
}

/**
 * Undoes codings, the last one first, as `Content-Encoding` lists them.
 *
 * @param limit The most bytes that may come of it.
 */
export async function decode(
  coded: Uint8Array<ArrayBuffer>,
  coding: string,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // No body has no coding.
  if (coded.length === 0) return coded;
  const names = coding.toLowerCase().split(",").map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  if (names.length > MOST_CODINGS) throw new UnknownCodingError(coding);
  let bytes = coded;
  for (const name of names.reverse()) {
    const undo = name === "gzip" || name === "x-gzip"
      ? undoing("gunzip", "gzip")
      : name === "deflate"
      ? inflating(bytes)
      : name === "br"
      ? undoing("brotliDecompress")
      : name === "zstd"
      ? undoing("zstdDecompress")
      : undefined;
    if (undo === undefined) throw new UnknownCodingError(name);
    bytes = await undo(bytes, limit);
  }
  return bytes;
}

/** Reads a stream's first bytes, and lets go of what is left, so that the connection is freed. */
export async function readUpTo(
  stream: ReadableStream<Uint8Array>,
  limit: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; isWhole: boolean }> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isWhole = false;
  while (size <= limit) {
    const { done, value } = await reader.read();
    if (done) {
      isWhole = true;
      break;
    }
    chunks.push(value);
    size += value.byteLength;
  }
  // Nothing waits for that: who sends without end may not let go either.
  if (!isWhole) reader.cancel().catch(() => {});
  const bytes = new Uint8Array(Math.min(size, limit));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, bytes.length - at), at);
    at = Math.min(bytes.length, at + chunk.byteLength);
  }
  return { bytes, isWhole };
}
