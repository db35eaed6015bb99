/**
 * What becomes of a channel whose command failed: another try, or an end for those whom it concerns.
 *
 * @module
 */

import { type KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import { KalshiStreamError } from "./errors.ts";
import type { Attempt, Lane, Waiter } from "./lane.ts";
import type { StreamErrorRules } from "./product.ts";

const TRIES = 5;

/** What a failure does beyond its lane. */
export interface FailureHost {
  /** What the codes mean. */
  readonly rules: StreamErrorRules;
  /** The server's subscription is gone, and was last known to stand at this time, in Unix milliseconds. */
  readonly ended: (lastKnownMs: number) => void;
  /** Told of errors that no call waits for. */
  readonly onError: (error: KalshiError) => void;
}

/** Takes a lane's last command for failed; true when there should be a pause before the next one. */
export function afterFailure(lane: Lane, error: KalshiError, host: FailureHost): boolean {
  const { attempt } = lane;
  const { rules } = host;
  const code = error instanceof KalshiStreamError ? error.errorCode : 0;
  if (code === rules.unknownSubscription) {
    if (lane.sid !== undefined) host.ended(lane.provenAtMs);
    return true;
  }
  // Old gateways refuse what is there already.
  const isThere = code === rules.alreadySubscribed && lane.sid !== undefined;
  if ((isThere || rules.aboutName.has(code)) && attempt?.adds && attempt.keys.length > 1) {
    // One bad name must not cost the others: it is searched for by halves.
    lane.most = Math.ceil(attempt.keys.length / 2);
    return false;
  }
  if (isThere && attempt?.adds && typeof lane.server === "object") {
    for (const key of attempt.keys) lane.server.get(attempt.param)?.add(key);
    return false;
  }
  const isUnanswered = error instanceof KalshiTimeoutError;
  // Nobody knows what the server has now: it is all made anew.
  if (isUnanswered && attempt?.adds === false) lane.outdated = true;
  const isPassing = (rules.passing.has(code) || isUnanswered) && lane.tries < TRIES;
  if (!isPassing) refuse(lane, code, error, host);
  return isPassing;
}

/** The command was refused for good. */
function refuse(lane: Lane, code: number, error: KalshiError, { rules, ended, onError }: FailureHost): void {
  const { server, sid, attempt } = lane;
  lane.tries = 0;
  lane.most = Infinity;
  if (
    attempt === undefined || sid === undefined && (attempt.keys.length === 0 || !rules.aboutName.has(code))
  ) {
    // Nobody gets this channel.
    for (const consumer of lane.consumers) consumer.end(error);
    lane.consumers.clear();
    for (const { reject } of lane.waiters.splice(0)) reject(error);
  } else if (attempt.adds) {
    if (!forget(lane, attempt, error)) onError(error);
  } else {
    // What the server keeps sending unasked is not delivered.
    onError(error);
    if (attempt.keys.length === 0) ended(lane.provenAtMs);
    else if (typeof server === "object") {
      for (const key of attempt.keys) server.get(attempt.param)?.delete(key);
    }
  }
}

/** Nobody gets these keys; true when somebody was told. */
function forget(lane: Lane, { param, keys }: Attempt, error: KalshiError): boolean {
  const isRefused = (waiter: Waiter) =>
    waiter.consumer?.refused === undefined && keys.some((key) => waiter.keys?.has(key));
  const refused = lane.waiters.filter(isRefused);
  lane.waiters = lane.waiters.filter((waiter) => !isRefused(waiter));
  for (const { reject } of refused) reject(error);
  const isAwaited = refused.length > 0;
  let isTold = isAwaited;
  for (const consumer of lane.consumers) {
    if (consumer.keys === undefined) {
      if (!keys.includes(lane.rule(param)?.all ?? "")) continue;
    } else {
      const isNamed = (consumer.param ?? param) === param;
      const lost = isNamed ? keys.filter((key) => consumer.keys?.delete(key)) : [];
      if (lost.length === 0) continue;
      if (consumer.refused) {
        isTold = true;
        consumer.refused(lost, error);
        continue;
      }
      if (isAwaited || consumer.keys.size > 0) continue;
    }
    lane.consumers.delete(consumer);
    consumer.end(error);
  }
  return isTold;
}
