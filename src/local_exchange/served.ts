/** What speaks REST and WebSocket for an exchange: one REST API, and a WebSocket for each product. */
import type { Exchange } from "./exchange.ts";
import { RestGateway } from "./gateways/rest/gateway.ts";
import { SocketEntrance } from "./gateways/ws/entrance.ts";
import { eventSockets } from "./gateways/ws/event_product.ts";
import { marginSockets } from "./gateways/ws/margin_product.ts";
import { WebSocketGateway } from "./gateways/ws/gateway.ts";

/** The gateways of one exchange, all behind one port. */
export class Served {
  readonly rest: RestGateway;
  /** The WebSocket of the event contracts. */
  readonly sockets: WebSocketGateway;
  /** That of perps, where there are any. */
  readonly perpsSockets: WebSocketGateway | undefined;
  readonly entrance: SocketEntrance;

  constructor(exchange: Exchange, rest = new RestGateway(exchange)) {
    this.rest = rest;
    this.sockets = new WebSocketGateway(exchange, eventSockets(exchange));
    const { margin } = exchange;
    this.perpsSockets = margin && new WebSocketGateway(exchange, marginSockets(margin));
    this.entrance = new SocketEntrance(
      this.sockets,
      ...this.perpsSockets === undefined ? [] : [this.perpsSockets],
    );
  }
}
