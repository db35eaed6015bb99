/** Reads a dictionary in the XML of QuickFIX, which the acceptance scripts are played under. */
import type { FixDictionary, FixMember } from "../../src/contract/fix_dictionary.ts";
import { there } from "../../tools/there.ts";

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}

function parse(xml: string): Element {
  const root: Element = { name: "", attributes: {}, children: [] };
  const open = [root];
  for (const [, end, name, rest, alone] of xml.matchAll(/<(\/?)([a-zA-Z]+)([^>]*?)(\/?)>/g)) {
    if (end === "/") {
      open.pop();
      continue;
    }
    const attributes = Object.fromEntries(
      [...there(rest).matchAll(/([a-z]+)=(?:'([^']*)'|"([^"]*)")/g)].map((
        [, key, one, two],
      ) => [there(key), one ?? two ?? ""]),
    );
    const element: Element = { name: there(name), attributes, children: [] };
    there(open.at(-1)).children.push(element);
    if (alone === "") open.push(element);
  }
  return there(root.children.find(({ name }) => name === "fix"), "<fix>");
}

/** One dictionary from those of transport and application. */
export function readQuickfixDictionary(files: readonly string[]): FixDictionary {
  const documents = files.map(parse);
  const parts = (name: string) =>
    documents.flatMap(({ children }) => children.filter((child) => child.name === name))
      .flatMap(({ children }) => children);
  const tags = new Map<string, number>();
  const fields: Record<number, readonly [string, string, (readonly string[])?]> = {};
  for (const { attributes: { number, name, type }, children } of parts("fields")) {
    const values = children.filter((child) => child.name === "value").map((child) =>
      there(child.attributes.enum)
    );
    tags.set(there(name), Number(number));
    fields[Number(number)] = values.length > 0
      ? [there(name), there(type), values]
      : [there(name), there(type)];
  }
  const components = new Map(
    parts("components").map((component) => [there(component.attributes.name), component]),
  );
  const members = ({ children }: Element): FixMember[] =>
    children.flatMap((child): FixMember[] => {
      const { name, required } = child.attributes;
      if (child.name === "component") return members(there(components.get(there(name))));
      const tag = (required === "Y" ? 1 : -1) * there(tags.get(there(name)));
      return child.name === "group" ? [[tag, members(child)]] : [tag];
    });
  const flat = (name: string) =>
    (members({ name, attributes: {}, children: parts(name) }).flat(2) as number[]).map(Math.abs);
  return {
    beginString: "FIXT.1.1",
    defaultApplVerID: "9",
    header: flat("header"),
    trailer: flat("trailer"),
    fields: fields as FixDictionary["fields"],
    messages: Object.fromEntries(
      parts("messages").map((message) => [there(message.attributes.msgtype), members(message)]),
    ),
  };
}
