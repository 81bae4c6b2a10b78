// Elements are made of words, never of markup: what a member is called cannot become a script.

export const by = (id) => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function fill(place, ...children) {
  place.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

// Says why something was refused. That the shift is over is said once, by the till itself.
export function tellRefusal(refused, kind = "bad") {
  if (!refused.isShiftOver) tell(refused.message, kind);
}

// Says something to whoever looks and to whoever listens.
export function tell(words, kind = "good") {
  const place = by("till-said");
  place.className = `till__said till__said--${kind}`;
  place.textContent = words;
  place.hidden = !words;
}
