/**
 * Completions for fish.
 *
 * @module
 */
import { type CommandNode, everyCommand, type OptionNode, type Values } from "./tree.ts";

const at = ({ path }: CommandNode): string => path.map((word) => `/${word}`).join("");
const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

function taking(values: Values | undefined): string {
  if (values === undefined) return "";
  if (values.kind === "files") return " -r -F";
  return values.kind === "words" ? ` -x -a ${quoted(values.words.join(" "))}` : " -x";
}

function optionLine(where: string, { names, description, values }: OptionNode): string {
  const named = names.map((name) => name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`);
  return `complete -c kalshi -n ${where} ${named.join(" ")}${taking(values)} -d ${quoted(description)}`;
}

function lines(node: CommandNode): string[] {
  const where = quoted(`__kalshi_at "${at(node)}"`);
  const values = node.values;
  return [
    ...node.children.map(({ path, description }) =>
      `complete -c kalshi -n ${where} -a ${path.at(-1) ?? ""} -d ${quoted(description)}`
    ),
    ...values?.kind === "words"
      ? [`complete -c kalshi -n ${where} -a ${quoted(values.words.join(" "))}`]
      : [],
    ...values?.kind === "files" ? [`complete -c kalshi -n ${where} -F`] : [],
    ...node.options.map((option) => optionLine(where, option)),
  ];
}

/** The script. */
export function fishScript(root: CommandNode): string {
  const nodes = everyCommand(root);
  const known = nodes.slice(1).map((node) => quoted(at(node))).join(" ");
  return `# Completions of kalshi for fish: kalshi completions fish | source
function __kalshi_at
  set -l at ''
  for word in (commandline -opc)[2..-1]
    switch "$at/$word"
      case ${known}
        set at "$at/$word"
    end
  end
  test "$at" = "$argv[1]"
end
complete -c kalshi -f
${nodes.flatMap(lines).join("\n")}
`;
}
