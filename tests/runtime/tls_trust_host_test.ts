/** Whom a TLS connection trusts, against real servers of every kind. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type ConnectFailure, KalshiConfigError, KalshiConnectionError } from "../../src/base/errors.ts";
import { detectRuntime } from "#runtime";
import type { ByteStream, Runtime, TcpConnectOptions } from "../../src/runtime/types.ts";
import { startThing, type Thing } from "../support/bed.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { adapters } from "./support/adapters.ts";

interface Certificate {
  readonly pem: string;
  readonly pin: string;
}

interface Seen {
  readonly connections: number;
  readonly open: number;
  readonly handshakes: number;
  readonly resumed: number;
  readonly bytes: number;
  readonly names: readonly string[];
}

type Ask = Partial<TcpConnectOptions>;

interface Server extends AsyncDisposable {
  readonly thing: Thing;
  readonly port: number;
  certificate(name: string): Promise<Certificate>;
  seen(): Promise<Seen>;
  become(next: unknown): Promise<void>;
  /** Connects to it, with the right authority unless told. */
  connect(ask?: Ask): Promise<ByteStream>;
  /** Connects in vain; nothing has come through TLS, and no socket is left. */
  refused(reason: ConnectFailure | undefined, ask?: Ask): Promise<string>;
}

async function start(runtime: Runtime, options: unknown = {}): Promise<Server> {
  const thing = await startThing("tls-server", options);
  const port = await thing.call<number>("port");
  const certificate = (name: string) => thing.call<Certificate>("certificate", name);
  const root = await certificate("root");
  const connect = (ask: Ask = {}) =>
    runtime.connectTcp({ hostname: "localhost", port, tls: true, ca: [root.pem], ...ask });
  const seen = () => thing.call<Seen>("seen");
  return {
    ...{ thing, port, certificate, seen, connect },
    become: (next) => thing.call("become", next),
    async refused(reason, ask) {
      const { bytes } = await seen();
      const error = await assertRejects(() => connect(ask), KalshiConnectionError);
      assertEquals([error.reason, error.outcome, error.code], [reason, "not-sent", "CONNECTION"]);
      assertStringIncludes(error.message, `Cannot connect to ${ask?.hostname ?? "localhost"}:`);
      assert(!/\.\.|OPENSSL|:error:|undefined/.test(error.message), error.message);
      await until(async () => (await seen()).open === 0);
      assertEquals((await seen()).bytes, bytes);
      return error.message;
    },
    [Symbol.asyncDispose]: () => thing[Symbol.asyncDispose](),
  };
}

/** A few bytes there and back. */
async function use(stream: ByteStream): Promise<void> {
  const writer = stream.writable.getWriter();
  await writer.write(new Uint8Array([1, 2, 3]));
  const reader = stream.readable.getReader();
  let got = 0;
  while (got < 3) got += (await reader.read()).value?.length ?? 3;
  assertEquals(got, 3);
  await stream.close();
}

const runtimes = [
  ...(await adapters()).map(({ name, make }) => ({ name, runtime: make() })),
  { name: "the runtime that is found", runtime: detectRuntime() },
];

