/**
 * `kalshi spec diff`
 *
 * @module
 */
import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { addOutputOptions } from "../options.ts";
import type { OutputOptions } from "../output.ts";

/** Adds the command `spec`. */
export function addSpec(program: Command, { io }: CliContext): void {
  const spec = program.command("spec").description("Kalshi's published specifications");
  const diff = spec.command("diff <new-file> [base-file]")
    .description("what a newer specification changes: OpenAPI or AsyncAPI, JSON or YAML");
  addOutputOptions(diff);
  diff.action(async (newFile: string, baseFile: string | undefined, options: OutputOptions) => {
    const { diffSpecs } = await import("../spec_diff/diff.ts");
    await diffSpecs(io, newFile, baseFile, options);
  });
}
