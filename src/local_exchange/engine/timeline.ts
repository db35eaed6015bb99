/** The time of an exchange: what is due when, and how far it has come. Engines of one exchange go by one of these. */
import { Schedule } from "./schedule.ts";

/** One exchange's time. */
export class Timeline {
  readonly schedule: Schedule = new Schedule();
  /** Unix milliseconds: that of what happens last. */
  now: number;
  #horizon = 0;

  constructor(now: number) {
    this.now = now;
  }

  /** How far the {@linkcode runUntil} that is under way will go. */
  get horizon(): number {
    return Math.max(this.#horizon, this.now);
  }

  /** Lets everything that is due happen, each at its own time. */
  runUntil(now: number): void {
    this.#horizon = now;
    for (let due = this.schedule.take(now); due !== undefined; due = this.schedule.take(now)) {
      this.now = Math.max(this.now, due.at);
      due.run();
    }
    this.now = Math.max(this.now, now);
  }
}
