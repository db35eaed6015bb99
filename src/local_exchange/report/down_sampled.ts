/**
 * States over time, not more than so many: a point is the last state of an interval in which something changed. When
 * there would be too many points the interval doubles, and the points of two intervals become one.
 */

/** A state, and since when it is so. */
export interface TimedState {
  readonly at: number;
}

/** The shortest interval. */
const FIRST_MS = 1_000;

/** States over time. */
export class DownSampled<S extends TimedState> {
  #points: S[] = [];
  #intervalMs = FIRST_MS;
  readonly #startMs: number;
  readonly #most: number;
  readonly #join: (earlier: S, later: S) => S;

  /** `join` makes one state of two that follow each other. */
  constructor(startMs: number, most: number, join: (earlier: S, later: S) => S) {
    this.#startMs = startMs;
    this.#most = most;
    this.#join = join;
  }

  get points(): readonly S[] {
    return this.#points;
  }

  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** Adds a state, which is not earlier than the last one. */
  add(state: S): void {
    const last = this.#points.at(-1);
    if (last !== undefined && this.#interval(last) === this.#interval(state)) {
      this.#points[this.#points.length - 1] = this.#join(last, state);
      return;
    }
    this.#points.push(state);
    while (this.#points.length > this.#most) this.#halve();
  }

  #interval({ at }: S): number {
    return Math.floor((at - this.#startMs) / this.#intervalMs);
  }

  #halve(): void {
    this.#intervalMs *= 2;
    const points: S[] = [];
    for (const point of this.#points) {
      const last = points.at(-1);
      if (last === undefined || this.#interval(last) !== this.#interval(point)) points.push(point);
      else points[points.length - 1] = this.#join(last, point);
    }
    this.#points = points;
  }
}
