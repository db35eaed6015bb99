import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiConfigError, KalshiError } from "../../src/base/errors.ts";
import {
  type CassetteEntry,
  CassetteTransport,
  type CassetteTransportOptions,
  type MatchRules,
  memoryCassette,
  RecordingTransport,
  ReplayTransport,
  UnmatchedRequestError,
} from "../../src/testing/mod.ts";
import { test } from "../support/test.ts";

const root = "https://demo.example/trade-api/v2";

/** A network whose answers tell how often it was asked. */
function network() {
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    fetch: (_: Request): Promise<Response> => Promise.resolve(Response.json({ answer: ++asked })),
  };
}

function post(path: string, body: unknown, headers: Record<string, string> = {}): Request {
  return new Request(root + path, { method: "POST", headers, body: JSON.stringify(body) });
}

const answerOf = async (response: Promise<Response>) => (await (await response).json()).answer;

test("what was recorded is replayed: status, kept header fields and the exact text", async () => {
  const cassette = memoryCassette();
  const text = '{"price":"0.5600","count":1.10}';
  const live = () =>
    new Response(text, {
      status: 201,
      headers: {
        "content-type": "application/json",
        "retry-after": "3",
        "x-other": "1",
        "set-cookie": "a=b",
      },
    });
  const recorder = new RecordingTransport({ cassette, transport: () => Promise.resolve(live()) });
  assertEquals(await (await recorder.fetch(post("/orders", { ticker: "A" }))).text(), text);

  const replay = new ReplayTransport({ cassette });
  const response = await replay.fetch(post("/orders", { ticker: "A" }));
  assertEquals(response.status, 201);
  assertEquals(await response.text(), text);
  assertEquals(Object.fromEntries(response.headers), {
    "content-type": "application/json",
    "retry-after": "3",
  });
});

/** What must come back of a body. */
function kept(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  try {
    JSON.parse(text);
  } catch {
    return bytes;
  }
  return new TextEncoder().encode(text.trim());
}

test("every body comes back byte for byte, but for white space around JSON", async () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc.string({ unit: "binary" }).map((text) => new TextEncoder().encode(text)),
  );
  await fc.assert(
    fc.asyncProperty(body, async (bytes) => {
      const cassette = memoryCassette();
      const recorder = new RecordingTransport({
        cassette,
        transport: () => Promise.resolve(new Response(new Uint8Array(bytes))),
      });
      const seen = new Uint8Array(await (await recorder.fetch(new Request(root))).arrayBuffer());
      const replayed = await new ReplayTransport({ cassette }).fetch(new Request(root));
      assertEquals(seen, new Uint8Array(bytes));
      assertEquals(kept(new Uint8Array(await replayed.arrayBuffer())), kept(seen));
    }),
    { examples: [[new TextEncoder().encode("0\t")], [new TextEncoder().encode(" [ ]\r\n")]] },
  );
});

test("an answer without a body is replayed without one", async () => {
  const cassette = memoryCassette();
  const recorder = new RecordingTransport({
    cassette,
    transport: () => Promise.resolve(new Response(null, { status: 204 })),
  });
  const make = () => new Request(`${root}/portfolio/events/orders`, { method: "DELETE" });
  assertEquals((await recorder.fetch(make())).status, 204);
  assertEquals((await new ReplayTransport({ cassette }).fetch(make())).body, null);
});

test("requests are told apart by method, path, query and body; their order and the host do not count", async () => {
  const cassette = memoryCassette();
  const recorder = new RecordingTransport({ cassette, transport: network() });
  const requests = () => [
    new Request(`${root}/markets?limit=5&status=open`),
    new Request(`${root}/markets?limit=5&status=closed`),
    new Request(`${root}/markets?tickers=A&tickers=B`),
    new Request(`${root}/markets?tickers=B&tickers=A`),
    new Request(`${root}/markets?status=`),
    new Request(`${root}/markets`),
    new Request(`${root}/markets`, { method: "DELETE" }),
    post("/orders", { ticker: "A", side: "bid" }),
    post("/orders", { ticker: "B", side: "bid" }),
  ];
  for (const request of requests()) await recorder.fetch(request);

  const replay = new ReplayTransport({ cassette });
  for (const [index, request] of [...requests().entries()].reverse()) {
    assertEquals(await answerOf(replay.fetch(request)), index + 1);
  }
  await replay.assertAllUsed();

  const again = new ReplayTransport({ cassette });
  const elsewhere = new Request("https://production.example/trade-api/v2/markets?status=open&limit=5");
  assertEquals(await answerOf(again.fetch(elsewhere)), 1);
  assertEquals(await answerOf(again.fetch(post("/orders", { side: "bid", ticker: "B" }))), 9);
});

