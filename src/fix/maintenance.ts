/** Kalshi's weekly maintenance: Thursdays, 03:00 to 05:00 in New York, when sessions may be cut. */

let newYork: Intl.DateTimeFormat | undefined;

/** Whether a moment, in Unix milliseconds, lies in it. */
export function inMaintenance(nowMs: number): boolean {
  newYork ??= new Intl.DateTimeFormat("en-US", {
    timeZone: "America/New_York",
    weekday: "short",
    hour: "2-digit",
    hourCycle: "h23",
  });
  const parts = newYork.formatToParts(nowMs);
  const part = (type: string) => parts.find((part) => part.type === type)?.value;
  const hour = Number(part("hour"));
  return part("weekday") === "Thu" && hour >= 3 && hour < 5;
}
