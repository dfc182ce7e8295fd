// One board: its panels on Grafana's grid, asked for together and drawn as they are answered.
import * as api from "./api.js";
import { h } from "./dom.js";
import { moment } from "./time.js";
import { Panel } from "./panel.js";

export class Board {
  constructor(json, main, actions) {
    this.json = json;
    this.actions = actions;
    this.notice = h("div", { class: "notice hidden", role: "alert" });
    this.grid = h("div", { class: "grid" });
    this.panels = new Map();
    this.folded = new Set();
    this.sections = sections(json.panels);
    for (const { row, panels } of this.sections) {
      if (row?.collapsed) this.folded.add(row.id);
      for (const one of panels) this.panels.set(one.id, new Panel(one, actions));
    }
    main.append(this.notice, this.grid);
    this.lay();
  }

  // Places sections below each other; a folded one takes one line.
  lay() {
    const parts = [];
    let top = 0;
    for (const { row, panels } of this.sections) {
      if (row) {
        parts.push(this.title(row, top));
        top += 1;
      }
      if (row && this.folded.has(row.id)) continue;
      const first = Math.min(...panels.map(({ gridPos }) => gridPos.y));
      for (const one of panels) {
        const panel = this.panels.get(one.id);
        panel.place({ ...one.gridPos, y: one.gridPos.y - first + top });
        parts.push(panel.element);
      }
      if (panels.length) top += Math.max(...panels.map(({ gridPos }) => gridPos.y - first + gridPos.h));
    }
    this.grid.replaceChildren(...parts);
  }

  title(row, top) {
    const open = !this.folded.has(row.id);
    return h("button", {
      class: "section", type: "button", "aria-expanded": String(open), style: { "grid-column": "1 / -1", "grid-row": `${top + 1}` },
      onclick: () => {
        if (!this.folded.delete(row.id)) this.folded.add(row.id);
        this.lay();
        if (!open) this.refresh(this.view);
      },
    }, row.title);
  }

  get shown() {
    return [...this.panels.values()].filter(({ element }) => element.isConnected);
  }

  // Asks for every panel that can be seen; a later refresh ends an earlier one.
  async refresh(view) {
    this.stop?.abort();
    const stop = new AbortController();
    this.stop = stop;
    this.view = { ...view, fromMs: moment(view.from), toMs: moment(view.to) };
    const asking = [];
    for (const panel of this.shown) {
      panel.head(this.view);
      if (panel.asks) asking.push(panel);
      else panel.draw(this.view);
    }
    asking.forEach((panel) => panel.busy(true));
    try {
      const wanted = { from_ms: this.view.fromMs, to_ms: this.view.toMs, variables: view.variables, panels: asking.map(({ json, points }) => ({ id: json.id, points })) };
      let away = false;
      for await (const line of api.panels(this.json.uid, wanted, stop.signal)) {
        away ||= /does not answer/.test(line.error ?? "");
        this.panels.get(line.panel).take(line, this.view);
      }
      this.warn(away ? "ClickHouse does not answer. Start it, or see `touchstream doctor`." : null);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.warn(error.message);
      for (const panel of asking) if (panel.drawn) panel.busy(false); else panel.say("wrong", "No numbers yet.", "See the message above.");
    }
  }

  warn(message) {
    this.notice.classList.toggle("hidden", !message);
    if (message) this.notice.replaceChildren(h("span", {}, message), h("button", { class: "button", type: "button", onclick: () => this.actions.refresh() }, "Try again"));
  }

  redraw() {
    for (const panel of this.shown) if (panel.drawn || !panel.asks) panel.draw(this.view);
  }

  end() {
    this.stop?.abort();
  }
}

function sections(panels) {
  const found = [{ row: null, panels: [] }];
  for (const one of panels) {
    if (one.type === "row") found.push({ row: one, panels: [...(one.panels ?? [])] });
    else found.at(-1).panels.push(one);
  }
  return found.filter(({ row, panels: some }) => row || some.length);
}
