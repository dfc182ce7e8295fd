// Talks to the server of this page; it is sent ids, times and values, never SQL.

async function problem(response) {
  try {
    return (await response.json()).error;
  } catch {
    return `The page's server answered ${response.status}.`;
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The page's server does not answer. Start it again with `make demo` or `touchstream page`.");
  }
  if (!response.ok) throw new Error(await problem(response));
  return response;
}

const post = (path, body, signal) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });

export const boards = async () => (await ask("/api/boards")).json();
export const board = async (uid) => (await ask(`/api/boards/${encodeURIComponent(uid)}`)).json();
export const options = async (uid, view, signal) =>
  (await post(`/api/boards/${encodeURIComponent(uid)}/options`, view, signal)).json();

// Gives the answers to all panels, each as soon as it is there.
export async function* panels(uid, wanted, signal) {
  const response = await post(`/api/boards/${encodeURIComponent(uid)}/panels`, wanted, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
  }
}
