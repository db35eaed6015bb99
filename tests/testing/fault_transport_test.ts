import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { KalshiConfigError, KalshiConnectionError } from "../../src/base/errors.ts";
import {
  FaultTransport,
  type FaultTransportOptions,
  ManualClock,
  type TransportFault,
} from "../../src/testing/mod.ts";
import { test } from "../support/test.ts";

const url = "https://demo.example/trade-api/v2/portfolio/balance";

/** A server that counts what it carried out. */
function server() {
  const state = { carriedOut: 0 };
  const transport = async (request: Request) => {
    await request.arrayBuffer();
    state.carriedOut++;
    return Response.json({ balance: 12345, balance_dollars: "123.45" });
  };
  return { state, transport };
}

test("without faults a request passes as it is", async () => {
  const { state, transport } = server();
  const faults = new FaultTransport({ transport });
  assertEquals((await (await faults.fetch(new Request(url))).json()).balance, 12345);
  assertEquals(state.carriedOut, 1);
  assertEquals(faults.injected, []);
});

test("each fault does what it says, and no more", async () => {
  const { state, transport } = server();
  const plan: (TransportFault | undefined)[] = [
    { kind: "cut-before" },
    { kind: "cut-after" },
    { kind: "cut-body" },
    undefined,
    { kind: "status-before", status: 429 },
    { kind: "status-after", status: 503, headers: { "retry-after": "2" } },
    { kind: "malformed", how: "truncated" },
    { kind: "malformed", how: "html" },
    { kind: "malformed", how: "empty" },
    { kind: "malformed", how: "binary" },
    { kind: "status-before", status: 418, body: "teapot" },
  ];
  const faults = new FaultTransport({ transport, faults: plan });
  const send = () => faults.fetch(new Request(url, { method: "POST", body: "{}" }));
  const carriedOut = () => state.carriedOut;

  const notSent = await assertRejects(send, KalshiConnectionError);
  assertEquals([notSent.outcome, carriedOut()], ["not-sent", 0]);
  await assertRejects(send, TypeError);
  assertEquals(carriedOut(), 1);
  const cut = await send();
  assertEquals([cut.status, carriedOut()], [200, 2]);
  await assertRejects(() => cut.text(), TypeError, "in the middle");
  assertEquals(await (await send()).json(), { balance: 12345, balance_dollars: "123.45" });
  assertEquals(carriedOut(), 3);
  const limited = await send();
  assertEquals([limited.status, await limited.text()], [429, '{"error":"too many requests"}']);
  assertEquals(carriedOut(), 3);
  const late = await send();
  assertEquals([late.status, late.headers.get("retry-after"), carriedOut()], [503, "2", 4]);
  assertEquals((await late.json()).code, "service_unavailable");
  const half = await send();
  const text = await half.text();
  assertEquals([half.status, text], [
    200,
    '{"balance":12345,"balance_dollars":"123.45"}'.slice(0, text.length),
  ]);
  assert(text.length > 0 && text.length < 40);
  const html = await send();
  assertEquals(html.headers.get("content-type"), "text/html");
  assertEquals(await (await send()).text(), "");
  assertEquals((await (await send()).arrayBuffer()).byteLength, 4);
  const teapot = await send();
  assertEquals([teapot.status, await teapot.text(), carriedOut()], [418, "teapot", 8]);

  assertEquals(faults.injected.map(({ index }) => index), [0, 1, 2, 4, 5, 6, 7, 8, 9, 10]);
  assertEquals(faults.injected[0], {
    index: 0,
    method: "POST",
    path: "/trade-api/v2/portfolio/balance",
    fault: { kind: "cut-before" },
    delayMs: 0,
  });
});

/** What a seed does to 2000 requests. */
async function outcomes(options: Partial<FaultTransportOptions>) {
  const faults = new FaultTransport({ transport: server().transport, ...options });
  for (let call = 0; call < 2000; call++) {
    await faults.fetch(new Request(url)).then((response) => response.text()).catch(() => {});
  }
  return faults.injected;
}

test("a seed decides each request by its number, and another seed otherwise", async () => {
  const rates = {
    cutBefore: 0.05,
    cutAfter: 0.05,
    cutBody: 0.02,
    statusBefore: 0.1,
    statusAfter: 0.05,
    malformed: 0.05,
  };
  const first = await outcomes({ seed: 1, rates });
  assertEquals(await outcomes({ seed: 1, rates }), first);
  assert(JSON.stringify(await outcomes({ seed: 2, rates })) !== JSON.stringify(first));
  const share = (kind: string) => first.filter(({ fault }) => fault?.kind === kind).length / 2000;
  const expected = {
    "cut-before": 0.05,
    "cut-after": 0.05,
    "cut-body": 0.02,
    "status-before": 0.1,
    "status-after": 0.05,
    malformed: 0.05,
  };
  for (const [kind, rate] of Object.entries(expected)) {
    assert(Math.abs(share(kind) - rate) < 0.02, `${kind}: ${share(kind)}`);
  }
  const processed429 = first.filter(({ fault }) => fault?.kind === "status-after" && fault.status === 429);
  assertEquals(processed429, []);
});

test("a delay is measured with the clock, and ends with the signal", async () => {
  const { state, transport } = server();
  const clock = new ManualClock();
  const faults = new FaultTransport({ transport, clock, rates: { delay: 1, delayMs: [100, 200] } });
  const answer = faults.fetch(new Request(url));
  await clock.advance(99);
  assertEquals(state.carriedOut, 0);
  await clock.advance(101);
  assertEquals((await answer).status, 200);
  const stop = new AbortController();
  const ended = faults.fetch(new Request(url, { signal: stop.signal }));
  stop.abort(new Error("enough"));
  await assertRejects(() => ended, Error, "enough");
  assertEquals(clock.pending, 0);
  assertEquals(faults.injected.every(({ delayMs }) => delayMs >= 100 && delayMs <= 200), true);
});

test("only the requests that are chosen go wrong and are counted", async () => {
  const { state, transport } = server();
  const faults = new FaultTransport({
    transport,
    faults: [{ kind: "cut-after" }],
    only: ({ method }) => method === "POST",
  });
  await faults.fetch(new Request(url));
  await assertRejects(() => faults.fetch(new Request(url, { method: "POST" })), TypeError);
  await faults.fetch(new Request(url, { method: "POST" }));
  assertEquals(state.carriedOut, 3);
});

test("faults that cannot be are refused", () => {
  const { transport } = server();
  const make = (options: object) => () => new FaultTransport({ transport, ...options });
  assertThrows(make({ rates: { cutAfter: 1.5 } }), KalshiConfigError, "rates: `cutAfter`");
  assertThrows(make({ rates: { cutAfter: 0.6, malformed: 0.6 } }), KalshiConfigError, "over 1");
  assertThrows(make({ rates: { cut: 0.6 } }), KalshiConfigError, "rates has no option");
  assertThrows(make({ rates: { delayMs: [5, 1] } }), KalshiConfigError, "rates: `delayMs`");
  assertThrows(make({ sed: 1 }), KalshiConfigError, "Did you mean seed?");
  assertInstanceOf(make({})(), FaultTransport);
});
