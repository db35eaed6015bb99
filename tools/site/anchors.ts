/** The headings of a page of Markdown, and the anchors that GitHub gives to them; the site gives the same. */

/** The anchor of a heading. */
export function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}\- _]/gu, "").trim().replaceAll(" ", "-");
}

/** A page without its code blocks, in which nothing is a heading or a link. */
export function withoutCode(markdown: string): string {
  return markdown.replace(/^( *)(```+)[^]*?^\1\2$/gm, "");
}

/** The anchors of a page. Of headings that read alike the second ends in `-1`, and so on. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutCode(markdown).matchAll(/^#+ (.*)$/gm)) {
    const first = anchorOf(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
    let anchor = first;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${first}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}
