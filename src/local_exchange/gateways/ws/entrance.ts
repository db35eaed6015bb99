/** The WebSockets of an exchange, one for each of its products, behind the one port that it has. */
import type { ByteSocket } from "../../../runtime/builtin.ts";
import type { Handshake, HandshakeAnswer, WebSocketGateway } from "./gateway.ts";

/** Leads each handshake to the product whose path it names. */
export class SocketEntrance {
  readonly #gateways: readonly WebSocketGateway[];
  /** Who answers what names no product. */
  readonly #first: WebSocketGateway;

  constructor(first: WebSocketGateway, ...others: readonly WebSocketGateway[]) {
    this.#first = first;
    this.#gateways = [first, ...others];
  }

  /** Answers the handshake of a WebSocket that came over HTTP. */
  upgrade(handshake: Handshake, socket: ByteSocket<Uint8Array>): Promise<void> {
    return this.#of(handshake).upgrade(handshake, socket);
  }

  /** Decides on a handshake; `cut` ends it when it gets no answer and the exchange closes. */
  handshake(handshake: Handshake, cut: () => void): Promise<HandshakeAnswer> {
    return this.#of(handshake).handshake(handshake, cut);
  }

  /** Ends every connection. */
  close(): void {
    for (const gateway of this.#gateways) gateway.close();
  }

  #of({ target }: Handshake): WebSocketGateway {
    const [path] = target.split("?");
    return this.#gateways.find((gateway) => gateway.path === path) ?? this.#first;
  }
}
