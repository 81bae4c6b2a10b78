// The basket: lines of what is bought, and what each costs.

import { by, fill, make, tell } from "./dom.js";
import { readMoney, readQuantity, say, settings, toWire, toWords } from "./settings.js";

let lines = [];
let isKept = false;
const listeners = [];

export const onChange = (listener) => listeners.push(listener);
export const isEmpty = () => lines.length === 0;
export const total = () => lines.reduce((sum, line) => sum + line.cents, 0);

export const toBody = () =>
  lines.map((line) => ({
    ...line.what,
    ...(line.category ? { category: line.category } : {}),
    quantity: line.quantity,
    amount: toWire(line.cents),
  }));

// While a sale is on its way it stays as it was sent: nothing is added to it or taken out.
export function lock(isSent) {
  isKept = isSent;
}

export const isOnItsWay = () => isKept;

export function isLocked() {
  if (isKept) tell(say("locked"), "warn");
  return isKept;
}

export function clear() {
  lines = [];
  by("till-line").reset();
  show();
}

// A barcode or SKU is one word with a figure in it; anything else is a name.
function readWhat(text) {
  const words = text.trim();
  if (!words) return {};
  return /^\S*\d\S*$/.test(words) ? { sku: words.slice(0, 60) } : { name: words.slice(0, 120) };
}

function add(event) {
  event.preventDefault();
  if (isLocked()) return;
  const form = event.target.elements;
  const quantity = readQuantity(form.quantity.value);
  const price = readMoney(form.price.value);
  if (quantity === null) return refuse(form.quantity, "bad_quantity");
  if (price === null) return refuse(form.price, "bad_price");
  tell("");
  const category = form.category ? form.category.value : "";
  const cents = Math.round(price * Number(quantity));
  lines.push({ what: readWhat(form.what.value), category, quantity, cents });
  event.target.reset();
  form.what.focus();
  show();
}

function refuse(field, word) {
  tell(say(word), "bad");
  field.focus();
  field.select();
}

function remove(line) {
  if (isLocked()) return;
  lines = lines.filter((each) => each !== line);
  by("till-line").elements.what.focus();
  show();
}

function titleOf(line) {
  const category = settings.categories.find((each) => each.code === line.category);
  return line.what.name || line.what.sku || (category ? category.name : "–");
}

function row(line) {
  const title = titleOf(line);
  const times = line.quantity === "1" ? "" : ` × ${line.quantity.replace(".", settings.language === "fr" ? "," : ".")}`;
  return make(
    "li",
    { class: "till__line" },
    make("span", {}, title + times),
    make("span", { class: "till__amount" }, toWords(line.cents)),
    make(
      "button",
      { type: "button", class: "desk-act", "aria-label": `${say("remove")} ${title}`, onclick: () => remove(line) },
      "×",
    ),
  );
}

function show() {
  fill(by("till-lines"), ...lines.map(row));
  by("till-empty").hidden = lines.length > 0;
  by("till-total").textContent = toWords(total());
  for (const listener of listeners) listener();
}

export function start() {
  by("till-line").addEventListener("submit", add);
  show();
}
