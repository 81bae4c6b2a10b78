// Takes back what was sold, here or at another till, all of it or an amount.

import { isOpen } from "./api.js";
import { by, tell } from "./dom.js";
import * as journal from "./journal.js";
import * as receipt from "./receipt.js";
import { readMoney, say, toWire } from "./settings.js";

let till = null;
let sale = null;
let isOnItsWay = false;

export function begin(entry) {
  sale = entry;
  const form = by("till-return");
  form.reset();
  form.closest("details").open = true;
  form.elements.receipt.value = entry.body.receipt;
  form.elements.day.value = today();
  form.elements.amount.focus();
}

// Of a sale of this till by its id, of any other by its receipt and day.
function target(form) {
  const of = form.receipt.value.trim();
  if (sale && sale.body.receipt === of) {
    return { path: `/purchases/${sale.answer.id}/returns`, named: {}, who: sale.who, of };
  }
  const named = { receipt: of, business_on: form.day.value, till: form.till.value.trim() || till };
  return { path: "/purchases/-/returns", named: { sale: named }, who: "", of };
}

async function takeBack(event) {
  event.preventDefault();
  const form = event.target.elements;
  const typed = form.amount.value.trim();
  const cents = typed ? readMoney(typed) : null;
  if (typed && (cents === null || cents <= 0)) return tell(say("bad_price"), "bad");
  if (isOnItsWay) return;
  const { path, named, who, of } = target(form);
  const amount = cents ? { amount: toWire(cents) } : {};
  const body = { till, occurred_at: new Date().toISOString(), ...named, ...amount };
  isOnItsWay = true;
  try {
    answer(await journal.again(journal.keep({ kind: "return", path, body, cents, who, of })));
  } finally {
    isOnItsWay = false;
  }
}

function answer(entry) {
  if (entry.state === "refused") return tell(entry.why, "bad");
  sale = null;
  by("till-return").reset();
  by("till-return").elements.day.value = today();
  if (entry.state === "done") return receipt.showReturn(entry);
  if (isOpen()) tell(say("return_kept"), "warn");
}

const today = () => new Date().toLocaleDateString("en-CA");

export function openFor(opened) {
  till = opened.till;
  by("till-return").elements.day.value = today();
}

export function start() {
  by("till-return").addEventListener("submit", takeBack);
}
