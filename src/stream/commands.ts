/**
 * Commands over one socket and their answers: each is sent when Kalshi takes it, answered once, and given up in time.
 *
 * @module
 */

import type { Clock, ClockTimer } from "../base/clock.ts";
import { KalshiConnectionError, type KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import type { WsJsonStringify } from "../config/client_config.ts";
import { streamError } from "./error_codes.ts";
import type { Frame } from "./frame.ts";
import { writeCommand } from "./json_hooks.ts";
import type { StreamErrorRules } from "./product.ts";

/** How a command is answered. */
export interface CommandOptions {
  /** For messages. */
  readonly channel?: string | undefined;
  /** True when this answer is the last; the first one is unless told. */
  readonly isLast?: ((answer: Frame) => boolean) | undefined;
  /** How long to wait for it. */
  readonly timeoutMs: number;
}

/** What commands are sent with. */
export interface CommandsOptions {
  readonly clock: Clock;
  readonly rules: StreamErrorRules;
  readonly stringify: WsJsonStringify | undefined;
  /** A number that no other command of the stream has. */
  readonly nextId: () => number;
  /** Sends a text; throws when that cannot be. */
  readonly send: (text: string) => void;
  /** A text could not be sent: this socket is of no use any longer. */
  readonly onFailure: (cause: unknown) => void;
}

/** A command that was given and not answered. */
interface Pending {
  readonly id: number;
  readonly cmd: string;
  readonly options: CommandOptions;
  readonly resolve: (answer: Frame) => void;
  readonly reject: (error: KalshiError) => void;
  readonly timer: ClockTimer;
  /** Whether it was sent, and the text of one that waits for its turn. */
  sending: { readonly state: "queued"; readonly text: string } | { readonly state: "sent" };
}

/** Kalshi takes 10,000 in a second from one session: in any, and eleven of these windows touch one. */
const PER_WINDOW = 900;
const WINDOW_MS = 100;

/** The commands of one socket. */
export class Commands {
  readonly #options: CommandsOptions;
  readonly #pending = new Map<number, Pending>();
  /** Those of them that wait for their turn, in order. */
  readonly #queue = new Set<Pending>();
  /** Since when commands are counted, and how many were sent since. */
  #window = { startedAt: -Infinity, sent: 0 };
  /** Runs while a full window lasts. */
  #pause: ClockTimer | undefined;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  /**
   * Sends a command and resolves to its last answer.
   *
   * @throws {KalshiStreamError} when Kalshi refuses it
   * @throws {KalshiTimeoutError} when no answer comes
   * @throws {KalshiConnectionError} when the socket breaks
   * @throws {KalshiConfigError} when `stringify` fails
   */
  command(cmd: string, params: unknown, options: CommandOptions): Promise<Frame> {
    const { clock, stringify, nextId } = this.#options;
    return new Promise((resolve, reject) => {
      const id = nextId();
      const text = writeCommand(params === undefined ? { id, cmd } : { id, cmd, params }, stringify);
      const timer = clock.setTimer(() => reject(this.#late(pending)), options.timeoutMs);
      const pending: Pending = {
        id,
        cmd,
        options,
        resolve,
        reject,
        timer,
        sending: { state: "queued", text },
      };
      this.#pending.set(id, pending);
      this.#queue.add(pending);
      this.#flush();
    });
  }

  /** Takes an answer to the command that it names. */
  answer(id: number, frame: Frame): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    const { isLast, channel } = pending.options;
    if (frame.type !== "error" && isLast !== undefined && !isLast(frame)) return;
    this.#forget(pending);
    if (frame.type !== "error") return pending.resolve(frame);
    pending.reject(streamError(frame, this.#options.rules, channel));
  }

  /** The socket is gone, and all that waits for an answer waits in vain. */
  end(cause: KalshiError): void {
    this.#pause?.clear();
    this.#pause = undefined;
    for (const pending of [...this.#pending.values()]) {
      this.#forget(pending);
      const { cmd, sending, reject } = pending;
      reject(
        sending.state === "queued"
          ? new KalshiConnectionError(`The connection broke before "${cmd}" was sent.`, { cause })
          : new KalshiConnectionError(`The connection broke before Kalshi answered "${cmd}".`, {
            cause,
            outcome: "unknown",
          }),
      );
    }
  }

  #late(pending: Pending): KalshiTimeoutError {
    const { cmd, options: { timeoutMs }, sending } = pending;
    this.#forget(pending);
    return sending.state === "queued"
      ? new KalshiTimeoutError(`"${cmd}" was not sent within ${timeoutMs} ms: too many others came first.`)
      : new KalshiTimeoutError(`Kalshi did not answer "${cmd}" within ${timeoutMs} ms.`, {
        outcome: "unknown",
      });
  }

  #forget(pending: Pending): void {
    this.#pending.delete(pending.id);
    this.#queue.delete(pending);
    pending.timer.clear();
  }

  /** Sends what waits, as far as Kalshi takes it now. */
  #flush(): void {
    if (this.#pause !== undefined) return;
    const { clock, send, onFailure } = this.#options;
    const now = clock.monotonic();
    if (now - this.#window.startedAt >= WINDOW_MS) this.#window = { startedAt: now, sent: 0 };
    for (const pending of this.#queue) {
      const { sending } = pending;
      if (sending.state === "sent") continue;
      if (this.#window.sent >= PER_WINDOW) {
        this.#pause = clock.setTimer(() => {
          this.#pause = undefined;
          this.#flush();
        }, this.#window.startedAt + WINDOW_MS - now);
        return;
      }
      this.#window.sent++;
      pending.sending = { state: "sent" };
      this.#queue.delete(pending);
      try {
        send(sending.text);
      } catch (cause) {
        // It counts as not sent, and so do those behind it.
        pending.sending = sending;
        return onFailure(cause);
      }
    }
  }
}
