/** Takes secrets out of what a server sent back, before it gets into an error. */

/** A private key, as far as it is there: an answer may be cut in the middle of one. */
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** Takes a signature out, in whatever way it escapes what is no letter or digit, and private keys. */
export function redact(text: string, signature = ""): string {
  const parts = signature.match(/\w+/g);
  const unsigned = parts ? text.replace(new RegExp(parts.join(".{1,8}?"), "g"), "[redacted]") : text;
  return unsigned.replace(PRIVATE_KEY, "[redacted]");
}
