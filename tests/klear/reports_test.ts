/** Files of reports: where they are fetched from, with what, how far, and what nobody is shown. */
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import {
  KalshiAbortError,
  KalshiAuthRejectedError,
  KalshiConfigError,
  KalshiConnectionError,
  KalshiDecodeError,
  KalshiError,
  KalshiRedirectError,
  KalshiTimeoutError,
} from "../../mod.ts";
import { KlearClient, type KlearClientOptions, type MarginReport } from "../../src/klear/mod.ts";
import { ManualClock } from "../../src/testing/mod.ts";
import { type Answer, httpAnswer, type RawServer, startRawServer } from "../support/raw_server.ts";
import { textsOf } from "../support/secrets.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

const ID = "5f3c9a52-6d7e";
const TOKEN = "kt_9dK2vQx7LmZ4pR8sT1wY6bN3cF5hJ0aE";
const SIGNATURE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const QUERY =
  `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA4ZQ7K2%2F20261124&X-Amz-Signature=${SIGNATURE}`;
const FILE = "member-5f3c9a52/trade_audit-2026-11-24.csv";

const credentials = { adminUserId: ID, accessToken: TOKEN } as const;

function reportAt(url: string): MarginReport {
  const created_ts = "2026-11-24T21:00:00Z";
  return { report_type: "trade_audit", url, date: "2026-11-24", created_ts, is_end_of_day: true };
}