test("a new client_order_id for each call does not count, at any depth, unless it is asked for", async () => {
  const cassette = memoryCassette();
  const recorder = new RecordingTransport({ cassette, transport: network() });
  const batch = (id: string) => post("/orders/batched", { orders: [{ ticker: "A", client_order_id: id }] });
  await recorder.fetch(batch("first"));
  assertEquals(await answerOf(new ReplayTransport({ cassette }).fetch(batch("second"))), 1);
  await assertRejects(
    () => new ReplayTransport({ cassette, match: { ignoreBody: [] } }).fetch(batch("second")),
    UnmatchedRequestError,
    'body.orders[0].client_order_id: recorded "first", asked "second"',
  );
});

test("each part of a request can be left out of the comparison", async () => {
  const recorded = () => post("/orders?subaccount=1&exchange_index=2", { ticker: "A", price: "0.10" });
  const loose: [MatchRules, Request][] = [
    [
      { method: false },
      new Request(recorded().url, { method: "PUT", body: JSON.stringify({ ticker: "A", price: "0.10" }) }),
    ],
    [{ path: false }, post("/other?subaccount=1&exchange_index=2", { ticker: "A", price: "0.10" })],
    [{ query: false }, post("/orders", { ticker: "A", price: "0.10" })],
    [{ ignoreQuery: ["subaccount"] }, post("/orders?exchange_index=2", { ticker: "A", price: "0.10" })],
    [{ body: false }, post("/orders?subaccount=1&exchange_index=2", "text")],
    [{ ignoreBody: ["price"] }, post("/orders?subaccount=1&exchange_index=2", { ticker: "A", price: "0.2" })],
  ];
  const cassette = memoryCassette();
  await new RecordingTransport({ cassette, transport: network() }).fetch(recorded());
  for (const [match, request] of loose) {
    await assertRejects(
      () => new ReplayTransport({ cassette }).fetch(request.clone()),
      UnmatchedRequestError,
    );
    assertEquals(await answerOf(new ReplayTransport({ cassette, match }).fetch(request)), 1);
  }
});

test("the same request is answered in the order of recording, then no more, or with the last again", async () => {
  const cassette = memoryCassette();
  const recorder = new RecordingTransport({ cassette, transport: network() });
  for (let call = 0; call < 3; call++) await recorder.fetch(new Request(root));
  for (const repeat of ["never", "last"] as const) {
    const replay = new ReplayTransport({ cassette, repeat });
    for (const answer of [1, 2, 3]) assertEquals(await answerOf(replay.fetch(new Request(root))), answer);
    if (repeat === "last") assertEquals(await answerOf(replay.fetch(new Request(root))), 3);
    else {
      await assertRejects(
        () => replay.fetch(new Request(root)),
        UnmatchedRequestError,
        'recorded 3 times and asked for more often. Record it anew, or let the last answer be given again with repeat: "last"',
      );
    }
  }
});

test("a request that was not recorded fails with the nearest one that was", async () => {
  const cassette = memoryCassette();
  const recorder = new RecordingTransport({ cassette, transport: network() });
  await recorder.fetch(new Request(`${root}/exchange/status`));
  await recorder.fetch(new Request(`${root}/markets?limit=100&status=open`));
  await recorder.fetch(post("/markets", {}));
  const replay = new ReplayTransport({ cassette });
  const error = await assertRejects(
    () => replay.fetch(new Request(`${root}/markets?limit=10&status=open&cursor=x`)),
    UnmatchedRequestError,
  );
  assertEquals(
    error.message,
    "GET /trade-api/v2/markets?limit=10&status=open&cursor=x is not in the cassette in memory. Record it with mode: " +
      '"record-missing", or let less count with `match`. The nearest is GET /trade-api/v2/markets?limit=100&status=open, ' +
      'where these differ:\n  query limit: recorded "100", asked "10"\n  query cursor: recorded nothing, asked "x"',
  );
  assertEquals(error instanceof KalshiError && error.code, "UNMATCHED");
  assertEquals(error.outcome, "not-sent");
  assertEquals((error.details as { nearest: { path: string } }).nearest.path, "/trade-api/v2/markets");

  await assertRejects(
    () => new ReplayTransport({ cassette: memoryCassette() }).fetch(new Request(root)),
    UnmatchedRequestError,
    "it is empty",
  );
});

