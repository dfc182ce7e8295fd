// The little Markdown that descriptions and text panels use, as elements.
import { address, h } from "./dom.js";

const MARK = /\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|\*(\S[^*]*)\*/g;

function spans(text) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(MARK)) {
    parts.push(text.slice(at, found.index));
    if (found[1]) parts.push(h("strong", {}, found[1]));
    else if (found[2]) parts.push(h("code", {}, found[2]));
    else if (found[3]) parts.push(h("a", { href: address(found[4]), rel: "noreferrer" }, found[3]));
    else parts.push(h("em", {}, found[5]));
    at = found.index + found[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

export function prose(text) {
  const blocks = [];
  for (const block of text.split(/\n\s*\n/)) {
    const lines = block.split("\n").filter((line) => line.trim());
    if (!lines.length) continue;
    const heading = /^#+\s+(.*)/.exec(lines[0]);
    if (heading) blocks.push(h("h3", {}, spans(heading[1])));
    const rest = heading ? lines.slice(1) : lines;
    if (rest.length && rest.every((line) => /^\s*[-*]\s/.test(line))) {
      blocks.push(h("ul", {}, rest.map((line) => h("li", {}, spans(line.replace(/^\s*[-*]\s+/, ""))))));
    } else if (rest.length) blocks.push(h("p", {}, spans(rest.join(" "))));
  }
  return blocks;
}
