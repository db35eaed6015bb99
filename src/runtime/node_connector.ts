/** Keeps undici to a number of connections as the server counts them. */

import type { buildConnector } from "undici";
import { KalshiConnectionError } from "../base/errors.ts";
import { untilClosed } from "./until_free.ts";

type Connector = buildConnector.connector;

/**
 * A connector that lets `most` connections be open at once. To undici a connection is gone when it was destroyed, and
 * it dials the next one at once; here a connection counts until it has closed.
 */
export function countingConnector(connect: Connector, most: number): { connect: Connector; close(): void } {
  const waiting: (() => void)[] = [];
  let open = 0;
  let isClosed = false;
  const leave = () => {
    open--;
    waiting.shift()?.();
  };
  return {
    connect(options, done) {
      const dial = () => {
        open++;
        if (isClosed) {
          leave();
          return done(new KalshiConnectionError("The connection pool is closed."), null);
        }
        connect(options, (...[error, socket]) => {
          if (error !== null) {
            leave();
            return done(error, null);
          }
          socket.once("close", () => void untilClosed("breaks").then(leave));
          done(null, socket);
        });
      };
      if (open < most) dial();
      else waiting.push(dial);
    },
    close() {
      isClosed = true;
      for (const dial of waiting.splice(0)) dial();
    },
  };
}
