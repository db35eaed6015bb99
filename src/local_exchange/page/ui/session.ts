/** The token of the page's session: it comes in the address, and leaves it at once. */

const KEPT = "kalshi-page-token";

/**
 * Takes the token out of the address, so that it is in no history, bookmark or screenshot. The tab keeps it, for a
 * reload; other tabs and other pages do not see it.
 */
export function takeToken(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null && given !== "") {
    sessionStorage.setItem(KEPT, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(KEPT) ?? undefined;
}
