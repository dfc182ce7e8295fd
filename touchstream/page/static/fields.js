// What the board says about a field: unit, thresholds, mappings, colours, links, its own rules last.
import { formatted } from "./format.js";
import { between, colour, series, ink } from "./colours.js";

function matches({ id, options }, field, frameRef) {
  if (id === "byName") return options === field.name || options === shownName(field);
  if (id === "byRegexp") return pattern(options).test(shownName(field));
  if (id === "byType") return options === field.kind;
  if (id === "byFrameRefID") return options === frameRef;
  if (id === "byNames") return (options.names ?? []).includes(shownName(field));
  return false;
}

function pattern(text) {
  const found = /^\/(.*)\/([a-z]*)$/.exec(text);
  return found ? new RegExp(found[1], found[2]) : new RegExp(text);
}

const placed = (template, field) =>
  template
    .replace(/\$\{__field\.labels\.(\w+)\}|\$\{__field\.labels\["([^"]+)"\]\}/g, (_, plain, quoted) => field.labels[plain ?? quoted] ?? "")
    .replaceAll("${__field.name}", field.name);

export function shownName(field) {
  const given = field.config?.displayName;
  if (given) return placed(given, field);
  const labels = Object.values(field.labels ?? {});
  return labels.length ? labels.join(" ") : field.name;
}

// Gives every field of the frames its configuration; series colours go around in order.
export function configured(frames, fieldConfig = {}) {
  const { defaults = {}, overrides = [] } = fieldConfig;
  let place = 0;
  for (const frame of frames) {
    for (const field of frame.fields) {
      field.config = { ...defaults, custom: { ...defaults.custom } };
      if (field.kind === "string" || field.kind === "time") delete field.config.displayName;
      for (const { matcher, properties } of overrides) {
        if (!matches(matcher, field, frame.ref)) continue;
        for (const { id, value } of properties) {
          if (id.startsWith("custom.")) field.config.custom[id.slice(7)] = value;
          else if (value === null) delete field.config[id]; // null takes a default away
          else field.config[id] = value;
        }
      }
      field.title = shownName(field);
      if (field.kind === "number") field.place = place++;
    }
  }
  const seen = frames.flatMap(({ fields }) => fields.filter(({ kind }) => kind === "number").flatMap(({ values }) => values.filter((value) => value !== null)));
  const extent = [seen.reduce((low, value) => Math.min(low, value), Infinity), seen.reduce((high, value) => Math.max(high, value), -Infinity)];
  for (const frame of frames) for (const field of frame.fields) field.config.extent = [field.config.min ?? extent[0], field.config.max ?? extent[1]];
  return frames;
}

function mapped(value, config) {
  for (const { type, options } of config.mappings ?? []) {
    if (type === "value" && options[String(value)]) return options[String(value)];
    if (type === "range" && typeof value === "number" && value >= (options.from ?? -Infinity) && value <= (options.to ?? Infinity)) return options.result;
    if (type === "regex" && typeof value === "string" && pattern(options.pattern).test(value)) return options.result;
    if (type === "special" && options.match.startsWith("null") && (value === null || value === undefined)) return options.result;
  }
  return null;
}

export function step(value, config, least = 0, most = 100) {
  const { steps = [], mode } = config.thresholds ?? {};
  const height = mode === "percentage" ? ((value - least) / (most - least || 1)) * 100 : value;
  let found = steps[0];
  for (const one of steps) if (one.value !== null && height >= one.value) found = one;
  return found;
}

// The text and the colour of one value.
export function display(value, config, range = []) {
  const said = mapped(value, config);
  const text = said?.text ?? formatted(value, config);
  if (said?.color) return { text, color: colour(said.color), marked: true };
  const mode = config.color?.mode ?? "thresholds";
  if (mode === "fixed") return { text, color: colour(config.color.fixedColor), marked: true };
  if (mode === "thresholds" && typeof value === "number") {
    const found = step(value, config, ...range);
    const marked = (config.thresholds?.steps ?? []).length > 1;
    return { text, color: found ? colour(found.color) : ink(), marked };
  }
  if (mode.startsWith("continuous") && typeof value === "number") {
    const [low, high] = config.extent;
    return { text, color: between((value - low) / (high - low || 1)), marked: true };
  }
  return { text, color: mode.startsWith("palette") ? series(0) : ink(), marked: false };
}

export function lineColour(field) {
  const { mode, fixedColor } = field.config.color ?? {};
  if (mode === "fixed" && fixedColor) return colour(fixedColor);
  if (mode === "thresholds") {
    const last = field.values.findLast((value) => value !== null);
    const found = last === undefined ? undefined : step(last, field.config);
    if (found) return colour(found.color);
  }
  return series(field.place ?? 0);
}

export const hidden = (field, kind = "viz") => field.config.custom?.hideFrom?.[kind] || (kind === "viz" && (field.config.custom?.hidden || field.config.custom?.hideFrom?.viz));
