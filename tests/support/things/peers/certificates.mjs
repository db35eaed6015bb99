// A certificate authority of the tests and a server certificate for localhost, made once with openssl.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

const folder = ".build/certificates";

function make(into) {
  const openssl = (...args) => execFileSync("openssl", args, { cwd: into, stdio: "ignore" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const authority = ["-subj", "/CN=Test authority", "-addext", "basicConstraints=critical,CA:TRUE"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", ...authority);
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  writeFileSync(`${into}/names`, "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n");
  openssl(
    ...["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"],
    ...["-days", "3650", "-extfile", "names", "-out", "server.pem"],
  );
}

/** The PEM texts of the authority, and of the server's certificate and key. */
export function certificates() {
  if (!existsSync(folder)) {
    mkdirSync(".build", { recursive: true });
    const fresh = mkdtempSync(".build/certificates-");
    make(fresh);
    try {
      renameSync(fresh, folder);
    } catch {
      rmSync(fresh, { recursive: true }); // Another process was first.
    }
  }
  const read = (name) => readFileSync(`${folder}/${name}`, "utf8");
  return { ca: read("ca.pem"), cert: read("server.pem"), key: read("server.key") };
}
