// Links of boards: Grafana's placeholders filled in, time and filters kept.
import { timeRange, variablesOf } from "./state.js";
import { address } from "./dom.js";

export function filled(url, view, row = null) {
  const keep = { __url_time_range: timeRange(view), __all_variables: variablesOf(view) };
  const text = url.replace(/\$\{([^}]+)\}|\$(\w+)/g, (whole, braced, bare) => {
    const [name, form] = (braced ?? bare).split(":");
    if (name in keep) return keep[name];
    if (name === "__from" || name === "__to") return String(view[name.slice(2)]);
    const data = /^__data\.fields(?:\["?([^"\]]+)"?\]|\.(\w+))$/.exec(name);
    if (data && row) return encodeURIComponent(row.fields[data[1] ?? data[2]] ?? "");
    if (name.startsWith("__value") && row) return encodeURIComponent(row.value ?? "");
    if (name.startsWith("__field.labels.") && row) return encodeURIComponent(row.labels?.[name.slice(15)] ?? "");
    if (name in view.variables) return form === "queryparam" ? view.variables[name].map((value) => `var-${name}=${encodeURIComponent(value)}`).join("&") : encodeURIComponent(view.variables[name].join(","));
    return whole.startsWith("${__") ? "" : whole;
  });
  return address(text);
}

export const titled = (text, view) =>
  text.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/g, (whole, braced, bare) => {
    const values = view.variables[braced ?? bare];
    return values ? values.map((value) => (value === "$__all" ? "All" : value)).join(", ") : whole;
  });
