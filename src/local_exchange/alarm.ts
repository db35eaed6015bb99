/** Lets what falls due happen at its time, and not only with the next request. */
import type { ClockTimer } from "../base/clock.ts";
import type { ExchangeClock } from "./clock.ts";
import type { Schedule } from "./engine/schedule.ts";

/** No timer of a runtime is longer than 24 days. */
const LONGEST_MS = 86_400_000;

/** The alarm of one exchange. It holds a timer only while it is on. */
export class Alarm {
  readonly #schedule: Schedule;
  readonly #clock: ExchangeClock;
  readonly #tick: () => void;
  #timer: ClockTimer | undefined;
  /** Who listens: while there is anybody, it is on. */
  readonly #listeners = new Set<object>();
  #isTicking = false;

  constructor(schedule: Schedule, clock: ExchangeClock, tick: () => void) {
    this.#schedule = schedule;
    this.#clock = clock;
    this.#tick = tick;
    schedule.onNext = () => this.#set();
    clock.onAdvance(() => this.#set());
  }

  /** Somebody listens from now on, or no longer. */
  listens(listener: object, isOn: boolean): void {
    if (isOn) this.#listeners.add(listener);
    else this.#listeners.delete(listener);
    this.#set();
  }

  #set(): void {
    if (this.#isTicking) return;
    this.#timer?.clear();
    const { next } = this.#schedule;
    if (this.#listeners.size === 0 || next === undefined || !this.#clock.isRunning) return;
    const delayMs = Math.min(LONGEST_MS, Math.max(0, next - this.#clock.now()));
    this.#timer = this.#clock.setTimer(() => {
      this.#isTicking = true;
      try {
        this.#tick();
      } finally {
        this.#isTicking = false;
      }
      this.#set();
    }, delayMs);
  }
}
