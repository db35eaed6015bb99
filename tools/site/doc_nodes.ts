/** What `deno doc --json` tells of an entry, as far as the reference shows it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A tag of a docstring, such as `@throws`. */
export interface DocTag {
  readonly kind: string;
  readonly name?: string;
  readonly doc?: string;
  readonly value?: string;
  readonly tsType?: { readonly repr: string };
}

export interface JsDoc {
  readonly doc?: string;
  readonly tags?: readonly DocTag[];
}

export interface Location {
  readonly filename: string;
  readonly line: number;
  readonly col: number;
  /** In bytes of UTF-8. */
  readonly byteIndex: number;
}

/** A constructor, a method or a property. */
export interface Member {
  readonly name: string;
  readonly location: Location;
  readonly jsDoc?: JsDoc;
  readonly isStatic?: boolean;
}

export interface Declaration {
  readonly kind: "class" | "interface" | "typeAlias" | "function" | "variable" | "namespace" | "enum";
  readonly location: Location;
  readonly jsDoc?: JsDoc;
  readonly def: {
    readonly constructors?: readonly Member[];
    readonly methods?: readonly Member[];
    readonly properties?: readonly Member[];
    readonly elements?: readonly DocSymbol[];
  };
}

/** What an entry exports under one name. */
export interface DocSymbol {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

/** What `deno doc` says of one module. */
export interface DocModule {
  readonly moduleDoc: JsDoc;
  readonly symbols: readonly DocSymbol[];
}

/** Asks Deno for the docstrings of an entry. */
export async function readEntry(path: string): Promise<DocModule> {
  const { stdout } = await promisify(execFile)(
    "node_modules/deno/deno",
    ["doc", "--json", "--quiet", path],
    { maxBuffer: 256 * 1024 * 1024 },
  );
  const { nodes }: {
    readonly nodes: Readonly<
      Record<string, { readonly module_doc?: JsDoc; readonly symbols?: readonly DocSymbol[] }>
    >;
  } = JSON.parse(stdout);
  const [module] = Object.values(nodes);
  return { moduleDoc: module?.module_doc ?? {}, symbols: module?.symbols ?? [] };
}
