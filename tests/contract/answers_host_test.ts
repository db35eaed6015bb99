import { assert, assertEquals } from "@std/assert";
import { test } from "../support/test.ts";
import * as schemas from "../../src/contract/schemas.ts";
import { readFacts } from "../../tools/generate_spec.ts";
import type { Json } from "../../src/cli/spec_diff/schema.ts";
import { isList, places, sample } from "./samples.ts";

interface Answer {
  readonly operation: string;
  readonly schema: Json;
}

function answersOf(spec: Json): Answer[] {
  return Object.entries<Json>(spec.paths).flatMap(([path, item]) =>
    Object.entries<Json>(item).flatMap(([method, call]): Answer[] => {
      const [, answer] = Object.entries<Json>(call.responses).find(([status]) => status.startsWith("2")) ??
        [];
      const schema = answer?.content?.["application/json"]?.schema;
      return schema === undefined ? [] : [{ operation: `${method.toUpperCase()} ${path}`, schema }];
    })
  );
}

const products = [
  { file: "openapi.json", check: schemas.checkResponse },
  { file: "perps-openapi.json", check: schemas.perps.checkResponse },
  { file: "klear-openapi.json", check: schemas.klear.checkResponse, fields: 150 },
];

for (const { file, check, fields = 300 } of products) {
  const spec = JSON.parse(readFacts(file));
  const answers = answersOf(spec);

  test(`${file}: answers made from the spec pass, also with all that Kalshi may add or leave out`, () => {
    for (const { operation, schema } of answers) {
      const whole = sample(spec, schema);
      const passes = (what: string) =>
        assertEquals(check(operation, whole), undefined, `${operation}: ${what}`);
      passes("as it is");
      for (const { path, schema: at, holder, key, required } of places(spec, schema, whole)) {
        const kept = holder[key];
        const put = (value: unknown, what: string) => {
          holder[key] = value;
          passes(`${path} ${what}`);
          holder[key] = kept;
        };
        holder.added_last_thursday = [{ deep: 1 }];
        passes(`new field beside ${path}`);
        delete holder.added_last_thursday;
        if (!required || at.nullable === true || isList(at)) put(null, "null");
        if (!required) {
          delete holder[key];
          passes(`without ${path}`);
          holder[key] = kept;
        }
        if (at.enum !== undefined) put("added_last_thursday", "new value");
        if (at.type === "string" && at.enum === undefined) put("0.56000000001", "more decimals");
      }
    }
  });

  test(`${file}: a required field that is missing, null or of another type is found where it is`, () => {
    let found = 0;
    for (const { operation, schema } of answers) {
      const whole = sample(spec, schema);
      for (const { path, schema: at, holder, key, required } of places(spec, schema, whole)) {
        if (!required || at.type === undefined) continue;
        const kept = holder[key];
        delete holder[key];
        assertEquals(check(operation, whole)?.path, path, `${operation} without ${path}`);
        if (at.nullable !== true && !isList(at)) {
          holder[key] = null;
          assertEquals(check(operation, whole)?.path, path, `${operation} with ${path} null`);
        }
        holder[key] = at.type === "string" ? 1 : "text";
        assertEquals(check(operation, whole)?.path, path, `${operation} with ${path} of another type`);
        holder[key] = kept;
        found++;
      }
    }
    assert(found > fields, `${found} fields tried`);
  });
}

test("frames made from the AsyncAPI specs pass, and lose no required field unseen", () => {
  const kinds = [
    { file: "asyncapi.json", check: schemas.ws.checkFrame, frames: 26 },
    { file: "perps-asyncapi.json", check: schemas.perpsWs.checkFrame, frames: 12 },
  ];
  for (const { file, check, frames } of kinds) {
    const spec = JSON.parse(readFacts(file));
    let tried = 0;
    for (const [name, { payload }] of Object.entries<Json>(spec.components.messages)) {
      const frame = sample(spec, payload);
      if (frame.type === undefined) continue;
      tried++;
      assertEquals(check(frame), undefined, name);
      for (const { path, holder, key, required } of places(spec, payload, frame)) {
        // Two answers share the type `ok`, and nearly anything is one of them.
        if (!required || path === "type" || frame.type === "ok") continue;
        const kept = holder[key];
        delete holder[key];
        assertEquals(check(frame)?.path, path, `${name} without ${path}`);
        holder[key] = kept;
      }
    }
    assert(tried >= frames, `${tried} frames in ${file}`);
  }
});
