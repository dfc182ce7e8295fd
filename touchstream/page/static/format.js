// Numbers as people read them, by the units of the boards.
import { ago, stamp } from "./time.js";

// What rounds to nothing has no sign: 0.0, not -0.0.
const written = (number, options) => number.toLocaleString("en-US", { signDisplay: "negative", ...options });
const fixed = (number, decimals) => written(number, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

// About three digits that mean something, and no zeros behind them.
function few(number, decimals) {
  if (decimals !== undefined && decimals !== null) return fixed(number, decimals);
  const size = Math.abs(number);
  const most = size === 0 || Number.isInteger(number) ? 0 : size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  return written(number, { maximumFractionDigits: most });
}

function scaled(number, decimals, factor, names) {
  let place = 0;
  let left = number;
  while (Math.abs(left) >= factor && place < names.length - 1) {
    left /= factor;
    place += 1;
  }
  return few(left, decimals) + names[place];
}

const SPANS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
function span(seconds, decimals) {
  const size = Math.abs(seconds);
  if (size > 0 && size < 1) return `${few(seconds * 1000, size < 0.001 ? decimals : 0)} ms`;
  if (size < 60) return `${few(seconds, decimals ?? (size < 10 ? undefined : 0))} s`;
  const place = SPANS.findIndex(([, width]) => size >= width);
  const [unit, width] = SPANS[place];
  const [lesser, part] = SPANS[place + 1];
  const whole = Math.floor(size / width);
  const rest = Math.floor((size - whole * width) / part);
  const sign = seconds < 0 ? "−" : "";
  return `${sign}${whole} ${unit}${rest && whole < 20 ? ` ${rest} ${lesser}` : ""}`;
}

const money = (code) => (number, decimals) => {
  const digits = decimals ?? (Math.abs(number) >= 100 ? 0 : 2);
  return written(number, { style: "currency", currency: code, minimumFractionDigits: digits, maximumFractionDigits: digits });
};
const bytes = (number, decimals) => scaled(number, decimals, 1024, [" B", " KiB", " MiB", " GiB", " TiB"]);
const short = (number, decimals) => (Math.abs(number) < 10_000 ? few(number, decimals) : scaled(number, decimals, 1000, ["", " K", " M", " B", " T"]));
const behind = (text) => (number, decimals) => `${short(number, decimals)}${text}`;

const UNITS = {
  none: few, short, locale: (number, decimals) => fixed(number, decimals ?? 0), sishort: short,
  percent: (number, decimals) => `${few(number, decimals ?? (Math.abs(number) >= 10 ? 0 : 1))} %`,
  percentunit: (number, decimals) => `${few(number * 100, decimals ?? (Math.abs(number) >= 0.1 || number === 0 ? 0 : 1))} %`,
  s: span, ms: (number, decimals) => span(number / 1000, decimals), m: (number) => span(number * 60), h: (number) => span(number * 3600), d: (number) => span(number * 86400),
  dtdurations: span, dtdurationms: (number) => span(number / 1000), clocks: span, clockms: (number) => span(number / 1000),
  bytes, decbytes: (number, decimals) => scaled(number, decimals, 1000, [" B", " kB", " MB", " GB", " TB"]),
  reqps: behind("/s"), ops: behind("/s"), cps: behind("/s"), eps: behind("/s"), rps: behind("/s"), wps: behind("/s"),
  currencyEUR: money("EUR"), currencyUSD: money("USD"), currencyGBP: money("GBP"),
  dateTimeAsLocal: (ms) => stamp(ms), dateTimeAsIso: (ms) => stamp(ms, true), dateTimeAsSystem: (ms) => stamp(ms), dateTimeFromNow: (ms) => ago(ms),
  bool: (number) => (number ? "yes" : "no"), bool_yes_no: (number) => (number ? "yes" : "no"),
};

export function formatted(value, config = {}) {
  if (value === null || value === undefined || Number.isNaN(value)) return config.noValue ?? "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "number") return String(value);
  const unit = config.unit ?? "none";
  if (UNITS[unit]) return UNITS[unit](value, config.decimals);
  const [kind, text] = [unit.slice(0, unit.indexOf(":")), unit.slice(unit.indexOf(":") + 1)];
  if (kind === "suffix") return `${few(value, config.decimals)} ${text}`;
  if (kind === "prefix") return `${text}${few(value, config.decimals)}`;
  if (kind === "time") return stamp(value).slice(0, /[Hh]/.test(text) ? 16 : 10);
  return `${few(value, config.decimals)} ${unit}`.trim();
}

export const isTimeUnit = (unit = "") => unit.startsWith("dateTime") || unit.startsWith("time:");

// How Plotly should write the numbers of an axis: where its marks stand and what is said there. Nothing is counted in halves.
export function marks(low, high, fields) {
  const config = fields[0]?.config ?? {};
  const spans = { s: 1, ms: 1000, dtdurations: 1, dtdurationms: 1000 };
  const width = high - low || 1;
  let step = nice(width / 4);
  const perSecond = spans[config.unit];
  if (perSecond && width / perSecond > 30) {
    const wanted = width / perSecond / 4;
    const steps = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 432000, 864000];
    step = (steps.find((one) => one >= wanted) ?? nice(wanted / 86400) * 86400) * perSecond;
  }
  const counted = ["none", "short"].includes(config.unit ?? "none") && fields.every((field) => field.values.every((value) => value === null || Number.isInteger(value)));
  if (counted) step = Math.max(1, Math.floor(step));
  const values = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-6; at += step) values.push(Number(at.toPrecision(12)));
  const decimals = perSecond || config.unit === "short" ? undefined : places(config.unit === "percentunit" ? step * 100 : step);
  return { values, texts: values.map((value) => formatted(value, { ...config, decimals })) };
}

function nice(width) {
  const power = 10 ** Math.floor(Math.log10(width));
  const lead = width / power;
  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 2.5 ? 2.5 : lead <= 5 ? 5 : 10);
}
const places = (step) => Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9)), /\.5$/.test(String(step)) ? 1 : 0);
