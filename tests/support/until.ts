import { running } from "./test.ts";

/** A turn of the event loop: what is ready by now happens. */
export function breath(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Asks again, a few milliseconds apart, until the answer is yes; the test's own time limit ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const { number } = running;
  const waitsFor = String(condition);
  while (!await condition()) {
    if (running.number !== number) throw new Error(`The test is over that waited for ${waitsFor}`);
    running.waitsFor = waitsFor;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  if (running.waitsFor === waitsFor) running.waitsFor = undefined;
}
