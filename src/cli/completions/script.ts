/**
 * The script of a shell's completions.
 *
 * @module
 */
import type { Command } from "commander";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { powershellScript } from "./powershell.ts";
import { commandTree } from "./tree.ts";
import { zshScript } from "./zsh.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript, powershell: powershellScript } as const;

/** The script of a shell, made from the program. */
export function completionScript(shell: keyof typeof scripts, program: Command): string {
  return scripts[shell](commandTree(program));
}
