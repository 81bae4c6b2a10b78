// The sales of the day, where each is on its way, and what comes back of them.

import { by, fill, make, tell } from "./dom.js";
import * as journal from "./journal.js";
import { count, fromWire, hourInWords, readMoney, say, toWire, toWords } from "./settings.js";

const SHOWN = 30;
let till = null;
let returning = null;

function state(entry) {
  const [word, kind] = { waits: ["waits", "warn"], done: ["sent", "good"], refused: ["refused", "bad"] }[entry.state];
  return make("span", { class: `desk-state desk-state--${kind}` }, say(word));
}

function row(entry) {
  const isSale = entry.kind === "sale";
  return make(
    "li",
    { class: "till__sale" },
    make("span", {}, `${hourInWords(entry.at)} · ${entry.who}`, make("small", {}, entry.body.receipt || "")),
    make("span", { class: "till__amount" }, entry.cents === null ? "" : toWords(isSale ? entry.cents : -entry.cents)),
    state(entry),
    isSale && entry.state === "done"
      ? make("button", { type: "button", class: "desk-act", onclick: () => begin(entry), "aria-label": `${say("return")} ${entry.body.receipt}` }, say("return"))
      : null,
    entry.state === "refused" ? make("p", { class: "desk-error" }, entry.why) : null,
  );
}

function show(entries) {
  fill(by("till-sales"), ...entries.slice(-SHOWN).reverse().map(row));
  by("till-no-sales").hidden = entries.length > 0;
}

function begin(entry) {
  returning = entry;
  const form = by("till-return");
  form.reset();
  form.closest("details").open = true;
  form.elements.receipt.value = entry.body.receipt;
  form.elements.day.value = today();
  form.elements.amount.focus();
}

// Of a sale of this till by its id, of any other by its receipt and day.
function target(form) {
  const receipt = form.receipt.value.trim();
  if (returning && returning.body.receipt === receipt) {
    return { path: `/purchases/${returning.answer.id}/returns`, sale: null };
  }
  const sale = { receipt, business_on: form.day.value, till: form.till.value.trim() || till };
  return { path: "/purchases/-/returns", sale };
}

async function takeBack(event) {
  event.preventDefault();
  const form = event.target.elements;
  const typed = form.amount.value.trim();
  const cents = typed ? readMoney(typed) : null;
  if (typed && (cents === null || cents <= 0)) return tell(say("bad_price"), "bad");
  const { path, sale } = target(form);
  const body = { till, occurred_at: new Date().toISOString() };
  if (sale) body.sale = sale;
  if (cents) body.amount = toWire(cents);
  const who = returning ? returning.who : form.receipt.value.trim();
  const entry = await journal.add({ kind: "return", path, body, cents, who });
  if (entry.state === "refused") return tell(entry.why, "bad");
  tell(entry.state === "done" ? words(entry.answer) : say("return_kept"), entry.state === "done" ? "good" : "warn");
  returning = null;
  event.target.reset();
  form.day.value = today();
}

function words(answer) {
  const points = answer.taken_back.reduce((sum, taken) => sum + taken.points, 0);
  return say("returned", { amount: toWords(fromWire(answer.total)), points: count(points) });
}

const today = () => new Date().toLocaleDateString("en-CA");

export function openFor(opened) {
  till = opened.till;
  by("till-return").elements.day.value = today();
}

export function start() {
  journal.onChange(show);
  by("till-return").addEventListener("submit", takeBack);
}
