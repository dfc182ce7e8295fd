// Points and lines by two numbers. Polygons, one of them at least around the middle, are drawn as what they mean: a wheel.
import { faint, series, token } from "../colours.js";
import { plain } from "../dom.js";
import { lineColour } from "../fields.js";
import { formatted, marks } from "../format.js";
import { axis, base, plot, short } from "../plot.js";

export async function xychart(body, context) {
  const sets = series_(context);
  const wheel = sets.every(closed) && sets.some(around) && sets.some((set) => set.frame.fields.some((field) => field.kind === "string"));
  await (wheel ? polar(body, sets, context) : plane(body, sets, context));
}

function series_({ panel, frames }) {
  const wished = panel.options?.series ?? [];
  const all = wished.length && panel.options.mapping === "manual" ? wished : frames.map((_, place) => ({ frame: { matcher: { options: place } } }));
  return all.flatMap((one, place) => {
    const frame = frames[one.frame?.matcher?.options ?? place];
    if (!frame) return [];
    const find = (matcher, otherwise) => frame.fields.find((field) => field.name === matcher?.matcher?.options) ?? otherwise;
    const numbers = frame.fields.filter((field) => field.kind === "number");
    const [x, y] = [find(one.x, numbers[0]), find(one.y, numbers[1])];
    return x && y ? [{ name: one.name?.fixed ?? y.title, frame, x, y }] : [];
  });
}

function closed({ x, y }) {
  const last = x.values.length - 1;
  const near = (values) => Math.abs(values[0] - values[last]) < 1e-6;
  return last > 0 && near(x.values) && near(y.values); // two rows are one spoke
}

function around({ x, y }) {
  const both = (values) => values.some((value) => value < 0) && values.some((value) => value > 0);
  return both(x.values) && both(y.values);
}

async function polar(body, sets, { panel }) {
  const most = panel.fieldConfig?.defaults?.max ? Math.floor(panel.fieldConfig.defaults.max / 10) * 10 || panel.fieldConfig.defaults.max : 10;
  const spokes = sets.find((set) => set.frame.fields.some((field) => field.kind === "string"));
  const label = spokes.frame.fields.find((field) => field.kind === "string");
  const length = (set, row) => Math.hypot(set.x.values[row], set.y.values[row]);
  const angle = (set, row) => {
    const turn = length(set, row) ? Math.atan2(set.x.values[row], set.y.values[row]) / (2 * Math.PI) : row / (set.x.values.length - 1);
    return (turn * 360 + 360) % 360; // a spoke without length points where its place among the others is
  };
  const traces = sets.map((set, place) => {
    const radius = set.x.values.map((_, row) => length(set, row));
    const names = set.frame.fields.find((field) => field.kind === "string")?.values ?? radius.map(() => set.name);
    const shade = set.frame === spokes.frame ? series(0) : token("ink-3");
    const main = set.frame === spokes.frame;
    return {
      type: "scatterpolar", mode: main ? "lines+markers" : "lines", name: plain(set.name), key: set.name, shade, theta: radius.map((_, row) => angle(set, row)), r: radius,
      line: { color: shade, width: main ? 2.5 : 1.2, dash: main ? "solid" : "dash" }, marker: { size: 7, color: shade }, ...(main ? { fill: "toself", fillcolor: faint(series(0), 0.16) } : {}),
      text: radius.map((value, row) => `${plain(names[row])}: ${plain(formatted(value, { decimals: 1 }))}`), hovertemplate: "%{text}<extra></extra>", order: place,
    };
  });
  const last = label.values.length - 1;
  const spread = label.values.slice(0, last);
  const layout = base({
    margin: { l: 60, r: 60, t: 26, b: 26 },
    polar: {
      bgcolor: "rgba(0,0,0,0)",
      radialaxis: { range: [0, most], angle: 90, tickangle: 90, dtick: most / 5, gridcolor: token("grid"), linecolor: "rgba(0,0,0,0)", tickfont: { size: 10, color: token("ink-3") }, showticklabels: true },
      angularaxis: { direction: "clockwise", rotation: 90, tickvals: spread.map((_, row) => angle(spokes, row)), ticktext: spread.map((name) => short(String(name), 16)), gridcolor: token("grid"), linecolor: token("line-strong"), tickfont: { size: 12, color: token("ink") } },
    },
  });
  await plot(body, traces, layout, traces.length > 1 ? traces.map(({ key, shade, line }) => ({ key, color: shade, dash: line.dash === "dash" })) : []);
}

async function plane(body, sets, { panel }) {
  const traces = sets.map(({ name, frame, x, y }, place) => {
    const shade = sets.length > 1 ? series(place) : lineColour(y);
    const names = frame.fields.filter((field) => field.kind === "string");
    const show = y.config.custom.show ?? "points";
    const texts = x.values.map((value, row) => [...names.map((field) => plain(field.values[row])), `${plain(x.title)}: ${plain(formatted(value, x.config))}`, `${plain(y.title)}: ${plain(formatted(y.values[row], y.config))}`].join("<br>"));
    return {
      type: "scatter", mode: show === "points" ? "markers" : show === "lines" ? "lines" : "lines+markers", name: plain(name), key: name, shade, x: x.values, y: y.values,
      text: texts, hovertemplate: "%{text}<extra></extra>", line: { color: shade, width: 2 }, marker: { color: shade, size: y.config.custom.pointSize?.fixed ?? 9, opacity: 0.8 },
    };
  });
  const side = (fields) => {
    const seen = fields.flatMap((field) => field.values).filter((value) => value !== null);
    const { min, max } = panel.fieldConfig?.defaults ?? {};
    let [low, high] = [min ?? Math.min(...seen), max ?? Math.max(...seen)];
    const edge = (high - low || 1) * 0.06;
    [low, high] = [min ?? (low >= 0 && low < edge * 8 ? 0 : low - edge), max ?? high + edge];
    const { values, texts } = marks(low, high, fields);
    return axis({ range: [low, high], tickvals: values, ticktext: texts, showline: true, title: { text: plain(fields[0].config.custom.axisLabel || fields[0].title) } });
  };
  const layout = base({ xaxis: side(sets.map(({ x }) => x)), yaxis: side(sets.map(({ y }) => y)) });
  await plot(body, traces, layout, traces.length > 1 ? traces.map(({ key, shade }) => ({ key, color: shade })) : []);
}
