// One panel: its frame, its words, and what it shows while there is nothing to show.
import { anew, h, opens } from "./dom.js";
import { KINDS } from "./draw/kinds.js";
import { flows, sankey } from "./draw/sankey.js";
import { configured } from "./fields.js";
import { frame, transformed, wide } from "./frames.js";
import { filled, titled } from "./links.js";
import { forget } from "./plot.js";
import { prose } from "./prose.js";

const LINE = 38; // one line of the grid with the gap below it
const SMALL = 7; // columns of 24: such panels stand two in a row on a phone
const TIMED = new Set(["timeseries", "heatmap"]);
const TIDY = new Set(["stat"]);

export class Panel {
  constructor(json, actions) {
    this.json = json;
    this.actions = actions;
    this.answers = new Map();
    this.diagram = true;
    const { title, description } = json;
    this.about = description ? h("button", { class: "about", type: "button", "aria-label": `What ${title} means` }, h("i", { class: "i" }, "i")) : null;
    this.go = h("a", { class: "go" });
    this.body = h("div", { class: "body", tabindex: json.type === "table" ? "0" : null });
    this.heading = h("h2", { id: `title-${json.id}` });
    this.side = h("div", { class: "side" });
    this.element = h("section", { class: `panel kind-${json.type}`, id: `panel-${json.id}`, "aria-labelledby": `title-${json.id}` }, h("header", { class: json.title ? "" : "hidden" }, this.heading, this.side), this.body);
    if (this.about) opens(this.about, this.element, () => prose(description), "says");
    if (json.gridPos.w <= SMALL && TIDY.has(json.type)) this.element.classList.add("small");
    if (json.transparent) this.element.classList.add("bare");
    this.ages = JSON.stringify(json.fieldConfig ?? {}).includes("dateTimeFromNow"); // its texts change with the clock alone
    this.place(json.gridPos);
  }

  get asks() {
    return (this.json.targets ?? []).length > 0;
  }

  get points() {
    return Math.max(60, Math.min(800, Math.round((this.body.clientWidth || 600) / 4)));
  }

  place({ x, y, w, h: height }) {
    this.height = height;
    this.element.style.gridColumn = `${x + 1} / span ${w}`;
    this.element.style.gridRow = `${y + 1} / span ${height}`;
    this.element.style.setProperty("--tall", `${Math.max(height * LINE - 8, 100)}px`);
  }

  // How many lines of the grid it needs: a short table need not be as tall as the board allows.
  get wants() {
    const { type, gridPos } = this.json;
    const content = this.body.firstElementChild;
    if (type === "stat" && content?.children.length) return Math.min(gridPos.h, Math.ceil((100 + 22 * content.children.length) / LINE));
    if (!["table", "text"].includes(type) || !this.drawn || this.body.plotted || !content) return gridPos.h;
    const spare = type === "text" ? content.clientHeight - [...content.children].reduce((sum, child) => sum + child.offsetHeight + 6, 4) : this.body.clientHeight - content.offsetHeight - 8;
    return Math.max(3, Math.min(gridPos.h, (this.height ?? gridPos.h) - Math.floor(spare / LINE)));
  }

  // Words that depend on what is looked at.
  head(view) {
    const { json } = this;
    const { title = "", links = [] } = json;
    const name = titled(title, view);
    if (this.heading.textContent !== name) this.heading.textContent = this.heading.title = name;
    const first = links[0] ?? this.json.fieldConfig?.defaults?.links?.[0];
    const href = first ? filled(first.url, view) : null;
    const goes = href && json.type !== "stat" && !first.url.includes("__data") && !first.url.includes("__value");
    if (goes) Object.assign(this.go, { href, textContent: "↗", title: first.title ?? "", ariaLabel: `${first.title}: ${title}` });
    anew(this.side, ...[this.switcher, this.about, goes && this.go].filter(Boolean));
  }

  busy(is) {
    this.element.setAttribute("aria-busy", String(is));
    if (is) this.fresh = new Map();
  }

