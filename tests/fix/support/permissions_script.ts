/**
 * Opens a TLS connection and a store, and writes what became of both: `permissions_script.ts <port> <CA> <file>`, the CA
 * as PEM or empty.
 */
import process from "node:process";
import { FileFixStore } from "../../../src/fix/mod.ts";
import { detectRuntime } from "../../../src/runtime/detect.ts";

const [, , port, pem = "", path = ""] = process.argv;
const said = (error: unknown) => {
  const { code, message } = error as { code?: string; message: string };
  return `${code}: ${message}`;
};

let connection = "connected";
try {
  const ca = pem === "" ? undefined : [pem];
  const address = { hostname: "localhost", port: Number(port), tls: true, ca };
  await (await detectRuntime().connectTcp(address)).close();
} catch (error) {
  connection = said(error);
}
let store = "kept";
try {
  const file = new FileFixStore({ path, sync: "always" });
  await file.open();
  file.append(new Uint8Array(10));
  file.close();
} catch (error) {
  store = said(error);
}
console.log(JSON.stringify({ connection, store }));
