// Big numbers.
import { anew, h } from "../dom.js";
import { faint, on, readable } from "../colours.js";
import { display } from "../fields.js";
import { filled } from "../links.js";
import { reduced, rowOf } from "./reduce.js";

export function stat(body, { panel, frames, view }) {
  const { reduceOptions, textMode = "auto", colorMode = "value", graphMode = "none" } = panel.options ?? {};
  const items = reduced(frames, reduceOptions);
  const named = items.length > 1 || textMode === "value_and_name" || textMode === "name";
  const cells = items.map((item, place) => cell(item, { place, named, textMode, colorMode, graphMode, view, many: items.length }));
  const ranked = items.length > 1 && textMode === "value_and_name" ? " ranked" : "";
  anew(body, h("div", { class: `stats${ranked}` }, cells));
}

function cell({ name, value, field, frame, row }, { place, named, textMode, colorMode, graphMode, view, many }) {
  const lesser = place > 0 && many > 1 && textMode === "value_and_name";
  const { text, color, marked } = display(value, lesser && value === null ? { ...field.config, noValue: "–" } : field.config);
  const words = !/\d/.test(text);
  const shown = textMode === "name" ? name : text;
  const link = field.config.links?.[0];
  const href = link ? filled(link.url, view, { fields: rowOf(frame, row), value, labels: field.labels }) : null;
  const painted = colorMode === "background" && marked;
  const children = [
    named && textMode !== "value" ? h("span", { class: "name", title: name }, name) : null,
    h("span", { class: `number${words ? " words" : ""}`, title: `${name}: ${shown}`, style: { "--letters": Math.max(String(shown).length, 3), color: painted ? on(color) : colorMode === "none" || !marked || value === null ? "inherit" : readable(color) } }, shown),
    graphMode === "area" && field.values.length > 2 ? spark(field.values, color) : null,
  ];
  const attributes = { "data-key": name, class: `stat${lesser ? " lesser" : ""}`, style: painted ? { background: color, color: on(color) } : {} };
  return href ? h("a", { ...attributes, href, title: link.title }, children) : h("div", attributes, children);
}

function spark(values, color) {
  const seen = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...seen), Math.max(...seen)];
  const points = seen.map((value, place) => `${(place / (seen.length - 1)) * 100},${38 - ((value - low) / (high - low || 1)) * 34}`);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ class: "spark", viewBox: "0 0 100 40", preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(name, value);
  const area = document.createElementNS("http://www.w3.org/2000/svg", "path");
  area.setAttribute("d", `M0,40 L${points.join(" L")} L100,40 Z`);
  area.setAttribute("fill", faint(color, 0.55));
  svg.append(area);
  return svg;
}
