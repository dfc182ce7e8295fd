// Words.
import { anew, h } from "../dom.js";
import { titled } from "../links.js";
import { prose } from "../prose.js";

export function text(body, { panel, view }) {
  anew(body, h("div", { class: "prose" }, prose(titled(panel.options?.content ?? "", view))));
}
