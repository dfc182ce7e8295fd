// Where customers go from where, as streams. A table of such rows can be seen both ways.
import { faint, isDark, series, token } from "../colours.js";
import { plain } from "../dom.js";
import { formatted } from "../format.js";
import { base, plot, short } from "../plot.js";

const MOST = 60;
const named = (frame, pattern) => frame?.fields.find((field) => field.kind === "string" && pattern.test(field.name));

// Tells whether rows say from where, to where and how often.
export function flows(frames) {
  const from = named(frames[0], /^from\b|^from_|^source$/i);
  const to = named(frames[0], /^to\b|^to_|^target$/i);
  const count = frames[0]?.fields.find((field) => field.kind === "number");
  return from && to && count ? { from, to, count } : null;
}

export async function sankey(body, { frames }) {
  const { from, to, count } = flows(frames);
  const rows = [...count.values.keys()].filter((row) => count.values[row] > 0 && from.values[row] !== to.values[row]).sort((a, b) => count.values[b] - count.values[a]).slice(0, MOST);
  const levels = steps(rows.map((row) => [from.values[row], to.values[row]]));
  const nodes = [...new Set(rows.flatMap((row) => [from.values[row], to.values[row]]))];
  const forward = rows.filter((row) => levels.get(to.values[row]) > levels.get(from.values[row]));
  const shade = (name) => (name.startsWith("(") ? token("ink-3") : series(nodes.indexOf(name)));
  const shown = nodes.filter((name) => forward.some((row) => from.values[row] === name || to.values[row] === name));
  const trace = {
    type: "sankey", arrangement: "snap", textfont: { size: body.clientWidth < 480 ? 10 : 12, color: token("ink"), shadow: "none" },
    node: { label: shown.map((name) => short(name, body.clientWidth < 480 ? 14 : 26)), color: shown.map(shade), pad: 12, thickness: 10, line: { width: 0 }, customdata: shown.map(plain), hovertemplate: "%{customdata}<extra></extra>" },
    link: {
      source: forward.map((row) => shown.indexOf(from.values[row])), target: forward.map((row) => shown.indexOf(to.values[row])), value: forward.map((row) => count.values[row]),
      color: forward.map((row) => (/^#/.test(shade(from.values[row])) ? faint(shade(from.values[row]), isDark() ? 0.5 : 0.35) : "rgba(128,128,128,.3)")),
      customdata: forward.map((row) => `${plain(from.values[row])} → ${plain(to.values[row])}<br>${plain(formatted(count.values[row], count.config))}`), hovertemplate: "%{customdata}<extra></extra>",
    },
  };
  await plot(body, [trace], base({ margin: { l: 10, r: 10, t: 10, b: 10 } }));
}

// How many steps from the beginning each place is on its widest way; streams that go back are left to the table.
function steps(hops) {
  const level = new Map();
  const first = hops.find(([from]) => from === "(start)")?.[0] ?? hops[0]?.[0];
  level.set(first, 0);
  for (let changed = true, round = 0; changed && round < 12; round += 1) {
    changed = false;
    for (const [from, to] of hops) {
      if (level.has(from) && !level.has(to)) {
        level.set(to, level.get(from) + 1);
        changed = true;
      }
    }
  }
  const deepest = Math.max(...level.values());
  for (const [from, to] of hops) for (const name of [from, to]) if (name === "(exit)" || !level.has(name)) level.set(name, deepest + 1);
  return level;
}