test("entries that answered nothing can be asserted", async () => {
  const cassette = memoryCassette();
  const recorder = new RecordingTransport({ cassette, transport: network() });
  await recorder.fetch(new Request(`${root}/a?x=1`));
  await recorder.fetch(new Request(`${root}/b`));
  await recorder.assertAllUsed();
  const replay = new ReplayTransport({ cassette });
  await replay.fetch(new Request(`${root}/b`));
  assertEquals((await replay.unused()).map(({ request }) => request.path), ["/trade-api/v2/a"]);
  await assertRejects(
    () => replay.assertAllUsed(),
    KalshiConfigError,
    "holds 1 of 2 requests that nobody made:\n  GET /trade-api/v2/a?x=1",
  );
});

test("the four modes: what each takes from the network and what it leaves in the cassette", async () => {
  const paths = async (cassette: ReturnType<typeof memoryCassette>) =>
    (await cassette.read()).split("\n").filter(Boolean).map((line) =>
      JSON.parse(line).request.path.slice(-1)
    );
  const outcome = async (mode: CassetteTransportOptions["mode"]) => {
    const cassette = memoryCassette();
    const first = new RecordingTransport({ cassette, transport: network() });
    for (const path of ["a", "b"]) await first.fetch(new Request(`${root}/${path}`));
    const live = network();
    const transport = new CassetteTransport({ cassette, mode, transport: live });
    for (const path of ["b", "c"]) await transport.fetch(new Request(`${root}/${path}`)).catch(() => {});
    return { asked: live.asked, kept: await paths(cassette) };
  };
  assertEquals(await outcome("replay"), { asked: 0, kept: ["a", "b"] });
  assertEquals(await outcome("record"), { asked: 2, kept: ["b", "c"] });
  assertEquals(await outcome("record-missing"), { asked: 1, kept: ["a", "b", "c"] });
  assertEquals(await outcome("passthrough"), { asked: 2, kept: ["a", "b"] });
});

test("no key, no signature and no secret gets into a cassette, and such requests still match", async () => {
  const keyId = "0b5bbd52-5e4e-4f9d-b8f1-3f7a5e0a9d11";
  const signature = "c2lnbmF0dXJl+/9999999999=";
  const pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow/secretsecret\n-----END RSA PRIVATE KEY-----\n";
  const make = (id: string) =>
    new Request(`${root}/api_keys/${id}?note=${id}`, {
      method: "PUT",
      headers: {
        "KALSHI-ACCESS-KEY": id,
        "KALSHI-ACCESS-SIGNATURE": signature,
        "KALSHI-ACCESS-TIMESTAMP": "1790000000000",
        authorization: "Bearer abcdefghijkl",
      },
      body: JSON.stringify({ password: "hunter2", public_key: pem, echo: id, api_key: "other-key-id" }),
    });
  const cassette = memoryCassette();
  const recorder = new RecordingTransport({
    cassette,
    keepHeaders: ["content-type", "x-echo"],
    transport: (request) =>
      Promise.resolve(Response.json({
        private_key: pem,
        api_key_id: "11111111-2222-4333-8444-555555555555",
        message: `${request.headers.get("kalshi-access-key")} signed with ${signature}: Bearer abcdefghijkl`,
      })),
  });
  const live = await recorder.fetch(make(keyId));
  assertStringIncludes((await live.json()).private_key, "secretsecret");

  const text = await cassette.read();
  const secrets = [
    keyId,
    signature,
    "MIIE",
    "secretsecret",
    "hunter2",
    "abcdefghijkl",
    "other-key-id",
    "11111111-2222",
  ];
  for (const secret of secrets) assert(!text.includes(secret), `${secret} in ${text}`);
  assert(!/kalshi-access/i.test(text));
  const other = make("7c1a2b3c-0000-4000-8000-000000000000");
  assertEquals((await new ReplayTransport({ cassette }).fetch(other)).status, 200);
});

test("a secret in JSON that is cut off is not written either", async () => {
  const cassette = memoryCassette();
  const recorder = new RecordingTransport({
    cassette,
    transport: () =>
      Promise.resolve(new Response('{"a":1,"private_key":"-----BEGIN PRIVATE KEY-----\\nMC4CAQAw')),
  });
  await recorder.fetch(new Request(root));
  assert(!(await cassette.read()).includes("MC4C"));
});

test("redact hides what else must not be in a cassette, and is applied to what is looked up", async () => {
  const cassette = memoryCassette();
  const redact = (text: string) => text.replaceAll(/acct-\d+/g, "acct");
  const recorder = new RecordingTransport({
    cassette,
    redact,
    transport: () => Promise.resolve(Response.json({ owner: "acct-42" })),
  });
  await recorder.fetch(post("/acct-42/x?a=acct-42", { account: "acct-42" }));
  assert(!(await cassette.read()).includes("42"));
  const replayed = await new ReplayTransport({ cassette, redact }).fetch(
    post("/acct-7/x?a=acct-7", { account: "acct-7" }),
  );
  assertEquals(await replayed.json(), { owner: "acct" });
});

