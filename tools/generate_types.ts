/** Writes the TypeScript types of named shapes, with what the spec says of each field as its docstring. */
import { fieldWords, typeWords } from "./contract_words.ts";
import { type Field, isList, type Json, type NamedShape, type Shape } from "./generate_spec.ts";

const units: Record<string, string> = {
  "unix-s": "Unix time in seconds.",
  "unix-ms": "Unix time in milliseconds.",
  minutes: "Minutes.",
  seconds: "Seconds.",
  cents: "Cents.",
  centicents: "Centicents: 1/100 of a cent, 1/10000 of a dollar.",
  centicontracts: "Centicontracts: 1/100 of a contract.",
  centicounts: "Centicounts: 1/100 of a contract.",
  dollars: "Dollars, as an exact decimal string.",
  "usd 8 decimals": "Dollars, as a decimal string of 8 places.",
  contracts: "Contracts, as an exact decimal string.",
  bps: "Basis points: 1/100 of a percent.",
  celsius: "Degrees Celsius.",
  "HH:MM America/New_York": "`HH:MM`, New York time.",
  "calendar-date America/New_York": "Calendar date, New York time.",
};

const formats: Record<string, string> = {
  "date-time": "RFC 3339 date and time.",
  date: "Calendar date, `YYYY-MM-DD`.",
  uuid: "UUID.",
};

function range(low: unknown, high: unknown, what: string): string[] {
  if (low !== undefined && high !== undefined) return [`${what}${low} to ${high}.`];
  if (low !== undefined) return [`${what}${low} or more.`];
  if (high !== undefined) return [`${what}at most ${high}.`];
  return [];
}

/** What the spec says of a value beyond its type, in sentences. */
export function factSentences(facts: Json): string[] {
  const value = facts.default ?? facts["x-doc-default"];
  const known = facts["x-known-values"];
  return [
    ...[units[facts["x-unit"]], formats[facts.format]].filter((word) => word !== undefined),
    ...(facts["x-format"] === "comma-separated" ? ["One value or a list; goes out with commas."] : []),
    ...range(facts.minimum, facts.maximum, ""),
    ...range(
      facts.minLength ?? facts["x-doc-minLength"],
      facts.maxLength ?? facts["x-doc-maxLength"],
      "Length ",
    ),
    ...range(facts.minItems, facts.maxItems ?? facts["x-doc-max"], "Number of items: "),
    ...(facts["x-doc-pattern"] !== undefined ? [`Matches \`${facts["x-doc-pattern"]}\`.`] : []),
    ...(known !== undefined
      ? [`Known values: ${known.map((one: string) => `\`"${one}"\``).join(", ")}.`]
      : []),
    ...(value !== undefined && value !== null ? [`Default \`${JSON.stringify(value)}\`.`] : []),
    ...(facts["x-since"] !== undefined ? [`Since specification ${facts["x-since"]}.`] : []),
  ];
}

