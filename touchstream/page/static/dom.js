// Elements without HTML: a text is always a text, whoever wrote it.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// Plotly reads a little HTML in its texts; this takes that away from texts of customers.
export const plain = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

// An address from a board or from data may lead to the web or to another board, never run anything.
export function address(text) {
  try {
    const found = new URL(text, location.origin);
    return ["http:", "https:", "mailto:"].includes(found.protocol) ? found.href : null;
  } catch {
    return null;
  }
}

let open = null;

export function close() {
  if (!open) return;
  open.button.setAttribute("aria-expanded", "false");
  open.pop.remove();
  open = null;
}

// A button that opens a small window below it; Escape and a click elsewhere close it.
export function opens(button, holder, content, kind = "") {
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener("click", () => {
    const again = open?.button === button;
    close();
    if (again) return;
    const pop = h("div", { class: `pop ${kind}`, role: "dialog", "aria-label": button.getAttribute("aria-label") ?? button.textContent }, content());
    holder.append(pop);
    button.setAttribute("aria-expanded", "true");
    open = { button, pop };
    pop.querySelector("input, button, a")?.focus({ preventScroll: true });
  });
}

addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !open) return;
  open.button.focus();
  close();
});
addEventListener("pointerdown", (event) => {
  if (open && !open.pop.contains(event.target) && !open.button.contains(event.target)) close();
});
