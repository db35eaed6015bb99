/** What the peer of a WebSocket sent breaks the protocol. */
export class ProtocolError extends Error {
  /** Close code to answer with. */
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
