/** The site of the docs: `docs.ts build`, `check`, `dev` or `preview`. What follows goes to VitePress. */
import { spawn } from "node:child_process";
import process from "node:process";
import { withoutCode } from "./site/anchors.ts";
import { deadSiteLinks } from "./site/links.ts";
import { writePages } from "./site/pages.ts";

/** Runs VitePress on Node, for which it is made. */
function vitepress(...args: string[]): Promise<number> {
  return new Promise((settle, reject) => {
    const child = spawn("node", ["node_modules/vitepress/bin/vitepress.js", ...args], { stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code) => settle(code ?? 1));
  });
}

/** Builds the site, which docs/.vitepress/config.ts has put into this folder, and follows every link of it. */
async function build(folder: string, ...args: string[]): Promise<number> {
  const code = await vitepress("build", "docs", ...args);
  if (code !== 0) return code;
  const problems = deadSiteLinks(folder, process.env.DOCS_BASE ?? "/");
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`The site is in ${folder}, and every link in it leads somewhere.`);
  return problems.length === 0 ? 0 : 1;
}

const commands: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  async build(args) {
    await writePages();
    return await build(".build/docs/site", ...args);
  },
  async check() {
    // No link stands in a code block.
    await writePages(withoutCode);
    process.env.DOCS_QUICK = "1";
    return await build(".build/docs/check", "--minify", "false");
  },
  async dev(args) {
    await writePages();
    return await vitepress("dev", "docs", ...args);
  },
  preview: (args) => vitepress("preview", "docs", ...args),
};

const [command = "build", ...rest] = process.argv.slice(2);
const run = commands[command];
if (run === undefined) {
  console.error(`docs.ts takes ${Object.keys(commands).join(", ")}; got ${command}.`);
  process.exit(2);
}
process.exit(await run(rest));
