/**
 * The page of an exchange on a port of its own: its files, the exchange's REST API as the page's account, its feed, and
 * the controls. Everything but the files asks for the session's token.
 *
 * @module
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { KalshiConfigError } from "../../base/errors.ts";
import type { KalshiConfig } from "../../config/kalshi_config.ts";
import type { PerpsConfig } from "../../config/perps_config.ts";
import type { ByteSocket } from "../../runtime/builtin.ts";
import type { Runtime } from "../../runtime/types.ts";
import { RefusedError } from "../../workers/frames.ts";
import { BodyReader } from "../body_reader.ts";
import type { Exchange } from "../exchange.ts";
import { acceptKey } from "../gateways/ws/framing.ts";
import { refuseSocket } from "../gateways/ws/refuse_socket.ts";
import type { RestGateway } from "../gateways/rest/gateway.ts";
import { listen } from "../listening.ts";
import { REST_ROOT } from "../paths.ts";
import type { Caller } from "../signatures.ts";
import type { LocalPage } from "../types.ts";
import type { PageAsset } from "./bundle.ts";
import { type Controlled, controls } from "./controls.ts";
import { type PageFeeds, pageFeeds } from "./feeds.ts";
import { FEED_PROTOCOL, Guard, type Header, type Refusal } from "./guard.ts";
import { stateOf } from "./state.ts";
import { type Answer, apiHeaders, assetAnswer, refusalAnswer } from "./answers.ts";

/** What a page is served for. */
export interface PageHost {
  readonly controlled: Controlled;
  readonly exchange: Exchange;
  readonly gateway: RestGateway;
  readonly config: KalshiConfig;
  /** Where its perps are; undefined where it has none. */
  readonly perpsConfig: PerpsConfig | undefined;
  /** The account that it trades for. */
  readonly caller: Caller;
  /** Reaches the exchange as that account. */
  readonly runtime: Runtime;
}

/** Where it is served, and who is let in. */
export interface PagePlace {
  readonly hostname: string;
  readonly port: number;
  readonly token: string | undefined;
}

const FEED_PATH = "/feed";
const CONTROL_ROOT = "/control/";

const encoder = new TextEncoder();

/** Listens. */
export async function servePage(host: PageHost, place: PagePlace): Promise<LocalPage> {
  // A name that bundlers cannot see: where there is no Node this module is dead weight, but must not break the bundle.
  const specifier = "node:http";
  const { createServer } = await import(specifier) as typeof import("node:http");
  // The files of the page are as large as all the rest of the exchange: they are loaded where they are served.
  const { assets } = await import("./bundle.ts");
  const token = place.token ?? newToken();
  const server = createServer();
  const listening = await listen(server, place.hostname, place.port);
  const { port } = listening;
  const guard = new Guard({ port, token });
  const page = new PageServer(host, guard, new Map(Object.entries(assets)));
  server.on("request", (request, response) => {
    page.respond(request, response).catch((error: unknown) => {
      // A browser that went away while it asked is no error of anybody's.
      if (!request.destroyed) host.exchange.onInternalError(error);
      response.destroy();
    });
  });
  server.on("upgrade", (request, socket) => {
    page.upgrade(request, socket).catch((error: unknown) => {
      host.exchange.onInternalError(error);
      socket.destroy();
    });
  });
  const name = place.hostname === "::1" ? "[::1]" : place.hostname;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${name}:${port}/#token=${token}`,
    close() {
      return closing ??= (async () => {
        await page.close();
        await listening.close();
      })();
    },
  };
}

/** 256 bits, in letters that an address and the name of a subprotocol may have. */
function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

class PageServer {
  readonly #host: PageHost;
  readonly #guard: Guard;
  readonly #assets: ReadonlyMap<string, PageAsset>;
  readonly #feeds: PageFeeds;
  readonly #bodies = new BodyReader();

  constructor(host: PageHost, guard: Guard, assets: ReadonlyMap<string, PageAsset>) {
    this.#host = host;
    this.#guard = guard;
    this.#assets = assets;
    const { config, perpsConfig, runtime } = host;
    const { clock: { base: clock }, onInternalError: onError } = host.exchange;
    this.#feeds = pageFeeds({ config, perpsConfig, runtime, clock, onError });
  }

