// Colour for a number, by time or by two names.
import { heat, token } from "../colours.js";
import { plain } from "../dom.js";
import { formatted } from "../format.js";
import { axis, base, local, plot, short, timeAxis } from "../plot.js";

export async function heatmap(body, { panel, frames, view }) {
  const grid = read(frames[0], panel.options ?? {});
  const { config, columns, rows, values, time } = grid;
  const texts = values.map((line, y) => line.map((value, x) => `${plain(rows[y])}, ${time ? local(view)(columns[x]) : plain(columns[x])}<br>${plain(formatted(value, config))}`));
  const traces = [{
    type: "heatmap", x: time ? columns.map(local(view)) : columns.map((_, place) => place), y: rows.map((_, place) => place), z: values, text: texts,
    hovertemplate: "%{text}<extra></extra>", xgap: 1, ygap: 1, colorscale: heat(), zmin: config.min ?? Math.min(0, ...values.flat().filter((value) => value !== null)), ...(config.max === undefined ? {} : { zmax: config.max }),
    colorbar: { thickness: 8, outlinewidth: 0, tickfont: { size: 10, color: token("ink-2") }, len: 1, ...bar(values, config) }, hoverongaps: false,
  }];
  const every = Math.max(1, Math.ceil(columns.length / Math.max(3, Math.floor(body.clientWidth / 44))));
  const below = time ? timeAxis(view, body.clientWidth) : axis({ tickvals: columns.map((_, place) => place).filter((place) => place % every === 0), ticktext: columns.filter((_, place) => place % every === 0).map((name) => short(name, 10)), showgrid: false, tickangle: 0 });
  const beside = axis({ tickvals: rows.map((_, place) => place), ticktext: rows.map((name) => short(name, 18)), showgrid: false, autorange: "reversed" });
  await plot(body, traces, base({ xaxis: { ...below, fixedrange: true }, yaxis: beside, margin: { l: 8, r: 4, t: 6, b: 4 } }));
}

function bar(values, config) {
  const seen = values.flat().filter((value) => value !== null);
  const [low, high] = [config.min ?? Math.min(0, ...seen), config.max ?? Math.max(...seen)];
  const at = [low, (low + high) / 2, high];
  return { tickvals: at, ticktext: at.map((value) => plain(formatted(value, { ...config, decimals: undefined }))) };
}

// Long rows (x, y, value) or wide ones (x, then a column a row of the map).
function read(frame, options) {
  const numbers = frame.fields.filter((field) => field.kind === "number");
  const others = frame.fields.filter((field) => field.kind !== "number");
  const time = frame.fields.find((field) => field.kind === "time");
  const across = time ?? others[0] ?? numbers[0];
  if (numbers.filter((field) => field !== across).length === 1 && others.length > 1) return long(across, others.find((field) => field !== across), numbers[0], time, options);
  const lines = numbers.filter((field) => field !== across);
  const turned = options.yAxis?.reverse ? lines : [...lines].reverse();
  return { config: lines[0]?.config ?? {}, columns: across.values, rows: turned.map((field) => field.title), values: turned.map((field) => field.values), time };
}

function long(across, upright, value, time) {
  const columns = [...new Set(across.values)];
  const rows = [...new Set(upright.values)];
  const values = rows.map(() => new Array(columns.length).fill(null));
  across.values.forEach((x, place) => {
    values[rows.indexOf(upright.values[place])][columns.indexOf(x)] = value.values[place];
  });
  return { config: value.config, columns, rows, values, time };
}
