/**
 * Completions for bash, 3.2 and later.
 *
 * @module
 */
import { type CommandNode, everyCommand, type Values } from "./tree.ts";

const at = ({ path }: CommandNode): string => path.map((word) => `/${word}`).join("");

function reply(values: Values): string {
  switch (values.kind) {
    case "words":
      return `COMPREPLY=($(compgen -W "${values.words.join(" ")}" -- "$cur"))`;
    case "files":
      return `compopt -o filenames 2>/dev/null; IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur"))`;
    case "anything":
      return ":";
  }
}

/** The cases of one command: the values of its options, then what may stand there. */
function cases(node: CommandNode): { values: string[]; words: string } {
  const values = node.options.flatMap(({ names, values }) =>
    values === undefined
      ? []
      : [`${names.map((name) => `"${at(node)} ${name}"`).join("|")}) ${reply(values)}; return ;;`]
  );
  const words = [
    ...node.children.map(({ path }) => path.at(-1) ?? ""),
    ...node.values?.kind === "words" ? node.values.words : [],
    ...node.options.flatMap(({ names }) => names),
  ].join(" ");
  const files = node.values?.kind === "files"
    ? ` [[ $cur == -* ]] || { ${reply(node.values)}; return; };`
    : "";
  return { values, words: `"${at(node)}")${files} words="${words}" ;;` };
}

/** The script. */
export function bashScript(root: CommandNode): string {
  const nodes = everyCommand(root);
  const known = nodes.slice(1).map((node) => `"${at(node)}"`).join("|");
  const all = nodes.map(cases);
  return `# Completions of kalshi for bash: eval "$(kalshi completions bash)"
_kalshi() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at/\${COMP_WORDS[i]}" in
      ${known}) at="$at/\${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$at $prev" in
${all.flatMap(({ values }) => values.map((line) => `    ${line}`)).join("\n")}
  esac
  case "$at" in
${all.map(({ words }) => `    ${words}`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _kalshi kalshi
`;
}
