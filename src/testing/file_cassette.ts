import { KalshiConfigError } from "../base/errors.ts";
import { shown } from "../base/plain.ts";
import type { CassetteStore } from "./cassette.ts";

/** The part of `node:fs/promises` used here; written down so that this file needs no types of Node. */
interface Files {
  readFile(path: string | URL, encoding: "utf8"): Promise<string>;
  appendFile(path: string | URL, text: string): Promise<void>;
  writeFile(path: string | URL, text: string): Promise<void>;
  rename(from: string | URL, to: string | URL): Promise<void>;
  mkdir(path: string | URL, options: { recursive: true }): Promise<unknown>;
}

/**
 * A cassette in a file, one line of JSON for each request. Folders are made as needed. Works in Deno, Bun, Node
 * and wherever else there is `node:fs`.
 *
 * @example
 * ```ts
 * import { fileCassette, ReplayTransport } from "@unofficial/kalshi/testing";
 *
 * const transport = new ReplayTransport({
 *   cassette: fileCassette(new URL("./markets.jsonl", import.meta.url)),
 * });
 * console.log(await transport.unused());
 * ```
 */
export function fileCassette(path: string | URL): CassetteStore {
  const isFile = path instanceof URL ? path.protocol === "file:" : typeof path === "string" && path !== "";
  if (!isFile) {
    throw new KalshiConfigError(
      `fileCassette takes the path of a file, as text or as a URL; got ${shown(path)}.`,
    );
  }
  const name = path instanceof URL ? path.pathname : path;
  const folder = path instanceof URL ? new URL(".", path) : path.replace(/[^/\\]*$/, "");
  let ready: Promise<Files> | undefined;
  const open = async () => {
    const files = await loadFiles(name);
    if (folder !== "") await files.mkdir(folder, { recursive: true });
    return files;
  };
  return {
    name,
    async read() {
      try {
        return await (await loadFiles(name)).readFile(path, "utf8");
      } catch (error) {
        if ((error as { code?: unknown }).code === "ENOENT") return "";
        throw error;
      }
    },
    async append(text) {
      await (await (ready ??= open())).appendFile(path, text);
    },
    async replace(text) {
      const files = await (ready ??= open());
      const next = path instanceof URL ? new URL(`${path.href}.tmp`) : `${path}.tmp`;
      await files.writeFile(next, text);
      await files.rename(next, path);
    },
  };
}

async function loadFiles(name: string): Promise<Files> {
  // Held in a variable so that bundlers for runtimes without files leave it alone.
  const specifier = "node:fs/promises";
  try {
    return await import(specifier) as Files;
  } catch (cause) {
    throw new KalshiConfigError(
      `${name} cannot be opened: this runtime has no files. Use memoryCassette().`,
      {
        cause,
      },
    );
  }
}
