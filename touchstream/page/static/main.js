// Begins the page, and takes it from board to board without loading it again.
import * as api from "./api.js";
import { Board } from "./board.js";
import { anew, close, h } from "./dom.js";
import { filters } from "./filters.js";
import { refreshPicker, timePicker } from "./picker.js";
import * as state from "./state.js";
import { asked, label, milliseconds, range, stamp } from "./time.js";

const LONGEST_MS = 2 ** 31 - 1; // a timer that is to wait longer does not wait at all

const main = document.getElementById("board");
const known = new Map();
let list = [];
let view = null;
let json = null;
let board = null;
let timer = 0;
let going = 0;
let offered = false; // whether the filters of what is looked at are there

const name = ({ title }) => title.replace(/^Touchstream:?\s*/i, "").replace(/^./, (first) => first.toUpperCase()) || title;

const show = (changes, uid = view.uid) => go(state.path({ ...view, ...changes }, uid));
const wanted = (pathname = location.pathname) => state.uidOf(pathname) || list[0].uid;

// The address changes when the board is there, so that both say the same; the last of several ways is taken.
async function go(path) {
  const way = (going += 1);
  if (!(await fetched(wanted(path))) || way !== going) return undefined;
  history.pushState(null, "", path);
  return open();
}

async function fetched(uid) {
  try {
    if (!known.has(uid) && list.some((one) => one.uid === uid)) known.set(uid, await api.board(uid));
    return true;
  } catch (error) {
    if (json) board.warn(error.message);
    else main.replaceChildren(h("p", { class: "wait", role: "alert" }, error.message));
    return false;
  }
}

const actions = {
  view: () => board.view,
  zoom: (from, to) => show({ from: String(from), to: String(to) }),
  refresh: () => (wanted() === json.uid ? refresh() : open()), // after a board that could not be fetched
};

async function open() {
  close();
  const uid = wanted();
  if (!list.some((one) => one.uid === uid)) return missing(uid);
  if (!(await fetched(uid)) || uid !== wanted()) return undefined;
  const changed = json?.uid !== uid;
  json = known.get(uid);
  view = state.read({ ...json.time, refresh: json.refresh });
  view.uid = uid;
  document.title = `${name(json)} – Touchstream`;
  if (changed) begin();
  bar();
  offered = false;
  await refresh();
  schedule();
  return undefined;
}

function begin() {
  board?.end();
  main.replaceChildren(h("div", { class: "heading" }, h("h1", {}, name(json)), h("span", { class: "range" }), fold(), h("div", { class: "filters" })));
  board = new Board(json, main, actions);
  scrollTo(0, 0);
}

// On a phone the filters stay out of the way until they are wanted.
function fold() {
  const button = h("button", { class: "button fold", type: "button", "aria-expanded": "false", onclick: () => {
    const is = main.querySelector(".filters").classList.toggle("open");
    button.setAttribute("aria-expanded", String(is));
  } }, "Filters");
  return button;
}

function bar() {
  const items = list.map((one) => h("a", { "data-key": one.uid, href: state.path(view, one.uid), title: one.description, "aria-current": one.uid === view.uid ? "page" : null }, name(one)));
  const nav = document.querySelector(".boards");
  anew(nav, ...items);
  const current = nav.querySelector("[aria-current]");
  nav.scrollLeft = current.offsetLeft - (nav.clientWidth - current.offsetWidth) / 2;
  const theme = h("button", { class: "button plain", type: "button", id: "theme", "data-key": "theme", "aria-label": "Light or dark", title: "Light or dark (d)", onclick: turn }, "◐");
  anew(
    document.querySelector(".tools"),
    timePicker(view, (from, to) => show({ from, to })),
    ...refreshPicker(view, { now: refresh, every: (text) => show({ refresh: text }) }),
    theme,
  );
}

async function choices() {
  const here = view;
  try {
    const ask = (variables) => api.options(json.uid, asked({ ...here, ...range(here), variables }));
    const told = await ask(here.variables).catch(async () => { // the address may say what is refused: then something else can be chosen
      const { options, chosen } = await ask({});
      return { options, chosen: { ...chosen, ...here.variables } };
    });
    if (view !== here) return;
    offered = true;
    const chosen = Object.values(here.variables).filter(([first]) => first && first !== "$__all").length;
    main.querySelector(".fold").textContent = chosen ? `Filters (${chosen})` : "Filters";
    anew(main.querySelector(".filters"), ...filters(json, told, (variable, values) => show({ variables: { ...view.variables, [variable]: values } })));
  } catch { /* the panels say what is wrong, and the next refresh asks again */ }
}

async function refresh() {
  if (!json) return;
  const button = document.getElementById("again");
  button?.classList.add("busy");
  const began = performance.now();
  await Promise.all([board.refresh(view), offered || choices()]);
  button?.classList.remove("busy");
  main.querySelector(".range").textContent = `${label(view.from, view.to)}, printed ${stamp(Date.now())}`;
  main.dataset.drawnMs = Math.round(performance.now() - began);
  main.dataset.drawn = String(Number(main.dataset.drawn ?? 0) + 1);
}

function schedule() {
  clearTimeout(timer);
  const every = Math.min(milliseconds(view.refresh), LONGEST_MS);
  if (!every) return;
  timer = setTimeout(async () => {
    if (!document.hidden) await refresh();
    schedule();
  }, every);
}

function missing(uid) {
  main.replaceChildren(h("div", { class: "heading" }, h("h1", {}, "There is no such board")), h("p", { class: "wait" }, `No board has the name “${uid}”. Choose one of these:`), h("div", { class: "cards" }, list.map((one) => h("a", { href: `/d/${one.uid}` }, h("strong", {}, name(one)), one.description ?? ""))));
  json = null;
}

const worn = () => document.documentElement.dataset.theme;

function wear(theme) {
  if (theme === worn()) return;
  document.documentElement.dataset.theme = theme;
  board?.redraw();
}

function turn() {
  wear(worn() === "dark" ? "light" : "dark");
  try { localStorage.setItem("theme", worn()); } catch { /* then it lasts as long as the page */ }
}

// Paper is white.
addEventListener("beforeprint", () => {
  const now = worn();
  wear("light");
  addEventListener("afterprint", () => wear(now), { once: true });
});

addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || link.target) return;
  const to = new URL(link.href);
  if (to.origin !== location.origin || !(to.pathname === "/" || to.pathname.startsWith("/d/"))) return;
  if (link.classList.contains("skip")) return;
  event.preventDefault();
  go(to.pathname + to.search);
});
addEventListener("popstate", () => {
  going += 1; // a way that is still being fetched is left
  open();
});
addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea") || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === "r") refresh();
  if (event.key === "d") turn();
  const step = { "[": -1, "]": 1 }[event.key];
  if (step && json) {
    const place = list.findIndex(({ uid }) => uid === json.uid);
    show({}, list[(place + step + list.length) % list.length].uid);
  }
});

try {
  list = await api.boards();
  await open();
} catch (error) {
  main.replaceChildren(h("p", { class: "wait", role: "alert" }, error.message));
}
