/** What a client does on its WebSockets, as it is seen on the way to the exchange. */
import type { Runtime } from "../../../src/runtime/types.ts";

/** A command as it was sent. */
export interface Command {
  readonly id: number;
  readonly cmd: string;
  readonly params: Record<string, unknown> & {
    readonly channels?: string[];
    readonly market_tickers?: string[];
  };
}

/** One WebSocket that was opened. */
export interface WireSocket {
  readonly headers: Readonly<Record<string, string>>;
  readonly commands: Command[];
  pings: number;
  /** The code that it ended with; undefined while it is open. */
  closed: number | undefined;
  /** Sends a command that the stream knows nothing of. */
  send(command: Command): void;
}

/** The WebSockets of the runtimes that are watched. */
export class Wire {
  readonly sockets: WireSocket[] = [];
  /** Called when a WebSocket is open, before its owner has it. */
  onOpen: (() => void) | undefined;
  /** Called with each command that is sent. */
  onSend: (() => void) | undefined;

  /** The latest one. */
  get socket(): WireSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error("no socket yet");
    return last;
  }

  /** All commands of a kind, over all sockets. */
  sent(cmd: string): Command[] {
    return this.sockets.flatMap(({ commands }) => commands).filter((command) => command.cmd === cmd);
  }

  /** The same runtime; what its WebSockets send is noted. */
  watch(runtime: Runtime): Runtime {
    return {
      ...runtime,
      connectWebSocket: async (url, handlers, options = {}) => {
        const seen: WireSocket = {
          headers: options.headers ?? {},
          commands: [],
          pings: 0,
          closed: undefined,
          send: (command) => socket.send(JSON.stringify(command)),
        };
        const socket = await runtime.connectWebSocket(url, {
          ...handlers,
          onClose: (close) => {
            seen.closed = close.code;
            handlers.onClose(close);
          },
        }, options);
        this.sockets.push(seen);
        this.onOpen?.();
        const { ping } = socket;
        return {
          get bufferedAmount() {
            return socket.bufferedAmount;
          },
          send: (text) => {
            seen.commands.push({ params: {}, ...JSON.parse(text) });
            this.onSend?.();
            socket.send(text);
          },
          close: (code, reason) => socket.close(code, reason),
          terminate: () => socket.terminate(),
          ...(ping !== undefined && {
            ping: () => {
              seen.pings++;
              ping.call(socket);
            },
          }),
        };
      },
    };
  }
}
