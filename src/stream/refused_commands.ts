/**
 * What becomes of a subscription whose command failed: another try, or an end for those whom it concerns.
 *
 * @module
 */

import { type KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import { KalshiStreamError } from "./errors.ts";
import type { StreamErrorRules } from "./product.ts";
import type { Attempt, SharedSubscription, Waiter } from "./shared_subscription.ts";

const TRIES = 5;

/** What a failure does beyond its subscription. */
export interface FailureHost {
  /** What the codes mean. */
  readonly rules: StreamErrorRules;
  /** The server's subscription is gone, and was last known to stand at this time, in Unix milliseconds. */
  readonly ended: (lastKnownMs: number) => void;
  /** Told of errors that no call waits for. */
  readonly onError: (error: KalshiError) => void;
}

/** Takes the last command for failed; true when there should be a pause before the next one. */
export function afterFailure(shared: SharedSubscription, error: KalshiError, host: FailureHost): boolean {
  const { attempt, server, retry } = shared;
  const { rules } = host;
  const isStanding = server.state === "standing";
  const code = error instanceof KalshiStreamError ? error.errorCode : 0;
  if (code === rules.unknownSubscription) {
    if (isStanding) host.ended(server.provenAtMs);
    return true;
  }
  // Old gateways refuse what is there already.
  const isThere = code === rules.alreadySubscribed && isStanding;
  if ((isThere || rules.aboutName.has(code)) && attempt?.adds && attempt.keys.length > 1) {
    // One bad name must not cost the others: it is searched for by halves.
    retry.most = Math.ceil(attempt.keys.length / 2);
    return false;
  }
  if (isThere && attempt?.adds && typeof server.has === "object") {
    for (const key of attempt.keys) server.has.get(attempt.param)?.add(key);
    return false;
  }
  const isUnanswered = error instanceof KalshiTimeoutError;
  // Nobody knows what the server has now: it is all made anew.
  if (isUnanswered && attempt?.adds === false && isStanding) server.isOutdated = true;
  const isPassing = (rules.passing.has(code) || isUnanswered) && retry.tries < TRIES;
  if (!isPassing) refuse(shared, code, error, host);
  return isPassing;
}

/** The command was refused for good. */
function refuse(shared: SharedSubscription, code: number, error: KalshiError, host: FailureHost): void {
  const { server, attempt } = shared;
  const isStanding = server.state === "standing";
  const isAboutName = attempt !== undefined && attempt.keys.length > 0 && host.rules.aboutName.has(code);
  shared.retry = { tries: 0, most: Infinity };
  if (attempt === undefined || !isStanding && !isAboutName) {
    // Nobody gets this channel.
    for (const reader of shared.readers) reader.end(error);
    shared.readers.clear();
    for (const { reject } of shared.waiters.splice(0)) reject(error);
  } else if (attempt.adds) {
    if (!forget(shared, attempt, error)) host.onError(error);
  } else {
    // What the server keeps sending unasked is not delivered.
    host.onError(error);
    if (!isStanding) return;
    if (attempt.keys.length === 0) host.ended(server.provenAtMs);
    else if (typeof server.has === "object") {
      for (const key of attempt.keys) server.has.get(attempt.param)?.delete(key);
    }
  }
}

/** Nobody gets these keys; true when somebody was told. */
function forget(shared: SharedSubscription, { param, keys }: Attempt, error: KalshiError): boolean {
  const isRefused = (waiter: Waiter) =>
    waiter.reader?.refused === undefined && keys.some((key) => waiter.keys?.has(key));
  const refused = shared.waiters.filter(isRefused);
  shared.waiters = shared.waiters.filter((waiter) => !isRefused(waiter));
  for (const { reject } of refused) reject(error);
  const isAwaited = refused.length > 0;
  let isTold = isAwaited;
  for (const reader of shared.readers) {
    if (reader.keys === undefined) {
      if (!keys.includes(shared.rule(param)?.all ?? "")) continue;
    } else {
      const isNamed = (reader.param ?? param) === param;
      const lost = isNamed ? keys.filter((key) => reader.keys?.delete(key)) : [];
      if (lost.length === 0) continue;
      if (reader.refused) {
        isTold = true;
        reader.refused(lost, error);
        continue;
      }
      if (isAwaited || reader.keys.size > 0) continue;
    }
    shared.readers.delete(reader);
    reader.end(error);
  }
  return isTold;
}
