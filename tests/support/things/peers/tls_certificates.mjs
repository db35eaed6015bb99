// Certificates of every kind that a client has to judge, made once with openssl: a root authority, one below it, a
// stranger, and servers of each.
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

const folder = ".build/tls-certificates";
const local = "DNS:localhost,IP:127.0.0.1";

function make(into) {
  const openssl = (...args) => execFileSync("openssl", args, { cwd: into, stdio: "ignore" });
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const root = (name, subject, key = ec) =>
    openssl(
      ...["req", "-x509", ...key, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-days", "3650"],
      ...["-subj", `/CN=${subject}`, "-addext", "basicConstraints=critical,CA:TRUE"],
    );
  /** Signs a certificate with `issuer`; its names make it a server's, else it is an authority's. */
  const sign = (name, issuer, { subject = "localhost", names, days = "3650", more = [], key = ec }) => {
    openssl("req", ...key, "-keyout", `${name}.key`, "-out", "csr", "-subj", `/CN=${subject}`);
    const is = names === undefined
      ? "basicConstraints=critical,CA:TRUE"
      : `subjectAltName=${names}\nbasicConstraints=CA:FALSE`;
    // Without identifiers of keys, an issuer is found by its name alone.
    writeFileSync(`${into}/extensions`, `${is}\nsubjectKeyIdentifier=none\nauthorityKeyIdentifier=none\n`);
    openssl(
      ...["x509", "-req", "-in", "csr", "-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`, "-CAcreateserial"],
      ...["-days", days, "-extfile", "extensions", "-out", `${name}.pem`, ...more],
    );
  };
  root("root", "Root authority");
  root("stranger", "Strange authority", ["-newkey", "rsa:2048", "-nodes"]);
  sign("middle", "root", { subject: "Middle authority" });
  sign("good", "middle", { names: local });
  sign("renewed", "middle", { names: local });
  sign("expired", "middle", { names: local, days: "-1" });
  sign("elsewhere", "middle", { names: "DNS:elsewhere.example,IP:192.0.2.1" });
  sign("strange", "stranger", { names: local, key: ["-newkey", "rsa:2048", "-nodes"] });
  sign("direct", "root", { names: local });
  // By its name and key it is the root with the stranger's key; the signature is somebody's.
  openssl("x509", "-in", "stranger.pem", "-noout", "-pubkey", "-out", "stranger.pub");
  sign("forged", "middle", { subject: "Root authority", more: ["-force_pubkey", "stranger.pub"] });
}

/** What a server shows, from its own certificate upwards, and whose key it has. */
const shown = {
  good: ["good", "middle"],
  renewed: ["renewed", "middle"],
  expired: ["expired", "middle"],
  elsewhere: ["elsewhere", "middle"],
  strange: ["strange"],
  forged: ["direct", "forged"],
};

function prepare() {
  if (existsSync(folder)) return;
  mkdirSync(".build", { recursive: true });
  const fresh = mkdtempSync(".build/tls-certificates-");
  make(fresh);
  try {
    renameSync(fresh, folder);
  } catch {
    rmSync(fresh, { recursive: true }); // Another process was first.
  }
}

const read = (name) => readFileSync(`${folder}/${name}`, "utf8");

/** What a TLS server of a kind is made with. */
export function serverOf(kind) {
  prepare();
  const [own] = shown[kind];
  return { key: read(`${own}.key`), cert: shown[kind].map((name) => read(`${name}.pem`)).join("") };
}

/** The PEM text of a certificate, and the pin of its key as OpenSSL sees it. */
export function certificateOf(name) {
  prepare();
  const pem = read(`${name}.pem`);
  const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  return { pem, pin: createHash("sha256").update(key).digest("base64") };
}
