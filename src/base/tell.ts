/** Calling functions of the user's. */

/** Calls a function of the user's; what it throws, or rejects with where it is async, goes to `onFailure`. */
export function guard(call: () => unknown, onFailure: (error: unknown) => void): void {
  try {
    const result = call() as PromiseLike<unknown> | undefined;
    // Not only a promise of this realm's own: what nobody catches ends the process.
    if (typeof result?.then === "function") result.then(undefined, onFailure);
  } catch (error) {
    onFailure(error);
  }
}

/** Calls a hook; what it throws must not turn a placed order into an error, nor end a stream. */
export function tell<E>(hook: ((event: E) => void) | undefined, makeEvent: () => E): void {
  if (hook !== undefined) guard(() => hook(makeEvent()), (error) => console.error("A hook threw:", error));
}
