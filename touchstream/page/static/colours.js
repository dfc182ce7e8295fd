// Colours that hold in light and in dark, and can be told apart with any colour vision.

export const isDark = () => document.documentElement.dataset.theme === "dark";
export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
export const ink = () => token("ink");

const SERIES = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C7A00", "#808080", "#44AA99", "#AA4499"];
const NAMED = { green: "#009E73", red: "#D55E00", yellow: "#E69F00", orange: "#E69F00", blue: "#0072B2", purple: "#CC79A7", text: null, transparent: "#808080", gray: "#808080", grey: "#808080" };
// What is too dark on a dark ground, and too bright to be read on white.
const IN_DARK = { "#0072B2": "#4BA3DB", "#56B4E9": "#B5DDF5", "#D55E00": "#F08A4B", "#009E73": "#3CC79F", "#8C7A00": "#F0E442", "#AA4499": "#D07CC2", "#8C8C8C": "#A6ADB5", "#808080": "#A6ADB5", "#999999": "#A6ADB5" };
const IN_LIGHT = { "#F0E442": "#B8A800" };
const AS_TEXT = { "#E69F00": "#8F6200", "#56B4E9": "#14699E", "#D55E00": "#B34700", "#009E73": "#00714F", "#CC79A7": "#A1487A", "#F0E442": "#756A00", "#8C8C8C": "#646C75", "#999999": "#646C75", "#0072B2": "#00629A", "#44AA99": "#1F7365", "#8C7A00": "#756A00", "#808080": "#646C75" };

export function colour(given) {
  if (!given) return ink();
  const name = given.replace(/^(super-light|light|semi-dark|dark)-/, "");
  if (name in NAMED && NAMED[name] === null) return ink();
  const base = (NAMED[name] ?? given).toUpperCase();
  return (isDark() ? IN_DARK : IN_LIGHT)[base] ?? base;
}

// The same colour, dark enough to be read as text on white.
export const readable = (shown) => (isDark() ? shown : (AS_TEXT[shown.toUpperCase()] ?? shown));
export const series = (place) => colour(SERIES[place % SERIES.length]);
export const HEAT_LIGHT = [[0, "#eef4f8"], [0.25, "#b5d6ea"], [0.5, "#5fa8d3"], [0.75, "#1f78b4"], [1, "#084a7a"]];
export const HEAT_DARK = [[0, "#1d2630"], [0.25, "#1c4a6b"], [0.5, "#2379ad"], [0.75, "#5fb3e6"], [1, "#d3ecfb"]];
export const heat = () => (isDark() ? HEAT_DARK : HEAT_LIGHT);

// The colour at a share of the way from little to much.
export function between(share) {
  const scale = heat();
  const at = Math.min(Math.max(share, 0), 1);
  const place = Math.max(1, scale.findIndex(([end]) => at <= end));
  const [[from, low], [to, high]] = [scale[place - 1], scale[place]];
  const part = (at - from) / (to - from);
  const mixed = [1, 3, 5].map((digit) => {
    const [one, two] = [low, high].map((hex) => Number.parseInt(hex.slice(digit, digit + 2), 16));
    return Math.round(one + (two - one) * part).toString(16).padStart(2, "0");
  });
  return `#${mixed.join("")}`;
}

export function faint(hex, share) {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${share})`;
}

// Black or white, whichever can be read on this colour.
export function on(hex) {
  const [red, green, blue] = [1, 3, 5].map((at) => (Number.parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.3 ? "#14181d" : "#ffffff";
}
