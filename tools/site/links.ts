/** Links between pages: how those that leave docs/ read on the site, and whether every link of the built site leads somewhere. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";

/** Pages of the site for files of the project outside docs/. */
const OUTSIDE: readonly (readonly [file: RegExp, page: string])[] = [
  [/^README\.md$/, "/index.md"],
  [/^CHANGELOG\.md$/, "/changelog.md"],
  [/^CONTRIBUTING\.md$/, "/contributing.md"],
  [/^examples\/?$/, "/examples/index.md"],
  [/^examples\/([\w-]+)\/?$/, "/examples/$1.md"],
  [/^examples\/([\w-]+)\.\w+$/, "/examples/$1.md"],
  [/^examples\/([\w-]+)\/.+$/, "/examples/$1.md"],
];

/**
 * A link that stands in a file of the project, as the site needs it: unchanged within docs/, to the page that shows
 * the file where it leads out of docs/.
 *
 * @param from the file, from the project's root
 */
export function siteLink(from: string, href: string): string {
  if (/^[a-z]+:|^[#/]/.test(href)) return href;
  const [path = "", anchor] = href.split("#");
  const target = posix.join(posix.dirname(from), path);
  const hash = anchor === undefined ? "" : `#${anchor}`;
  if (target.startsWith("docs/")) return from.startsWith("docs/") ? href : `/${target.slice(5)}${hash}`;
  const found = OUTSIDE.find(([file]) => file.test(target));
  if (found === undefined) throw new Error(`${from}: the site has no page for ${target}`);
  return target.replace(found[0], found[1]) + hash;
}

/** The links and ids of a page of HTML. */
function read(html: string): { links: string[]; ids: Set<string> } {
  const decoded = (text: string) =>
    text.replaceAll("&amp;", "&").replaceAll("&#39;", "'").replaceAll("&quot;", '"');
  return {
    links: [...html.matchAll(/<a\b[^>]*?\shref="([^"]*)"/g)].map(([, link = ""]) => decoded(link)),
    ids: new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => decoded(id))),
  };
}

/** What is wrong with the links of a built site: pages, files and anchors that are not there. */
export function deadSiteLinks(folder: string, base: string): string[] {
  const pages = new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".html"))
      .map((path) => [path.replaceAll("\\", "/"), read(readFileSync(join(folder, path), "utf8"))]),
  );
  const problems = new Set<string>();
  for (const [page, { links }] of pages) {
    for (const link of links) {
      if (/^[a-z]+:/.test(link)) continue;
      const [path = "", anchor] = link.split("#");
      const absolute = path === ""
        ? page
        : path.startsWith("/")
        ? path.slice(base.length)
        : posix.join(dirname(page), path);
      const target = absolute === "" || absolute.endsWith("/") ? `${absolute}index.html` : absolute;
      const found = pages.get(target);
      if (found === undefined) {
        if (!existsSync(join(folder, target))) problems.add(`${page}: no ${link}`);
      } else if (anchor !== undefined && anchor !== "" && !found.ids.has(decodeURIComponent(anchor))) {
        problems.add(`${page}: ${target} has no #${anchor}`);
      }
    }
  }
  return [...problems];
}
