// Rows and columns; a click on a heading sorts.
import { anew, h } from "../dom.js";
import { faint, on, readable } from "../colours.js";
import { display, hidden } from "../fields.js";
import { isTimeUnit } from "../format.js";
import { filled } from "../links.js";
import { stamp } from "../time.js";
import { rowOf } from "./reduce.js";

const MOST = 500;
const WHOLE = 30; // letters that stay on one line

export function table(body, context) {
  const { panel, frames } = context;
  body.classList.add("scrolls");
  const frame = frames[0];
  const fields = frame.fields.filter((field) => !hidden(field));
  body.sorting ??= firstSorting(panel, fields);
  const order = sorted(frame, fields, body.sorting);
  const head = h("tr", {}, fields.map((field) => heading(field, body, context)));
  const rows = order.slice(0, MOST).map((row) => h("tr", {}, fields.map((field) => cell(field, frame, row, context.view))));
  const place = body.scrollTop;
  const more = order.length > MOST ? h("p", { class: "more" }, `The first ${MOST} of ${order.length} rows; choose a shorter time range to see the others.`) : [];
  anew(body, ...[h("table", { class: "table" }, h("thead", {}, head), h("tbody", {}, rows)), more].flat());
  body.scrollTop = place;
}

function firstSorting(panel, fields) {
  const wanted = panel.options?.sortBy?.[0];
  const field = wanted && fields.find(({ title }) => title === wanted.displayName);
  return field ? { name: field.name, down: Boolean(wanted.desc) } : null;
}

function sorted(frame, fields, sorting) {
  const order = [...Array(frame.rows).keys()];
  const field = sorting && fields.find(({ name }) => name === sorting.name);
  if (!field) return order;
  const compare = (a, b) => {
    const [one, two] = [field.values[a], field.values[b]];
    if (one === null || two === null) return (one === null) - (two === null); // what is not known comes last, both ways
    const apart = typeof one === "string" ? one.localeCompare(two) : one - two;
    return sorting.down ? -apart : apart;
  };
  return order.sort(compare);
}

function side(field) {
  const align = field.config.custom?.align;
  if (align === "center") return "centre";
  if (align === "left") return "whole";
  if (align === "right" || field.kind === "number") return "right";
  return field.kind === "time" || field.values.every((value) => String(value ?? "").length <= WHOLE) ? "whole" : "text";
}

function heading(field, body, context) {
  const now = body.sorting?.name === field.name ? (body.sorting.down ? "descending" : "ascending") : "none";
  const sort = () => {
    body.sorting = { name: field.name, down: now === "none" ? field.kind === "number" : now === "ascending" };
    table(body, context);
  };
  const width = field.config.custom?.width;
  return h("th", { scope: "col", class: side(field), "aria-sort": now, style: width ? { width: `${width}px` } : {} }, h("button", { type: "button", "data-key": field.name, onclick: sort }, field.title));
}

function cell(field, frame, row, view) {
  const value = field.values[row];
  const config = { noValue: "–", ...field.config, ...(field.config.noValue ? { noValue: "–" } : {}) };
  const shown = field.kind === "time" ? { text: value === null ? "–" : field.day ? new Date(value).toISOString().slice(0, 10) : isTimeUnit(config.unit) ? display(value, config).text : stamp(value, true), marked: false } : display(value, config);
  const link = config.links?.[0];
  const href = link && value !== null ? filled(link.url, view, { fields: rowOf(frame, row), value, labels: field.labels }) : null;
  const content = href ? h("a", { href, title: link.title, "data-key": [field.name, ...named(frame, row)].join("\n") }, shown.text) : shown.text;
  const kind = config.custom?.cellOptions?.type ?? config.custom?.displayMode ?? "auto";
  const painted = shown.marked && value !== null;
  if (kind === "gauge" && typeof value === "number") return h("td", { class: "right" }, bar(field, value, shown, content));
  if (kind === "color-background" && painted) return h("td", { class: side(field), style: { background: shown.color, color: on(shown.color) } }, content);
  if (kind === "color-text" && painted) return h("td", { class: side(field), style: { color: readable(shown.color), "font-weight": "600" } }, content);
  return h("td", { class: side(field) }, content);
}

// What a row is about: its texts, not its numbers.
const named = (frame, row) => frame.fields.filter(({ kind }) => kind === "string").map(({ values }) => values[row]);

function bar(field, value, { color }, content) {
  const numbers = field.values.filter((one) => one !== null);
  const least = field.config.min ?? Math.min(0, ...numbers);
  const most = field.config.max ?? Math.max(...numbers);
  const share = Math.min(1, Math.max(0, (value - least) / (most - least || 1)));
  return h("span", { class: "cell-bar" }, h("span", { class: "room", "aria-hidden": "true" }, h("i", { style: { width: `${share * 100}%`, background: color ?? faint("#0072B2", 0.8) } })), h("span", {}, content));
}
