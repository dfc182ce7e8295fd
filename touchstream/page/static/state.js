// What somebody looks at, kept in the address as Grafana keeps it: /d/<board>?from=...&to=...&var-x=...

export const uidOf = (pathname) => decodeURIComponent(pathname.match(/^\/d\/([^/?]+)/)?.[1] ?? "");

export function read(defaults = {}) {
  const query = new URLSearchParams(location.search);
  const variables = {};
  for (const key of query.keys()) if (/^var-\w{1,50}$/.test(key)) variables[key.slice(4)] = query.getAll(key);
  return {
    uid: uidOf(location.pathname),
    from: query.get("from") ?? defaults.from ?? "now-24h",
    to: query.get("to") ?? defaults.to ?? "now",
    refresh: query.get("refresh") ?? defaults.refresh ?? "",
    variables,
  };
}

export function path(view, uid = view.uid) {
  const query = new URLSearchParams({ from: view.from, to: view.to, refresh: view.refresh }); // empty: by hand, whatever the board says
  for (const [name, values] of Object.entries(view.variables)) for (const value of values) query.append(`var-${name}`, value);
  return `/d/${encodeURIComponent(uid)}?${query}`;
}

export const timeRange = (view) => new URLSearchParams({ from: view.from, to: view.to }).toString();
export const variablesOf = (view) => {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(view.variables)) for (const value of values) query.append(`var-${name}`, value);
  return query.toString();
};
