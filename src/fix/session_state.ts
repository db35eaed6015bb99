/** Where a session stands, and the connection that it stands on. */
import type { ClockTimer } from "../base/clock.ts";
import { KalshiClosedError } from "../base/errors.ts";
import { deferred } from "../base/waits.ts";
import type { Logon } from "../contract/fix/messages.ts";
import type { FixFramer } from "./framer.ts";
import type { Incoming } from "./incoming.ts";
import type { Liveness } from "./liveness.ts";
import type { FixEnd, FixLink, Received } from "./session_types.ts";

/** One connection: its link, what was read from it, and what its user waits for. */
export class Wire {
  readonly link: FixLink;
  readonly framer: FixFramer;
  /** Our Logon asks to begin both numbers anew. */
  resets = false;
  /** As in {@linkcode FixConnection}. */
  readonly loggedOn: Promise<Received<Logon>>;
  readonly ended: Promise<FixEnd>;
  /** The peer's Logon is there. */
  readonly logOn: (logon: Received<Logon>) => void;
  /** It is over. */
  readonly end: (end: FixEnd) => void;

  constructor(link: FixLink, framer: FixFramer) {
    this.link = link;
    this.framer = framer;
    const loggedOn = deferred<Received<Logon>>();
    const ended = deferred<FixEnd>();
    this.loggedOn = loggedOn.promise;
    this.ended = ended.promise;
    this.logOn = loggedOn.resolve;
    this.end = (why) => {
      loggedOn.reject(new KalshiClosedError(`The FIX connection ended before its logon: ${why.text}`));
      ended.resolve(why);
    };
  }
}

export type State =
  | { readonly name: "disconnected" }
  /** The store opens, the Logon is signed or judged: nothing is read meanwhile. */
  | { readonly name: "preparing"; readonly wire: Wire; readonly timer: ClockTimer }
  /** An initiator waits for the answer, an acceptor for the Logon. */
  | { readonly name: "logging-on"; readonly wire: Wire; readonly timer: ClockTimer }
  | {
    readonly name: "active";
    readonly wire: Wire;
    readonly liveness: Liveness;
    readonly incoming: Incoming;
  }
  /** A Logout went out; messages still come. */
  | {
    readonly name: "logging-out";
    readonly wire: Wire;
    readonly liveness: Liveness;
    readonly incoming: Incoming;
    readonly timer: ClockTimer;
    readonly end: FixEnd;
  };
