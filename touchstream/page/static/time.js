// Ranges of time as Grafana writes them: now-24h, now/d, or milliseconds.

const UNITS = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
export const QUICK = [
  ["now-15m", "now", "Last 15 minutes"], ["now-1h", "now", "Last hour"], ["now-6h", "now", "Last 6 hours"],
  ["now-24h", "now", "Last 24 hours"], ["now-2d", "now", "Last 2 days"], ["now-7d", "now", "Last 7 days"],
  ["now-14d", "now", "Last 14 days"], ["now-30d", "now", "Last 30 days"], ["now-42d", "now", "Last 42 days"], ["now-90d", "now", "Last 90 days"],
  ["now/d", "now", "Today"], ["now-1d/d", "now/d", "Yesterday"], ["now/w", "now", "This week"],
];
export const EVERY = ["", "5s", "10s", "30s", "1m", "5m"];

function startOf(unit, ms) {
  const at = new Date(ms);
  if (unit === "m") return at.setSeconds(0, 0);
  if (unit === "h") return at.setMinutes(0, 0, 0);
  at.setHours(0, 0, 0, 0);
  if (unit === "w") at.setDate(at.getDate() - ((at.getDay() + 6) % 7));
  if (unit === "M") at.setDate(1);
  return at.getTime();
}

export function moment(text, now = Date.now()) {
  if (/^\d{10,}$/.test(text)) return Number(text);
  const found = /^now(?:([-+])(\d+)([smhdwMy]))?(?:\/([mhdwM]))?$/.exec(text);
  if (!found) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? null : at;
  }
  let at = now;
  if (found[1]) {
    const amount = Number(found[2]) * (found[1] === "-" ? -1 : 1);
    const date = new Date(now);
    if (found[3] === "M") at = date.setMonth(date.getMonth() + amount);
    else if (found[3] === "y") at = date.setFullYear(date.getFullYear() + amount);
    else at = now + amount * UNITS[found[3]];
  }
  return found[4] ? startOf(found[4], at) : at;
}

const pad = (number) => String(number).padStart(2, "0");
export const stamp = (ms, seconds = false) => {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${day} ${pad(at.getHours())}:${pad(at.getMinutes())}${seconds ? `:${pad(at.getSeconds())}` : ""}`;
};

export function label(from, to) {
  const quick = QUICK.find(([a, b]) => a === from && b === to);
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
