/**
 * Where options belong that are given somewhere else.
 *
 * @module
 */
import { LIMIT_OPTIONS } from "../config/option_places.ts";
import type { Hint } from "../base/options.ts";

/** Options of a KlearConfig; a test compares them with its schemas. */
export const KLEAR_CONFIG_OPTIONS = [
  "baseUrl",
  "timeoutMs",
  "totalTimeoutMs",
  "maxRetries",
  "retryBaseDelayMs",
  "retryMaxDelayMs",
  "maxBodyBytes",
  "extraHeaders",
  "http2",
  "limits",
  "restJsonParse",
  "allowUnknownHost",
] as const;

/** Options of a KlearClient; a test compares them with its rules. */
export const KLEAR_CLIENT_OPTIONS = [
  "auth",
  "adminUserId",
  "accessToken",
  "config",
  "demo",
  "runtime",
  "transport",
  "clock",
  "onRequest",
  "onResponse",
  "onRetry",
  "onEnd",
  "onDrift",
  "readOnly",
  "logger",
  "logLevel",
  "validate",
  "checkResponse",
] as const;

const has = (names: readonly string[], name: string) => names.includes(name);

/** What other clients of Kalshi's have and Klear does not. */
function strange(name: string): string | undefined {
  if (/^(keyId|privateKey|privateKeyPath|passphrase)$/.test(name)) {
    return "Klear takes no signatures: give `adminUserId` and `accessToken`.";
  }
  if (/^(token|bearer|apiKey|access_token)$/i.test(name)) return "Did you mean `accessToken`?";
  if (/^(userId|admin_user_id|user)$/i.test(name)) return "Did you mean `adminUserId`?";
  if (name === "rateLimit") return "Klear tells of no rate limits.";
  if (name === "orderRetries") return "No write to Klear is sent again.";
  return /^ws[A-Z]/.test(name) ? "Klear has no WebSocket." : undefined;
}

/** Where an option belongs that `owner`, with the options `known`, does not have. */
export const klearHint = (owner: string, known: readonly string[]): Hint => (name) => {
  if (has(known, "config")) {
    if (has(KLEAR_CONFIG_OPTIONS, name)) return `It belongs into \`config\`: { config: { ${name}: … } }.`;
    if (has(LIMIT_OPTIONS, name)) {
      return `It belongs into \`config\`: { config: { limits: { ${name}: … } } }.`;
    }
  } else if (has(KLEAR_CLIENT_OPTIONS, name)) {
    return `It belongs to the client: new KlearClient({ ${name}: … }).`;
  } else if (has(LIMIT_OPTIONS, name)) return `It belongs into \`limits\`: { limits: { ${name}: … } }.`;
  else if (owner.endsWith("limits") && has(KLEAR_CONFIG_OPTIONS, name)) {
    return "It belongs beside `limits`, not into it.";
  }
  return strange(name);
};
