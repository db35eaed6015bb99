/** What the faults of FIX sessions take: one that is misspelled would never strike. */
import { KalshiConfigError } from "../../../base/errors.ts";
import {
  type AnyRules,
  assertObject,
  assertValue,
  finite,
  flag,
  needed,
  oneOf,
  readOptions,
  type Rule,
  rule,
  type Rules,
  text,
  whole,
} from "../../../base/options.ts";
import type { FixFault, FixLogonFault } from "./faults.ts";

const times: Rule<number> = rule(
  "a whole number from 1, or Infinity",
  (value) => value === Infinity || Number.isSafeInteger(value) && Number(value) >= 1,
);
const words: Rule<string> = rule(
  "text without control characters",
  // deno-lint-ignore no-control-regex -- SOH ends a field
  (value) => typeof value === "string" && !/[\x00-\x1f]/.test(value),
);
const frameRules: AnyRules = { times, msgType: text('a MsgType as text, such as "8"') };

const messageRules: AnyRules = {
  times,
  msgType: text('a MsgType as text, such as "D"'),
  afterProcessing: flag(),
};

/** What each fault of a session takes beside its name. */
export const fixFaultRules: Readonly<Record<FixFault["fault"], AnyRules>> = {
  "drop": frameRules,
  "repeat": frameRules,
  "corrupt": frameRules,
  "checksum": frameRules,
  "length": frameRules,
  "delay": { forMs: needed(finite(0, "milliseconds")) },
  "jump": { by: needed(whole(1)) },
  "silent": {},
  "half-open": {},
  "cut": {},
  "logout": { text: words },
  "refuse": { text: needed(words), ...messageRules },
  "ignore": messageRules,
};

const faultName: Rule<FixFault["fault"]> = oneOf(...Object.keys(fixFaultRules) as FixFault["fault"][]);

/** A copy of a fault of sessions; refuses one that would do nothing. */
export function readFixFault(given: FixFault): FixFault {
  assertObject("fix.fail", given);
  const { fault } = given;
  assertValue("fix.fail", "fault", fault, faultName);
  const rules = { fault: faultName, ...fixFaultRules[fault] };
  return readOptions(`fix.fail with the fault "${fault}"`, given, rules as unknown as Rules<FixFault>);
}

/** What a fault of Logons may be. */
export const fixLogonRules: Rules<FixLogonFault> = {
  text: words,
  answer: oneOf("logout", "reject", "hang", "cut"),
  reason: whole(0, 99),
  times,
};

/** A copy of a fault of Logons; refuses one that says what is never said. */
export function readLogonFault(given: FixLogonFault): FixLogonFault {
  const fault = readOptions("fix.refuse", given, fixLogonRules);
  const { text: says, answer, reason } = fault;
  if ((answer === "hang" || answer === "cut") && says !== undefined) {
    throw new KalshiConfigError(
      `fix.refuse: a \`text\` belongs to an answer that says something, not to "${answer}".`,
    );
  }
  if (reason !== undefined && answer !== "reject") {
    throw new KalshiConfigError('fix.refuse: a `reason` belongs to the answer "reject".');
  }
  return fault;
}
