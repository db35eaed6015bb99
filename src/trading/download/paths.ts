/**
 * Where a folder of history has what.
 *
 * @module
 */
import type { NodeFiles } from "../../tables/node_files.ts";
import type { HistoryKind } from "./kinds.ts";

/** The folder of a kind, below that of the download. */
export const folderOf = (kind: HistoryKind): string => `kind=${kind}`;

/** The journal of a kind. */
export const journalOf = (kind: HistoryKind): string => `${kind}.journal`;

/** The day of a file, by its path. */
export const dayOfFile = (name: string): string => /\/day=([^/]+)\//.exec(name)?.[1] ?? "";

/** The run that has written a file, by its path; undefined for one of another name than runs give. */
export const runOf = (name: string): string | undefined =>
  /\/([0-9a-f]{8})-\d+\.parquet(\.part)?$/.exec(name)?.[1];

/** Where a file is, by its path below the folder. */
export const pathOf = ({ path }: NodeFiles, dir: string, name: string): string =>
  path.join(dir, ...name.split("/"));
