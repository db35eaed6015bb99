/** The version of this package, generated from deno.json: `deno task generate`. */
export const VERSION = "0.1.0";
