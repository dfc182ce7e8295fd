// Which range of time, and how often it is read again.
import { close, h, opens } from "./dom.js";
import { EVERY, QUICK, label, moment, range, stamp } from "./time.js";

export function timePicker(view, choose) {
  const button = h("button", { class: "button", type: "button", id: "time", "data-key": "time", "aria-label": `Time range: ${label(view.from, view.to)}` }, label(view.from, view.to));
  const holder = h("div", { class: "holder" }, button);
  opens(button, holder, () => [quick(view, choose), exact(view, choose)]);
  return holder;
}

const take = (choose, from, to) => {
  close();
  choose(from, to);
};

function quick(view, choose) {
  const buttons = QUICK.map(([from, to, text]) => h("button", { type: "button", "aria-pressed": String(view.from === from && view.to === to), onclick: () => take(choose, from, to) }, text));
  return h("div", { class: "quick" }, buttons);
}

// What goes into the address: words of Grafana as they are, a time of the clock in milliseconds.
const written = (text) => (text.startsWith("now") ? text : (moment(text.replace(" ", "T"))?.toString() ?? text));

function exact(view, choose) {
  const field = (name, text) => h("label", {}, name, h("input", { class: "field", name, value: /^\d+$/.test(text) ? stamp(Number(text)) : text, autocomplete: "off", spellcheck: "false" }));
  const wrong = h("p", { class: "wrong hidden", role: "alert" });
  const form = h("form", { onsubmit: (event) => {
    event.preventDefault();
    const [from, to] = [...form.querySelectorAll("input")].map(({ value }) => written(value.trim()));
    try {
      range({ from, to });
    } catch (error) {
      wrong.textContent = error.message;
      wrong.classList.remove("hidden");
      return;
    }
    take(choose, from, to);
  } }, field("From", view.from), field("To", view.to), wrong, h("button", { class: "button", type: "submit" }, "Show"));
  return form;
}

export function refreshPicker(view, { now, every }) {
  const again = h("button", { class: "button plain", type: "button", id: "again", "data-key": "again", "aria-label": "Refresh now", title: "Refresh now (r)", onclick: now }, "↻");
  const select = h("select", { class: "choice", "data-key": "every", "aria-label": "Refresh by itself", onchange: (event) => every(event.target.value) },
    [...new Set([...EVERY, view.refresh])].map((text) => h("option", { value: text, selected: text === view.refresh }, text ? `every ${text}` : "manual")));
  return [again, select];
}
