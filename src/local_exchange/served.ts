/** What speaks REST and WebSocket for an exchange: one REST API, and a WebSocket for each product. */
import type { Exchange } from "./exchange.ts";
import { RestGateway } from "./gateways/rest/gateway.ts";
import { SocketEntrance } from "./gateways/ws/entrance.ts";
import { eventSockets } from "./gateways/ws/event_product.ts";
import { WebSocketGateway } from "./gateways/ws/gateway.ts";

/** The gateways of one exchange, all behind one port. */
export class Served {
  readonly rest: RestGateway;
  /** The WebSocket of the event contracts. */
  readonly sockets: WebSocketGateway;
  readonly entrance: SocketEntrance;

  constructor(exchange: Exchange, rest = new RestGateway(exchange)) {
    this.rest = rest;
    this.sockets = new WebSocketGateway(exchange, eventSockets(exchange));
    this.entrance = new SocketEntrance(this.sockets);
  }
}
