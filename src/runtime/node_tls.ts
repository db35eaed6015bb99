/** TLS on Node, Deno and Bun: how a connection begins it, and whose keys it may meet. */
import { KalshiConfigError, KalshiConnectionError } from "../base/errors.ts";
import { allCertificates, builtin, type NodeCertificate, type NodeSocket, type NodeX509 } from "./builtin.ts";
import type { TlsTrust } from "./types.ts";

const block =
  /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (TRUSTED |X509 )?CERTIFICATE-----/g;
/** Longer than any chain of authorities is. */
const MOST_CERTIFICATES = 10;

/** Each certificate of some PEM texts alone. Node would pass over one that it cannot read. */
function certificatesOf(texts: readonly string[]): string[] {
  const { X509Certificate } = builtin("node:crypto");
  return texts.flatMap((text) => {
    const found = text.match(block);
    try {
      if (found === null) throw new Error("no end");
      for (const pem of found) void new X509Certificate(pem);
      return found;
    } catch {
      throw new KalshiConfigError(
        "A certificate authority that was given cannot be read: is its PEM text complete?",
      );
    }
  });
}

/** What to know when beginning TLS. */
export interface TlsTarget {
  readonly host: string;
  readonly port: number;
  /** A connection to speak it over; one of its own unless given. */
  readonly under: NodeSocket | undefined;
  /** Offered by ALPN. */
  readonly protocols: readonly string[] | undefined;
  /** Certificates that are trusted beside those of the runtime. */
  readonly ca: readonly string[];
}

/**
 * Begins TLS. All that is insisted on is said, for a variable of the environment or a flag of Node may set other
 * defaults. No session is ever resumed: a certificate is seen and judged on each connection.
 */
export function beginTls({ host, port, under, protocols, ca }: TlsTarget): NodeSocket {
  const ours = certificatesOf(ca);
  return builtin("node:tls").connect({
    host,
    port,
    // What these are left out for, the runtime would inherit from whoever added to `Object.prototype`.
    path: undefined,
    ca: ours.length > 0 ? allCertificates(ours) : undefined,
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    ...(under && { socket: under }),
    ...(builtin("node:net").isIP(host) === 0 && { servername: host }),
    ...(protocols && { ALPNProtocols: protocols }),
  });
}

/**
 * The pins of the server's key and of those above it, as far as each has signed the certificate below. What a server
 * sends beside its certificate proves nothing: anybody can write a certificate with another's name and public key.
 */
function provenPins(socket: NodeSocket): string[] {
  const { X509Certificate, createHash } = builtin("node:crypto");
  const pins: string[] = [];
  let below: NodeX509 | undefined;
  let at: NodeCertificate | undefined = socket.getPeerCertificate?.(true);
  while (at?.raw !== undefined && pins.length < MOST_CERTIFICATES) {
    let pin: string;
    try {
      const certificate = new X509Certificate(at.raw);
      const key = certificate.publicKey;
      if (below && !(certificate.ca && below.checkIssued(certificate) && below.verify(key))) break;
      pin = createHash("sha256").update(key.export({ type: "spki", format: "der" })).digest("base64");
      below = certificate;
    } catch {
      break; // A kind of key that this runtime does not know.
    }
    if (pins.includes(pin)) break;
    pins.push(pin);
    at = at.issuerCertificate;
  }
  return pins;
}

/** Refuses a server without one of the pinned keys. */
function assertPinned(socket: NodeSocket, what: string, pins: readonly string[]): void {
  const seen = provenPins(socket);
  if (seen.some((pin) => pins.includes(pin))) return;
  const [own, ...above] = seen;
  const shown = own === undefined
    ? "Its key is of a kind that this runtime cannot read"
    : `Its key is ${own}${above.length > 0 ? `, and those above it are ${above.join(", ")}` : ""}`;
  throw new KalshiConnectionError(
    `Cannot connect to ${what}: its certificate is valid, but neither its key nor one above it is in \`pins\`. ${shown}. ` +
      "If the operator says that the key has changed, add the new one; otherwise something on the way opens TLS.",
    { reason: "pin" },
  );
}

/** Judges a connection whose handshake is done, before a byte is written to it. */
export function assertTrusted(socket: NodeSocket, what: string, { pins }: Pick<TlsTrust, "pins">): void {
  const version = socket.getProtocol?.() ?? "none";
  if (socket.authorized !== true || !/^TLSv1\.[23]$/.test(version)) {
    throw new KalshiConnectionError(
      `Cannot connect to ${what}: its TLS (${version}) or its certificate is not good enough.`,
      { reason: "tls" },
    );
  }
  if (pins !== undefined) assertPinned(socket, what, pins);
}
