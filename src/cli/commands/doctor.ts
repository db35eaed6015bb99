/**
 * `kalshi doctor`
 *
 * @module
 */
import type { Command } from "commander";
import type { Colour } from "../colours.ts";
import type { CliContext } from "../context.ts";
import type { Finding } from "../doctor/checks.ts";
import { CliError } from "../exit_codes.ts";
import { withoutKeys } from "../hide_keys.ts";
import type { ConnectionOptions } from "../open_client.ts";
import { addConnectionOptions, addOutputOptions } from "../options.ts";
import { type Column, openOutput, type OutputOptions } from "../output.ts";

const colours: Readonly<Record<Finding["state"], Colour>> = {
  ok: "green",
  warning: "yellow",
  failed: "red",
  skipped: "dim",
};

const columns = (isTable: boolean): readonly Column<Finding>[] => [
  { name: "state", value: ({ state }) => state, width: 7, colour: ({ state }) => colours[state] },
  { name: "check", value: ({ check }) => check, width: 11 },
  {
    name: "detail",
    value: ({ detail, cure }) =>
      withoutKeys(isTable && cure !== undefined ? `${detail.replace(/\.$/, "")}. ${cure}` : detail),
  },
  { name: "cure", value: ({ cure }) => cure, inTable: false },
];

/** Adds the command `doctor`. */
export function addDoctor(program: Command, context: CliContext): void {
  const command = program.command("doctor").description(
    "what is wrong with key, clock or connection, and the cure",
  );
  addConnectionOptions(addOutputOptions(command));
  command.action(async (options: OutputOptions & ConnectionOptions) => {
    const { examine } = await import("../doctor/checks.ts");
    const output = openOutput(context.io, options);
    const printer = output.rows(columns(output.format === "table"), { isLive: true });
    let failed = 0;
    await examine(context, options, async (finding) => {
      if (finding.state === "failed") failed++;
      await printer.add(finding);
    });
    await printer.end();
    if (failed > 0) {
      throw new CliError("failed", failed === 1 ? "One check failed." : `${failed} checks failed.`);
    }
  });
}
