/** What must hold of the pages of the docs before anybody reads them. Each check gives what is wrong. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PARTS } from "../docs/.vitepress/sidebar.ts";
import { anchorsOf, withoutCode } from "./site/anchors.ts";

const read = (page: string): string => readFileSync(page, "utf8");

interface Link {
  readonly href: string;
  /** The file that it leads to, from the project's root. */
  readonly target: string;
  readonly anchor: string | undefined;
}

/** The links of a page that do not leave the project. */
function linksOf(page: string): Link[] {
  return [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, href = ""]) => href)
    .filter((href) => !/^[a-z]+:/.test(href))
    .map((href) => {
      const [path = "", anchor] = href.split("#");
      return { href, target: path === "" ? page : join(dirname(page), path), anchor };
    });
}

/** Every link leads to a file, and its anchor to a heading. */
export function deadLinks(pages: readonly string[]): string[] {
  return pages.flatMap((page) =>
    linksOf(page).flatMap(({ href, target, anchor }) => {
      if (target.startsWith("..") || !existsSync(target)) return [`${page}: no ${target} (${href})`];
      const isHeading = anchor === undefined || !target.endsWith(".md") ||
        anchorsOf(read(target)).has(anchor);
      return isHeading ? [] : [`${page}: ${target} has no heading #${anchor}`];
    })
  );
}

/** The files of this project that pages speak of are there. */
export function deadPaths(pages: readonly string[]): string[] {
  return pages.flatMap((page) =>
    [...read(page).matchAll(/`((?:src|tests|tools|bench|docs|examples)\/[\w./-]*\w)`/g)]
      .filter(([, path = ""]) => !existsSync(path))
      .map(([, path]) => `${page}: no ${path}`)
  );
}

/** Every page can be reached from README.md, link by link. */
export function unreachedPages(pages: readonly string[]): string[] {
  const reached = new Set(["README.md"]);
  for (const page of reached) {
    for (const { target } of linksOf(page)) if (pages.includes(target)) reached.add(target);
  }
  return pages.filter((page) => page.startsWith("docs/") && !reached.has(page))
    .map((page) => `No link leads from README.md to ${page}, over however many pages.`);
}

/** The sidebar of the site has every page once, and no other. */
export function unlistedPages(pages: readonly string[]): string[] {
  const listed = PARTS.flatMap((part) => part.pages.map(({ page }) => `docs/${page}.md`));
  const wanted = pages.filter((page) => page.startsWith("docs/") && page !== "docs/index.md");
  return [
    ...wanted.filter((page) => !listed.includes(page)).map((page) =>
      `docs/.vitepress/sidebar.ts has no place for ${page}.`
    ),
    ...listed.filter((page, index) => !wanted.includes(page) || listed.indexOf(page) !== index).map((page) =>
      `docs/.vitepress/sidebar.ts: ${page} is not there, or stands there twice.`
    ),
  ];
}

/** Every entry of the package is imported in some example of the docs. */
export function unmentionedEntries(pages: readonly string[], entries: readonly string[]): string[] {
  const text = pages.map(read).join("\n");
  return entries
    .filter((entry) => !text.includes(`"${entry}"`) && !text.includes(`\`${entry}\``))
    .map((entry) => `No page of the docs shows an import from "${entry}".`);
}
