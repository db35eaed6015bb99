/**
 * Completions for PowerShell, 5.1 and later.
 *
 * @module
 */
import { type CommandNode, everyCommand, type Values } from "./tree.ts";

const at = ({ path }: CommandNode): string => path.map((word) => `/${word}`).join("");
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const list = (words: readonly string[]): string => `@(${words.map(quoted).join(", ")})`;

/** What an option's value may be: words, or `$null` where the shell offers files. */
const offered = (values: Values): string => values.kind === "words" ? list(values.words) : "$null";

function entries(node: CommandNode): { words: string; values: string[] } {
  const words = [
    ...node.children.map(({ path }) => path.at(-1) ?? ""),
    ...node.values?.kind === "words" ? node.values.words : [],
    ...node.options.flatMap(({ names }) => names),
  ];
  return {
    words: `    ${quoted(at(node))} = ${list(words)}`,
    values: node.options.flatMap(({ names, values }) =>
      values === undefined
        ? []
        : names.map((name) => `    ${quoted(`${at(node)} ${name}`)} = ${offered(values)}`)
    ),
  };
}

/** The script. */
export function powershellScript(root: CommandNode): string {
  const all = everyCommand(root).map(entries);
  return `# Completions of kalshi for PowerShell: kalshi completions powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName kalshi -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @{
${all.map(({ words }) => words).join("\n")}
  }
  $values = @{
${all.flatMap(({ values }) => values).join("\n")}
  }
  $at = ''
  $previous = ''
  foreach ($element in $commandAst.CommandElements | Select-Object -Skip 1) {
    if ($element.Extent.EndOffset -ge $cursorPosition -and $wordToComplete -ne '') { break }
    $previous = $element.ToString()
    if ($words.ContainsKey("$at/$previous")) { $at = "$at/$previous" }
  }
  $key = "$at $previous"
  $offered = if ($values.ContainsKey($key)) { $values[$key] } else { $words[$at] }
  $offered | Where-Object { $_ -like "$wordToComplete*" } |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`;
}
