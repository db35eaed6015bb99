/** Writes where payloads hold lists, so that a null in place of one can be read as an empty list. */
import { type Field, isList, type NamedShape, type Shape } from "./generate_spec.ts";
import type { Message } from "./generate_ws.ts";

/** Name of the constant for a type. */
export const listsName = (type: string): string => `${type}Lists`;

/** The types that hold lists, each with the text of its constant. */
export function listsOf(types: readonly NamedShape[]): ReadonlyMap<string, string> {
  const named = new Map(types.map(({ name, shape, use }) => [name, { shape, use }]));
  const found = new Map<string, string>();
  const seen = new Set<string>();
  const open = new Set<string>();

  /** The constant of a type that holds lists; those that it refers to come first. */
  function reference(name: string): string | undefined {
    if (open.has(name)) throw new Error(`${name} holds itself: its lists cannot be written down`);
    if (!seen.has(name)) {
      open.add(name);
      const text = write(named.get(name)?.shape ?? { kind: "unknown" });
      open.delete(name);
      seen.add(name);
      if (text !== undefined) found.set(name, text);
    }
    return found.has(name) ? listsName(name) : undefined;
  }

  function write(shape: Shape): string | undefined {
    switch (shape.kind) {
      case "ref":
        return reference(shape.name);
      case "record": {
        const values = write(shape.values);
        return values && `{ "*": ${values} }`;
      }
      case "array":
        // A price level of price and count is no list that could be empty.
        if (isList(shape)) return `[${write(shape.items) ?? ""}]`;
        if (write(shape.items) !== undefined) throw new Error("no list is foreseen in one of fixed length");
        return undefined;
      case "object": {
        const fields = shape.fields.flatMap((field) => {
          const text = writeField(field);
          return text === undefined ? [] : [`${field.name}: ${text}`];
        });
        return fields.length === 0 ? undefined : `{ ${fields.join(", ")} }`;
      }
      default:
        return undefined;
    }
  }

  /** A list that is said to be null stays null; its items may still hold others. */
  function writeField({ shape, nullable }: Field): string | undefined {
    if (!nullable || !isList(shape)) return write(shape);
    const items = shape.kind === "array" ? write(shape.items) : undefined;
    return items && `{ "*": ${items} }`;
  }

  for (const { name, use } of types) if (use !== "in") reference(name);
  return found;
}

/** The constants of a spec as one module's text. */
export function listsModule(
  head: string,
  operation: string,
  types: readonly NamedShape[],
  messages: readonly Message[] = [],
): string {
  const lists = listsOf(types);
  const constants = [...lists].map(([name, text]) => `export const ${listsName(name)}: Lists = ${text};\n`);
  const frames = new Map<string, string[]>();
  for (const { type, sent, wireType } of messages) {
    if (sent || !lists.has(type)) continue;
    frames.set(wireType, [...frames.get(wireType) ?? [], listsName(type)]);
  }
  const rows = [...frames].map(([wireType, names]) => `  ${wireType}: [${names.join(", ")}],\n`);
  const table = messages.length === 0 ? "" : `
/** Where the frames of each \`type\` hold lists: two answers to commands share the type \`ok\`. */
export const frameLists: Readonly<Record<string, readonly Lists[]>> = {
${rows.join("")}};
`;
  return `${head}import type { Lists } from "${operation}";\n\n${constants.join("")}${table}`;
}
