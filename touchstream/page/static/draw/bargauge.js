// A bar a row, with its name and its number.
import { anew, h } from "../dom.js";
import { readable } from "../colours.js";
import { display } from "../fields.js";
import { filled } from "../links.js";
import { reduced, rowOf } from "./reduce.js";

export function bargauge(body, { panel, frames, view }) {
  body.classList.add("scrolls");
  const items = reduced(frames, panel.options?.reduceOptions);
  const numbers = items.map(({ value }) => value).filter((value) => value !== null);
  const rows = items.flatMap(({ name, value, field, frame, row }) => {
    const least = field.config.min ?? Math.min(0, ...numbers);
    const most = field.config.max ?? Math.max(...numbers, least + Number.EPSILON);
    const { text, color, marked } = display(value, value === null ? { ...field.config, noValue: "–" } : field.config, [least, most]);
    const share = value === null ? 0 : Math.min(1, Math.max(0, (value - least) / (most - least || 1)));
    const link = field.config.links?.[0];
    const href = link ? filled(link.url, view, { fields: rowOf(frame, row), value, labels: field.labels }) : null;
    return [
      href ? h("a", { class: "name", href, title: name, "data-key": name }, name) : h("span", { class: "name", title: name }, name),
      h("span", { class: "track", "aria-hidden": "true" }, value === null ? null : h("span", { class: "fill", style: { width: `${share * 100}%`, background: color, display: "block" } })),
      h("span", { class: "number", style: marked && value !== null ? { color: readable(color) } : {} }, text),
    ];
  });
  anew(body, h("div", { class: "bars" }, rows));
}
