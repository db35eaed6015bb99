/**
 * The commands of the program as data, for the completions of shells.
 *
 * @module
 */
import type { Argument, Command, Option } from "commander";

/** What may follow a word. */
export type Values = { readonly kind: "words"; readonly words: readonly string[] } | {
  readonly kind: "files";
} | {
  readonly kind: "anything";
};

/** An option. */
export interface OptionNode {
  /** Its names, such as `-h` and `--help`. */
  readonly names: readonly string[];
  readonly description: string;
  /** What its value may be; undefined where it takes none. */
  readonly values: Values | undefined;
}

/** A command, and what can follow it. */
export interface CommandNode {
  /** The words that lead to it, after the program's name. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly OptionNode[];
  readonly children: readonly CommandNode[];
  /** What its first argument may be; undefined where it takes none. */
  readonly values: Values | undefined;
}

function valuesOf(name: string, choices: readonly string[] | undefined): Values {
  if (choices !== undefined) return { kind: "words", words: choices };
  return { kind: /file|dir|folder|path/i.test(name) ? "files" : "anything" };
}

function optionNode({ short, long, description, flags, argChoices }: Option): OptionNode {
  const value = /[<[]([\w.-]+)/.exec(flags)?.[1];
  return {
    names: [short, long].flatMap((name) => name ?? []),
    description,
    values: value === undefined ? undefined : valuesOf(value, argChoices),
  };
}

const argumentValues = (argument: Argument): Values => valuesOf(argument.name(), argument.argChoices);

/** A command and everything below it, as its help shows it. */
export function commandTree(command: Command, path: readonly string[] = []): CommandNode {
  const help = command.createHelp();
  const children = help.visibleCommands(command).filter((one) => one.name() !== "help");
  const [first] = command.registeredArguments;
  return {
    path,
    description: command.description(),
    options: help.visibleOptions(command).map(optionNode),
    children: children.map((child) => commandTree(child, [...path, child.name()])),
    values: first === undefined ? undefined : argumentValues(first),
  };
}

/** A command and all below it, one after another. */
export function everyCommand(node: CommandNode): CommandNode[] {
  return [node, ...node.children.flatMap(everyCommand)];
}
