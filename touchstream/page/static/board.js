// One board: its panels on Grafana's grid, asked for together and drawn as they are answered.
import * as api from "./api.js";
import { anew, h } from "./dom.js";
import { asked, range } from "./time.js";
import { Panel } from "./panel.js";

const NARROW = matchMedia("(max-width: 900px)"); // then every panel has a line of its own

export class Board {
  constructor(json, main, actions) {
    this.json = json;
    this.actions = actions;
    this.notice = h("div", { class: "notice hidden", role: "alert" });
    this.grid = h("div", { class: "grid" });
    this.panels = new Map();
    this.folded = new Set();
    this.titles = new Map();
    this.sections = sections(json.panels);
    for (const { row, panels } of this.sections) {
      if (row?.collapsed) this.folded.add(row.id);
      for (const one of panels) this.panels.set(one.id, new Panel(one, actions));
    }
    main.append(this.notice, this.grid);
    NARROW.addEventListener("change", this.again = () => this.lay());
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
      for (const band of bands(panels)) {
        const first = Math.min(...band.map(({ gridPos }) => gridPos.y));
        const least = Math.max(...band.map(({ id }) => this.panels.get(id).wants));
        const even = band.every(({ gridPos }) => gridPos.y === first);
        for (const one of band) {
          const panel = this.panels.get(one.id);
          const height = NARROW.matches ? panel.wants : even ? Math.min(one.gridPos.h, least) : one.gridPos.h;
          panel.place({ ...one.gridPos, y: one.gridPos.y - first + top, h: height });
          parts.push(panel.element);
        }
        top += Math.max(...band.map(({ id, gridPos }) => gridPos.y - first + this.panels.get(id).height));
      }
    }
    pair(parts);
    anew(this.grid, ...parts);
  }

  title(row, top) {
    if (!this.titles.has(row.id)) this.titles.set(row.id, h("button", { class: "section", type: "button", style: { "grid-column": "1 / -1" }, onclick: () => this.fold(row) }, row.title));
    const title = this.titles.get(row.id);
    title.setAttribute("aria-expanded", String(!this.folded.has(row.id)));
    title.style.gridRow = String(top + 1);
    return title;
  }

  fold(row) {
    const opens = this.folded.delete(row.id);
    if (!opens) this.folded.add(row.id);
    this.lay();
    if (opens) this.refresh(this.view);
  }

  get shown() {
    return [...this.panels.values()].filter(({ element }) => element.isConnected);
  }

  // Asks for every panel that can be seen; a later refresh ends an earlier one.
  async refresh(view) {
    this.stop?.abort();
    const stop = new AbortController();
    this.stop = stop;
    this.view = { ...this.view, ...view };
    const asking = [];
    for (const panel of this.shown) {
      panel.head(this.view);
      if (panel.asks) asking.push(panel);
      else panel.show(this.view);
    }
    asking.forEach((panel) => panel.busy(true));
    try {
      Object.assign(this.view, range(view));
      const wanted = { ...asked(this.view), panels: asking.map(({ json, points }) => ({ id: json.id, points })) };
      let away = false;
      for await (const line of api.panels(this.json.uid, wanted, stop.signal)) {
        away ||= /does not answer/.test(line.error ?? "");
        this.panels.get(line.panel).take(line, this.view);
      }
      this.lay();
      this.warn(away ? "ClickHouse does not answer. Start it; touchstream doctor says what else may be wrong." : null);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.warn(error.message);
      for (const panel of asking) if (panel.drawn) panel.busy(false); else panel.miss();
    }
  }

  warn(message) {
    if (!message && this.notice.contains(document.activeElement)) this.notice.parentElement.focus({ preventScroll: true });
    this.notice.classList.toggle("hidden", !message);
    if (message) anew(this.notice, h("span", {}, message), h("button", { class: "button", type: "button", "data-key": "again", onclick: () => this.actions.refresh() }, "Try again"));
  }

  redraw() {
    for (const panel of this.shown) if (panel.drawn || !panel.asks) panel.draw(this.view);
  }

  end() {
    this.stop?.abort();
    NARROW.removeEventListener("change", this.again);
  }
}

// On a phone small panels stand in twos; one that is left over takes the whole line.
function pair(parts) {
  let waiting = null;
  for (const part of parts) {
    part.classList.remove("alone");
    const small = part.classList.contains("small");
    if (!small) waiting?.classList.add("alone");
    waiting = small && !waiting ? part : null;
  }
  waiting?.classList.add("alone");
}

// Panels that stand side by side.
function bands(panels) {
  const found = [];
  let ends = -1;
  for (const one of [...panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x)) {
    if (one.gridPos.y >= ends) found.push([]);
    found.at(-1).push(one);
    ends = Math.max(ends, one.gridPos.y + one.gridPos.h);
  }
  return found;
}

function sections(panels) {
  const found = [{ row: null, panels: [] }];
  for (const one of panels) {
    if (one.type === "row") found.push({ row: one, panels: [...(one.panels ?? [])] });
    else found.at(-1).panels.push(one);
  }
  return found.filter(({ row, panels: some }) => row || some.length);
}
