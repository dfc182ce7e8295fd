// Bars side by side, or lying and stacked.
import { plain } from "../dom.js";
import { display, hidden, lineColour } from "../fields.js";
import { formatted, marks } from "../format.js";
import { axis, base, plot, short } from "../plot.js";
import { stamp } from "../time.js";

export async function barchart(body, { panel, frames }) {
  const { orientation = "auto", stacking = "none", xField, legend: wished, showValue } = panel.options ?? {};
  const frame = frames[0];
  const across = frame.fields.find((field) => field.name === xField) ?? frame.fields.find((field) => field.kind !== "number") ?? frame.fields[0];
  const fields = frame.fields.filter((field) => field.kind === "number" && field !== across && !hidden(field));
  const lying = orientation === "horizontal" || (orientation === "auto" && frame.rows > 12 && across.kind === "string");
  const names = across.values.map((value) => (across.kind === "time" ? stamp(value) : String(value ?? "")));
  const single = fields.length === 1;
  const traces = fields.map((field) => {
    const texts = field.values.map((value) => plain(formatted(value, field.config)));
    const shades = single && field.config.color?.mode === "thresholds" ? field.values.map((value) => display(value, field.config).color) : lineColour(field);
    return {
      type: "bar", name: plain(field.title), key: field.title, shade: lineColour(field), orientation: lying ? "h" : "v", marker: { color: shades },
      [lying ? "x" : "y"]: field.values, [lying ? "y" : "x"]: names.map((_, place) => place), text: texts, customdata: names.map(plain),
      textposition: showValue === "never" || (!single && stacking === "none") || frame.rows > 24 ? "none" : stacking === "none" ? "outside" : "inside",
      textfont: { size: 11 }, insidetextanchor: "middle", cliponaxis: false, constraintext: "inside", textangle: 0,
      hovertemplate: `%{customdata}<br>${plain(field.title)}: %{text}<extra></extra>`,
    };
  });
  const [low, high] = extent(fields, stacking !== "none");
  const config = fields[0]?.config ?? {};
  const beyond = single ? 0.14 : config.max === undefined ? 0.06 : 0; // for the number at the end of the longest bar
  const most = config.max ?? high;
  const top = most + (most - low) * beyond;
  const { values, texts } = marks(config.min ?? low, top, fields);
  const numbers = axis({ range: [config.min ?? low, top], tickvals: values, ticktext: texts, showline: false });
  const letters = lying ? Math.max(10, Math.floor(body.clientWidth / 16)) : Math.max(6, Math.floor(body.clientWidth / Math.max(names.length, 1) / 6));
  const said = axis({
    tickvals: names.map((_, place) => place), ticktext: names.map((name) => short(name, Math.min(letters, 46))), showgrid: false, tickangle: lying || names.length * 60 < body.clientWidth ? 0 : -35,
    range: lying ? [names.length - 0.5, -0.5] : [-0.5, names.length - 0.5],
  });
  const layout = base({ xaxis: lying ? numbers : said, yaxis: lying ? said : numbers, barmode: stacking === "none" ? "group" : "relative", bargap: 0.28, bargroupgap: 0.08, uniformtext: { minsize: 9, mode: "hide" } });
  const legend = wished?.showLegend === false || single ? [] : traces.map(({ key, shade }) => ({ key, color: shade }));
  await plot(body, traces, layout, legend);
}

function extent(fields, stacked) {
  const rows = fields[0]?.values.map((_, row) => fields.map((field) => field.values[row] ?? 0)) ?? [];
  const tops = rows.map((values) => (stacked ? values.filter((value) => value > 0).reduce((sum, value) => sum + value, 0) : Math.max(...values)));
  const ends = rows.map((values) => (stacked ? values.filter((value) => value < 0).reduce((sum, value) => sum + value, 0) : Math.min(...values)));
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...tops)];
  return high === low ? [low, low + 1] : [low, high];
}
