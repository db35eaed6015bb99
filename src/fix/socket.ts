/** A session's connection over a runtime's TCP or TLS stream. */
import type { ByteStream, TcpConnectOptions } from "../runtime/types.ts";
import type { FixSession } from "./session.ts";
import type { FixConnection, FixLink } from "./session_types.ts";

/** Where to connect. */
export interface FixAddress {
  /** Host name or address. */
  readonly hostname: string;
  /** Port. */
  readonly port: number;
  /** Whether it speaks TLS. */
  readonly tls: boolean;
}

/**
 * Connects a session, and reads until the connection ends. Rejects when no connection comes up; a connection that
 * ends later is told by its `ended`.
 */
export async function connectSession(
  session: FixSession,
  runtime: { connectTcp(options: TcpConnectOptions): Promise<ByteStream> },
  { hostname, port, tls }: FixAddress,
  signal: AbortSignal | undefined,
): Promise<FixConnection> {
  const stream = await runtime.connectTcp({ hostname, port, tls, signal });
  const connection = session.connect(linkOf(stream, (text) => connection.lost(text)));
  void read(stream, connection);
  return connection;
}

/** Writes go out in order; a peer that does not read holds them back in the stream, not the session. */
function linkOf(stream: ByteStream, broken: (text: string) => void): FixLink {
  const writer = stream.writable.getWriter();
  let closing = false;
  return {
    write: (bytes) => {
      writer.write(bytes).catch((error) => broken(textOf(error)));
    },
    close: () => {
      if (closing) return;
      closing = true;
      const end = () => void stream.close().catch(() => {});
      writer.close().then(end, end);
    },
  };
}

async function read(stream: ByteStream, connection: FixConnection): Promise<void> {
  const reader = stream.readable.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return connection.lost("the peer closed the connection");
      connection.receive(value);
    }
  } catch (error) {
    connection.lost(textOf(error));
  } finally {
    void stream.close().catch(() => {});
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : "the connection broke";
}
