/** What can go wrong on a WebSocket, on request. */
import { WaitingFaults } from "../../waiting_faults.ts";

/** A fault that meets frames as they are sent. */
export interface FrameFault {
  /**
   * - `drop`: the frame is numbered, but not sent.
   * - `repeat`: it is sent twice.
   * - `reorder`: it is sent after the next one.
   * - `corrupt`: its text is damaged, so that it is no JSON.
   * - `truncate`: it ends in the middle.
   */
  readonly fault: "drop" | "repeat" | "reorder" | "corrupt" | "truncate";
  /** How many frames it meets; 1 unless told. */
  readonly times?: number | undefined;
  /** Only frames of this channel; `answers` are those to commands. Any frame unless told. */
  readonly channel?: string | undefined;
}

/** A fault that meets the connection as it is. */
export type ConnectionFault =
  | {
    /** Everything to be sent waits so long, and then goes in order. */
    readonly fault: "stall";
    readonly forMs: number;
  }
  | {
    /** Nothing gets through any longer, in either direction, though the connection stays. */
    readonly fault: "half-open";
  }
  | {
    /** A close frame. */
    readonly fault: "close";
    readonly code: number;
    readonly reason?: string | undefined;
  }
  | {
    /** The TCP connection ends without a close frame. */
    readonly fault: "cut";
  }
  | {
    /** A frame that no WebSocket may send. */
    readonly fault: "bad-frame";
  }
  | {
    /** A frame that promises more bytes than come before the connection ends. */
    readonly fault: "cut-frame";
  };

/** What happens to a subscription as it is. */
export type SubscriptionFault =
  | {
    /** The exchange ends it with an error of its own. */
    readonly fault: "error";
    /** Kalshi's code: 10 and 25 end subscriptions there. */
    readonly code: number;
    /** Of which channel. */
    readonly channel: string;
  }
  | {
    /** It ends without a word. */
    readonly fault: "forget";
    /** Of which channel. */
    readonly channel: string;
  }
  | {
    /** Its numbers go on from another one. */
    readonly fault: "renumber";
    /** The `seq` of what comes next. */
    readonly seq: number;
    /** Of which channel. */
    readonly channel: string;
  };

/** Updates that are neither numbered nor sent, as if they had not been made. */
export interface UpdateFault {
  /** What it is. */
  readonly fault: "withhold";
  /** Only snapshots of books, or only their changes; updates of any type unless told. */
  readonly update?: "orderbook_snapshot" | "orderbook_delta" | undefined;
  /** Only updates of this channel; any unless told. */
  readonly channel?: string | undefined;
  /** Only updates of this market; any unless told. */
  readonly ticker?: string | undefined;
  /** How many updates it meets; 1 unless told. `Infinity` lasts until the faults are cleared. */
  readonly times?: number | undefined;
}

/** Which commands a fault meets. */
export interface CommandChoice {
  /** Only commands of this name, such as `subscribe`; any unless told. */
  readonly command?: string | undefined;
  /** Only updates of a subscription with this action, such as `get_snapshot`; any unless told. */
  readonly action?: string | undefined;
  /** Only commands that name this market; any unless told. */
  readonly ticker?: string | undefined;
  /** How many commands it meets; 1 unless told. */
  readonly times?: number | undefined;
  /** Does what the command asks first, and answers with nothing else. */
  readonly afterProcessing?: boolean | undefined;
}

/** A command that the exchange answers with an error, or not at all. */
export type CommandFault =
  | CommandChoice & {
    /** It is answered with an error. */
    readonly fault: "refuse";
    /** Kalshi's code, such as 16 or 27. */
    readonly code: number;
  }
  | CommandChoice & {
    /** It is not answered. */
    readonly fault: "ignore";
  };

/** A fault of open WebSockets. */
export type SocketFault = FrameFault | ConnectionFault | SubscriptionFault | UpdateFault | CommandFault;

/** How the next handshakes are answered: with a status, or never. */
export interface HandshakeFault {
  /** HTTP status; `hang` for no answer at all, `cut` for a connection that breaks instead. */
  readonly status: number | "hang" | "cut";
  /** The body as it is sent; an error of Kalshi's kind unless told. */
  readonly body?: string | undefined;
  /** How many handshakes; 1 unless told. */
  readonly times?: number | undefined;
}

/** The faults of one connection that wait for their frames. */
export class FrameFaults {
  readonly #waiting = new WaitingFaults<FrameFault>();
  /** What comes after the next frame. */
  #held: string | undefined;

  add(fault: FrameFault): void {
    this.#waiting.add(fault);
  }

  /** Forgets what waits; returns the frame that was held back, if there is one. */
  clear(): string | undefined {
    const held = this.#held;
    this.#waiting.clear();
    this.#held = undefined;
    return held;
  }

  /** What to send in place of a frame. */
  apply(text: string, channel: string | undefined): string[] {
    const held = this.#held;
    this.#held = undefined;
    // The frame that overtakes another one is spared, so that the next pair is swapped as well.
    return held === undefined ? this.#damage(text, channel) : [text, held];
  }

  #damage(text: string, channel: string | undefined): string[] {
    const found = this.#waiting.meet((fault) =>
      fault.channel === undefined || fault.channel === (channel ?? "answers")
    );
    switch (found?.fault) {
      case undefined:
        return [text];
      case "drop":
        return [];
      case "repeat":
        return [text, text];
      case "reorder":
        this.#held = text;
        return [];
      case "corrupt":
        return [text.replace(/[:,]/, "\u00b7")];
      case "truncate":
        return [text.slice(0, text.length >> 1)];
    }
  }
}
