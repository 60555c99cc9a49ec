// Elements and words. All text goes in as text: statements and names come from anywhere.

export const byId = (id) => document.getElementById(id);

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Writes only what differs, so that screen readers and selections are left alone.
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

export function show(target, visible) {
  target.hidden = !visible;
}

// Keeps one element for each key, in the order of the items. What is moved loses the focus, so those that go go first.
export function keyed(parent, items, key, create, update) {
  const wanted = new Set(items.map(key));
  for (const child of [...parent.children]) if (!wanted.has(child.dataset.key)) child.remove();
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const item of items) {
    let child = known.get(key(item));
    if (!child) {
      child = create(item);
      child.dataset.key = key(item);
    }
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
    update(child, item);
  }
}

const decimal = (digits) => new Intl.NumberFormat("en", {minimumFractionDigits: digits, maximumFractionDigits: digits});
const formats = [decimal(0), decimal(1), decimal(2)];

export function number(value, digits = 0) {
  return formats[digits].format(value);
}

export function millis(value) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0 ms";
  if (value < 10) return `${number(value, 1)} ms`;
  if (value < 1000) return `${number(value)} ms`;
  if (value < 120_000) return `${number(value / 1000, 1)} s`;
  return `${number(value / 60_000, 1)} min`;
}

export function bytes(value) {
  if (value < 1024) return `${number(value)} B`;
  if (value < 1024 ** 2) return `${number(value / 1024, 1)} KiB`;
  if (value < 1024 ** 3) return `${number(value / 1024 ** 2, 1)} MiB`;
  return `${number(value / 1024 ** 3, 1)} GiB`;
}

export function clock(t) {
  return new Date(t).toLocaleTimeString("en-GB");
}

export function date(t) {
  return new Date(t).toISOString().slice(0, 16).replace("T", " ") + " UTC";
}
