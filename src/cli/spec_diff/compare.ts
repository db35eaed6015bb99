/** Compares two OpenAPI or two AsyncAPI documents. */
import { type Change, describe, type Json, propertiesOf, resolve, SchemaDiff, type Use } from "./schema.ts";

const methods = ["get", "post", "put", "patch", "delete"];

/** A document's calls by method and path, with the names of path parameters left out. */
function calls(doc: Json): Map<string, { line: string; call: Json; params: Json[] }> {
  const found = new Map();
  for (const [path, item] of Object.entries<Json>(doc.paths ?? {})) {
    for (const method of methods) {
      if (item[method] === undefined) continue;
      const line = `${method.toUpperCase()} ${path}`;
      const params = [...item.parameters ?? [], ...item[method].parameters ?? []].map((one) =>
        resolve(doc, one)
      );
      found.set(line.replace(/\{[^}]*\}/g, "{}"), { line, call: item[method], params });
    }
  }
  return found;
}

const jsonSchema = (doc: Json, holder: Json): Json =>
  Object.values<Json>(resolve(doc, holder ?? {}).content ?? {})[0]?.schema;

function success(doc: Json, call: Json): { status: string; schema: Json } {
  const [status = "none", answer] =
    Object.entries<Json>(call.responses ?? {}).find(([code]) => code.startsWith("2")) ?? [];
  return { status, schema: jsonSchema(doc, answer) };
}

/** Ways to authenticate, each as the sorted names of what it needs; an empty one means that none is needed. */
function security(doc: Json, call: Json): Set<string> {
  const ways: Json[] = call.security ?? doc.security ?? [];
  return new Set(
    ways.length === 0 ? ["nothing"] : ways.map((way) => Object.keys(way).sort().join("+") || "nothing"),
  );
}

const refs = (doc: Json, value: Json, found: Set<string>): Set<string> => {
  if (typeof value !== "object" || value === null) return found;
  for (const [key, inner] of Object.entries<Json>(value)) {
    if (key !== "$ref") refs(doc, inner, found);
    else if (!found.has(inner)) {
      found.add(inner);
      refs(doc, resolve(doc, value), found);
    }
  }
  return found;
};

const named = (pointers: Set<string>) =>
  new Set(
    [...pointers].filter((ref) => ref.includes("/schemas/")).map((ref) =>
      ref.slice(ref.lastIndexOf("/") + 1)
    ),
  );

/** Names of the schemas that we send and that we receive. */
function roles(doc: Json): { sent: Set<string>; received: Set<string> } {
  const sent = new Set<string>();
  const received = new Set<string>();
  for (const { call, params } of calls(doc).values()) {
    refs(doc, params, sent);
    refs(doc, call.requestBody, sent);
    refs(doc, call.responses, received);
  }
  return { sent: named(sent), received: named(received) };
}

/** Compares schemas that both documents define under the same name, once each. */
function compareNamed(
  diff: SchemaDiff,
  before: Json,
  after: Json,
  names: Iterable<string>,
  use: (name: string) => Use,
) {
  for (const name of names) {
    diff.compare(name, before.components.schemas[name], after.components.schemas[name], use(name));
  }
}

function sharedNames(before: Json, after: Json): Set<string> {
  const names = Object.keys(before.components?.schemas ?? {});
  return new Set(names.filter((name) => Object.hasOwn(after.components?.schemas ?? {}, name)));
}

function compareOpenApi(before: Json, after: Json): Change[] {
  const shared = sharedNames(before, after);
  const diff = new SchemaDiff(before, after, shared);
  const [oldCalls, newCalls] = [calls(before), calls(after)];
  for (const [key, { line, call }] of newCalls) {
    if (!oldCalls.has(key)) diff.add(false, "operation added", line, call.operationId ?? "");
  }
  for (const [key, { line, call }] of oldCalls) {
    if (!newCalls.has(key)) diff.add(true, "operation removed", line, call.operationId ?? "");
  }
  for (const [key, old] of oldCalls) {
    const now = newCalls.get(key);
    if (now === undefined) continue;
    compareCall(diff, before, after, old, now);
  }
  const [oldRoles, newRoles] = [roles(before), roles(after)];
  const sent = (name: string) => oldRoles.sent.has(name) || newRoles.sent.has(name);
  const received = (name: string) => oldRoles.received.has(name) || newRoles.received.has(name);
  const used = [...shared].filter((name) => sent(name) || received(name));
  compareNamed(diff, before, after, used, (name) => sent(name) ? received(name) ? "both" : "in" : "out");
  return diff.changes;
}

