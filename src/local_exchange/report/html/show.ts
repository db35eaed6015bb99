/** How a page shows times and amounts. Nothing here asks a locale: the same report gives the same page everywhere. */

/** Thousands apart, and no zeros behind the point beyond `least` decimals. */
function grouped(text: string, least: number): string {
  const [whole = "", fraction = ""] = text.split(".");
  let end = fraction.length;
  while (end > least && fraction[end - 1] === "0") end--;
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return end === 0 ? apart : `${apart}.${fraction.slice(0, end)}`;
}

/** An amount of dollars: `$1,250.00`, `−$0.0063`. */
export const showMoney = (text: string): string =>
  text.startsWith("-") ? `−$${grouped(text.slice(1), 2)}` : `$${grouped(text, 2)}`;

/** The same with a plus. */
export const showGain = (text: string): string =>
  /^[0.]*$|^-/.test(text) ? showMoney(text) : `+${showMoney(text)}`;

/** A price: `0.56`, `0.5675`. */
export const showPrice = (text: string | null): string => text === null ? "–" : grouped(text, 2);

/** Contracts: `1,250`, `0.5`. */
export const showCount = (text: string | null): string =>
  text === null ? "–" : text.startsWith("-") ? `−${grouped(text.slice(1), 0)}` : grouped(text, 0);

/** An average in dollars a contract, in cents to the nearest hundredth: `1.25¢`. */
export function showCents(text: string | null): string {
  if (text === null) return "–";
  const hundredths = Math.round(Math.abs(Number(text)) * 10_000);
  const sign = text.startsWith("-") && hundredths > 0 ? "−" : "";
  return `${sign}${Math.floor(hundredths / 100)}.${String(hundredths % 100).padStart(2, "0")}¢`;
}

/** A time in UTC: `2026-11-29 14:05:10.250`. */
export const showTime = (ms: number): string => {
  const text = new Date(ms).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, text.endsWith(".000Z") ? 19 : 23)}`;
};

/** A length of time: `250 ms`, `10 s`, `1 h 5 min`. */
export function showLength(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  const units = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], ["s", 1_000]] as const;
  const words: string[] = [];
  let left = ms;
  for (const [name, size] of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0 && words.length < 2) words.push(`${count} ${name}`);
  }
  return words.join(" ");
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A time on an axis whose marks are so far apart. */
export function showTick(ms: number, stepMs: number): string {
  const date = new Date(ms);
  const text = date.toISOString();
  if (ms % 86_400_000 === 0) return `${date.getUTCDate()} ${months[date.getUTCMonth()] ?? ""}`;
  return text.slice(11, stepMs < 60_000 ? 19 : 16);
}