for (const { name, runtime } of runtimes) {
  test(`${name}: TLS to a server of the given authority, by name and by address`, async () => {
    await using server = await start(runtime);
    const other = await server.certificate("stranger");
    const root = await server.certificate("root");
    await use(await server.connect());
    await use(await server.connect({ hostname: "127.0.0.1" }));
    // Several in one text, the one that is needed last.
    await use(await server.connect({ ca: [`${other.pem}\nsome words\n${root.pem}`] }));
    const { handshakes, names } = await server.seen();
    assertEquals([handshakes, names], [3, ["localhost", "localhost"]]);
    await until(async () => (await server.seen()).open === 0);
  });

  test(`${name}: TLS to a stranger, to another host, to what has expired: each is told apart`, async () => {
    await using server = await start(runtime);
    await server.refused("certificate-authority", { ca: undefined });
    await server.refused("certificate-authority", { ca: [(await server.certificate("stranger")).pem] });
    await server.become({ kind: "strange" });
    await server.refused("certificate-authority");
    await server.become({ kind: "elsewhere" });
    await server.refused("certificate-host");
    await server.refused("certificate-host", { hostname: "127.0.0.1" });
    await server.become({ kind: "expired" });
    assertStringIncludes(await server.refused("certificate-date"), "clock");
    await server.become({ kind: "good" });
    await use(await server.connect());
  });

  test(`${name}: no variable of the environment makes TLS trust anybody`, async () => {
    await using server = await start(runtime, { kind: "strange" });
    const { env } = (globalThis as unknown as { process: { env: Record<string, string | undefined> } })
      .process;
    const before = env["NODE_TLS_REJECT_UNAUTHORIZED"];
    env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      await server.refused("certificate-authority");
    } finally {
      if (before === undefined) delete env["NODE_TLS_REJECT_UNAUTHORIZED"];
      else env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
    }
  });

  test(`${name}: pins: the server's key, or one above it`, async () => {
    await using server = await start(runtime);
    const pinOf = async (of: string) => (await server.certificate(of)).pin;
    const [own, middle, root] = [await pinOf("good"), await pinOf("middle"), await pinOf("root")];
    for (const pin of [own, middle, root]) await use(await server.connect({ pins: [pin] }));

    const stranger = await pinOf("stranger");
    const said = await server.refused("pin", { pins: [stranger] });
    assertStringIncludes(said, `Its key is ${own}, and those above it are ${middle}`);
    // The server's certificate is renewed, with another key: the next pin is there already, or the connection fails.
    const renewed = await pinOf("renewed");
    await use(await server.connect({ pins: [own, renewed] }));
    await server.become({ kind: "renewed" });
    await use(await server.connect({ pins: [own, renewed] }));
    await use(await server.connect({ pins: [middle] }));
    assertStringIncludes(await server.refused("pin", { pins: [own] }), `Its key is ${renewed}`);
    // Pins come on top of what is checked anyway.
    await server.refused("certificate-authority", { ca: undefined, pins: [renewed] });
    await server.become({ kind: "expired" });
    await server.refused("certificate-date", { pins: [middle] });
  });

  test(`${name}: pins: a certificate that only bears the pinned key proves nothing`, async () => {
    await using server = await start(runtime, { kind: "forged" });
    const pin = (await server.certificate("stranger")).pin;
    await use(await server.connect());
    await server.refused("pin", { pins: [pin] });
  });

  test(`${name}: pins hold on every connection, none is resumed`, async () => {
    await using server = await start(runtime);
    const pins = [(await server.certificate("good")).pin];
    for (let round = 0; round < 3; round++) await use(await server.connect({ pins }));
    await server.refused("pin", { pins: [(await server.certificate("stranger")).pin] });
    assertEquals((await server.seen()).resumed, 0);
  });

  test(`${name}: TLS 1.2 will do, and 1.1 will not`, async () => {
    await using two = await start(runtime, { versions: { maxVersion: "TLSv1.2" } });
    await use(await two.connect({ pins: [(await two.certificate("good")).pin] }));
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL@SECLEVEL=0" };
    await using one = await start(runtime, { versions: old });
    assertStringIncludes(await one.refused("tls-version"), "1.2");
    assertEquals((await one.seen()).handshakes, 0);
  });

  test(`${name}: nobody there, no such host, a server that cuts, one without TLS`, async () => {
    await using server = await start(runtime, { manners: "cut" });
    await server.refused("cut");
    await server.refused("dns", { hostname: "no-such-host.invalid" });
    await using refusing = await startThing("refusing-port");
    await server.refused("refused", { port: await refusing.call<number>("port") });
    await using plain = await startThing("echo-server");
    const error = await assertRejects(
      async () => server.connect({ port: await plain.call<number>("port") }),
      KalshiConnectionError,
    );
    assert(error.reason === "no-tls" || error.reason === "tls", error.message);
  });

  test(`${name}: an abort during the handshake ends at once and leaves no socket`, async () => {
    await using server = await start(runtime, { manners: "mute" });
    const controller = new AbortController();
    const connecting = server.connect({ signal: controller.signal });
    await until(async () => (await server.seen()).open === 1);
    controller.abort(new Error("enough"));
    assertEquals((await assertRejects(() => connecting) as Error).message, "enough");
    await until(async () => (await server.seen()).open === 0);
    const soon = new AbortController();
    const other = server.connect({ signal: soon.signal });
    soon.abort(new Error("at once"));
    assertEquals((await assertRejects(() => other) as Error).message, "at once");
    await until(async () => (await server.seen()).open === 0);
  });

  test(`${name}: a connection whose peer reads nothing closes all the same`, async () => {
    await using server = await start(runtime, { manners: "deaf" });
    const stream = await server.connect();
    const writer = stream.writable.getWriter();
    writer.closed.catch(() => {});
    const ends: string[] = [];
    // More than the buffers on the way hold.
    for (let part = 0; part < 40; part++) {
      writer.write(new Uint8Array(1 << 20)).then(() => ends.push("sent"), () => ends.push("dropped"));
    }
    const closing = writer.close().catch(() => {});
    await stream.close();
    await closing;
    await until(() => ends.length === 40);
    assertEquals(ends.at(-1), "dropped");
    await stream.close();
    await server.thing.call("hear");
    await until(async () => (await server.seen()).open === 0);
  });

  test(`${name}: what makes no sense as trust is refused before anything is sent`, async () => {
    await using server = await start(runtime);
    const { pem, pin } = await server.certificate("root");
    const refuse = async (ask: Ask, word: string) => {
      const error = await assertRejects(() => server.connect(ask), KalshiConfigError);
      assertStringIncludes(error.message, word);
    };
    for (const pins of [[], [""], [pin.slice(1)], [`sha256/${pin}`], [pin, "AAAA"], pin, ["!".repeat(44)]]) {
      await refuse({ pins: pins as string[] }, "`pins` takes a list");
    }
    for (
      const ca of [["x"], pem, ["-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n" + pem]]
    ) {
      await refuse({ ca: ca as string[] }, "`ca` takes");
    }
    const broken = pem.replace(/\n[^\n]{30}/, "\nAAAA");
    for (const text of [broken, pem.slice(0, 80)]) await refuse({ ca: [text] }, "cannot be read");
    await refuse({ tls: false }, "without TLS");
    await refuse({ tls: false, ca: undefined, pins: [pin] }, "`pins` is of no use without TLS");
    assertEquals((await server.seen()).connections, 0);
  });
}

for (const { name, make } of await adapters()) {
  test(`${name}: host, authority and pins are judged through a proxy as without one`, async () => {
    await using proxy = await startThing("proxy");
    const url = `http://127.0.0.1:${await proxy.call<number>("port")}`;
    const runtime = make({ proxy: { url } });
    await using server = await start(runtime);
    const pins = [(await server.certificate("good")).pin];
    await use(await server.connect({ pins }));
    await use(await server.connect({ pins, hostname: "127.0.0.1" }));
    await server.refused("pin", { pins: [(await server.certificate("stranger")).pin] });
    await server.refused("certificate-authority", { ca: undefined });
    await server.become({ kind: "elsewhere" });
    await server.refused("certificate-host");
    await server.refused("certificate-host", { hostname: "127.0.0.1" });
    await until(async () => await proxy.call("openConnections") === 0);
    await using closed = await startThing("refusing-port");
    const nobody = make({ proxy: { url: `http://127.0.0.1:${await closed.call<number>("port")}` } });
    const error = await assertRejects(
      () => nobody.connectTcp({ hostname: "localhost", port: 1, tls: true }),
      KalshiConnectionError,
    );
    assertEquals(error.reason, "refused");
  });
}
