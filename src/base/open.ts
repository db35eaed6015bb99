/**
 * A string of which some values are known. Kalshi adds values without notice, so that any other string is
 * possible as well; editors still offer the known ones.
 */
// deno-lint-ignore ban-types -- `{}` keeps TypeScript from folding the known values into `string`.
export type Open<Known extends string> = Known | (string & {});
