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

// Puts other children into an element. What has the focus keeps it: itself when it stays, otherwise what has its data-key.
export function anew(holder, ...children) {
  const now = holder.childNodes;
  if (children.length === now.length && children.every((child, place) => child === now[place])) return;
  const focused = document.activeElement;
  const alike = () => [...holder.querySelectorAll("[data-key]")].filter(({ dataset }) => dataset.key === focused.dataset.key);
  const inside = focused !== holder && holder.contains(focused);
  const place = inside ? alike().indexOf(focused) : 0;
  holder.replaceChildren(...children);
  if (!inside || document.activeElement === focused) return;
  const same = focused.isConnected ? focused : (alike()[place] ?? alike().at(-1) ?? holder);
  same.focus({ preventScroll: true });
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
  if (open.pop.contains(document.activeElement)) open.button.focus({ preventScroll: true });
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
    pop.style.translate = `${Math.max(0, 12 - pop.getBoundingClientRect().left)}px`; // whole, however far left its button is
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
