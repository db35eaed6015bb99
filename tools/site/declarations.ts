/** The text of declarations, as it stands in the sources, without bodies. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { there } from "../there.ts";
import type { Location } from "./doc_nodes.ts";

const files = new Map<string, ts.SourceFile>();

function sourceFile(url: string): ts.SourceFile {
  const known = files.get(url);
  if (known !== undefined) return known;
  const file = ts.createSourceFile(
    url,
    readFileSync(fileURLToPath(url), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  files.set(url, file);
  return file;
}

/** The outermost node that begins here, so that it is the declaration and not its first word. */
function nodeAt(file: ts.SourceFile, position: number): ts.Node | undefined {
  const search = (node: ts.Node): ts.Node | undefined => {
    if (position < node.getFullStart() || position >= node.getEnd()) return undefined;
    if (node !== file && node.getStart(file) === position) return node;
    return ts.forEachChild(node, search);
  };
  return search(file);
}

const hasBody = (
  node: ts.Node,
): node is
  | ts.FunctionDeclaration
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.AccessorDeclaration =>
  ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node) ||
  ts.isAccessor(node);

/** Up to the body of a function, the members of a class, or the value of a constant that says its type. */
function headOf(file: ts.SourceFile, node: ts.Node): string {
  const start = node.getStart(file);
  const upTo = (end: number) => file.text.slice(start, end).trimEnd();
  if (hasBody(node)) return upTo(node.body?.getStart(file) ?? node.getEnd());
  if (ts.isClassDeclaration(node)) {
    const clauses = node.heritageClauses ?? node.typeParameters;
    return upTo(clauses?.end ?? there(node.name).getEnd());
  }
  if (ts.isPropertyDeclaration(node) && node.type !== undefined) return upTo(node.type.getEnd());
  if (ts.isVariableStatement(node)) {
    const type = node.declarationList.declarations[0]?.type;
    if (type !== undefined) return upTo(type.getEnd());
  }
  return upTo(node.getEnd());
}

/** Its lines, moved to the left as far as its first line stands. */
function dedent(text: string, columns: number): string {
  return text.split("\n").map((line) =>
    line.slice(0, columns).trim() === "" ? line.slice(Math.min(columns, line.length)) : line
  ).join("\n");
}

/** What is declared there, such as `class KalshiClient extends …` or a whole interface. */
export function declarationAt({ filename, col, byteIndex }: Location): string {
  const file = sourceFile(filename);
  const position =
    new TextDecoder().decode(new TextEncoder().encode(file.text).subarray(0, byteIndex)).length;
  const node = there(nodeAt(file, position), `a declaration at byte ${byteIndex} of ${filename}`);
  const text = headOf(file, node)
    .replace(/^export /, "")
    .replace(/^((?:override|async|public|declare) )+/, "")
    .replace(/;$/, "");
  const [first = "", ...others] = text.split("\n");
  return [first, dedent(others.join("\n"), col)].join("\n").trimEnd();
}

/** The names of types in a text of TypeScript, as far as a plain look tells them from other words. */
export function namesIn(text: string): Set<string> {
  const code = text.replace(/\/\*[^]*?\*\//g, "").replace(/"[^"\n]*"/g, "");
  return new Set(code.match(/\b[A-Z]\w*\b/g) ?? []);
}