type Entry = { line: string; call: Json; params: Json[] };

function compareCall(diff: SchemaDiff, before: Json, after: Json, old: Entry, now: Entry): void {
  const { line } = now;
  if (old.call.operationId !== now.call.operationId) {
    diff.add(false, "operation id changed", line, `${old.call.operationId} -> ${now.call.operationId}`);
  }
  if (now.call.deprecated === true && old.call.deprecated !== true) diff.add(false, "deprecated", line, "");
  compareParams(diff, before, after, old, now);
  const [oldBody, newBody] = [
    resolve(before, old.call.requestBody ?? {}),
    resolve(after, now.call.requestBody ?? {}),
  ];
  const [oldSchema, newSchema] = [jsonSchema(before, oldBody), jsonSchema(after, newBody)];
  const must = newBody.required === true;
  if (oldSchema === undefined && newSchema !== undefined) {
    diff.add(must, "body added", line, describe(after, newSchema) + (must ? ", required" : ""));
  } else if (oldSchema !== undefined && newSchema === undefined) {
    diff.add(true, "body removed", line, `was ${describe(before, oldSchema)}`);
  } else if (oldSchema !== undefined) {
    if ((oldBody.required === true) !== must) {
      const what = must ? "optional -> required" : "required -> optional";
      diff.add(must, "requiredness changed", `${line} body`, what);
    }
    diff.compare(`${line} body`, oldSchema, newSchema, "in");
  }
  const [oldAnswer, newAnswer] = [success(before, old.call), success(after, now.call)];
  if (oldAnswer.status !== newAnswer.status) {
    diff.add(true, "success status changed", line, `${oldAnswer.status} -> ${newAnswer.status}`);
  }
  if (oldAnswer.schema === undefined && newAnswer.schema !== undefined) {
    diff.add(false, "answer added", line, describe(after, newAnswer.schema));
  } else if (oldAnswer.schema !== undefined && newAnswer.schema === undefined) {
    diff.add(true, "answer removed", line, `was ${describe(before, oldAnswer.schema)}`);
  } else if (oldAnswer.schema !== undefined) {
    diff.compare(`${line} answer`, oldAnswer.schema, newAnswer.schema, "out");
  }
  const [oldWays, newWays] = [security(before, old.call), security(after, now.call)];
  for (const way of newWays) if (!oldWays.has(way)) diff.add(false, "security added", line, way);
  for (const way of oldWays) if (!newWays.has(way)) diff.add(true, "security removed", line, way);
}

function compareParams(diff: SchemaDiff, before: Json, after: Json, old: Entry, now: Entry): void {
  const key = (param: Json) => `${param.in} ${param.name}`;
  const oldParams = new Map(old.params.map((param) => [key(param), param]));
  const newParams = new Map(now.params.map((param) => [key(param), param]));
  for (const [name, param] of newParams) {
    const at = `${now.line} ${param.name}`;
    const previous = oldParams.get(name);
    if (previous === undefined) {
      const what = describe(after, param.schema ?? {}) + (param.required ? ", required" : "");
      diff.add(param.required === true, "parameter added", at, what);
      continue;
    }
    if ((previous.required === true) !== (param.required === true)) {
      const what = param.required ? "optional -> required" : "required -> optional";
      diff.add(param.required === true, "requiredness changed", at, what);
    }
    if ((previous.explode ?? true) !== (param.explode ?? true)) {
      diff.add(
        true,
        "list form changed",
        at,
        param.explode === false ? "repeated -> commas" : "commas -> repeated",
      );
    }
    if (param.deprecated === true && previous.deprecated !== true) diff.add(false, "deprecated", at, "");
    diff.compare(at, previous.schema ?? {}, param.schema ?? {}, "in");
  }
  for (const [name, param] of oldParams) {
    if (!newParams.has(name)) {
      const what = `was ${describe(before, param.schema ?? {})}`;
      diff.add(true, "parameter removed", `${now.line} ${param.name}`, what);
    }
  }
}

