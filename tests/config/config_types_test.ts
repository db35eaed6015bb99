/** The options of a configuration stand as an interface in the docs, and as schemas where they are read. */
import { assertEquals } from "@std/assert";
import { KalshiConfig, type KalshiConfigOptions } from "../../mod.ts";
import type { ConfigInput, ConfigOutput } from "../../src/config/client_config.ts";
import { DEFAULTS } from "../../src/config/settings.ts";
import { test } from "../support/test.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** What the schemas make of an option is what the interface says of it, and what the class has. */
type OfOptions = {
  [Name in keyof KalshiConfigOptions]-?: Exclude<KalshiConfigOptions[Name], undefined>;
};
type OfSchemas = { [Name in keyof ConfigOutput]-?: Exclude<ConfigOutput[Name], undefined> };
type Same1 = { [Name in keyof OfOptions]: Same<OfOptions[Name], OfSchemas[Name]> };

test("the interface of the options says what their schemas say", () => {
  const names: Same<keyof KalshiConfigOptions, keyof ConfigInput> = true;
  const values: Same1[keyof Same1] = true;
  const taken = (options: KalshiConfigOptions): ConfigInput => options;
  assertEquals([names, values, taken({}).timeoutMs], [true, true, undefined]);
});

test("what is left out has the one default that is written down", () => {
  const { environment, ...defaults } = DEFAULTS;
  const config = new KalshiConfig();
  assertEquals<unknown>({ ...config }, { ...defaults });
  assertEquals(config.environment, environment);
});
