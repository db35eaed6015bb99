/**
 * `kalshi completions SHELL`
 *
 * @module
 */
import { Argument, type Command } from "commander";
import type { CliContext } from "../context.ts";

const shells = ["bash", "zsh", "fish", "powershell"] as const;

/** Adds the command `completions`. */
export function addCompletions(program: Command, { io }: CliContext): void {
  program.command("completions")
    .description("completions for a shell, as a script")
    .addArgument(new Argument("<shell>", "which shell").choices(shells))
    .action(async (shell: (typeof shells)[number]) => {
      const { completionScript } = await import("../completions/script.ts");
      await io.stdout.write(completionScript(shell, program));
    });
}