  async close(): Promise<void> {
    await Promise.all([this.#feeds.event.close(), this.#feeds.margin?.close()]);
  }

  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, headers, body } = await this.#answer(request);
    const isHead = request.method === "HEAD";
    const bytes = encoder.encode(body);
    response.writeHead(status, {
      ...headers,
      ...(status === 204 || status === 304 ? {} : { "content-length": bytes.length }),
      // What was not read of a request must not be taken for the next one.
      ...(request.complete ? {} : { connection: "close" }),
    });
    response.end(isHead ? undefined : bytes);
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    const { method = "GET", url: target = "/" } = request;
    const header = headerOf(request);
    const path = target.split("?", 1)[0] ?? "/";
    const isRead = method === "GET" || method === "HEAD";
    const misplaced = this.#guard.checkPlace(header);
    if (misplaced !== undefined) return refusalAnswer(misplaced);
    const asset = isRead ? this.#assets.get(path) : undefined;
    if (asset !== undefined) return assetAnswer(asset, path, header("host") ?? "");
    const refused = this.#guard.checkToken(header) ?? (isRead ? undefined : this.#guard.checkOrigin(header));
    if (refused !== undefined) return refusalAnswer(refused);
    if (path.startsWith(`${REST_ROOT}/`)) return await this.#rest(request, method, target);
    if (path === `${CONTROL_ROOT}state` && isRead) return json(200, this.#state());
    const name = path.startsWith(CONTROL_ROOT) ? path.slice(CONTROL_ROOT.length) : "";
    if (!controls.has(name)) {
      return refusalAnswer({ status: 404, code: "not_found", message: "There is no such path." });
    }
    if (method !== "POST") {
      return refusalAnswer({ status: 405, code: "method_not_allowed", message: "A control takes a POST." });
    }
    return await this.#control(request, name);
  }

  /** The exchange's REST API, which is told who asks, and nothing that the browser says of itself. */
  async #rest(request: IncomingMessage, method: string, target: string): Promise<Answer> {
    const { gateway, caller } = this.#host;
    const header = () => undefined;
    const read = await this.#bodies.read(request);
    const { status, headers, body } = "refused" in read
      ? gateway.refuseBody({ header }, read.refused)
      : await gateway.answer({ method, target, header, body: read.text, caller });
    return { status, headers: { ...headers, ...apiHeaders }, body: body ?? "" };
  }

  async #control(request: IncomingMessage, name: string): Promise<Answer> {
    const read = await this.#bodies.read(request);
    if ("refused" in read) {
      return refusalAnswer({
        status: 413,
        code: "request_too_large",
        message: "A control takes a short body.",
      });
    }
    try {
      const body = readObject(read.text);
      const done = controls.get(name)?.(this.#host.controlled, body, this.#host.caller.account.id);
      return json(200, { ...Object(done), state: this.#state() });
    } catch (error) {
      if (!(error instanceof KalshiConfigError)) throw error;
      return refusalAnswer({ status: 400, code: "bad_request", message: error.message });
    }
  }

  #state(): object {
    const { exchange, controlled, caller } = this.#host;
    return stateOf(exchange, controlled.sockets.open, caller.account.id);
  }

  async upgrade(request: IncomingMessage, socket: ByteSocket<Uint8Array>): Promise<void> {
    socket.on("error", () => socket.destroy());
    const header = headerOf(request);
    const challenge = header("sec-websocket-key") ?? "";
    // What stands there may be no URL at all.
    const [path = "/", ...query] = (request.url ?? "/").split("?");
    const refused = this.#guard.checkPlace(header) ?? this.#guard.checkOrigin(header) ??
      this.#guard.checkProtocols(header) ?? checkHandshake(request, path);
    if (refused !== undefined) return refuse(socket, refused);
    const asked = new URLSearchParams(query.join("?"));
    const feed = asked.get("exchange") === "margin" ? this.#feeds.margin : this.#feeds.event;
    if (feed === undefined) {
      return refuse(socket, { status: 404, code: "not_found", message: "This exchange has no perps." });
    }
    asked.delete("exchange");
    const accepted = await acceptKey(challenge);
    try {
      await feed.connect(asked, () => {
        socket.write(encoder.encode(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
            `Sec-WebSocket-Accept: ${accepted}\r\nSec-WebSocket-Protocol: ${FEED_PROTOCOL}\r\n\r\n`,
        ));
        return socket;
      });
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      refuse(socket, { status: error.status, code: "refused", message: error.message });
    }
  }
}

function checkHandshake(request: IncomingMessage, path: string): Refusal | undefined {
  if (path !== FEED_PATH) {
    return { status: 404, code: "not_found", message: `The feed is at ${FEED_PATH}.` };
  }
  const { headers, method } = request;
  const isWebSocket = method === "GET" && headers["sec-websocket-version"] === "13" &&
    (headers["sec-websocket-key"] ?? "") !== "";
  return isWebSocket ? undefined : { status: 400, code: "bad_request", message: "This is no WebSocket." };
}

function refuse(socket: ByteSocket<Uint8Array>, refusal: Refusal): void {
  const { status, body, headers } = refusalAnswer(refusal);
  const { "content-type": _, ...others } = headers;
  refuseSocket(socket, status, body, others);
}

function readObject(text: string): object {
  try {
    const value: unknown = text === "" ? {} : JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // It is no object either.
  }
  throw new KalshiConfigError("A control takes a JSON object.");
}

function headerOf({ headers }: IncomingMessage): Header {
  return (name) => {
    const value = headers[name];
    return Array.isArray(value) ? value.join() : value;
  };
}

function json(status: number, value: object): Answer {
  return {
    status,
    headers: { "content-type": "application/json", ...apiHeaders },
    body: JSON.stringify(value),
  };
}
