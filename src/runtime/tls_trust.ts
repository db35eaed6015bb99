/** What a TLS connection is told to trust, and whether a runtime can do that. */
import { KalshiConfigError } from "../base/errors.ts";
import { list, readOptions, type Rule, rule, type Rules } from "../base/options.ts";
import type { Runtime, TcpConnectOptions, TlsTrust } from "./types.ts";

const certificate = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/;
const secret = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** PEM texts of certificates. */
export const certificates = (): Rule<readonly string[]> =>
  list(
    "PEM texts that begin with -----BEGIN CERTIFICATE-----, without a private key",
    (pem) => typeof pem === "string" && certificate.test(pem) && !secret.test(pem),
  );

/** The base64 of 32 bytes has 44 characters, and four bits of the last but one are used. */
const isPin = (pin: unknown) => typeof pin === "string" && /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(pin);

/** What a TLS connection may be told to trust. */
export const trustRules: Rules<TlsTrust> = {
  ca: certificates(),
  pins: rule(
    "a list, not empty, of the SHA-256 of a SubjectPublicKeyInfo in base64 (44 characters)",
    (value) => Array.isArray(value) && value.length > 0 && value.every(isPin),
  ),
};

const cannot = {
  ca: "which checks certificates by its own authorities alone",
  pins: "which shows nobody the certificates of a connection",
} as const;

/** Refuses what makes no sense as the trust of a connection. */
export function assertTrust(
  owner: string,
  { tls, ca, pins }: Pick<TcpConnectOptions, "tls" | "ca" | "pins">,
): void {
  readOptions(owner, { ca, pins }, trustRules);
  if (tls || (ca ?? pins) === undefined) return;
  const name = ca === undefined ? "pins" : "ca";
  throw new KalshiConfigError(
    `${owner}: \`${name}\` is of no use without TLS, which \`tls: false\` switches off.`,
  );
}

/**
 * Refuses what makes no sense as the trust of a connection, and what a runtime cannot honour of it.
 *
 * @throws {KalshiConfigError} naming the option and the runtime
 */
export function assertCanTrust(
  owner: string,
  options: Pick<TcpConnectOptions, "tls" | "ca" | "pins">,
  { name: runtime, capabilities }: Pick<Runtime, "name" | "capabilities">,
): void {
  assertTrust(owner, options);
  const able = { ca: capabilities.tlsCa, pins: capabilities.tlsPins };
  for (const name of ["ca", "pins"] as const) {
    if (options[name] === undefined || able[name]) continue;
    throw new KalshiConfigError(
      `${owner}: \`${name}\` cannot be honoured on ${runtime}, ${cannot[name]}. Leave it out there.`,
    );
  }
}

/**
 * The same before there is a connection, for whoever will open one later.
 *
 * @throws {KalshiConfigError} also where there are no TCP connections at all
 */
export function assertCanConnect(
  owner: string,
  options: Pick<TcpConnectOptions, "tls" | "ca" | "pins">,
  runtime: Pick<Runtime, "name" | "capabilities">,
): void {
  if (!runtime.capabilities.tcp) {
    throw new KalshiConfigError(`${owner}: a TCP connection is not possible on ${runtime.name}.`);
  }
  assertCanTrust(owner, options, runtime);
}
