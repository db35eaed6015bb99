/** Keeps secrets out of cassettes. */

const REDACTED = "[redacted]";
const secretHeader = /^(kalshi-access-(key|signature)|(proxy-)?authorization|(set-)?cookie)$/i;
const pem = /-----BEGIN[\s\S]*?(-----END [^-]*-----|$)/g;
const secretField =
  /"(private_key|api_key(?:_id)?|key_id|access_token|refresh_token|token|secret|signature|pass(?:word|phrase))"\s*:\s*"(?:[^"\\]|\\.)*"?/gi;
const keyInPath = /(\/api_keys\/)(?!generate$)[^/]+/;

/** Replaces the secrets of one request in any text: those that its headers carry, keys, and fields named like them. */
export function scrubber(
  headers: Headers,
  redact: (text: string) => string = (text) => text,
): (text: string) => string {
  const secrets: string[] = [];
  headers.forEach((value, name) => {
    // A shorter one would be found inside of ordinary words.
    if (secretHeader.test(name) && value.length >= 8) secrets.push(value);
  });
  return (text) => {
    let clean = text;
    for (const secret of secrets) clean = clean.replaceAll(secret, REDACTED);
    clean = clean.replace(pem, REDACTED)
      .replace(secretField, (_, name) => `"${name}":"${REDACTED}"`)
      .replace(keyInPath, `$1${REDACTED}`);
    return redact(clean);
  };
}

/** Whether a header field may never be kept. */
export const isSecretHeader = (name: string): boolean => secretHeader.test(name);
