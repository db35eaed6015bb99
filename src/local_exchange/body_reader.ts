/** Reads the bodies of requests within bounds, since anybody may send one, before it is known who. */
import type { IncomingMessage } from "node:http";
import { type BodyRefusal, MOST_BODY_BYTES } from "./gateways/rest/gateway.ts";

/** What all bodies together may hold while they come: who opens many connections gets no more than that. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024;

/** In how many pieces a body may come: each costs work, however short it is. */
export const MOST_PIECES = 16_384;

const FIRST_BYTES = 4_096;

/** A body that was read, or why it was not. */
export type ReadBody = { readonly text: string } | { readonly refused: BodyRefusal };

/** A body on its way, in one piece of memory: thousands of short ones would cost far more than their bytes. */
class Body {
  readonly refuse: (why: BodyRefusal) => void;
  #bytes = new Uint8Array(0);
  #length = 0;
  #pieces = 0;

  constructor(refuse: (why: BodyRefusal) => void) {
    this.refuse = refuse;
  }

  /** Memory that it holds. */
  get held(): number {
    return this.#bytes.length;
  }

  /** Adds what came; false when that is too much. */
  add(piece: Uint8Array): boolean {
    const length = this.#length + piece.length;
    if (length > MOST_BODY_BYTES || ++this.#pieces > MOST_PIECES) return false;
    if (length > this.held) {
      const grown = new Uint8Array(Math.min(MOST_BODY_BYTES, Math.max(length, 2 * this.held, FIRST_BYTES)));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
    return true;
  }

  /** Gives up its memory, and what it held as text. */
  take(): string {
    const text = new TextDecoder().decode(this.#bytes.subarray(0, this.#length));
    this.drop();
    return text;
  }

  /** Gives up its memory. */
  drop(): void {
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
  }
}

/** Reads the bodies of one server. */
export class BodyReader {
  /** Those on their way, the oldest first. */
  readonly #waiting = new Set<Body>();
  #held = 0;

  /**
   * Reads the body of a request. One that is too long is not kept; and where all together hold too much, the one that
   * has taken longest is given up, so that who sends slowly does not keep the others out.
   */
  read(request: IncomingMessage): Promise<ReadBody> {
    if (Number(request.headers["content-length"] ?? 0) > MOST_BODY_BYTES) {
      return Promise.resolve({ refused: "too-long" });
    }
    return new Promise<ReadBody>((resolve, reject) => {
      const leave = () => {
        if (this.#waiting.delete(body)) this.#held -= body.held;
        request.off("data", onData);
      };
      const body: Body = new Body((refused) => {
        leave();
        body.drop();
        resolve({ refused });
      });
      const onData = (piece: Uint8Array) => {
        const before = body.held;
        if (!body.add(piece)) return body.refuse("too-long");
        this.#held += body.held - before;
        for (const oldest of this.#waiting) {
          if (this.#held <= MOST_WAITING_BYTES) break;
          oldest.refuse("crowded-out");
        }
      };
      this.#waiting.add(body);
      request.on("data", onData);
      request.on("end", () => {
        leave();
        resolve({ text: body.take() });
      });
      const fail = (error: Error) => {
        leave();
        body.drop();
        reject(error);
      };
      request.on("error", fail);
      request.on("close", () => fail(new Error("The request broke off.")));
    });
  }
}
