/**
 * Writes fixtures.ts: keys made by OpenSSL and ssh-keygen for the tests, used nowhere else.
 * Run from the project's root: `deno run -A tests/auth/make_fixtures.ts`.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "fixtures-"));

/** Runs a command in the folder and returns what it prints. */
function run(line: string): string {
  const [command = "", ...args] = line.split(" ");
  return execFileSync(command, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}
const openssl = (line: string) => run(`openssl ${line}`);
function key(name: string, line: string): string {
  openssl(`genpkey -out ${name}.pem ${line}`);
  return readFileSync(join(folder, `${name}.pem`), "utf8");
}
function encrypted(name: string, options: string): string {
  return openssl(`pkcs8 -topk8 -in ${name}.pem -passout pass:${PASSPHRASE} ${options}`);
}

const PASSPHRASE = "correct-horse-é";

const texts: Record<string, string> = {
  rsaPkcs8: key("rsa", "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"),
  rsaPkcs1: openssl("pkey -in rsa.pem -traditional"),
  rsaPublic: openssl("pkey -in rsa.pem -pubout"),
  rsaPublicPkcs1: openssl("rsa -in rsa.pem -RSAPublicKey_out"),
  ed25519Pkcs8: key("ed25519", "-algorithm ed25519"),
  ed25519Public: openssl("pkey -in ed25519.pem -pubout"),
  certificate: openssl("req -x509 -new -key rsa.pem -subj /CN=test -days 36500"),
  certificateRequest: openssl("req -new -key rsa.pem -subj /CN=test"),
  rsa1024: key("rsa1024", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024"),
  rsa2047: key("rsa2047", "-algorithm RSA -pkeyopt rsa_keygen_bits:2047"),
  rsaPss: key("rsa_pss", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048"),
  ecPkcs8: key("ec", "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"),
  ecSec1: openssl("ecparam -name prime256v1 -genkey"),
  ed448: key("ed448", "-algorithm ed448"),
  x25519: key("x25519", "-algorithm x25519"),
};
openssl("genpkey -genparam -algorithm DSA -out dsa_parameters.pem -pkeyopt dsa_paramgen_bits:1024");
texts.dsaPkcs8 = key("dsa", "-paramfile dsa_parameters.pem");
texts.dsaTraditional = openssl("pkey -in dsa.pem -traditional");

run("ssh-keygen -q -t rsa -b 2048 -N  -C test -f ssh_rsa");
run("ssh-keygen -q -t ed25519 -N  -C test -f ssh_ed25519");
texts.opensshRsa = readFileSync(join(folder, "ssh_rsa"), "utf8");
texts.opensshEd25519 = readFileSync(join(folder, "ssh_ed25519"), "utf8");
texts.opensshPublic = readFileSync(join(folder, "ssh_rsa.pub"), "utf8");

texts.rsaLegacyEncrypted = openssl(`rsa -in rsa.pem -traditional -aes256 -passout pass:${PASSPHRASE}`);
texts.rsaScrypt = encrypted("rsa", "-scrypt");
texts.rsaTripleDes = encrypted("rsa", "-v2 des3");
texts.rsaOldScheme = encrypted("rsa", "-v1 PBE-SHA1-3DES");
texts.rsaSha224 = encrypted("rsa", "-v2 aes256 -v2prf hmacWithSHA224");
texts.ecEncrypted = encrypted("ec", "-v2 aes256");
texts.rsa1024Encrypted = encrypted("rsa1024", "-v2 aes256");
texts.ed25519ManyRounds = encrypted("ed25519", "-v2 aes256 -iter 10000001");

const schemes: Record<string, string> = {};
for (const name of ["rsa", "ed25519"]) {
  for (const cipher of ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc"]) {
    for (const hash of ["SHA1", "SHA256", "SHA384", "SHA512"]) {
      // Each cipher and each hash for both types, not every pair for the long ones.
      if (name === "rsa" && (cipher !== "aes-256-cbc" && hash !== "SHA256")) continue;
      schemes[`${name} ${cipher} ${hash}`] = encrypted(name, `-v2 ${cipher} -v2prf hmacWith${hash}`);
    }
  }
}

const lines = [
  "/**",
  " * TEST KEYS: made for this test suite by make_fixtures.ts, open to all, and known to no exchange.",
  " */",
  "",
  "/** Opens every encrypted key below. */",
  `export const passphrase = ${JSON.stringify(PASSPHRASE)};`,
  ...Object.entries(texts).flatMap(([name, text]) => ["", `export const ${name} = \`${text}\`;`]),
  "",
  "/** Encrypted forms of the RSA key and of the Ed25519 key that this library opens, by key, cipher and hash. */",
  "export const encryptedKeys: Readonly<Record<string, string>> = {",
  ...Object.entries(schemes).map(([name, text]) => `  ${JSON.stringify(name)}: \`${text}\`,`),
  "};",
  "",
];
writeFileSync("tests/auth/fixtures.ts", lines.join("\n"));
rmSync(folder, { recursive: true });
