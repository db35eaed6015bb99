/** Plays a recording: moves the clock to each of its items, lets what is due happen before, and tells the tape. */
import type { Exchange } from "../exchange.ts";
import type { Tape } from "../tape/tape.ts";
import type { TapeReader } from "../tape/frames.ts";
import type { ReplayClock } from "./clock.ts";
import type { ReplayItem } from "./source.ts";
import { Turns } from "./turns.ts";

/** The channel of books: what is lost of it makes them unknown. */
const BOOKS = "orderbook_delta";

/** What a player plays on. */
export interface PlayerOptions {
  readonly exchange: Exchange;
  readonly clock: ReplayClock;
  readonly tape: Tape;
  readonly reader: TapeReader;
  /** How often anything was sent to the exchange or by it so far. */
  traffic(): number;
}

/** Plays items one after the other. */
export class Player {
  readonly #options: PlayerOptions;
  readonly #turns = new Turns();
  #settledAt = 0;
  /** Frames that were played. */
  frames = 0;
  /** Items that tell of frames that are missing. */
  gaps = 0;

  constructor(options: PlayerOptions) {
    this.#options = options;
  }

  /** Whether something has to settle, or is due, before an item of this time may be played. */
  isBusy(atMs: number): boolean {
    const { clock, traffic } = this.#options;
    if (traffic() !== this.#settledAt || clock.holding !== undefined) return true;
    const { next } = clock;
    return next !== undefined && next <= atMs;
  }

  /**
   * Lets everything happen that is due by a time, each at its own, and settle what it starts. Where `isStopped` says so,
   * it stays where it is.
   */
  async until(atMs: number, isStopped: () => boolean = () => false): Promise<void> {
    const { clock } = this.#options;
    await this.#settle();
    if (isStopped()) return;
    while (clock.fire(atMs)) {
      this.#tick();
      await this.#settle();
      if (isStopped()) return;
    }
    clock.moveTo(atMs);
    this.#tick();
  }

  /** Plays an item at its time, at which nothing else may be due. */
  play(item: ReplayItem): void {
    const { clock, reader } = this.#options;
    if (item.atMs > clock.now()) {
      clock.moveTo(item.atMs);
      this.#tick();
    }
    if (item.kind !== "frame") return this.#beside(item);
    this.frames++;
    if (item.frame === undefined) reader.takeText(item.text);
    else reader.take(item.frame);
  }

  /** Waits for no more turns. */
  close(): void {
    this.#turns.close();
  }

  #tick(): void {
    this.#options.exchange.tick();
  }

  /** Lets everything that was started run as far as it comes without the clock. */
  async #settle(): Promise<void> {
    const { clock, traffic } = this.#options;
    do {
      this.#settledAt = traffic();
      await this.#turns.next();
      for (let { holding } = clock; holding !== undefined; { holding } = clock) {
        await holding;
        await this.#turns.next();
      }
    } while (traffic() !== this.#settledAt);
  }

  #beside(item: Exclude<ReplayItem, { kind: "frame" }>): void {
    const { tape, reader } = this.#options;
    switch (item.kind) {
      case "market":
        reader.market(item.market, item.event, item.series);
        return;
      case "start": {
        const { header: { tickers = [], channels }, isSession } = item;
        const { use_yes_price: useYesPrice } = channels[BOOKS] ?? {};
        reader.useYesPrice = useYesPrice !== false;
        for (const ticker of tickers) if (reader.wants(ticker)) tape.learn(ticker);
        if (isSession) tape.halt("the recorder began anew");
        return;
      }
      case "gap":
      case "reconnected":
      case "ended":
        this.gaps++;
        if (item.channel === BOOKS) tape.halt(`frames of ${BOOKS} are missing: ${item.kind}`);
        return;
      case "status":
        if (item.state === "reconnecting" || item.state === "closed") {
          tape.halt("the connection of the recorder broke");
        }
        return;
      case "dropped":
      case "damaged":
        this.gaps++;
        return tape.halt(`the recording is not whole: ${item.kind}`);
      case "end":
      case "text":
      case "other":
        return;
    }
  }
}