/** A server of files, and a client of a Klear that is on this machine too. */
async function startFiles(answers: readonly Answer[], options: KlearClientOptions = {}) {
  const server = await startRawServer(...answers);
  const origin = new URL(server.baseUrl).origin;
  const told: unknown[] = [];
  const line = (...said: unknown[]) => void told.push(...said);
  const client = new KlearClient({
    ...credentials,
    config: {
      baseUrl: `${origin}/klear-api/v1`,
      extraHeaders: { "x-desk": "secret-of-the-desk" },
      retryBaseDelayMs: 0,
      maxRetries: 2,
    },
    onRequest: line,
    onResponse: line,
    onRetry: (event) => told.push(event, event.error),
    onEnd: (event) => told.push(event, event.error),
    logger: { debug: line, info: line, warn: line, error: line },
    logLevel: "debug",
    ...options,
  });
  return {
    server,
    client,
    told,
    report: reportAt(`${origin}/${FILE}?${QUERY}`),
    /** Fails when anything that was told, or this error, shows the URL, the token or what is in them. */
    assertHidden(error?: unknown): void {
      for (const item of [...told, error]) {
        for (const text of textsOf(item)) {
          for (const secret of [TOKEN, SIGNATURE, "AKIA4ZQ7K2", "trade_audit-2026", "secret-of-the-desk"]) {
            assert(!text.includes(secret), text.slice(0, 400));
          }
        }
      }
    },
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const requestsOf = async (server: RawServer) => (await server.received()).map(({ head }) => head);

test("a file is fetched from its URL, without credentials and without the client's header fields", async () => {
  await using files = await startFiles([httpAnswer(200, "a,b\n1,2\n", { "content-type": "text/csv" })]);
  const progress: unknown[] = [];
  const bytes = await files.client.margin.reports.download(files.report, {
    onProgress: (step) => progress.push(step),
  });
  assertInstanceOf(bytes, Uint8Array);
  assertEquals(new TextDecoder().decode(bytes), "a,b\n1,2\n");
  assertEquals(progress.at(-1), { bytes: 8, total: 8 });
  const [head = ""] = await requestsOf(files.server);
  assert(head.startsWith(`GET /${FILE}?${QUERY} HTTP/1.1`), head);
  assert(!/authorization|kalshi|x-desk|cookie/i.test(head.split("\r\n").slice(1).join("\n")), head);
  files.assertHidden();
  const [request] = files.told as { url?: string }[];
  assertEquals(request?.url === undefined || request.url === "[redacted]", true);
});

test("a file of many pieces comes whole as bytes, and piece by piece as a stream", async () => {
  const piece = "x".repeat(40_000);
  const chunk = `${piece.length.toString(16)}\r\n${piece}\r\n`;
  const whole = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(5)}0\r\n\r\n`;
  await using files = await startFiles([{ write: whole }]);
  assertEquals((await files.client.margin.reports.download(files.report)).length, 200_000);

  const { body, bytes } = await files.client.margin.reports.open(files.report);
  assertEquals(bytes, undefined);
  let length = 0;
  for await (const part of body as unknown as AsyncIterable<Uint8Array>) length += part.length;
  assertEquals(length, 200_000);

  const sized = await startFiles([httpAnswer(200, "four")]);
  assertEquals((await sized.client.margin.reports.open(sized.report)).bytes, 4);
  await sized[Symbol.asyncDispose]();
});

test("a file is no longer than it may be, told at once where its length is known", async () => {
  const chunk = `5\r\nxxxxx\r\n`;
  const answers: Answer[] = [
    httpAnswer(200, "x".repeat(20)),
    { write: `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(4)}0\r\n\r\n` },
  ];
  for (const answer of answers) {
    await using files = await startFiles([answer]);
    const { reports } = files.client.margin;
    assertEquals((await reports.download(files.report, { maxBytes: 20 })).length, 20);
    const error = await assertRejects(
      () => reports.download(files.report, { maxBytes: 19 }),
      KalshiDecodeError,
    );
    assertStringIncludes(error.message, "more than 19 bytes");
    files.assertHidden(error);
    const streamed = await assertRejects(
      async () => await new Response((await reports.open(files.report, { maxBytes: 19 })).body).text(),
      KalshiDecodeError,
    );
    assertStringIncludes(streamed.message, "more than 19 bytes");
  }
  // What the configuration allows for an answer holds for a file that is read as a whole.
  await using files = await startFiles([httpAnswer(200, "x".repeat(20))]);
  const { baseUrl } = files.client.config;
  await using small = new KlearClient({ ...credentials, config: { baseUrl, maxBodyBytes: 19 } });
  await assertRejects(() => small.margin.reports.download(files.report), KalshiDecodeError);
  assertEquals((await new Response((await small.margin.reports.open(files.report)).body).bytes()).length, 20);
});

test("what fails on the way is tried again, as every read is", async () => {
  const whole = httpAnswer(200, "whole");
  const broken = { write: "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart", then: "end" } as const;
  await using files = await startFiles([httpAnswer(503, "<Error>busy</Error>"), broken, whole]);
  assertEquals(new TextDecoder().decode(await files.client.margin.reports.download(files.report)), "whole");
  files.assertHidden();
  await files.server.setAnswers(broken);
  const error = await assertRejects(
    () => files.client.margin.reports.download(files.report),
    KalshiConnectionError,
  );
  assertEquals([error.attempts, (await requestsOf(files.server)).length], [3, 3]);
  files.assertHidden(error);
  // A stream that has begun is its reader's: it is not begun again.
  await files.server.setAnswers(httpAnswer(502), broken, whole);
  const { body } = await files.client.margin.reports.open(files.report);
  const late = await assertRejects(() => new Response(body).text(), KalshiConnectionError);
  assertStringIncludes(late.message, "broke off before its end");
  files.assertHidden(late);
});

test("an answer that is no file is an error that says what to do, and shows nothing of what came", async () => {
  const echo = `<Error><Resource>/${FILE}?${QUERY}</Resource><Token>${TOKEN}</Token></Error>`;
  const cases: readonly [status: number, kind: new (...args: never) => KalshiError, says: string][] = [
    [301, KalshiRedirectError, "a redirect, which is not followed"],
    [307, KalshiRedirectError, "a redirect, which is not followed"],
    [400, KalshiError as never, "list the reports again"],
    [403, KalshiAuthRejectedError, "list the reports again"],
    [404, KalshiError as never, "list the reports again"],
    [410, KalshiError as never, "list the reports again"],
  ];
  for (const [status, kind, says] of cases) {
    const location = `https://elsewhere.example/${FILE}?${QUERY}`;
    await using files = await startFiles([httpAnswer(status, echo, { location, "x-amz-id-2": SIGNATURE })]);
    const error = await assertRejects(() => files.client.margin.reports.download(files.report), KalshiError);
    assertInstanceOf(error, kind);
    assertStringIncludes(error.message, says);
    assertEquals([error.status, error.path, (await requestsOf(files.server)).length], [
      status,
      "/margin/reports/file",
      1,
    ]);
    files.assertHidden(error);
  }
});

