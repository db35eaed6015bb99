/** Axes: where things stand on them, and their marks. */
import { showTick } from "./show.ts";

/** From a figure to its place, from 0 to 1,000. */
export interface Scale {
  readonly least: number;
  readonly most: number;
  place(value: number): number;
  /** The same as a share of the whole, in percent. */
  percent(value: number): string;
}

/** A scale between two figures that differ. */
function scale(least: number, most: number, isUpwards: boolean): Scale {
  const share = (value: number) => {
    const part = (value - least) / (most - least);
    return isUpwards ? 1 - part : part;
  };
  return {
    least,
    most,
    place: (value) => Math.round(share(value) * 10_000) / 10,
    percent: (value) => `${Math.round(share(value) * 10_000) / 100}%`,
  };
}

/** Time from left to right. */
export const timeScale = (fromMs: number, toMs: number): Scale =>
  scale(fromMs, toMs > fromMs ? toMs : fromMs + 1_000, false);

/** Amounts from below to above, with some room around them. */
export function amountScale(values: Iterable<number>, around?: number): Scale {
  let [least, most] = around === undefined ? [Infinity, -Infinity] : [around, around];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (least > most) [least, most] = [0, 1];
  const room = most > least ? (most - least) * 0.06 : Math.max(Math.abs(most) * 0.1, 1);
  // An amount that is never below zero stands on it.
  return scale(least === 0 && around === 0 ? 0 : least - room, most + room, true);
}

/** A mark of an axis. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Round amounts, not more than about five, each a multiple of `unit` at least. */
export function amountTicks({ least, most }: Scale, unit: number, show: (value: number) => string): Tick[] {
  const rough = Math.max((most - least) / 5, unit);
  const power = 10 ** Math.floor(Math.log10(rough) + 1e-9);
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough * 0.999_999) ?? rough;
  const ticks: Tick[] = [];
  for (let index = Math.ceil(least / step); index * step <= most; index++) {
    ticks.push({ value: index * step, text: show(index * step) });
  }
  return ticks;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((count) => count * DAY),
];

/** Round times, not more than about six. */
export function timeTicks({ least, most }: Scale): Tick[] {
  const step = timeSteps.find((size) => (most - least) / size <= 6) ?? 728 * DAY;
  const ticks: Tick[] = [];
  for (let at = Math.ceil(least / step) * step; at <= most; at += step) {
    ticks.push({ value: at, text: showTick(at, step) });
  }
  return ticks;
}
