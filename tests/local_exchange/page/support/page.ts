/** Talks to a page's server as a browser does, and as others would. */
import { request } from "node:http";
import { connect } from "node:net";
import { WebSocket } from "ws";
import type { LocalPage } from "../../../../src/local_exchange/mod.ts";
import { until } from "../../../support/until.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- whatever JSON it is
  readonly value: any;
}

export type Headers = Record<string, string>;

/** A page's address, taken apart, and what a browser would send to it. */
export class Visitor {
  readonly port: number;
  readonly host: string;
  readonly origin: string;
  readonly token: string;

  constructor({ url }: LocalPage) {
    const { port, host, origin, hash } = new URL(url);
    this.port = Number(port);
    this.host = host;
    this.origin = origin;
    this.token = new URLSearchParams(hash.slice(1)).get("token") ?? "";
  }

  /** Sends a request with these headers and no others but Host, which may be among them. */
  raw(method: string, path: string, headers: Headers = {}, body = ""): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const all = {
        host: this.host,
        ...(body === "" ? {} : { "content-length": String(body.length) }),
        ...headers,
      };
      const sent = request({
        hostname: "127.0.0.1",
        port: this.port,
        method,
        path,
        headers: all,
        agent: false,
      });
      sent.on("error", reject);
      sent.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => text += chunk);
        response.on("end", () => {
          const { statusCode = 0, headers } = response;
          const isJson = `${headers["content-type"]}`.includes("json") && text !== "";
          resolve({ status: statusCode, headers, text, value: isJson ? JSON.parse(text) : undefined });
        });
      });
      sent.end(body === "" ? undefined : body);
    });
  }

  get(path: string): Promise<Answer> {
    return this.raw("GET", path, { "x-page-token": this.token });
  }

  send(method: string, path: string, body?: object): Promise<Answer> {
    const headers = { "x-page-token": this.token, origin: this.origin, "content-type": "application/json" };
    return this.raw(method, path, headers, body === undefined ? "" : JSON.stringify(body));
  }

  control(what: string, body: object = {}): Promise<Answer> {
    return this.send("POST", `/control/${what}`, body);
  }

  /** The status line and the rest of what the server answers to a handshake with these headers. */
  handshake(headers: Headers, path = "/feed?tickers=A", method = "GET"): Promise<string> {
    const all = {
      "Host": this.host,
      "Upgrade": "websocket",
      "Connection": "Upgrade",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Origin": this.origin,
      "Sec-WebSocket-Protocol": `kalshi-feed, token.${this.token}`,
      ...headers,
    };
    const lines = Object.entries(all).filter(([, value]) => value !== "").map(([name, value]) =>
      `${name}: ${value}\r\n`
    );
    return new Promise((resolve, reject) => {
      let text = "";
      const socket = connect(this.port, "127.0.0.1");
      socket.on("error", reject);
      socket.on("data", (chunk: Uint8Array) => {
        text += new TextDecoder("latin1").decode(chunk);
        if (text.startsWith("HTTP/1.1 101")) socket.destroy();
      });
      socket.on("close", () => resolve(text));
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
    });
  }

  /** Opens the feed as the page does. */
  async feed(tickers: readonly string[], channels = "orderbook_delta,ticker,trade"): Promise<Reader> {
    const reader = new Reader(
      new WebSocket(
        `ws://${this.host}/feed?tickers=${tickers}&channels=${channels}`,
        ["kalshi-feed", `token.${this.token}`],
        { origin: this.origin },
      ),
    );
    await reader.opened;
    return reader;
  }
}

// deno-lint-ignore no-explicit-any -- whatever a frame holds
export type Frame = any;

/** A reader of the feed. */
export class Reader implements AsyncDisposable {
  readonly #socket: WebSocket;
  readonly frames: Frame[] = [];
  readonly opened: Promise<void>;
  readonly closed: Promise<number>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.opened = new Promise((resolve, reject) => {
      socket.on("open", () => resolve());
      socket.on("error", reject);
    });
    this.closed = new Promise((resolve) => void socket.on("close", (code: number) => resolve(code)));
    socket.on("message", (data: unknown) => {
      const frame = JSON.parse(`${data}`);
      this.frames.push(frame);
      if (frame.type === "heartbeat") this.say({ cmd: "heartbeat", id: frame.id });
    });
  }

  /** The subprotocol that the server chose. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  say(command: object): void {
    this.#socket.send(JSON.stringify(command));
  }

  /** The first frame of a type, from the `from`th on, that passes. */
  async wait(type: string, from = 0, passes: (frame: Frame) => boolean = () => true): Promise<Frame> {
    const find = () => this.frames.slice(from).find((frame) => frame.type === type && passes(frame));
    await until(() => find() !== undefined);
    return find();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.closed;
  }
}
