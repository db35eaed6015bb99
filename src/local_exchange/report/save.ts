/** Writes the files of a report. */
import { KalshiConfigError } from "../../base/errors.ts";
import { shown } from "../../base/plain.ts";

/** The part of `node:fs/promises` used here. */
interface Files {
  writeFile(path: string | URL, text: string): Promise<void>;
  rename(from: string | URL, to: string | URL): Promise<void>;
  mkdir(path: string | URL, options: { recursive: true }): Promise<unknown>;
}

/** Writes files into a folder, each whole or not at all; returns their paths. */
export async function saveFiles(
  folder: string | URL,
  files: Readonly<Record<string, string>>,
): Promise<string[]> {
  const isFolder = folder instanceof URL
    ? folder.protocol === "file:"
    : typeof folder === "string" && folder !== "";
  if (!isFolder) {
    throw new KalshiConfigError(
      `save: takes the path of a folder, as text or as a URL of files; got ${shown(folder)}.`,
    );
  }
  const fs = await loadFiles();
  await fs.mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const [name, text] of Object.entries(files)) {
    const path = inFolder(folder, name);
    const next = inFolder(folder, `${name}.tmp`);
    await fs.writeFile(next, text);
    await fs.rename(next, path);
    paths.push(path instanceof URL ? path.href : path);
  }
  return paths;
}

function inFolder(folder: string | URL, name: string): string | URL {
  if (typeof folder === "string") return `${folder.replace(/[/\\]$/, "")}/${name}`;
  return new URL(name, folder.href.endsWith("/") ? folder : `${folder.href}/`);
}

async function loadFiles(): Promise<Files> {
  // Not for bundlers: where there are no files there is no such module.
  const name = "node:fs/promises";
  try {
    return await import(name) as Files;
  } catch (cause) {
    throw new KalshiConfigError(
      "save: this runtime has no files. Take toJSON(), toCSV() and toHTML(), and keep them elsewhere.",
      { cause },
    );
  }
}
