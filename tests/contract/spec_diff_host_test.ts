import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { assert, assertEquals } from "@std/assert";
import { test } from "../support/test.ts";
import { readFacts } from "../../tools/generate_spec.ts";
import { specs } from "../../src/cli/spec_diff/specs.ts";
import { compareSpecs } from "../../src/cli/spec_diff/compare.ts";
import type { Json } from "../../src/cli/spec_diff/schema.ts";

const fixture = (name: string): Json => JSON.parse(readFileSync(`tests/contract/fixtures/${name}`, "utf8"));

/** A change that is known from Kalshi's changelog, as `kind: where` lines of the report. */
function expectedLines({ kind, where, what }: Readonly<Record<string, string>>): string[] {
  const owner = (where ?? "").split(".")[0];
  const places = (where ?? "").split(", ").map((place) => place.startsWith(".") ? owner + place : place);
  const name = (what ?? "").split(" ")[0];
  const kinds: Record<string, (place: string) => string> = {
    "operation+": (place) => `operation added: ${place}`,
    "parameter+": (place) => `parameter added: ${place} ${name}`,
    "parameter~": (place) => `meaning changed: ${place} ${name}`,
    "parameter-now-optional": (place) => `requiredness changed: ${place} ${name}`,
    "security+": (place) => `security added: ${place}`,
    "field+": (place) => `field added: ${place}`,
    "field+(required)": (place) => `field added: ${place}`,
    "field-": (place) => `field removed: ${place}`,
    "enum+": (place) => `enum value added: ${place}`,
  };
  return places.map((place) => kinds[kind ?? ""]?.(place) ?? `unknown ${kind}`);
}

test("3.30 against today's gives the known changes of the REST API, and else nothing but what has come since", () => {
  const known = fixture("changes-since-base.json").filter(({ product }: Json) => product === "event");
  assertEquals(known.length, 22);
  const reported = compareSpecs(fixture("base-3.30/openapi.json"), JSON.parse(readFacts("openapi.json")));
  const lines = reported.map(({ kind, where }) => `${kind}: ${where}`);
  const expected: string[] = known.flatMap(expectedLines);
  assertEquals(expected.filter((line) => !lines.includes(line)), []);
  assertEquals(lines.filter((line) => !expected.includes(line) && !line.includes(" added: ")), []);
  assertEquals(reported.filter(({ breaking }) => breaking).map(({ where }) => where), [
    "Market.liquidity_dollars",
  ]);
});

test("the WebSocket of August against today's gives the known changes, and else nothing but what has come since", () => {
  const reported = compareSpecs(fixture("base-3.30/asyncapi.json"), JSON.parse(readFacts("asyncapi.json")));
  const lines = new Set(reported.map(({ kind, where }) => `${kind}: ${where}`));
  const seq = [
    "trade",
    "marketLifecycleV2",
    "multivariateMarketLifecycle",
    "eventLifecycle",
    "eventFeeUpdate",
  ]
    .concat(["rfqCreated", "rfqDeleted", "quoteCreated", "quoteAccepted", "quoteExecuted"]);
  const expected = [
    "channel added: cfbenchmarks_value_5hz",
    "enum value added: subscribeCommandPayload.params.channels[]",
    "enum value added: orderAction",
    "field added: subscribeCommandPayload.params.user_filter",
    ...seq.map((name) => `field added: ${name}Payload.seq`),
    "field added: errorResponsePayload.sid",
    "field added: errorResponsePayload.seq",
    "field removed: errorResponsePayload.msg.market_id",
    "field removed: errorResponsePayload.msg.market_ticker",
    "enum added: errorResponsePayload.msg.code",
    "enum value added: marketLifecycleV2Payload.msg.price_level_structure",
    "enum value added: multivariateMarketLifecyclePayload.msg.price_level_structure",
    "limit changed: tickerPayload.msg.dollar_volume",
    "limit changed: tickerPayload.msg.dollar_open_interest",
    "field added: userOrderPayload.msg.exchange_index",
    "field added: userOrderPayload.msg.last_update_reason",
    "enum value added: userOrderPayload.msg.status",
    "nullable changed: userOrderPayload.msg.created_time",
    "nullable changed: userOrderPayload.msg.created_ts_ms",
    "field added: orderbookSnapshotPayload.id",
    "enum value removed: multivariateMarketLifecyclePayload.msg.event_type",
    ...["price_ranges", "strike_type", "floor_strike", "cap_strike", "custom_strike", "yes_sub_title"]
      .map((name) => `field removed: multivariateMarketLifecyclePayload.msg.${name}`),
    ...["name", "title", "yes_sub_title", "no_sub_title", "rules_primary", "rules_secondary"]
      .concat(["can_close_early", "event_ticker", "expected_expiration_ts"])
      .map((name) =>
        `requiredness changed: multivariateMarketLifecyclePayload.msg.additional_metadata.${name}`
      ),
  ];
  for (const line of expected) assert(lines.has(line), line);
  const others = [...lines].filter((line) => !expected.includes(line) && !line.includes(" added: "));
  assertEquals(others, ["limit changed: errorResponsePayload.msg.code"]);
});

