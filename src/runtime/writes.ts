import { isSafeMethod } from "../base/http_method.ts";

/** Whether a repeat of this method could act twice. */
export function isWrite(method: string): boolean {
  return !isSafeMethod(method);
}
