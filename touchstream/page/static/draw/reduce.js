// One value from many, by the names Grafana has for that.

const there = (values) => values.filter((value) => value !== null && value !== undefined && !Number.isNaN(value));
const WAYS = {
  lastNotNull: (values) => there(values).at(-1) ?? null, last: (values) => values.at(-1) ?? null,
  firstNotNull: (values) => there(values)[0] ?? null, first: (values) => values[0] ?? null,
  mean: (values) => (there(values).length ? there(values).reduce((sum, value) => sum + value, 0) / there(values).length : null),
  sum: (values) => there(values).reduce((sum, value) => sum + value, 0),
  min: (values) => (there(values).length ? there(values).reduce((low, value) => Math.min(low, value)) : null),
  max: (values) => (there(values).length ? there(values).reduce((high, value) => Math.max(high, value)) : null),
  count: (values) => values.length,
};

const wanted = (fields) => {
  if (!fields) return (field) => field.kind === "number";
  const found = /^\/(.*)\/([a-z]*)$/.exec(fields);
  const pattern = found ? new RegExp(found[1], found[2]) : new RegExp(`^${fields}$`);
  return (field) => pattern.test(field.title) || pattern.test(field.name);
};

// Gives what a stat or a bar gauge shows: a name, a value, its field and its row.
export function reduced(frames, { values = false, calcs = ["lastNotNull"], fields = "", limit = 25 } = {}) {
  const shown = wanted(fields);
  const found = [];
  for (const frame of frames) {
    const texts = frame.fields.filter((field) => field.kind === "string");
    const many = frame.fields.filter(shown).length > 1;
    for (const field of frame.fields.filter(shown)) {
      if (!values) {
        found.push({ name: field.title, value: WAYS[calcs[0]](field.values), field, frame, row: field.values.length - 1 });
        continue;
      }
      for (let row = 0; row < Math.min(frame.rows, limit); row += 1) {
        const name = texts.map((one) => one.values[row]).join(" ") || field.title;
        found.push({ name: many && texts.length ? `${name} ${field.title}` : name, value: field.values[row], field, frame, row });
      }
    }
  }
  return found;
}

export const rowOf = (frame, row) => Object.fromEntries(frame.fields.map((field) => [field.name, field.values[row]]));
