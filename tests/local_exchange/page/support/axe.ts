/** What axe-core finds on a page that somebody could not use. */
import type { BrowserContext, Page } from "playwright-core";

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly where: string;
}

/** Makes a look at a page: what is serious there, or worse. */
export async function axeOn(
  { context, page }: { readonly context: BrowserContext; readonly page: Page },
): Promise<() => Promise<Finding[]>> {
  const { default: axe } = await import("axe-core");
  const cdp = await context.newCDPSession(page);
  return async () => {
    // By the debugger, which the page's policy does not hold.
    await cdp.send("Runtime.evaluate", { expression: axe.source });
    const found = await page.evaluate<Finding[]>(`axe.run(document, { resultTypes: ["violations"] })
      .then(({ violations }) => violations.flatMap(({ id, impact, nodes }) =>
        nodes.map(({ target, failureSummary }) => ({ id, impact, where: target.join(" ") + " " + failureSummary }))
      ))`);
    return found.filter(({ impact }) => impact === "serious" || impact === "critical");
  };
}
