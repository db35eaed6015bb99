/** What can go wrong on a WebSocket, on request. */

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

/** A subscription that the exchange ends with an error of its own. */
export interface SubscriptionFault {
  /** What it is. */
  readonly fault: "error";
  /** Kalshi's code: 10 and 25 end subscriptions there. */
  readonly code: number;
  /** Of which channel. */
  readonly channel: string;
}

/** A command that the exchange answers with an error. */
export interface CommandFault {
  /** What it is. */
  readonly fault: "refuse";
  /** Kalshi's code, such as 16 or 27. */
  readonly code: number;
  /** Only commands of this name, such as `subscribe`; any unless told. */
  readonly command?: string | undefined;
  /** How many commands it meets; 1 unless told. */
  readonly times?: number | undefined;
  /** Does what the command asks first, and answers with nothing else. */
  readonly afterProcessing?: boolean | undefined;
}

/** A fault of open WebSockets. */
export type SocketFault = FrameFault | ConnectionFault | SubscriptionFault | CommandFault;

/** How the next handshakes are answered: with a status, or never. */
export interface HandshakeFault {
  /** HTTP status, or `hang` for no answer at all. */
  readonly status: number | "hang";
  /** How many handshakes; 1 unless told. */
  readonly times?: number | undefined;
}

/** The faults of one connection that wait for their frames. */
export class FrameFaults {
  #waiting: { readonly fault: FrameFault; left: number }[] = [];
  /** What comes after the next frame. */
  #held: string | undefined;

  add(fault: FrameFault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  /** Forgets what waits; returns the frame that was held back, if there is one. */
  clear(): string | undefined {
    const held = this.#held;
    this.#waiting = [];
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
    if (this.#waiting.length === 0) return [text];
    const found = this.#waiting.find(({ fault }) =>
      fault.channel === undefined || fault.channel === (channel ?? "answers")
    );
    if (found === undefined) return [text];
    if (--found.left === 0) this.#waiting = this.#waiting.filter((other) => other !== found);
    switch (found.fault.fault) {
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
