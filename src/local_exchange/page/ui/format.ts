/** How amounts are shown. Every one is an exact integer: see `@unofficial/kalshi/fixed-point` for the units. */
import { formatCount, formatFixed, formatPrice, parseFixed } from "../../../base/fixed_point.ts";

const trimmed = (text: string, places: number): string => {
  const point = text.length - (text.split(".")[1]?.length ?? 0);
  const least = point + places;
  let end = text.length;
  while (end > least && text[end - 1] === "0") end--;
  return text.slice(0, end);
};

/** Thousands apart, before the point. */
const grouped = (text: string): string => text.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ",");

/** A price in dollars, with two decimals where these are exact: `0.56`, `0.5675`. */
export function showPrice(price: number | undefined): string {
  return price === undefined ? "–" : trimmed(formatPrice(price), 2);
}

/** A number of contracts, without decimals where it is whole: `1,250`, `0.5`. */
export function showCount(count: number): string {
  return grouped(count % 100 === 0 ? formatFixed(count / 100, 0) : trimmed(formatCount(count), 1));
}

/** Money, in dollars and cents where these are exact: `$1,250.00`, `−$0.0063`. */
export function showMoney(money: number): string {
  return `${money < 0 ? "−" : ""}$${grouped(trimmed(formatFixed(Math.abs(money), 6), 2))}`;
}

/** The same with a sign of plus too. */
export function showGain(money: number): string {
  return money > 0 ? `+${showMoney(money)}` : showMoney(money);
}

/** Money to the cent, rounded down: where exactness is not asked for, such as in a headline. */
export function showCents(money: number): string {
  const cents = Math.floor(Math.abs(money) / 10_000);
  return `${money < 0 ? "−" : ""}$${grouped(formatFixed(cents, 2))}`;
}

/** Dollars of the wire as money. */
export function moneyOf(dollars: string): number {
  return parseFixed(dollars, 6);
}

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short" });
const long = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "2-digit",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const until = new Intl.DateTimeFormat("en-GB", {
  day: "2-digit",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const close = new Intl.DateTimeFormat("en-GB", {
  day: "2-digit",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** The time of day, on this machine's clock. */
export const showTime = (ms: number): string => time.format(ms);
/** Hours and minutes. */
export const showHour = (ms: number): string => hour.format(ms);
/** Day and month. */
export const showDay = (ms: number): string => day.format(ms);
/** Day and time. */
export const showMoment = (ms: number): string => until.format(ms);
/** Day, year and time. */
export const showClose = (ms: number): string => close.format(ms);
/** Everything, to the second. */
export const showInstant = (ms: number): string => long.format(ms);