interface Frame {
  readonly sent: boolean;
  readonly schema: Json;
}

/** The frames of an AsyncAPI document, by channel and by what tells them apart on the wire. */
function frames(doc: Json): Map<string, Map<string, Frame>> {
  const channels = new Map<string, Map<string, Frame>>();
  for (const [name, channel] of Object.entries<Json>(doc.channels ?? {})) {
    const messages = new Map<string, Frame>();
    for (const [key, message] of Object.entries<Json>(resolve(doc, channel).messages ?? {})) {
      const schema = resolve(doc, message).payload ?? {};
      const properties = propertiesOf(doc, schema);
      const [cmd, type] = [resolve(doc, properties.cmd ?? {}), resolve(doc, properties.type ?? {})];
      // Several messages may share a command or a type; the document's own key then tells them apart.
      const wire: string = cmd.const ?? type.const ?? type.enum?.[0] ?? key;
      messages.set(messages.has(wire) ? `${wire} (${key})` : wire, {
        sent: properties.cmd !== undefined,
        schema,
      });
    }
    channels.set(name, messages);
  }
  return channels;
}

function compareAsyncApi(before: Json, after: Json): Change[] {
  const shared = sharedNames(before, after);
  const diff = new SchemaDiff(before, after, shared);
  const [oldChannels, newChannels] = [frames(before), frames(after)];
  for (const name of newChannels.keys()) {
    if (!oldChannels.has(name)) {
      diff.add(false, "channel added", name, [...newChannels.get(name)?.keys() ?? []].join(", "));
    }
  }
  const sent = new Set<string>();
  const received = new Set<string>();
  for (const [name, oldFrames] of oldChannels) {
    const newFrames = newChannels.get(name);
    if (newFrames === undefined) {
      diff.add(true, "channel removed", name, "");
      continue;
    }
    for (const [wire, { schema }] of newFrames) {
      if (!oldFrames.has(wire)) diff.add(false, "message added", `${name} ${wire}`, describe(after, schema));
    }
    for (const [wire, frame] of oldFrames) {
      const now = newFrames.get(wire);
      if (now === undefined) {
        diff.add(true, "message removed", `${name} ${wire}`, "");
        continue;
      }
      refs(before, frame.schema, frame.sent ? sent : received);
      refs(after, now.schema, frame.sent ? sent : received);
      diff.compare(`${name} ${wire}`, frame.schema, now.schema, frame.sent ? "in" : "out");
    }
  }
  const [ours, theirs] = [named(sent), named(received)];
  const used = [...shared].filter((name) => ours.has(name) || theirs.has(name));
  compareNamed(
    diff,
    before,
    after,
    used,
    (name) => ours.has(name) ? theirs.has(name) ? "both" : "in" : "out",
  );
  return diff.changes;
}

/** What kind of document it is, or `undefined`. */
export function kindOf(doc: Json): "openapi" | "asyncapi" | undefined {
  if (doc?.openapi !== undefined && doc.paths !== undefined) return "openapi";
  if (doc?.asyncapi !== undefined && doc.channels !== undefined) return "asyncapi";
  return undefined;
}

/** All differences from one document to a newer one of the same kind, breaking ones first. */
export function compareSpecs(before: Json, after: Json): Change[] {
  const kind = kindOf(before);
  if (kind === undefined || kind !== kindOf(after)) {
    throw new Error("two OpenAPI or two AsyncAPI documents are needed");
  }
  const changes = kind === "openapi" ? compareOpenApi(before, after) : compareAsyncApi(before, after);
  const seen = new Set<string>();
  return changes.filter((change) => {
    const line = JSON.stringify(change);
    return !seen.has(line) && seen.add(line);
  }).sort((a, b) => Number(b.breaking) - Number(a.breaking));
}

/** How many calls or channels two documents have in common, as a share of all that they have. */
export function likeness(a: Json, b: Json): number {
  if (kindOf(a) === undefined || kindOf(a) !== kindOf(b)) return 0;
  const keys = (doc: Json) => [...kindOf(doc) === "openapi" ? calls(doc).keys() : Object.keys(doc.channels)];
  const [left, right] = [new Set(keys(a)), keys(b)];
  const both = right.filter((key) => left.has(key)).length;
  return both / (left.size + right.length - both);
}
