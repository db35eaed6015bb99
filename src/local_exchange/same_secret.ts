/** Whether somebody knows a secret. */
import { timingSafeEqual } from "deno-std/crypto/timing_safe_equal.js";

const encoder = new TextEncoder();

/** Whether two secrets are the same, in a time that does not tell how much of a wrong one was right. */
export function sameSecret(given: string, secret: string): boolean {
  const [one, other] = [encoder.encode(given), encoder.encode(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}
