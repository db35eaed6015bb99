/** Whether a repeat of this method could act twice. */
export function isWrite(method: string): boolean {
  return method !== "GET" && method !== "HEAD" && method !== "OPTIONS";
}

/**
 * A request body that can be read once. The `fetch` of Deno and of Bun sends a request again, writes too, when
 * a reused connection breaks before the answer; it cannot repeat a body that is gone. The stream has to be
 * lazy and of no buffer: Bun takes one that is already at its end for "no body", and repeats that.
 */
export function oneShot(body: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      if (body.length > 0) controller.enqueue(body);
      controller.close();
    },
  }, { highWaterMark: 0 });
}