/** A docstring. Where a deprecated thing begins with what to use instead, that goes with the tag. */
export function docComment(sentences: readonly string[], deprecated: boolean, indent = ""): string {
  const instead = deprecated && sentences[0]?.startsWith("Use ") ? ` ${sentences[0]}` : "";
  const text = sentences.slice(instead === "" ? 0 : 1).join(" ").replaceAll("*/", "*\\/");
  const lines = [
    ...(text === "" ? [] : wrap(text, 104 - indent.length)),
    ...(deprecated ? [`@deprecated${instead}`] : []),
  ];
  if (lines.length === 0) return "";
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`).join("\n")}\n${indent} */\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const union = (values: readonly (string | number)[]) =>
  values.map((value) => JSON.stringify(value)).join(" | ");

/** The words of the type for one shape. Enums are closed in what we send and open in what we receive. */
export function typeText(shape: Shape, side: "in" | "out", enums: ReadonlySet<string>): string {
  switch (shape.kind) {
    case "ref":
      return side === "out" && enums.has(shape.name) ? `Open<${shape.name}>` : shape.name;
    case "typed":
      return shape.type;
    case "const":
      return JSON.stringify(shape.value);
    case "enum":
      if (side === "in") return union(shape.values);
      return typeof shape.values[0] === "string" ? `Open<${union(shape.values)}>` : "number";
    case "array": {
      const items = typeText(shape.items, side, enums);
      if (shape.length !== undefined) return `[${Array(shape.length).fill(items).join(", ")}]`;
      const element = / /.test(items) && !items.startsWith("Open<") ? `(${items})` : items;
      return side === "in" ? `readonly ${element}[]` : `${element}[]`;
    }
    case "record":
      return `Record<string, ${typeText(shape.values, side, enums)}>`;
    case "object":
      throw new Error("an object has a name by now");
    default:
      return shape.kind;
  }
}

/** Units of which the words for the field itself have said enough. */
const saidBefore = /dollars|contracts/i;

/** What a field means, then what the spec says of it. */
function fieldSentences(owner: string, field: Field): string[] {
  const words = fieldWords[`${owner}.${field.name}`] ?? fieldWords[field.name] ??
    `${field.name[0]?.toUpperCase()}${field.name.slice(1).replaceAll("_", " ")}.`;
  const facts = factSentences(field.facts);
  return [words, ...facts.filter((fact) => fact !== units.contracts || !saidBefore.test(words))];
}

/**
 * One property. What we send may be left out or `undefined`; in what we receive an optional field may as well
 * be `null`, because Kalshi writes an absent value either way. An absent list is an empty one.
 */
export function property(
  owner: string,
  field: Field,
  side: "in" | "out",
  enums: ReadonlySet<string>,
  type?: string,
): string {
  const optional = field.required ? "" : "?";
  const parts = [type ?? typeText(field.shape, side, enums)];
  // A list that came as null is read as an empty one.
  const mayBeNull = side === "out" && !field.required && !isList(field.shape);
  if (field.nullable || mayBeNull) parts.push("null");
  if (side === "in" && !field.required) parts.push("undefined");
  const text = parts.includes("unknown") ? "unknown" : parts.join(" | ");
  return `${
    docComment(fieldSentences(owner, field), field.deprecated, "  ")
  }  ${field.name}${optional}: ${text};\n`;
}

/** Names of the types that are string enums. */
export function enumNames(types: readonly NamedShape[]): Set<string> {
  return new Set(types.filter(({ shape }) => shape.kind === "enum").map(({ name }) => name));
}

function meaning(name: string, roles: ReadonlyMap<string, string>): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return typeWords[name] ?? roles.get(name) ?? `${words[0]?.toUpperCase()}${words.slice(1)}.`;
}

/** All types of a spec as one module's text. */
export function typesModule(
  head: string,
  open: string,
  types: readonly NamedShape[],
  roles: ReadonlyMap<string, string> = new Map(),
): string {
  const enums = enumNames(types);
  const blocks = types.map(({ name, shape, use, facts }) => {
    const side = use === "out" ? "out" : "in";
    if (shape.kind === "object") {
      const fields = shape.fields.map((field) => property(name, field, side, enums)).join("");
      return `${docComment([meaning(name, roles)], false)}export interface ${name} {\n${fields}}\n`;
    }
    const sentences = [
      typeWords[name] ?? meaning(name, roles),
      ...(shape.kind === "enum" ? ["Kalshi may add values: what is received is `Open`."] : []),
      ...(typeWords[name] === undefined ? factSentences(facts) : []),
    ];
    return `${docComment(sentences, false)}export type ${name} = ${typeText(shape, "in", enums)};\n`;
  });
  const body = blocks.join("\n");
  const imports = body.includes("Open<") ? `import type { Open } from "${open}";\n\n` : "";
  return `${head}${imports}${body}`;
}
