/**
 * One attempt of a call: signs it, sends it, and reads its answer.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { redactHeaders } from "../base/redact.ts";
import { tell } from "../base/tell.ts";
import type { HttpSettings } from "../config/client_config.ts";
import type { HttpPool, PoolResponse } from "../runtime/types.ts";
import { type Call, eventOf } from "./call.ts";
import { decodeResponse } from "./decode.ts";
import type { Place } from "./gate.ts";
import type { ClientHooks } from "./hooks.ts";
import { isSuccess } from "./status.ts";
import { readRefusal, type Refused, statusError } from "./status_error.ts";

/** What an attempt needs of its client. */
export interface Sender {
  readonly config: HttpSettings;
  readonly pool: HttpPool;
  readonly hooks: ClientHooks;
  readonly clock: Clock;
}

/** The answer to a call. */
export interface Answer {
  readonly status: number;
  /** Its body, decoded. */
  readonly value: unknown;
}

/** Sends a call once, signed with the time of sending. */
export async function send(sender: Sender, call: Call, signal: AbortSignal, place?: Place): Promise<Answer> {
  const { clock, pool, hooks, config } = sender;
  const { onResponse, elsewhere } = call.options;
  const started = (hooks.onResponse ?? onResponse) && clock.monotonic();
  const { method, url, shownUrl, signedPath, auth, body } = call;
  const headers = auth === undefined
    ? call.headers
    : withIdentity(call, await auth.authenticate({ method, path: signedPath, timestampMs: clock.now() }));
  call.secrets.addHeaders(headers);
  tell(hooks.onRequest, () => ({ ...eventOf(call), url: shownUrl, headers: redactHeaders(headers) }));
  // A limit that struck while signing must not be followed by a request.
  if (signal.aborted) throw signal.reason;
  call.progress = { at: "sent" };
  const response = await pool.fetch(url, { method, headers, body, signal, place });
  const { status } = response;
  call.progress = { at: "answered", status };
  const answered = () => ({
    ...eventOf(call),
    status,
    durationMs: clock.monotonic() - (started ?? 0),
    headers: headersOf(response, call),
  });
  tell(hooks.onResponse, answered);
  tell(onResponse, answered);
  if (elsewhere !== undefined) {
    if (isSuccess(status)) return { status, value: await elsewhere.receive(response) };
    response.body?.cancel().catch(() => {});
    throw elsewhere.refuse(status, call);
  }
  if (!isSuccess(status)) throw await refusalOf(sender, call, response);
  return { status, value: await decodeResponse(response, call, call.template.empty ?? false, config) };
}

/** Header fields as they can be shown. */
function headersOf({ headers }: PoolResponse, { redact }: Call): Record<string, string> {
  const fields: Record<string, string> = {};
  headers.forEach((value, name) => fields[name] = value);
  return redact(redactHeaders(fields)) as Record<string, string>;
}

/** The header fields of a call together with those that say who asks. */
function withIdentity(
  { method, path, headers }: Call,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  for (const name of Object.keys(own)) {
    if (!Object.hasOwn(headers, name.toLowerCase())) continue;
    const says =
      `${method} ${path} was not sent: it has a header \`${name}\`, which this client sets itself.`;
    throw new KalshiConfigError(says, { method, path });
  }
  return { ...headers, ...own };
}

/** The error of an answer outside 2xx; what is known of it before its body has come, the call knows as well. */
async function refusalOf({ clock, config }: Sender, call: Call, response: PoolResponse): Promise<unknown> {
  const { status } = response;
  if (status === 429) call.limiter?.refused(call);
  const nowMs = clock.now();
  const refusal = (refused: Refused) => statusError(response, call, nowMs, refused);
  call.progress = { at: "answered", status, refusal };
  return refusal(await readRefusal(response, clock, config.maxBodyBytes));
}
