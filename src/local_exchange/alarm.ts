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
  #isOn = false;
  #isTicking = false;

  constructor(schedule: Schedule, clock: ExchangeClock, tick: () => void) {
    this.#schedule = schedule;
    this.#clock = clock;
    this.#tick = tick;
    schedule.onSooner = () => this.#set();
    clock.onAdvance(() => this.#set());
  }

  /** From now on, or no longer. */
  set isOn(isOn: boolean) {
    this.#isOn = isOn;
    this.#set();
  }

  #set(): void {
    if (this.#isTicking) return;
    this.#timer?.clear();
    const { next } = this.#schedule;
    if (!this.#isOn || next === undefined) return;
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
