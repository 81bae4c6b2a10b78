// The sale: kept first, then sent, and a receipt that says why.

import * as basket from "./basket.js";
import * as buyer from "./buyer.js";
import { by, tell } from "./dom.js";
import * as journal from "./journal.js";
import * as receipt from "./receipt.js";
import * as tenders from "./tenders.js";
import { say, toWire } from "./settings.js";
import * as unanswered from "./unanswered.js";

let shift = null;
let sending = null;

// Receipts of a shift are numbered by the till itself, so that they are numbered offline, too.
function nextReceipt() {
  const name = `loyalty-receipt:${shift.till}`;
  const number = Number(localStorage.getItem(name) || 0) + 1;
  localStorage.setItem(name, String(number));
  return `${shift.till}-${String(number).padStart(4, "0")}`;
}

function toSale(means) {
  const left = tenders.rest();
  const body = {
    member: buyer.toBody(),
    receipt: nextReceipt(),
    till: shift.till,
    occurred_at: new Date().toISOString(),
    total: toWire(basket.total()),
    lines: basket.toBody(),
    payments: [...tenders.toBody(), ...(left > 0 ? [{ means, amount: toWire(left) }] : [])],
  };
  return { kind: "sale", path: "/purchases", body, cents: basket.total(), who: buyer.name() };
}

async function pay(means) {
  if (!shift) return;
  if (unanswered.current() !== null) return send(unanswered.current());
  if (basket.isEmpty()) return tell(say("empty_basket"), "bad");
  const key = journal.keep(toSale(means));
  unanswered.begin(key);
  await send(key);
}

async function send(key) {
  if (sending === key) return;
  sending = key;
  try {
    const entry = await journal.again(key);
    // Whoever went on has another basket on the screen: this sale is the journal's.
    if (unanswered.current() === key) settle(entry);
  } finally {
    if (sending === key) sending = null;
  }
}

const isSpending = (entry) => entry.body.payments.some((payment) => payment.hold || payment.voucher);

function settle(entry) {
  if (entry.state === "waits" && isSpending(entry)) {
    unanswered.doubt(entry);
    if (shift) tell(say("network"), "bad");
    return;
  }
  unanswered.end();
  if (entry.state === "asks") journal.drop(entry.key);
  if (entry.state === "asks" || entry.state === "refused") return tell(entry.why, "bad");
  if (entry.state === "waits") journal.leave(entry.key);
  if (shift) tell("");
  receipt.showSale(entry);
  tenders.clear();
  basket.clear();
  buyer.forget();
}

export function openFor(opened) {
  shift = opened;
}

export function start() {
  for (const button of document.querySelectorAll("[data-means]")) {
    button.addEventListener("click", () => pay(button.dataset.means));
  }
  unanswered.start({ settle, tryAgain: () => pay(null) });
  addEventListener("keydown", (event) => {
    const key = { F8: "card", F9: "cash" }[event.key];
    if (!key || by("till").hidden) return;
    event.preventDefault();
    pay(key);
  });
}