/** A small document with one call; the arguments replace parts of it. */
function doc(parts: { params?: Json; body?: Json; answer?: Json; schemas?: Json; more?: Json } = {}): Json {
  const content = (schema: Json) => ({ content: { "application/json": { schema } } });
  return {
    openapi: "3.0.0",
    info: { title: "t", version: "1" },
    paths: {
      "/things/{id}": {
        post: {
          operationId: "MakeThing",
          parameters: parts.params ?? [],
          requestBody: content(parts.body ?? { $ref: "#/components/schemas/Request" }),
          responses: { "201": content(parts.answer ?? { $ref: "#/components/schemas/Answer" }) },
          ...parts.more,
        },
      },
    },
    components: {
      schemas: {
        Request: { type: "object", properties: {} },
        Answer: { type: "object", properties: {} },
        ...parts.schemas,
      },
    },
  };
}

function lines(before: Json, after: Json): string[] {
  return compareSpecs(before, after).map(({ breaking, kind, where, what }) =>
    `${breaking ? "! " : ""}${kind}: ${where}: ${what}`
  );
}

const object = (properties: Json, required: string[] = []) => ({ type: "object", properties, required });
const string = { type: "string" };

test("what breaks depends on who makes the value", () => {
  const change = (schema: string, before: Json, after: Json) =>
    lines(doc({ schemas: { [schema]: before } }), doc({ schemas: { [schema]: after } }));
  const [none, optional, required] = [object({}), object({ a: string }), object({ a: string }, ["a"])];

  assertEquals(change("Request", none, optional), ["field added: Request.a: string"]);
  assertEquals(change("Request", none, required), ["! field added: Request.a: string, required"]);
  assertEquals(change("Answer", none, required), ["field added: Answer.a: string, required"]);
  assertEquals(change("Request", required, none), ["! field removed: Request.a: was string"]);
  assertEquals(change("Answer", optional, none), ["! field removed: Answer.a: was string"]);

  assertEquals(change("Request", optional, required), [
    "! requiredness changed: Request.a: optional -> required",
  ]);
  assertEquals(change("Request", required, optional), [
    "requiredness changed: Request.a: required -> optional",
  ]);
  assertEquals(change("Answer", optional, required), [
    "requiredness changed: Answer.a: optional -> required",
  ]);
  assertEquals(change("Answer", required, optional), [
    "! requiredness changed: Answer.a: required -> optional",
  ]);

  const nullable = object({ a: { type: "string", nullable: true } });
  assertEquals(change("Request", optional, nullable), ["nullable changed: Request.a: may be null now"]);
  assertEquals(change("Answer", optional, nullable), ["! nullable changed: Answer.a: may be null now"]);
  assertEquals(change("Request", nullable, optional), ["! nullable changed: Request.a: may not be null now"]);
  assertEquals(change("Answer", nullable, optional), ["nullable changed: Answer.a: may not be null now"]);

  const number = object({ a: { type: "integer" } });
  assertEquals(change("Answer", optional, number), ["! type changed: Answer.a: string -> integer"]);

  const [ab, abc] = [["a", "b"], ["a", "b", "c"]].map((values) =>
    object({ a: { type: "string", enum: values } })
  );
  assertEquals(change("Answer", ab, abc), ['enum value added: Answer.a: "c"']);
  assertEquals(change("Answer", abc, ab), ['enum value removed: Answer.a: "c"']);
  assertEquals(change("Request", abc, ab), ['! enum value removed: Request.a: "c"']);

  const upTo = (maximum: number) => object({ a: { type: "integer", maximum } });
  assertEquals(change("Request", upTo(10), upTo(5)), ["! limit changed: Request.a: maximum 10 -> 5"]);
  assertEquals(change("Request", upTo(5), upTo(10)), ["limit changed: Request.a: maximum 5 -> 10"]);

  const unit = (name: string) => object({ a: { type: "integer", "x-unit": name } });
  assertEquals(change("Answer", unit("cents"), unit("dollars")), [
    '! meaning changed: Answer.a: unit "cents" -> "dollars"',
  ]);
  assertEquals(change("Answer", unit("cents"), number), []);
});

