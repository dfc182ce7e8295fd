// Lines, areas and bars over time.
import { colour, faint, token } from "../colours.js";
import { hidden, lineColour } from "../fields.js";
import { formatted, marks } from "../format.js";
import { plain } from "../dom.js";
import { axis, base, instant, local, plot, timeAxis } from "../plot.js";

export async function timeseries(body, { panel, frames, view, zoom }) {
  const lines = frames.flatMap((frame) => {
    const time = frame.fields.find((field) => field.kind === "time");
    return time ? frame.fields.filter((field) => field.kind === "number" && !hidden(field)).map((field) => ({ field, times: time.values })) : [];
  });
  const stacked = lines.some(({ field }) => field.config.custom.stacking?.mode === "normal" || field.config.custom.stacking?.mode === "percent");
  const right = lines.filter(({ field }) => field.config.custom.axisPlacement === "right");
  const left = lines.filter((line) => !right.includes(line));
  const both = left.length > 0 && right.length > 0; // then what belongs to the right stands behind
  const lonely = !both && left.filter(({ field }) => field.config.custom.fillOpacity > 0).length === 1;
  const traces = [...right, ...left].map((line) => trace(line, view, stacked, lonely, both && left.includes(line) ? "y2" : "y"));
  const layout = base({
    xaxis: timeAxis(view, body.clientWidth, lines.flatMap((line) => begins(line, view))), hovermode: "x unified", dragmode: "zoom", barmode: stacked ? "relative" : "group", bargap: 0.12, bargroupgap: 0.05,
    yaxis: both ? { ...upright(right, false), side: "right", showgrid: false } : upright(lines, stacked),
    ...(both ? { yaxis2: { ...upright(left, stacked), overlaying: "y", side: "left" } } : {}), shapes: limits(lines, both ? "y2" : "y"),
  });
  const legend = panel.options?.legend?.showLegend === false ? [] : traces.map(({ key, shade, line }) => ({ key, color: shade, dash: line?.dash && line.dash !== "solid" }));
  await plot(body, traces, layout, legend.length > 1 || panel.options?.legend?.showLegend ? legend : []);
  body.view = view;
  if (!body.zooms) {
    body.zooms = true;
    body.plotted.on("plotly_relayout", (change) => {
      const [from, to] = [change["xaxis.range[0]"], change["xaxis.range[1]"]].map((text) => (text ? instant(text, body.view) : NaN));
      if (to > from) zoom(Math.round(from), Math.round(to));
    });
  }
}

const areBars = (field) => field.config.custom.drawStyle === "bars";

// How far apart bars stand. One alone does not tell, and gets a width that can be seen.
function apart(times, view) {
  if (times.length < 2) return (view.toMs - Math.min(view.fromMs, ...times)) / 12;
  return times.slice(1).reduce((least, time, place) => Math.min(least, time - times[place]), Infinity);
}

// Bars stand on both sides of their time.
const begins = ({ field, times }, view) => times.slice(0, 1).map((first) => first - (areBars(field) ? apart(times, view) / 2 : 0));

function trace({ field, times }, view, stacked, lonely, yaxis) {
  const { custom } = field.config;
  const shade = lineColour(field);
  const bars = areBars(field);
  const points = custom.drawStyle === "points" || custom.showPoints === "always" || field.values.filter((value) => value !== null).length < 2;
  const filled = !bars && lonely && (custom.fillOpacity ?? 0) > 0; // many would become mud
  const dash = custom.lineStyle?.fill === "dash" ? "dash" : custom.lineStyle?.fill === "dot" ? "dot" : "solid";
  const shared = {
    name: plain(field.title), key: field.title, shade, x: times.map(local(view)), y: field.values,
    text: field.values.map((value) => plain(formatted(value, field.config))), hovertemplate: "%{text}", yaxis,
  };
  if (bars) return { ...shared, type: "bar", textposition: "none", ...(times.length < 2 ? { width: apart(times, view) * 0.88 } : {}), marker: { color: shade, opacity: stacked ? 0.9 : Math.min(1, 0.1 + (custom.fillOpacity ?? 80) / 100), line: { width: 0 } } };
  return {
    ...shared, type: "scatter", mode: points ? "lines+markers" : "lines", cliponaxis: !points, connectgaps: custom.spanNulls === true,
    line: { color: shade, width: custom.lineWidth ?? 2, dash, shape: custom.lineInterpolation?.startsWith("step") ? "hv" : "linear" }, marker: { size: custom.pointSize ?? 5, color: shade },
    ...(stacked ? { stackgroup: "one", fillcolor: faint(shade, 0.35) } : filled ? { fill: "tozeroy", fillcolor: faint(shade, Math.min(custom.fillOpacity / 100, 0.6)) } : {}),
  };
}

function upright(lines, stacked) {
  const sums = new Map();
  let [low, high] = [Infinity, -Infinity];
  for (const { field, times } of lines) {
    field.values.forEach((value, place) => {
      if (value === null) return;
      const sum = stacked ? (sums.get(times[place]) ?? 0) + value : value;
      sums.set(times[place], sum);
      low = Math.min(low, value, sum);
      high = Math.max(high, value, sum);
    });
  }
  const config = lines[0]?.field.config ?? {};
  const bars = lines.some(({ field }) => areBars(field));
  for (const step of limitsOf(lines)) high = Math.max(high, step.value);
  if (!Number.isFinite(low)) [low, high] = [0, 1];
  const softMin = config.custom?.axisSoftMin ?? (bars || stacked ? 0 : undefined);
  const softMax = config.custom?.axisSoftMax;
  if (softMin !== undefined) low = Math.min(low, softMin);
  if (softMax !== undefined) high = Math.max(high, softMax);
  low = config.min ?? low;
  high = config.max !== undefined ? config.max + (config.max - low) * 0.015 : (high === low ? low + 1 : high + (high - low) * 0.06);
  if (low < 0 && config.min === undefined) low -= (high - low) * 0.05;
  const { values, texts } = marks(low, high, lines.map(({ field }) => field));
  return axis({ range: [low, high], tickvals: values, ticktext: texts, title: { text: plain(config.custom?.axisLabel ?? "") } });
}

const limitsOf = (lines) => lines.flatMap(({ field }) => {
  const style = field.config.custom.thresholdsStyle?.mode ?? "off";
  return style === "off" ? [] : (field.config.thresholds?.steps ?? []).filter((step) => step.value !== null);
});

function limits(lines, yref) {
  const seen = new Map(limitsOf(lines).map((step) => [step.value, step]));
  return [...seen.values()].map(({ value, color }) => ({
    type: "line", xref: "paper", x0: 0, x1: 1, yref, y0: value, y1: value, layer: "below", line: { color: colour(color) ?? token("ink-3"), width: 1, dash: "dash" },
  }));
}
