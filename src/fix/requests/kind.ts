/**
 * What a kind of request is: how its answers name it, and what they come to.
 *
 * A new kind is a file of its own beside this one. It exports a {@linkcode RequestKind}, and the client has a method of
 * one line that hands it to `Requests.run`, with the message:
 *
 * ```ts ignore
 * export const securityStatusRequest: RequestKind<SecurityStatusRequest, Received<SecurityStatus>> = {
 *   name: "securityStatusRequest",
 *   id: ({ SecurityStatusReqID }) => SecurityStatusReqID,
 *   answers: { f: (answer) => (answer as SecurityStatus).SecurityStatusReqID },
 *   reader: () => (answer) => answer as Received<SecurityStatus>,
 *   sameId: "refuse",
 * };
 * ```
 *
 * Rejects by number (Reject(3) and BusinessMessageReject(j)), lost connections, time limits, signals and rate budgets
 * are the same for every kind: `Requests` sees to them.
 */
import type { KalshiError } from "../../base/errors.ts";
import type { ReceivedMessage } from "../../contract/fix/codec.ts";
import type { FixMessage } from "../../contract/fix/messages.ts";
import type { FixProduct } from "../../contract/fix/sessions.ts";

/**
 * What an answer says of the request that it answers: its id; several, of which the first counts that something waits
 * under; or as a number the MsgSeqNum(34) that it was sent with.
 */
export type AnswerRef = string | readonly string[] | number | undefined;

/**
 * What one answer comes to: the result, or an error; undefined when more has to come. What a refusal means, and what to
 * do about it, depends on the product.
 */
export type ReadAnswer<Result> = (
  answer: ReceivedMessage,
  product: FixProduct,
) => Result | KalshiError | undefined;

/** A kind of request. */
export interface RequestKind<Sent extends FixMessage, Result> {
  /** The client's method, for messages. */
  readonly name: string;
  /** The id that answers name. */
  readonly id: (sent: Sent) => string;
  /** By the MsgType of what may answer: what such a message refers to; undefined when it is about no such request. */
  readonly answers: Readonly<Record<string, (answer: ReceivedMessage) => AnswerRef>>;
  /** Begins to read the answers of one request. */
  readonly reader: (sent: Sent) => ReadAnswer<Result>;
  /**
   * What becomes of a second request with an id that waits: it is refused, or answers are taken in the order in which
   * the requests were sent, where they name nothing of their own.
   */
  readonly sameId: "refuse" | "in-order";
}
