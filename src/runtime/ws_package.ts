/**
 * The `ws` package, as much of it as is used. On Bun its name stands for Bun's own WebSocket behind the same
 * interface.
 */

// @ts-ignore: the package has no types of its own.
import { WebSocket } from "ws";
import type { NodeBytes, NodeSocket } from "./builtin.ts";

/** The answer that refuses a handshake. */
export interface WsRefusal {
  readonly statusCode?: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  on(event: "data", listener: (chunk: NodeBytes) => void): void;
  on(event: "end" | "close" | "error" | "aborted", listener: () => void): void;
}

/** What happens on a socket. */
export interface WsEvents {
  readonly open: [];
  readonly "unexpected-response": [request: unknown, answer: WsRefusal];
  readonly message: [data: NodeBytes, isBinary: boolean];
  readonly ping: [];
  readonly pong: [];
  readonly error: [error: Error];
  readonly close: [code: number, reason: NodeBytes];
}

/** A socket of the package. */
export interface Ws {
  readonly bufferedAmount: number;
  send(data: string): void;
  ping(): void;
  pause(): void;
  resume(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on<E extends keyof WsEvents>(event: E, listener: (...args: WsEvents[E]) => void): void;
}

/** How a socket is made. */
export interface WsOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly createConnection: () => NodeSocket;
  readonly perMessageDeflate: boolean;
  readonly maxPayload: number;
  readonly skipUTF8Validation: true;
  readonly closeTimeout?: number | undefined;
}

/** Makes a socket. */
export const Ws: new (url: URL, options: WsOptions) => Ws = WebSocket;
