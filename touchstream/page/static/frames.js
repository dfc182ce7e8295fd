// Answers of ClickHouse as Grafana's frames: fields with a name, a kind, labels and values.

const NUMBER = /^(U?Int|Float|Decimal|BFloat)/;
const TIME = /^(Date|DateTime)/;

function kindOf(type) {
  const bare = type.replace(/^(LowCardinality|Nullable)\(/, "").replace(/^(LowCardinality|Nullable)\(/, "");
  if (NUMBER.test(bare)) return "number";
  if (TIME.test(bare)) return "time";
  if (bare.startsWith("Bool")) return "boolean";
  return "string";
}

const READ = {
  number: (value) => (value === null ? null : Number(value)),
  time: (value) => (value === null ? null : Date.parse(/^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00Z` : value)),
  boolean: (value) => value,
  string: (value) => (value !== null && typeof value === "object" ? JSON.stringify(value) : value),
};

export function frame(answer, ref) {
  const fields = answer.meta.map(({ name, type }, place) => {
    const kind = kindOf(type);
    return { name, kind, labels: {}, day: /\bDate(32)?\b/.test(type), values: answer.data.map((row) => READ[kind](row[place])) };
  });
  return { ref, fields, rows: answer.data.length };
}

// Long rows (time, texts, values) become a field for every combination of texts, as format 0 asks.
export function wide(long) {
  const time = long.fields.find((field) => field.kind === "time");
  const texts = long.fields.filter((field) => field.kind === "string" || field.kind === "boolean");
  const values = long.fields.filter((field) => field !== time && !texts.includes(field));
  if (!time || !texts.length) return long;
  const times = [...new Set(time.values)].sort((a, b) => a - b);
  const at = new Map(times.map((moment, place) => [moment, place]));
  const made = new Map();
  for (let row = 0; row < long.rows; row += 1) {
    const labels = Object.fromEntries(texts.map((field) => [field.name, String(field.values[row] ?? "")]));
    for (const field of values) {
      const key = JSON.stringify([field.name, labels]);
      if (!made.has(key)) made.set(key, { name: field.name, kind: field.kind, labels, values: new Array(times.length).fill(null) });
      made.get(key).values[at.get(time.values[row])] = field.values[row];
    }
  }
  return { ref: long.ref, rows: times.length, fields: [{ ...time, values: times }, ...made.values()] };
}

// The changes that a panel makes to its frames before it draws them.
export function transformed(frames, transformations = []) {
  return transformations.reduce((now, { id, options, disabled }) => (disabled || !CHANGES[id] ? now : CHANGES[id](now, options)), frames);
}

const CHANGES = {
  organize: (frames, { excludeByName = {}, renameByName = {}, indexByName = {} }) =>
    frames.map((one) => ({
      ...one,
      fields: one.fields
        .filter((field) => !excludeByName[field.name])
        .map((field, place) => ({ field, at: indexByName[field.name] ?? 1000 + place }))
        .sort((a, b) => a.at - b.at)
        .map(({ field }) => ({ ...field, name: renameByName[field.name] ?? field.name })),
    })),
  filterFieldsByName: (frames, { include }) =>
    frames.map((one) => ({ ...one, fields: one.fields.filter((field) => !include || include.names.includes(field.name)) })),
  merge: (frames) => (frames.length < 2 ? frames : [joined(frames)]),
};

function joined(frames) {
  const names = [...new Set(frames.flatMap((one) => one.fields.map((field) => field.name)))];
  const rows = frames.reduce((sum, one) => sum + one.rows, 0);
  const fields = names.map((name) => {
    const parts = frames.map((one) => one.fields.find((field) => field.name === name)?.values ?? new Array(one.rows).fill(null));
    const kind = frames.flatMap((one) => one.fields).find((field) => field.name === name).kind;
    return { name, kind, labels: {}, values: parts.flat() };
  });
  return { ref: frames[0].ref, rows, fields };
}