test("a server that cannot be reached is told of without its address", async () => {
  await using files = await startFiles([httpAnswer(200)], {});
  const gone = reportAt(`http://127.0.0.1:1/${FILE}?${QUERY}`);
  const error = await assertRejects(() => files.client.margin.reports.download(gone), KalshiConnectionError);
  files.assertHidden(error);
});

test("only https, and no user, is fetched; on this machine where Klear is there too", async () => {
  await using files = await startFiles([httpAnswer(200)]);
  const { reports } = files.client.margin;
  const elsewhere = new KlearClient({ ...credentials });
  const bad: readonly [url: unknown, says: string][] = [
    [undefined, "is missing"],
    ["", "is missing"],
    ["reports/a.csv", "is no absolute URL"],
    [`http://files.example/${FILE}?${QUERY}`, "does not begin with https://"],
    [`ftp://files.example/${FILE}`, "does not begin with https://"],
    ["data:text/csv,a", "does not begin with https://"],
    [`https://user:word@files.example/${FILE}?${QUERY}`, "holds a user name"],
    ["[redacted]", "is no absolute URL"],
  ];
  for (const [url, says] of bad) {
    for (const name of ["download", "open"] as const) {
      const error = await assertRejects(
        () => reports[name]({ url } as MarginReport),
        KalshiConfigError,
        says,
      );
      assertEquals(error.outcome, "not-sent");
      files.assertHidden(error);
    }
  }
  // On production's behalf nothing is fetched in plaintext from this machine either.
  await assertRejects(() => elsewhere.margin.reports.download(files.report), KalshiConfigError, "https://");
  for (const report of [null, undefined, "https://files.example/a", {}]) {
    await assertRejects(
      () => reports.download(report as unknown as MarginReport),
      KalshiConfigError,
      "is missing",
    );
  }
  const options: readonly [options: object, says: string][] = [
    [{ maxBytes: 0 }, "maxBytes"],
    [{ onProgress: 7 }, "onProgress"],
    [{ headers: {} }, "headers"],
    [{ maxByte: 7 }, "maxBytes"],
  ];
  for (const [given, says] of options) {
    await assertRejects(() => reports.download(files.report, given), KalshiConfigError, says);
  }
  assertEquals(await requestsOf(files.server), []);
});

test("a download ends with its signal, before and while it comes", async () => {
  const half = { write: "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart" };
  await using files = await startFiles([half]);
  const { reports } = files.client.margin;
  const before = await assertRejects(
    () => reports.download(files.report, { signal: AbortSignal.abort("enough") }),
    KalshiAbortError,
  );
  assertEquals([before.cause, (await requestsOf(files.server)).length], ["enough", 0]);
  const during = new AbortController();
  const error = await assertRejects(
    () => reports.download(files.report, { signal: during.signal, onProgress: () => during.abort("enough") }),
    KalshiAbortError,
  );
  assertEquals(error.cause, "enough");

  const streaming = new AbortController();
  const { body } = await reports.open(files.report, { signal: streaming.signal });
  const reader = body.getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), "part");
  const next = reader.read();
  streaming.abort("enough");
  const late = await assertRejects(() => next, KalshiAbortError);
  assertEquals(late.cause, "enough");
  files.assertHidden(late);
});

test("a piece that does not come in time ends a stream", async () => {
  const clock = new ManualClock();
  const half = { write: "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart" };
  await using files = await startFiles([half], { clock });
  const { body } = await files.client.margin.reports.open(files.report, { timeoutMs: 5_000 });
  const reader = body.getReader();
  await reader.read();
  const next = reader.read();
  next.catch(() => {});
  await clock.advance(4_999);
  await clock.advance(1);
  const error = await assertRejects(() => next, KalshiTimeoutError);
  assertStringIncludes(error.message, "no piece of it came for 5000 ms");
});

