import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect } from "node:net";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { test } from "../support/test.ts";
import { Session } from "./support/session.ts";

test("closing ends every connection, also an idle one, and a second close is harmless", async () => {
  const exchange = await LocalExchange.start({ port: 0 });
  const { hostname, port } = new URL(exchange.baseUrl);
  const idle = connect(Number(port), hostname);
  const ended = new Promise<void>((resolve) => idle.on("close", () => resolve()).on("error", () => {}));
  await new Promise<void>((resolve) => idle.on("connect", () => resolve()));
  idle.write("GET /trade-api/v2/exchange/status HTTP/1.1\r\nHost: x\r\n\r\n");
  await new Promise<void>((resolve) => idle.once("data", () => resolve()));
  await exchange.close();
  await exchange.close();
  await ended;
  await assertRejects(() => fetch(`${exchange.baseUrl}/exchange/status`));
});

test("two exchanges in one process share nothing", async () => {
  await using first = await LocalExchange.start({ port: 0, seed: 1 });
  await using second = await LocalExchange.start({ port: 0, seed: 1 });
  const account = await first.createAccount();
  assertEquals((await new Session(first, account.auth).get("/portfolio/balance")).status, 200);
  assertEquals((await new Session(second, account.auth).get("/portfolio/balance")).status, 401);
  first.pause("trading");
  assertEquals((await new Session(second).get("/exchange/status")).value.trading_active, true);
});

test("a taken port is an error, and so is a config that leads nowhere else", async () => {
  await using exchange = await LocalExchange.start({ port: 0 });
  const { port } = new URL(exchange.baseUrl);
  await assertRejects(() => LocalExchange.start({ port: Number(port) }));
  assertEquals(exchange.config.baseUrl, exchange.baseUrl);
  assertEquals(exchange.config.wsBaseUrl, exchange.wsBaseUrl);
});

test("an order is processed although its sender has gone", async () => {
  await using exchange = await LocalExchange.start({ port: 0, marketMakers: false });
  const { auth } = await exchange.createAccount();
  const ticker = exchange.listMarket({ ticker: "GONE" });
  const { hostname, port } = new URL(exchange.baseUrl);
  const path = "/trade-api/v2/portfolio/events/orders";
  const body = JSON.stringify({
    ticker,
    side: "bid",
    count: "1",
    price: "0.5000",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "maker",
  });
  const head = Object.entries(await auth.headers("POST", path)).map(([name, value]) =>
    `${name}: ${value}\r\n`
  ).join("");
  const socket = connect(Number(port), hostname).on("error", () => {});
  await new Promise<void>((resolve) =>
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: x\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`,
      () => resolve(),
    )
  );
  socket.resetAndDestroy?.();
  const session = new Session(exchange, auth);
  for (let look = 0; look < 200; look++) {
    const { value } = await session.get("/portfolio/orders");
    if (value.orders.length === 1) return;
  }
  assert(false, "the order never arrived");
});
