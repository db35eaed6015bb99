import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { spawn } from "node:child_process";
import process from "node:process";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { prepareScript } from "../support/run_script.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { prepareCli } from "./support/program.ts";

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

interface OnTerminal {
  readonly text: () => string;
  /** Its end; undefined where there is no terminal to be had. */
  readonly ended: Promise<number | undefined>;
  type(text: string): void;
}

/** Runs a program on a terminal, which util-linux's `script` makes. */
function onTerminal(command: readonly string[], env: Readonly<Record<string, string>> = {}): OnTerminal {
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn("script", ["-qec", command.map(quoted).join(" "), "/dev/null"], {
    env: { PATH, HOME, TERM: "xterm", NODE_NO_WARNINGS: "1", ...env },
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more: string) => text += more);
  child.stdin.on("error", () => {});
  const ended = new Promise<number | undefined>((resolve) => {
    child.on("error", () => {
      console.log("There is no `script` on this machine: no terminal was tried.");
      resolve(undefined);
    });
    child.on("close", (code) => resolve(code ?? -1));
  });
  return { text: () => text, ended, type: (text) => void child.stdin.write(text) };
}

test("on a terminal real money waits for yes, takes nothing else for it, and ends at Ctrl-C", async () => {
  using confirm = await prepareScript("tests/cli/support/confirm.ts");
  const command = [confirm.command, ...confirm.args];
  for (
    const [typed, outcome] of [["yes\n", "WRITTEN"], ["y\n", "unconfirmed"], ["\x03", "STOPPED"]] as const
  ) {
    const asked = onTerminal(command);
    let isOver = false;
    const ended = asked.ended.then((status) => {
      isOver = true;
      return status;
    });
    await until(() => isOver || asked.text().includes("Type yes to go on: "));
    asked.type(typed);
    if (await ended === undefined) return;
    assertStringIncludes(
      asked.text(),
      "Buy 10 KXHIGHNY-26NOV24-T60 at 0.56, with real money on api.elections.kalshi.com. Type yes",
    );
    assertStringIncludes(asked.text(), outcome);
  }
});

test("on a terminal there are colours, and with NO_COLOR there are none", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  using cli = await prepareCli();
  for (const env of [{}, { NO_COLOR: "1" }]) {
    const shown = onTerminal([cli.command, ...cli.args, "doctor"], {
      KALSHI_API_BASE_URL: exchange.baseUrl,
      ...env,
    });
    const status = await shown.ended;
    if (status === undefined) return;
    assertEquals(status, 0, shown.text());
    // deno-lint-ignore no-control-regex
    assertEquals(/\x1b\[32mok\x1b\[0m/.test(shown.text()), Object.keys(env).length === 0, shown.text());
    assertMatch(shown.text(), /host/);
  }
});
