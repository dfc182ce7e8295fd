// Plotly with the page's type and colours; times are shown in the zone of the browser.
import { anew, h, plain } from "./dom.js";
import { token } from "./colours.js";

// Plotly knows times without a zone. All of a chart have the offset that is valid at the end of its range: where clocks go
// back, two hours would otherwise stand at one place.
const offset = ({ toMs }) => new Date(toMs).getTimezoneOffset() * 6e4;
export const local = (view) => (ms) => new Date(ms - offset(view)).toISOString().slice(0, 19).replace("T", " ");
export const instant = (text, view) => Date.parse(text.includes(" ") ? `${text.replace(" ", "T")}Z` : text) + offset(view);
export const short = (text, most = 26) => plain(text.length > most ? `${text.slice(0, most - 1)}…` : text);
const CONFIG = { displayModeBar: false, responsive: false, showTips: false, doubleClick: false };

export function axis(more = {}) {
  return {
    gridcolor: token("grid"), linecolor: token("line-strong"), zeroline: false, ticks: "", fixedrange: true, automargin: true,
    tickfont: { size: 11, color: token("ink-2") }, title: { font: { size: 11, color: token("ink-2") } }, ...more,
  };
}

// An hour or day in which the range begins stands at its own beginning, which is earlier: the axis begins there, too.
export function timeAxis(view, width, times = []) {
  return axis({
    type: "date", range: [Math.min(view.fromMs, ...times), view.toMs].map(local(view)), showgrid: false, showline: true, ticks: "outside", ticklen: 3, tickcolor: token("line-strong"),
    nticks: Math.max(2, Math.floor(width / 95)), fixedrange: false, hoverformat: "%a %e %b, %H:%M", tickangle: 0,
    tickformatstops: [
      { dtickrange: [null, 60000], value: "%H:%M:%S" }, { dtickrange: [60000, 86399999], value: "%H:%M\n%e %b" },
      { dtickrange: [86400000, 2678399999], value: "%e %b\n%Y" }, { dtickrange: ["M1", null], value: "%b\n%Y" },
    ],
  });
}

export function base(more = {}) {
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", showlegend: false, hovermode: "closest", dragmode: false, bargap: 0.25,
    margin: { l: 8, r: 12, t: 6, b: 4, pad: 2 }, font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: token("ink") },
    hoverlabel: { bgcolor: token("raised"), bordercolor: token("line-strong"), font: { size: 12, color: token("ink") }, align: "left", namelength: -1 }, ...more,
  };
}

// Draws into the panel's body, again into the same place when it is drawn anew.
export async function plot(body, traces, layout, legend = []) {
  body.classList.add("plot");
  if (!body.plotted) {
    body.plotted = h("div", { class: "plotted" });
    body.keys = h("div", { class: "keys" });
    body.replaceChildren(body.plotted, body.keys);
  }
  keys(body, traces, legend);
  const sized = { ...layout, width: body.clientWidth, height: Math.max(body.clientHeight - body.keys.offsetHeight, 40) };
  await window.Plotly.react(body.plotted, traces, sized, CONFIG);
  framed(body, sized);
  watch(body);
}

export function forget(body) {
  if (body.plotted) window.Plotly.purge(body.plotted);
  body.watcher?.disconnect();
  body.plotted = body.keys = body.watcher = body.zooms = null;
  body.className = "body";
  body.replaceChildren();
}

// On paper, for which nothing is drawn anew, a drawing gets smaller and stays whole.
function framed(body, { width, height }) {
  for (const drawing of body.plotted.querySelectorAll(".main-svg")) {
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.setAttribute("preserveAspectRatio", "xMinYMin");
  }
}

function watch(body) {
  if (body.watcher) return;
  body.watcher = new ResizeObserver(() => {
    const sized = { width: body.clientWidth, height: Math.max(body.clientHeight - body.keys.offsetHeight, 40) };
    if (body.plotted && sized.width) window.Plotly.relayout(body.plotted, sized).then(() => framed(body, sized));
  });
  body.watcher.observe(body);
}

// What the colours mean; a click hides a series and shows it again.
function keys(body, traces, legend) {
  body.off ??= new Set();
  for (const trace of traces) if (trace.key && body.off.has(trace.key)) trace.visible = "legendonly";
  anew(
    body.keys,
    ...legend.map(({ key, color, dash }) =>
      h("button", {
        class: "key", type: "button", "data-key": key, "aria-pressed": String(!body.off.has(key)), title: key,
        onclick: (event) => {
          if (!body.off.delete(key)) body.off.add(key);
          const shown = !body.off.has(key);
          event.currentTarget.setAttribute("aria-pressed", String(shown));
          const places = body.plotted.data.flatMap((trace, place) => (trace.key === key ? [place] : []));
          window.Plotly.restyle(body.plotted, { visible: shown ? true : "legendonly" }, places);
        },
      }, h("i", { class: dash ? "dash" : "", style: { "--colour": color } }), key),
    ),
  );
}