test("a reader that has enough frees the connection", async () => {
  const half = { write: "HTTP/1.1 200 OK\r\ncontent-length: 900000\r\n\r\npart" };
  await using files = await startFiles([half]);
  const { body } = await files.client.margin.reports.open(files.report);
  const reader = body.getReader();
  await reader.read();
  await reader.cancel();
  await until(async () => await files.server.thing.call<number>("openConnections") === 0);
});

test("a listed report shows its URL by its name alone", async () => {
  const url = `https://files.example/${FILE}?${QUERY}`;
  await using client = new KlearClient({
    ...credentials,
    transport: () => Promise.resolve(Response.json({ reports: [reportAt(url), reportAt(url)] })),
  });
  const reports = await client.margin.reports.list({ start_date: "2026-11-24", end_date: "2026-11-24" });
  assertEquals(reports.map(({ url, date }) => [url, date]), Array(2).fill([url, "2026-11-24"]));
  for (const text of [JSON.stringify(reports), JSON.stringify({ ...reports[0] }), String(reports)]) {
    assert(!text.includes("files.example"), text);
  }
  const copies = JSON.parse(JSON.stringify(reports));
  assertEquals(Object.keys(copies[0]), ["report_type", "date", "created_ts", "is_end_of_day"]);
  await assertRejects(() => client.margin.reports.download(copies[0]), KalshiConfigError, "is missing");
});

test("what breaks a list of reports, or refuses one, shows no signed URL", async () => {
  const url = `https://files.example/${FILE}?${QUERY}`;
  const whole = JSON.stringify({ reports: [reportAt(url)] });
  const bodies: [status: number, body: string][] = [
    [200, whole.slice(0, whole.indexOf(SIGNATURE) + 20)], // cut
    [200, `<a href="${url.replaceAll("&", "&amp;")}">`],
    [200, whole.slice(1).replaceAll("/", "\\/").replaceAll("&", "\\u0026")],
    [400, JSON.stringify({ error: { code: "no", message: `not ${url}`, details: { url, urls: [url] } } })],
    [403, JSON.stringify({ error: JSON.stringify({ url }) })],
    [404, encodeURIComponent(url)],
  ];
  for (const [status, body] of bodies) {
    const told: unknown[] = [];
    const line = (...said: unknown[]) => void told.push(...said);
    await using client = new KlearClient({
      ...credentials,
      config: { maxRetries: 0 },
      logger: { debug: line, info: line, warn: line, error: line },
      logLevel: "debug",
      onEnd: (event) => told.push(event, event.error),
      transport: () => Promise.resolve(new Response(body, { status })),
    });
    const days = { start_date: "2026-11-24", end_date: "2026-11-24" };
    told.push(await assertRejects(() => client.margin.reports.list(days), KalshiError));
    for (const text of told.flatMap((one) => textsOf(one))) {
      assert(!text.includes(SIGNATURE.slice(0, 12)) && !text.includes("AKIA4ZQ7K2"), `${status} ${text}`);
    }
  }
});

test("a range of days that Klear would refuse is not sent", async () => {
  const sent: string[] = [];
  await using client = new KlearClient({
    ...credentials,
    transport: ({ url }) => {
      sent.push(url);
      return Promise.resolve(Response.json({ reports: [] }));
    },
  });
  const { reports } = client.margin;
  const ranges: readonly [start: string, end: string, says: string][] = [
    ["2026-11-24", "2026-11-23", "is before"],
    ["2026-08-01", "2026-11-24", "115 days apart, and 90 are the most"],
    ["2026-11-24", "24.11.2026", "`end_date`"],
    ["2026-11-31x", "2026-11-24", "`start_date`"],
  ];
  for (const [start_date, end_date, says] of ranges) {
    await assertRejects(() => reports.list({ start_date, end_date }), KalshiConfigError, says);
  }
  assertEquals(sent, []);
  assertEquals(await reports.list({ start_date: "2026-08-26", end_date: "2026-11-24" }), []);
});
