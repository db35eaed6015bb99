/** Node's own modules, as much of them as is used, with no import that a bundler for the web would stumble over. */

import { KalshiConfigError } from "../base/errors.ts";
import type { Bytes } from "../base/web_types.ts";

/** As much of Node's `Buffer` as is used here. */
export interface NodeBytes extends Uint8Array {
  toString(encoding?: "utf8" | "base64", start?: number, end?: number): string;
  subarray(start?: number, end?: number): NodeBytes;
}

/** What happens on a socket. */
export interface SocketEvents<Bytes extends Uint8Array = NodeBytes> {
  readonly connect: [];
  readonly secureConnect: [];
  readonly data: [chunk: Bytes];
  readonly end: [];
  readonly close: [];
  readonly error: [error: Error];
}

/** As much of a socket of Node's kind as is used once it is open. */
export interface ByteSocket<Bytes extends Uint8Array> {
  readonly writableLength: number;
  write(data: Uint8Array, done?: (error?: Error | null) => void): boolean;
  end(data?: Uint8Array, done?: () => void): void;
  destroy(): void;
  pause(): void;
  resume(): void;
  on<E extends keyof SocketEvents>(event: E, listener: (...args: SocketEvents<Bytes>[E]) => void): void;
}

/** As much of Node's `net.Socket` as is used here. */
export interface NodeSocket extends ByteSocket<NodeBytes> {
  readonly alpnProtocol?: string | false | null;
  /** Whether the peer's certificate is trusted; TLS alone has it, and what follows. */
  readonly authorized?: boolean;
  getProtocol?(): string | null;
  getPeerCertificate?(withChain: true): NodeCertificate;
  setNoDelay(on: boolean): void;
  off<E extends keyof SocketEvents>(event: E, listener: (...args: SocketEvents[E]) => void): void;
}

/** A certificate as a socket shows it; an empty object where there is none. */
export interface NodeCertificate {
  readonly raw?: Uint8Array;
  readonly issuerCertificate?: NodeCertificate;
}

interface NodePublicKey {
  export(options: { type: "spki"; format: "der" }): NodeBytes;
}

/** As much of Node's `X509Certificate` as is used here. */
export interface NodeX509 {
  readonly publicKey: NodePublicKey;
  readonly ca: boolean;
  checkIssued(issuer: NodeX509): boolean;
  verify(key: NodePublicKey): boolean;
}

interface NodeHash {
  update(data: Uint8Array): NodeHash;
  digest(encoding: "base64"): string;
}

interface NodeKey {
  readonly asymmetricKeyDetails?: { readonly modulusLength?: number };
}

type Unzip = (
  bytes: Uint8Array,
  options: { maxOutputLength: number },
  done: (error: Error | null, result: Bytes) => void,
) => void;

/** What Node makes of certificates once, for many connections. */
interface NodeSecureContext {
  readonly context: unknown;
}

interface NodeModules {
  readonly "node:buffer": {
    readonly Buffer: {
      concat(parts: readonly Uint8Array[], length: number): NodeBytes;
      from(from: string | Uint8Array): NodeBytes;
    };
  };
  readonly "node:crypto": {
    readonly constants: { readonly RSA_PKCS1_PSS_PADDING: number };
    readonly X509Certificate: new (pem: string | Uint8Array) => NodeX509;
    createHash(algorithm: "sha256"): NodeHash;
    createPrivateKey(options: { key: NodeBytes; format: "der"; type: "pkcs8" }): NodeKey;
    sign(digest: null, data: Uint8Array, key: NodeKey): NodeBytes;
    sign(
      digest: "sha256",
      data: Uint8Array,
      pss: { key: NodeKey; padding: number; saltLength: number },
    ): NodeBytes;
  };
  readonly "node:fs": {
    readonly promises: { readFile(path: string, encoding: "utf8"): Promise<string> };
    readFileSync(path: string, encoding: "utf8"): string;
  };
  readonly "node:net": {
    connect(options: { host: string; port: number; path: undefined }): NodeSocket;
    isIP(text: string): number;
  };
  readonly "node:os": { homedir(): string };
  readonly "node:timers": { setImmediate(callback: () => void): unknown };
  readonly "node:tls": {
    readonly rootCertificates: readonly string[];
    /** Since Node 22.15. */
    getCACertificates?(): readonly string[];
    createSecureContext(options: { ca: readonly string[] }): NodeSecureContext;
    connect(options: {
      host: string;
      port: number;
      path: undefined;
      minVersion: "TLSv1.2";
      rejectUnauthorized: true;
      socket?: NodeSocket;
      servername?: string;
      ALPNProtocols?: readonly string[];
      ca: readonly string[] | undefined;
    }): NodeSocket;
  };
  readonly "node:zlib": {
    readonly brotliDecompress: Unzip;
    readonly gunzip: Unzip;
    readonly inflate: Unzip;
    readonly inflateRaw: Unzip;
    /** Since Node 22.15. */
    readonly zstdDecompress?: Unzip;
  };
}

interface NodeProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  getBuiltinModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name];
}

/** The `process` of Node, Deno or Bun. */
export function nodeProcess(): NodeProcess {
  return (globalThis as unknown as { process: NodeProcess }).process;
}

/** One of Node's modules. */
export function builtin<Name extends keyof NodeModules>(name: Name): NodeModules[Name] {
  return nodeProcess().getBuiltinModule(name);
}

/**
 * The certificates given beside those that the runtime trusts, which an option `ca` alone would replace.
 *
 * @throws {KalshiConfigError} where Deno may not look at those that it trusts
 */
export function allCertificates(more: readonly string[]): string[] {
  return [...ownCertificates(), ...more];
}

function ownCertificates(): readonly string[] {
  const tls = builtin("node:tls");
  try {
    const own = tls.getCACertificates?.();
    if (own !== undefined) return own;
  } catch {
    // Deno reads a variable to find those of the system, and may not: there are those that it brings.
  }
  try {
    // Read here: it is asked for leave when it is looked into.
    return [...tls.rootCertificates];
  } catch (cause) {
    throw new KalshiConfigError(
      "Deno may not look at the authorities that it trusts, beside which yours are to stand. Run it with --allow-sys.",
      { cause },
    );
  }
}
