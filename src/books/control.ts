/**
 * The frames of a subscription that are not of its channel.
 *
 * @module
 */

/**
 * Whether a frame that carries no book is known to change none: the answer to a command, or an error. Any other that a
 * subscription to books sends may have been a change, under a name that is not known.
 */
export function isAnswer(type: unknown, id: unknown, msg: Readonly<Record<string, unknown>>): boolean {
  if (type === "error") return typeof msg.code === "number";
  return Boolean(id) && (type === "ok" || type === "subscribed" || type === "unsubscribed");
}
