// Ranges of time as Grafana writes them: now-24h, now/d, now-1M/M, or milliseconds.

const UNITS = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
export const QUICK = [
  ["now-15m", "now", "Last 15 minutes"], ["now-1h", "now", "Last hour"], ["now-6h", "now", "Last 6 hours"],
  ["now-24h", "now", "Last 24 hours"], ["now-2d", "now", "Last 2 days"], ["now-7d", "now", "Last 7 days"],
  ["now-14d", "now", "Last 14 days"], ["now-30d", "now", "Last 30 days"], ["now-42d", "now", "Last 42 days"], ["now-90d", "now", "Last 90 days"],
  ["now/d", "now", "Today so far"], ["now-1d/d", "now-1d/d", "Yesterday"], ["now/w", "now", "This week so far"],
];
// Names of ranges that come from Grafana in an address.
const WHOLE = [
  ["now/d", "now/d", "Today"], ["now/w", "now/w", "This week"], ["now/M", "now/M", "This month"], ["now/y", "now/y", "This year"],
  ["now-1w/w", "now-1w/w", "Previous week"], ["now-1M/M", "now-1M/M", "Previous month"], ["now-1y/y", "now-1y/y", "Previous year"],
  ["now/M", "now", "This month so far"], ["now/y", "now", "This year so far"], ["now-2d/d", "now-2d/d", "Day before yesterday"], ["now-7d/d", "now-7d/d", "This day last week"],
];
export const EVERY = ["", "5s", "10s", "30s", "1m", "5m"];

const wallClock = (ms) => ms - new Date(ms).getTimezoneOffset() * UNITS.m; // setMinutes is unsure in an hour that comes twice

function startOf(unit, ms) {
  if (unit in UNITS && UNITS[unit] < UNITS.d) return ms - (((wallClock(ms) % UNITS[unit]) + UNITS[unit]) % UNITS[unit]);
  const at = new Date(ms);
  if (unit === "w") at.setDate(at.getDate() - ((at.getDay() + 6) % 7));
  if (unit === "M") at.setDate(1);
  if (unit === "y") at.setMonth(0, 1);
  return at.setHours(0, 0, 0, 0);
}

// Days and longer go by the calendar: a day may have 23 hours, and a month before the 31st ends on its last day.
function moved(unit, ms, amount) {
  if (unit in UNITS && UNITS[unit] < UNITS.d) return ms + amount * UNITS[unit];
  const at = new Date(ms);
  if (unit === "d" || unit === "w") return at.setDate(at.getDate() + amount * (unit === "w" ? 7 : 1));
  const day = at.getDate();
  at.setMonth(at.getMonth() + amount * (unit === "y" ? 12 : 1), 1);
  const last = new Date(at.getFullYear(), at.getMonth() + 1, 0).getDate();
  return at.setDate(Math.min(day, last));
}

const endOf = (unit, ms) => startOf(unit, moved(unit, startOf(unit, ms), 1)) - 1;

// The milliseconds of a text, null when it is no time; the end of a range is rounded up, to the last moment of its unit.
export function moment(text, now = Date.now(), up = false) {
  if (/^\d{10,}$/.test(text)) return Number(text);
  if (/^now(?:[-+]\d*[smhdwMy]|\/1?[smhdwMy])*$/.test(text)) {
    let at = now;
    for (const [, sign, amount, unit] of text.matchAll(/([-+/])(\d*)([smhdwMy])/g)) {
      if (sign === "/") at = up ? endOf(unit, at) : startOf(unit, at);
      else at = moved(unit, at, Number(`${sign}${amount || 1}`));
    }
    return Number.isNaN(at) ? null : at;
  }
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN; // browsers read a time into many words
  return Number.isNaN(at) ? null : at;
}

// Both ends of a range in milliseconds; what is no time is said in words.
export function range({ from, to }, now = Date.now()) {
  const [fromMs, toMs] = [moment(from, now), moment(to, now, true)];
  if (fromMs === null) throw new Error(`From, “${from}”, is no time; write 2026-03-01 14:00, now-3h or now/d.`);
  if (toMs === null) throw new Error(`To, “${to}”, is no time; write 2026-03-01 14:00, now or now/d.`);
  if (fromMs >= toMs) throw new Error("From must be before To.");
  return { fromMs, toMs };
}

// What the server is asked for. Its filters take both ends in, of days the whole last one, so a range up to a midnight
// (of here, or of UTC, in which days are counted) ends before it.
export function asked({ fromMs, toMs, variables }) {
  const midnight = toMs % UNITS.d === 0 || startOf("d", toMs) === toMs;
  return { from_ms: fromMs, to_ms: midnight ? toMs - 1 : toMs, variables };
}

const pad = (number) => String(number).padStart(2, "0");
export const stamp = (ms, seconds = false) => {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${day} ${pad(at.getHours())}:${pad(at.getMinutes())}${seconds ? `:${pad(at.getSeconds())}` : ""}`;
};

export function label(from, to) {
  const quick = [...QUICK, ...WHOLE].find(([a, b]) => a === from && b === to);
  return quick ? quick[2] : `${shown(from)} – ${shown(to)}`;
}
const DAY = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
function shown(text) {
  if (!/^\d+$/.test(text)) return text;
  const at = new Date(Number(text));
  const year = at.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
  return at.toLocaleString("en-GB", { ...DAY, ...year }).replace(",", "");
}

export const milliseconds = (text) => (text ? Number.parseInt(text, 10) * UNITS[text.at(-1)] : 0);

export function ago(ms, now = Date.now()) {
  const apart = Math.abs(now - ms);
  const [unit, size] = [["d", 864e5], ["h", 36e5], ["min", 6e4], ["s", 1e3]].find(([, width]) => apart >= width) ?? ["s", 1e3];
  const text = `${Math.floor(apart / size)} ${unit}`;
  return ms <= now ? `${text} ago` : `in ${text}`;
}
