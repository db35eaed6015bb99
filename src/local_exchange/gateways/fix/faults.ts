/** What can go wrong on a FIX session, on request. */

/** A fault that meets frames as they are sent. */
export interface FixFrameFault {
  /**
   * - `drop`: the message has its number, but is not sent.
   * - `repeat`: it is sent twice.
   * - `corrupt`: a byte of its body is another one, so that its CheckSum is wrong.
   * - `checksum`: its CheckSum is wrong.
   * - `length`: its BodyLength is wrong.
   */
  readonly fault: "drop" | "repeat" | "corrupt" | "checksum" | "length";
  /** How many messages it meets; 1 unless told. */
  readonly times?: number | undefined;
  /** Only messages of this type, such as `"8"`. Any unless told. */
  readonly msgType?: string | undefined;
}

/** A fault that meets the connection as it is. */
export type FixConnectionFault =
  | {
    /** Everything to be sent waits so long, and then goes in order. */
    readonly fault: "delay";
    readonly forMs: number;
  }
  | {
    /** So many numbers are skipped before the next message. */
    readonly fault: "jump";
    readonly by: number;
  }
  | {
    /** What comes is read and done, but nothing is sent any longer. */
    readonly fault: "silent";
  }
  | {
    /** Nothing gets through any longer, in either direction, though the connection stays. */
    readonly fault: "half-open";
  }
  | {
    /** The connection breaks without a Logout. */
    readonly fault: "cut";
  }
  | {
    /** A Logout, as before a maintenance window. */
    readonly fault: "logout";
    readonly text?: string | undefined;
  };

/** Which messages of a client a fault meets. */
export interface FixMessageChoice {
  /** Only messages of this type, such as `"D"`. Any of the application unless told. */
  readonly msgType?: string | undefined;
  /** How many messages it meets; 1 unless told. */
  readonly times?: number | undefined;
  /** Does what the message asks first, and says nothing of it. */
  readonly afterProcessing?: boolean | undefined;
}

/** A message of a client that is refused, or not answered. */
export type FixRequestFault =
  | FixMessageChoice & {
    /** An order is answered with an ExecutionReport, a cancel or a replace with an OrderCancelReject, all others with a BusinessMessageReject. */
    readonly fault: "refuse";
    /** Such as `"EXCHANGE_UNAVAILABLE"` or `"INTERNAL_ERROR"`. */
    readonly text: string;
  }
  | FixMessageChoice & {
    /** It is not answered. */
    readonly fault: "ignore";
  };

/** A fault of open FIX sessions. */
export type FixFault = FixFrameFault | FixConnectionFault | FixRequestFault;

/** How the next Logons are answered. */
export interface FixLogonFault {
  /**
   * The Text of a Logout, such as `"already exists"`, `"rate limit exceeded"` or `"FIX logon service busy; retry with backoff"`;
   * none for an answer of another kind.
   */
  readonly text?: string | undefined;
  /** `reject` answers with a Reject(3), `hang` never answers, `cut` breaks the connection. A Logout unless told. */
  readonly answer?: "logout" | "reject" | "hang" | "cut" | undefined;
  /** SessionRejectReason(373) of a `reject`; 8 unless told. */
  readonly reason?: number | undefined;
  /** How many Logons; 1 unless told. */
  readonly times?: number | undefined;
}
