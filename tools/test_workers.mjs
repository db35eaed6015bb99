// Runs the bundled suite in workerd, without nodejs_compat and with it: node tools/test_workers.mjs <script>.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { Miniflare } from "miniflare";
import { certificates } from "../tests/support/things/peers/certificates.mjs";

const contents = readFileSync(process.argv[2] ?? "", "utf8");

// What a Worker cannot be (a server, a faulty peer) runs beside it in a host process: the test bed.
const bed = spawn("node_modules/.bin/bun", ["--conditions=kalshi-source", "tests/support/bed_server.ts"], {
  stdio: ["pipe", "pipe", "inherit"],
});
const bedUrl = await new Promise((resolve, reject) => {
  bed.stdout.once("data", (data) => resolve(String(data).trim()));
  bed.once("exit", (code) => reject(new Error(`the test bed ended with ${code}`)));
});

let passed = 0;
let failed = 0;
for (const compatibilityFlags of [["no_nodejs_compat"], ["nodejs_compat"]]) {
  console.log(`-- workerd, ${compatibilityFlags.join(" ")}`);
  const worker = new Miniflare({
    modules: [{ type: "ESModule", path: "all.mjs", contents }],
    compatibilityDate: "2026-04-01",
    compatibilityFlags,
    cf: false,
    // The bed's servers are on the loopback, and have certificates of an authority of their own.
    outboundService: {
      network: {
        allow: ["public", "private"],
        tlsOptions: { trustBrowserCas: true, trustedCertificates: [certificates().ca] },
      },
    },
    bindings: { BED_URL: bedUrl },
  });
  try {
    const names = await (await worker.dispatchFetch("http://worker/")).json();
    for (const [index, name] of names.entries()) {
      const response = await worker.dispatchFetch(`http://worker/?index=${index}`);
      const report = response.ok ? await response.json() : { name, ok: false, error: await response.text() };
      if (report.ok) {
        passed++;
        console.log(`ok ${report.name}`);
      } else {
        failed++;
        console.log(`FAILED ${report.name}\n${report.error}\n`);
      }
    }
  } catch (error) {
    failed++;
    console.log(error);
  } finally {
    await worker.dispose();
  }
}
bed.stdin.end();
bed.kill();
console.log(`workers: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
