/**
 * OpenSSL's verdicts on a server's certificate, as Node and Bun report them in `code`. They come before
 * anything is sent; a broken record later has other codes.
 */
export const certificateRefused: RegExp =
  /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|DEPTH_ZERO_SELF|SELF_SIGNED_CERT|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;
