// The variables of a board: one value, several, or a text.
import { close, h, opens } from "./dom.js";

const ALL = "$__all";
const HIDDEN = 2;

export function filters(board, { options, chosen }, choose) {
  return (board.templating?.list ?? [])
    .filter(({ name, hide }) => hide !== HIDDEN && name in options)
    .map((variable) => {
      const { name, label, type, multi } = variable;
      const given = { name, chosen: chosen[name], options: known(options[name], chosen[name]), all: variable.includeAll, choose: (values) => choose(name, values) };
      const control = type === "textbox" ? written(given) : multi ? several(given, label || name) : one(given, label || name);
      return h("div", { class: "filter" }, h("span", { id: `label-${name}` }, label || name), control);
    });
}

// With what is chosen and no longer offered, as a segment that nobody had in this period: it holds all the same.
const known = (options, chosen) => [...options, ...chosen.filter((value) => value && value !== ALL && !options.some((option) => option.value === value)).map((value) => ({ value, text: value }))];

function one({ name, chosen, options, all, choose }) {
  const offered = all ? [{ value: ALL, text: "All" }, ...options] : options;
  return h("select", { class: "choice", "data-key": name, "aria-labelledby": `label-${name}`, onchange: (event) => choose([event.target.value]) },
    offered.map(({ value, text }) => h("option", { value, selected: chosen[0] === value }, text)));
}

function written({ name, chosen, choose }) {
  return h("input", { class: "field", type: "search", "data-key": name, "aria-labelledby": `label-${name}`, value: chosen[0] ?? "", placeholder: "any", maxlength: "300", onchange: (event) => choose([event.target.value.trim()]) });
}

function several({ name, chosen, options, all, choose }, label) {
  const texts = chosen.map((value) => options.find((option) => option.value === value)?.text ?? value);
  const text = !chosen[0] || chosen[0] === ALL ? "All" : texts.length > 2 ? `${texts.length} chosen` : texts.join(", ");
  const button = h("button", { class: "choice", type: "button", "aria-label": `${label}: ${text}`, id: `choose-${name}`, "data-key": name }, text);
  const holder = h("div", { class: "holder" }, button);
  opens(button, holder, () => list({ chosen, options, all, choose }));
  return holder;
}

function list({ chosen, options, all, choose }) {
  const picked = new Set(chosen.filter((value) => value !== ALL));
  const boxes = options.map(({ value, text }) => {
    const box = h("input", { type: "checkbox", value, checked: picked.has(value), onchange: (event) => (event.target.checked ? picked.add(value) : picked.delete(value)) });
    return h("label", { class: "option" }, box, text);
  });
  const search = options.length > 12 ? h("input", { class: "field", type: "search", placeholder: "Find", "aria-label": "Find", oninput: (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const box of boxes) box.classList.toggle("hidden", !box.textContent.toLowerCase().includes(wanted));
  } }) : null;
  const apply = (values) => {
    close();
    choose(values);
  };
  const form = h("form", { onsubmit: (event) => {
    event.preventDefault();
    apply(picked.size ? [...picked] : [all ? ALL : ""]);
  } }, h("button", { class: "button", type: "submit" }, "Apply"));
  return [search, all ? h("button", { class: "button", type: "button", onclick: () => apply([ALL]) }, "All") : null, ...boxes, form].filter(Boolean);
}
