/** What each method of a client does, in one sentence: the first of its docstring. */
import { readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import type { RestProduct } from "./rest_methods.ts";
import { there } from "./there.ts";

/** Every class of a client and its namespaces, by name. */
function classes(sources: RestProduct["sources"]): Map<string, ts.ClassDeclaration> {
  const paths = sources.flatMap((path) =>
    path.endsWith(".ts") ? [path] : readdirSync(path).map((name) => `${path}/${name}`)
  );
  const found = new Map<string, ts.ClassDeclaration>();
  for (const path of paths.filter((name) => name.endsWith(".ts"))) {
    const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
    for (const statement of file.statements) {
      if (ts.isClassDeclaration(statement)) found.set(there(statement.name).text, statement);
    }
  }
  return found;
}

const nameOf = (member: ts.ClassElement): string | undefined =>
  member.name !== undefined && ts.isIdentifier(member.name) ? member.name.text : undefined;

/** The member of that name, as it is described: an overload before the implementation. */
function memberOf(owner: ts.ClassDeclaration, name: string): ts.ClassElement | undefined {
  return owner.members.find((member) => nameOf(member) === name);
}

function typeNameOf(member: ts.ClassElement): string {
  const type = ts.isPropertyDeclaration(member) || ts.isGetAccessor(member) ? member.type : undefined;
  return type !== undefined && ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName)
    ? type.typeName.text
    : "";
}

function firstSentence(node: ts.Node): string {
  const [block] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const comment = ts.getTextOfJSDocComment(block?.comment) ?? "";
  const [sentence = ""] = comment.split(/(?<=[.:;])\s/);
  return sentence.replaceAll("\n", " ").replace(/[:;]$/, ".").trim();
}

/** By method, such as `orders.create`. */
export function methodSentences({ client, sources, methods }: RestProduct): Map<string, string> {
  const known = classes(sources);
  return new Map(
    Object.keys(methods).map((path) => {
      const parts = path.split(".");
      const method = there(parts.pop());
      const owner = parts.reduce((current, name) => {
        const member = there(memberOf(current, name), `${path}: ${name}`);
        return there(known.get(typeNameOf(member)), `the class of ${path}`);
      }, there(known.get(client)));
      return [
        path,
        firstSentence(
          there(memberOf(owner, method), `the method ${path}, which tools/rest_methods.ts names,`),
        ),
      ];
    }),
  );
}
