/** Why a TCP or TLS connection did not come up, told apart by the codes that Node, Deno and Bun share. */
import { type ConnectFailure, KalshiConnectionError } from "../base/errors.ts";

/** Node reports several addresses that all refused as an error without a message. */
export function messageOf(error: Error): string {
  return error.message || ((error as { code?: string }).code ?? error.name);
}

const reasons: readonly (readonly [RegExp, ConnectFailure])[] = [
  [/^(ENOTFOUND|EAI_)/, "dns"],
  [/^ECONNREFUSED$/, "refused"],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/, "unreachable"],
  [/^ETIMEDOUT$/, "timeout"],
  [/^(ECONNRESET|ECONNABORTED|EPIPE)$/, "cut"],
  [/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, "certificate-date"],
  [/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/, "certificate-host"],
  [
    /^(UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|CERT_UNTRUSTED|INVALID_CA)/,
    "certificate-authority",
  ],
  [/^(CERT_|ERR_TLS_CERT_|INVALID_PURPOSE|PATH_LENGTH)/, "certificate"],
  [/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/, "tls-version"],
  [/WRONG_VERSION_NUMBER/, "no-tls"],
  [/^(ERR_SSL_|ERR_TLS_|EPROTO$)/, "tls"],
];

const advice: { readonly [reason in ConnectFailure]?: string } = {
  dns: "Is the name right, and is there a network?",
  "certificate-date": "Is this machine's clock right?",
  "certificate-host": "Is the host right? Nothing was sent to it.",
  "certificate-authority":
    "Nobody that is trusted here vouches for its certificate: it may be a stranger, or something on the way that opens TLS. " +
    "An authority of your own can be given.",
  "tls-version": "It does not speak TLS 1.2 or later.",
  "no-tls": "It does not speak TLS on this port.",
};

/** The error for a connection that failed before it could be used. */
export function connectError(what: string, cause: Error): KalshiConnectionError {
  const code = String((cause as { code?: unknown }).code ?? "");
  const reason = reasons.find(([pattern]) => pattern.test(code))?.[1];
  // OpenSSL's own words hold addresses in memory and lines of its source.
  const said = /^error:|:error:/.test(cause.message) ? code : messageOf(cause).trim().replace(/\.$/, "");
  const hint = reason && advice[reason];
  return new KalshiConnectionError(`Cannot connect to ${what}: ${said}.${hint ? ` ${hint}` : ""}`, {
    cause,
    reason,
  });
}