  // Takes one answer; draws when the answers to all queries of the panel are there.
  take(line, view) {
    this.fresh.set(line.ref, line);
    if (this.fresh.size < this.json.targets.filter((target) => !target.hide).length) return;
    this.answers = this.fresh;
    this.busy(false);
    this.show(view);
  }

  // Draws when there is something else to show: what stands there may be read aloud, or be held by a pointer or the focus.
  show(view) {
    const answers = [...this.answers.keys()].sort().map((ref) => {
      const { answer, error } = this.answers.get(ref);
      return [ref, answer?.meta, answer?.data, error];
    });
    const axis = TIMED.has(this.json.type) ? [view.fromMs, view.toMs] : [];
    const seen = JSON.stringify([answers, axis, view.from, view.to, view.variables, this.body.clientWidth]);
    if (seen === this.seen && !this.ages) return;
    this.seen = seen;
    this.draw(view);
  }

  async draw(view) {
    const { json } = this;
    const draw = KINDS[json.type];
    if (!draw) return this.say("wrong", "This page cannot draw this kind of panel.", `Open the board in Grafana to see “${json.type}”.`);
    const failed = [...this.answers.values()].find((line) => line.error);
    if (failed) return this.say("wrong", ...told(failed.error));
    const frames = this.frames();
    if (this.asks && !frames.some((one) => one.rows && one.fields.some(({ values }) => values.some((value) => value !== null)))) return this.empty();
    const subject = json.type === "xychart" ? frames.slice(0, 1) : frames; // what follows is what it is compared with, as the rim of a wheel
    if (this.asks && ["timeseries", "barchart", "xychart", "heatmap"].includes(json.type) && !numbers(subject)) return this.empty();
    this.switch(frames, view);
    const way = json.type === "table" && flows(frames) && this.diagram ? sankey : draw;
    if (this.way !== way || !this.drawn) forget(this.body);
    this.way = way;
    this.drawn = true;
    this.body.classList.remove("plot", "scrolls");
    try {
      await way(this.body, { panel: json, frames, view, zoom: this.actions.zoom });
    } catch (error) {
      console.error(json.title, error);
      this.say("wrong", "This panel could not be drawn.", error.message);
      this.seen = null;
    }
    return undefined;
  }

  frames() {
    const raw = this.json.targets?.filter(({ refId }) => this.answers.has(refId)).map((target) => {
      const one = frame(this.answers.get(target.refId).answer, target.refId);
      return target.format === 0 || target.format === undefined ? wide(one) : one;
    }) ?? [];
    return configured(transformed(raw, this.json.transformations), this.json.fieldConfig);
  }

  // A table of streams can be seen as streams.
  switch(frames, view) {
    if (this.json.type !== "table" || !flows(frames) || this.switcher) return;
    this.switcher = h("button", { class: "about", type: "button", onclick: (event) => {
      this.diagram = !this.diagram;
      event.currentTarget.textContent = this.diagram ? "Table" : "Diagram";
      this.draw(this.actions.view());
    } }, "Table");
    this.head(view);
  }

  empty() {
    const text = this.json.fieldConfig?.defaults?.noValue ?? "no data in this period";
    const missing = /^no data/i.test(text); // otherwise it is good news
    this.say("empty", text[0].toUpperCase() + text.slice(1), missing && "Choose a longer time range or fewer filters.");
  }

  miss() {
    this.seen = null;
    this.say("wrong", "No numbers yet.", "See the message above.");
  }

  say(kind, title, hint) {
    forget(this.body);
    this.drawn = false;
    this.busy(false);
    this.body.replaceChildren(h("div", { class: `said ${kind}`, role: kind === "wrong" ? "alert" : "status" }, h("strong", {}, title), hint ? h("small", {}, hint) : null));
  }
}

const numbers = (frames) => frames.some((one) => one.fields.some(({ kind, values }) => kind === "number" && values.some((value) => value !== null)));

export function told(error) {
  if (/does not answer/.test(error)) return ["ClickHouse does not answer.", "The next refresh asks again."];
  return ["This query failed.", error.replace(/^ClickHouse at \S+: /, "")];
}
