/**
 * Completions for zsh.
 *
 * @module
 */
import { type CommandNode, everyCommand, type Values } from "./tree.ts";

const at = ({ path }: CommandNode): string => path.map((word) => `/${word}`).join("");
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
/** A word and what it is, as `_describe` takes them. */
const described = (word: string, description: string): string =>
  quoted(`${word.replaceAll(":", "\\:")}:${description}`);

function offer(values: Values): string {
  switch (values.kind) {
    case "words":
      return `compadd -- ${values.words.map(quoted).join(" ")}`;
    case "files":
      return "_files";
    case "anything":
      return "_message value";
  }
}

function cases(node: CommandNode): { values: string[]; words: string } {
  const values = node.options.flatMap(({ names, values }) =>
    values === undefined
      ? []
      : [`(${names.map((name) => quoted(`${at(node)} ${name}`)).join("|")}) ${offer(values)}; return ;;`]
  );
  const commands = node.children.map(({ path, description }) => described(path.at(-1) ?? "", description));
  const options = node.options.flatMap(({ names, description }) =>
    names.map((name) => described(name, description))
  );
  const argument = node.values === undefined ? "" : `argument=${quoted(offer(node.values))}`;
  return {
    values,
    words: `(${quoted(at(node))}) commands=(${commands.join(" ")}); options=(${
      options.join(" ")
    }); ${argument} ;;`,
  };
}

/** The script. */
export function zshScript(root: CommandNode): string {
  const nodes = everyCommand(root);
  const known = nodes.slice(1).map((node) => quoted(at(node))).join("|");
  const all = nodes.map(cases);
  return `#compdef kalshi
# Completions of kalshi for zsh: eval "$(kalshi completions zsh)", after compinit
_kalshi() {
  local at='' argument='' i
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    case "$at/\${words[i]}" in
      (${known}) at="$at/\${words[i]}" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${all.flatMap(({ values }) => values.map((line) => `    ${line}`)).join("\n")}
  esac
  case "$at" in
${all.map(({ words }) => `    ${words}`).join("\n")}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    _describe -o option options
  elif (( $#commands )); then
    _describe command commands
  elif [[ -n $argument ]]; then
    eval $argument
  fi
}
if [[ $funcstack[1] == _kalshi ]]; then _kalshi "$@"; else compdef _kalshi kalshi; fi
`;
}
