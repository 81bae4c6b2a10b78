// The sale: kept first, then sent, and a receipt that says why.

import * as basket from "./basket.js";
import * as buyer from "./buyer.js";
import { by, fill, make, tell } from "./dom.js";
import * as journal from "./journal.js";
import { award } from "./preview.js";
import * as tenders from "./tenders.js";
import { count, say, sayCount, toWire, toWords } from "./settings.js";

let shift = null;
let isPaying = false;
let unsure = null;

// Receipts of a shift are numbered by the till itself, so that they are numbered offline, too.
function nextReceipt() {
  const name = `loyalty-receipt:${shift.till}`;
  const number = Number(localStorage.getItem(name) || 0) + 1;
  localStorage.setItem(name, String(number));
  return `${shift.till}-${String(number).padStart(4, "0")}`;
}

function toSale(payments) {
  return {
    member: buyer.toBody(),
    receipt: nextReceipt(),
    till: shift.till,
    occurred_at: new Date().toISOString(),
    total: toWire(basket.total()),
    lines: basket.toBody(),
    payments,
  };
}

async function pay(means) {
  if (isPaying || !shift) return;
  if (basket.isEmpty()) return tell(say("empty_basket"), "bad");
  isPaying = true;
  try {
    if (unsure) return settle(await journal.again(unsure));
    const cents = basket.total();
    const left = tenders.rest();
    const body = toSale([...tenders.toBody(), ...(left > 0 ? [{ means, amount: toWire(left) }] : [])]);
    const sale = { kind: "sale", path: "/purchases", body, cents, who: buyer.name() };
    const isSpending = tenders.toBody().length > 0;
    settle(await journal.add(sale), isSpending);
  } finally {
    isPaying = false;
  }
}

// Points and vouchers are spent online: until the answer is there, the customer has not paid, and
// the same sale is sent again.
function settle(entry, isSpending = true) {
  unsure = isSpending && entry.state === "waits" ? entry.key : null;
  if (unsure) return tell(say("network"), "bad");
  finish(entry);
}

function finish(entry) {
  if (entry.state === "refused") return tell(entry.why, "bad");
  showReceipt(entry);
  tenders.clear();
  basket.clear();
  buyer.forget();
}

export function showReceipt(entry) {
  const answer = entry.answer;
  const told = answer && answer.award;
  by("till-receipt").hidden = false;
  by("till-receipt-title").textContent = `${say("sold")} : ${toWords(entry.cents)}`;
  fill(
    by("till-receipt-body"),
    make("p", { class: "quiet" }, `${entry.body.receipt} · ${entry.who}`),
    entry.state === "waits" ? make("p", {}, say("kept")) : null,
    told && answer.member ? make("p", { class: "till__gives" }, make("strong", {}, say("earned", { points: count(told.points) }))) : null,
    told && answer.member ? make("ul", { class: "till__rows" }, ...award(told)) : null,
    answer && answer.balance ? make("p", {}, say("balance", { points: sayCount("points", answer.balance.available) })) : null,
    ...((answer && answer.vouchers) || []).map((voucher) =>
      make("p", {}, `${say("voucher_won")} : ${voucher.name} `, make("strong", { class: "till__code" }, voucher.code || "")),
    ),
  );
  by("till-next").focus();
}

function next() {
  by("till-receipt").hidden = true;
  tell("");
  by("till-who").elements.who.focus();
}

export function openFor(opened) {
  shift = opened;
}

export function start() {
  for (const button of document.querySelectorAll("[data-means]")) {
    button.addEventListener("click", () => pay(button.dataset.means));
  }
  by("till-next").addEventListener("click", next);
  addEventListener("keydown", (event) => {
    const key = { F8: "card", F9: "cash" }[event.key];
    if (!key || by("till").hidden) return;
    event.preventDefault();
    pay(key);
  });
}