test("each answer is in the cassette before the client sees it, and nothing is written twice", async () => {
  const writes: string[] = [];
  const cassette = {
    ...memoryCassette(),
    append: (text: string) => {
      writes.push(text);
      return Promise.resolve();
    },
    replace: (text: string) => {
      writes.push(`replace ${JSON.stringify(text)}`);
      return Promise.resolve();
    },
  };
  const recorder = new RecordingTransport({ cassette, transport: network() });
  for (let call = 1; call <= 3; call++) {
    await recorder.fetch(new Request(root));
    assertEquals(writes.length, call + 1);
  }
  assertEquals(writes[0], 'replace ""');
  assert(writes.slice(1).every((line) => line.endsWith("}\n") && line.split("\n").length === 2));
});

test("requests in parallel are written one line each, in the order of their answers", async () => {
  const cassette = memoryCassette();
  const recorder = new RecordingTransport({ cassette, transport: network() });
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => recorder.fetch(new Request(`${root}/${index}`))),
  );
  const lines = (await cassette.read()).trimEnd().split("\n").map((line): CassetteEntry => JSON.parse(line));
  assertEquals(lines.length, 50);
});

test("a line that a crash cut off is dropped, and recording goes on behind the whole ones", async () => {
  const cassette = memoryCassette();
  const recorder = new RecordingTransport({ cassette, transport: network() });
  await recorder.fetch(new Request(`${root}/a`));
  await cassette.append('{"request":{"method":"GET","pa');
  assertEquals(await answerOf(new ReplayTransport({ cassette }).fetch(new Request(`${root}/a`))), 1);
  const missing = new CassetteTransport({ cassette, mode: "record-missing", transport: network() });
  await missing.fetch(new Request(`${root}/b`));
  const lines = (await cassette.read()).split("\n");
  assertEquals(lines.length, 3);
  assertEquals(lines.slice(0, 2).map((line) => JSON.parse(line).request.path.slice(-1)), ["a", "b"]);
});

test("a last line without its newline is whole; recording starts a new one", async () => {
  const cassette = memoryCassette();
  await new RecordingTransport({ cassette, transport: network() }).fetch(new Request(`${root}/a`));
  await cassette.replace((await cassette.read()).trimEnd());
  const missing = new CassetteTransport({ cassette, mode: "record-missing", transport: network() });
  assertEquals(await answerOf(missing.fetch(new Request(`${root}/a`))), 1);
  await missing.fetch(new Request(`${root}/b`));
  assertEquals((await cassette.read()).trimEnd().split("\n").length, 2);
});

test("a line that is no entry is named", async () => {
  const replay = new ReplayTransport({ cassette: memoryCassette('{"request":1}\n') });
  await assertRejects(
    () => replay.fetch(new Request(root)),
    KalshiConfigError,
    "Line 1 of the cassette in memory",
  );
});

test("what the network throws is thrown, and not recorded", async () => {
  const cassette = memoryCassette();
  const recorder = new RecordingTransport({
    cassette,
    transport: () => Promise.reject(new TypeError("no route to host")),
  });
  await assertRejects(() => recorder.fetch(new Request(root)), TypeError, "no route");
  assertEquals(await cassette.read(), "");
});

test("a signal that has aborted ends a replayed request", async () => {
  const replay = new ReplayTransport({ cassette: memoryCassette() });
  await assertRejects(
    () => replay.fetch(new Request(root, { signal: AbortSignal.abort(new Error("stop")) })),
    Error,
    "stop",
  );
});

test("options that cannot be are refused", () => {
  const cassette = memoryCassette();
  const make = (options: unknown) => () => new CassetteTransport(options as CassetteTransportOptions);
  assertThrows(make({ cassette, mode: "rewind" }), KalshiConfigError, "record-missing");
  assertThrows(make({ mode: "replay" }), KalshiConfigError, "fileCassette(path)");
  assertThrows(make({ cassette, mode: "replay", matches: {} }), KalshiConfigError, "Did you mean match?");
  assertThrows(make({ cassette, mode: "replay", match: { hosts: 1 } }), KalshiConfigError, "hosts");
  for (const keepHeaders of [["Set-Cookie"], ["kalshi-access-signature"], ["Authorization"]]) {
    assertThrows(make({ cassette, mode: "record", keepHeaders }), KalshiConfigError, "never written");
  }
});

test("closing twice is harmless", async () => {
  await using replay = new ReplayTransport({ cassette: memoryCassette() });
  await replay.close();
});