test("parameters, bodies, answers, statuses and authentication", () => {
  const query = (more: Json = {}) => ({ name: "q", in: "query", schema: string, ...more });
  const params = (before: Json[], after: Json[]) => lines(doc({ params: before }), doc({ params: after }));
  const at = "POST /things/{id} q";
  assertEquals(params([], [query()]), [`parameter added: ${at}: string`]);
  assertEquals(params([], [query({ required: true })]), [`! parameter added: ${at}: string, required`]);
  assertEquals(params([query()], []), [`! parameter removed: ${at}: was string`]);
  assertEquals(params([query()], [query({ required: true })]), [
    `! requiredness changed: ${at}: optional -> required`,
  ]);
  const repeated = query({ schema: { type: "array", items: string }, explode: true });
  assertEquals(params([repeated], [{ ...repeated, explode: false }]), [
    `! list form changed: ${at}: repeated -> commas`,
  ]);
  const line = "POST /things/{id}";
  assertEquals(lines(doc(), doc({ more: { requestBody: undefined } })), [
    `! body removed: ${line}: was Request`,
  ]);
  assertEquals(lines(doc(), doc({ more: { responses: { "204": { description: "" } } } })), [
    `! success status changed: ${line}: 201 -> 204`,
    `! answer removed: ${line}: was Answer`,
  ]);
  assertEquals(lines(doc(), doc({ more: { security: [{ key: [] }] } })), [
    `! security removed: ${line}: nothing`,
    `security added: ${line}: key`,
  ]);
  assertEquals(lines(doc(), doc({ more: { operationId: "Make", deprecated: true } })), [
    `operation id changed: ${line}: MakeThing -> Make`,
    `deprecated: ${line}: `,
  ]);
});

test("the same thing said in another way is no change", () => {
  const answer = object({ a: { $ref: "#/components/schemas/Name" }, b: { type: "string", nullable: true } }, [
    "a",
  ]);
  const before = doc({ schemas: { Answer: answer, Name: string } });
  const inline = object({ a: string, b: { type: ["string", "null"] } }, ["a"]);
  assertEquals(lines(before, doc({ answer: inline, schemas: { Answer: answer, Name: string } })), []);
  const parts = {
    allOf: [object({ a: string }, ["a"]), object({ b: { anyOf: [string, { type: "null" }] } })],
  };
  assertEquals(lines(before, doc({ schemas: { Answer: parts } })), []);
  const renamed = JSON.parse(JSON.stringify(before).replaceAll("{id}", "{thing_id}"));
  assertEquals(lines(before, renamed), []);
});

test("a schema that contains itself is compared", () => {
  const tree = (type: string) => ({
    Answer: object({ child: { $ref: "#/components/schemas/Tree" } }),
    Tree: object({ value: { type }, child: { $ref: "#/components/schemas/Tree" } }),
  });
  assertEquals(lines(doc({ schemas: tree("string") }), doc({ schemas: tree("integer") })), [
    "! type changed: Tree.value: string -> integer",
  ]);
});

test("of every REST specification, what is taken away or comes is told", () => {
  for (const name of ["openapi.json", "perps-openapi.json"]) {
    const now: Json = JSON.parse(readFacts(name));
    assertEquals(compareSpecs(now, structuredClone(now)), [], name);
    for (const [path, calls] of Object.entries<Json>(now.paths)) {
      for (const [method, { operationId }] of Object.entries<Json>(calls)) {
        const before = structuredClone(now);
        delete before.paths[path][method];
        const at = `${method.toUpperCase()} ${path}`;
        const said = (from: Json, to: Json) =>
          compareSpecs(from, to).filter(({ kind }) => kind.startsWith("operation"))
            .map(({ breaking, kind, where, what }) => `${breaking} ${kind} ${where} ${what}`);
        assertEquals(said(before, now), [`false operation added ${at} ${operationId}`], name);
        assertEquals(said(now, before), [`true operation removed ${at} ${operationId}`], name);
      }
    }
  }
});

interface Run {
  readonly status: number | null;
  readonly output: string;
}

function run(...args: string[]): Run {
  const { status, stdout, stderr } = spawnSync(
    "node_modules/deno/deno",
    ["run", "-A", "--no-lock", "tools/spec_diff.ts", ...args],
    { encoding: "utf8", env: { ...globalThis.process?.env, NO_COLOR: "1" } },
  );
  return { status, output: stdout + stderr };
}

test(
  "the command finds the spec that a file belongs to, reads YAML and says with its exit code what it found",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "spec-diff-"));
    try {
      for (const name of Object.keys(specs)) {
        const file = join(folder, name.replace(".json", ".yaml"));
        writeFileSync(file, stringify(JSON.parse(readFacts(name))));
        const { status, output } = run(file);
        assertEquals(status, 0, output);
        assert(output.startsWith(`0 changes, 0 breaking: ${name} `), output);
      }
      const back = run("tests/contract/fixtures/base-3.30/openapi.json");
      assertEquals(back.status, 1);
      assert(back.output.includes("BREAKING  operation removed: GET /fcm/fills: GetFCMFills\n"), back.output);
      const forth = run("src/contract/spec/openapi.json", "tests/contract/fixtures/base-3.30/openapi.json");
      assert(/\b\d\d changes, 1 breaking\b/.test(forth.output), forth.output);
      const text = join(folder, "notes.yaml");
      writeFileSync(text, "just: text\n");
      assertEquals(run(text).status, 2);
      assertEquals(run(join(folder, "absent.json")).status, 2);
      assertEquals(run().status, 2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
