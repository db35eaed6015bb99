/** Steady (npm `@stdy/cli`), an OpenAPI mock server, on a specification of Kalshi's made stricter. */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { arch, platform, tmpdir } from "node:os";
import { join } from "node:path";
import { onFreePort } from "../support/free_port.ts";
import type { TestProduct } from "./products.ts";
import type { Json } from "./spec.ts";

/** What the requests are made of refuses fields that it does not know. */
function closeSchema(strict: Json, schema: Json, seen: Set<string>): void {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1);
    if (!seen.has(name)) closeSchema(strict, strict.components.schemas[name], seen.add(name));
    return;
  }
  for (const part of [...Object.values<Json>(schema.properties ?? {}), ...(schema.allOf ?? [])]) {
    closeSchema(strict, part, seen);
  }
  if (schema.items !== undefined) closeSchema(strict, schema.items, seen);
  if (schema.type === "object" && schema.properties !== undefined) schema.additionalProperties = false;
}

/** The specification with its real paths, its signature as header fields that must be there, and closed bodies. */
function stricter(spec: Json, root: string, identity: readonly string[]): Json {
  const strict = structuredClone(spec);
  strict.paths = Object.fromEntries(
    Object.entries<Json>(strict.paths).map(([path, calls]) => [root + path, calls]),
  );
  const seen = new Set<string>();
  for (const calls of Object.values<Json>(strict.paths)) {
    for (const call of Object.values<Json>(calls)) {
      if (call.security !== undefined) {
        const fields = identity.map((name) => ({
          name,
          in: "header",
          required: true,
          schema: { type: "string" },
        }));
        call.parameters = [...(call.parameters ?? []), ...fields];
      }
      const body = call.requestBody?.content["application/json"].schema;
      if (body !== undefined) closeSchema(strict, body, seen);
    }
  }
  return strict;
}

export interface MockServer extends AsyncDisposable {
  readonly baseUrl: string;
}

/** Starts it; it has ended when it is disposed of. */
export async function startMockServer(
  { spec, asking: { root }, identity }: Pick<TestProduct, "spec" | "asking" | "identity">,
): Promise<MockServer> {
  const folder = await mkdtemp(join(tmpdir(), "kalshi-mock-"));
  const file = join(folder, "openapi.json");
  await writeFile(file, JSON.stringify(stricter(spec, root, identity)));
  const { port, end } = await onFreePort((port) => startSteady(port, file));
  return {
    baseUrl: `http://127.0.0.1:${port}${root}`,
    async [Symbol.asyncDispose]() {
      await end();
      await rm(folder, { recursive: true });
    },
  };
}

async function startSteady(port: number, file: string): Promise<{ port: number; end(): Promise<void> }> {
  const exe = platform() === "win32" ? "steady.exe" : "steady";
  const binary = join("node_modules", "@stdy", `cli-${platform()}-${arch()}`, "bin", exe);
  const child = spawn(binary, ["--no-color", "--log-format", "text", "-p", String(port), file], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`Steady ended with ${code}: ${said}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        said += text;
        if (said.includes("Ready to accept requests")) resolve();
      });
    }
  });
  return {
    port,
    async end() {
      child.kill();
      await ended;
    },
  };
}
