/** Whatever a server sends back, however it is written: no secret of a request gets into a cassette. */
import { assert, assertEquals } from "@std/assert";
import { KalshiClient } from "../../mod.ts";
import { KlearClient } from "../../src/klear/mod.ts";
import { memoryCassette, RecordingTransport, ReplayTransport } from "../../src/testing/mod.ts";
import { type PlaceName, PLACES, RAW, SPELLINGS, startMirror } from "../support/mirror.ts";
import { Captured } from "../support/secrets.ts";
import { test } from "../support/test.ts";

const keepHeaders = ["content-type", "location", "retry-after", "date", "x-request-id"];

/** What a cassette holds: its text, and what its bodies in base64 say. */
function textsIn(cassette: string): string[] {
  const bodies = [...cassette.matchAll(/"base64":"([^"]*)"/g)].map(([, body = ""]) => atob(body));
  return [cassette, ...bodies];
}

test("a recording of what a server sends back holds no secret", async () => {
  await using mirror = await startMirror();
  for (const [spelling, [name, spell]] of Object.entries(SPELLINGS).entries()) {
    const secrets = new Captured();
    const cassette = memoryCassette();
    await using transport = new RecordingTransport({ cassette, keepHeaders });
    await using client = new KalshiClient({
      auth: secrets.signer(),
      transport,
      config: { baseUrl: mirror.baseUrl, extraHeaders: secrets.headers, maxRetries: 1, retryBaseDelayMs: 0 },
    });
    const places: PlaceName[] = [
      "a refusal's details, deep",
      "JSON without its end",
      "bytes",
      "a redirect's target",
    ];
    for (const where of places) {
      const place = Object.keys(PLACES).indexOf(where);
      await client.request("GET", `/mirror/${place}/${spelling}/again`).catch(() => {});
    }
    secrets.assertHidden(textsIn(await cassette.read()), spell, name);
  }
});

test("a recording in every place of an answer holds no secret", async () => {
  await using mirror = await startMirror();
  const secrets = new Captured();
  const cassette = memoryCassette();
  await using transport = new RecordingTransport({ cassette, keepHeaders });
  await using client = new KalshiClient({
    auth: secrets.signer(),
    transport,
    config: { baseUrl: mirror.baseUrl, extraHeaders: secrets.headers, maxRetries: 1, retryBaseDelayMs: 0 },
  });
  for (const [place, where] of (Object.keys(PLACES) as PlaceName[]).entries()) {
    if (RAW.has(where)) continue;
    for (const path of [`/mirror/${place}/0`, `/api_keys/${secrets.signer().keyId}/mirror/${place}/0`]) {
      await client.request("GET", path).catch(() => {});
      secrets.assertHidden(textsIn(await cassette.read()), (text) => text, where);
    }
  }
  assert(!(await cassette.read()).includes(secrets.signer().keyId));
});

test("fields named like secrets are emptied however their names are written", async () => {
  const wide = (text: string) =>
    Uint8Array.from(Array.from(text, (letter) => [letter.charCodeAt(0), 0]).flat());
  const bodies: readonly (string | Uint8Array<ArrayBuffer>)[] = [
    '{"private\\u005fkey":"hunter22","count":1.10}',
    '{"inner":"{\\"token\\":\\"hunter22\\"}"}',
    '{"list":[{"secret" : "hunter22"}]}',
    '{"passphrase":"hunter22',
    wide('{"password":"hunter22"}'),
    Uint8Array.from([0xff, ...new TextEncoder().encode('{"password":"hunter22"}')]),
    wide("-----BEGIN PRIVATE KEY-----\nhunter22\n-----END PRIVATE KEY-----"),
    "\\u002d----BEGIN PRIVATE KEY-----\\nhunter22\\n-----END PRIVATE KEY-----",
  ];
  for (const body of bodies) {
    const cassette = memoryCassette();
    const recorder = new RecordingTransport({
      cassette,
      transport: () => Promise.resolve(new Response(body)),
    });
    await recorder.fetch(new Request("https://demo.example/x"));
    const texts = textsIn(await cassette.read()).map((text) => text.replaceAll("\0", "")).join("\n");
    assert(!texts.includes("hunter22"), texts);
    assert(texts.includes("[redacted]"), texts);
  }
});

test("what surrounds a secret stays as it was", async () => {
  const cassette = memoryCassette();
  const body = '{"token":"hunter22", "count":1.10,"id":12345678901234567890}';
  const recorder = new RecordingTransport({ cassette, transport: () => Promise.resolve(new Response(body)) });
  await recorder.fetch(new Request("https://demo.example/x"));
  const [line = ""] = (await cassette.read()).split("\n");
  assertEquals(JSON.parse(line).response.body.text, body.replace("hunter22", "[redacted]"));
});

const SIGNATURE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const FILE =
  `https://files.example/member/trade_audit.csv?X-Amz-Credential=AKIA4ZQ7K2%2F2026&X-Amz-Signature=${SIGNATURE}`;

test("a report's URL loses its signature in a recording, and its file is found again in a replay", async () => {
  const report = {
    report_type: "trade_audit",
    url: FILE,
    date: "2026-11-24",
    created_ts: "2026-11-24T21:00:00Z",
    is_end_of_day: true,
  };
  const token = "kt_9dK2vQx7LmZ4pR8sT1wY6bN3cF5hJ0aE";
  const cassette = memoryCassette();
  const credentials = { adminUserId: "admin-1", accessToken: token };
  const days = { start_date: "2026-11-24", end_date: "2026-11-24" };
  // As it is, and as Go and PHP write JSON.
  const spellings = [
    JSON.stringify({ reports: [report] }),
    JSON.stringify({ reports: [report] }).replaceAll("&", "\\u0026").replaceAll("/", "\\/"),
  ];
  for (const body of spellings) {
    const seen: string[] = [];
    const network = ({ url, headers }: Request) => {
      seen.push(url);
      if (url === FILE) return Promise.resolve(new Response("a,b\n"));
      return Promise.resolve(
        new Response(body.replace("trade_audit", `trade_audit","echo":"${headers.get("authorization")}`)),
      );
    };
    await cassette.replace("");
    await using live = new KlearClient({
      ...credentials,
      transport: new RecordingTransport({ cassette, transport: network }),
    });
    const [listed] = await live.margin.reports.list(days);
    assert(listed !== undefined);
    assertEquals([listed.url, (await live.margin.reports.download(listed)).length], [FILE, 4]);
    assertEquals(seen.at(-1), FILE);
    const text = await cassette.read();
    for (const secret of [SIGNATURE, "AKIA4ZQ7K2", token]) assert(!text.includes(secret), text);

    await using replayed = new KlearClient({ ...credentials, transport: new ReplayTransport({ cassette }) });
    const [again] = await replayed.margin.reports.list(days);
    assert(again !== undefined);
    assertEquals(new TextDecoder().decode(await replayed.margin.reports.download(again)), "a,b\n");
  }
});

test("a URL without a signature stays as it was, and one that was cut off loses what it has of one", async () => {
  const recorded = async (body: string) => {
    const cassette = memoryCassette();
    const recorder = new RecordingTransport({
      cassette,
      transport: () => Promise.resolve(new Response(body)),
    });
    await recorder.fetch(new Request("https://demo.example/x"));
    return await cassette.read();
  };
  const plain = '{"url":"https://docs.example/a?page=2&x=1"}';
  assert((await recorded(plain)).includes("https://docs.example/a?page=2&x=1"));
  assert(!(await recorded(`{"url":"${FILE.slice(0, -9)}`)).includes(SIGNATURE.slice(0, 20)));
});
