// What a customer is told: of a sale what it gave and why, of a return what they get back and how.

import * as buyer from "./buyer.js";
import { by, fill, make, tell } from "./dom.js";
import { award } from "./preview.js";
import { count, fromWire, say, sayCount, settings, toWords } from "./settings.js";

function show(title, ...body) {
  by("till-receipt").hidden = false;
  by("till-receipt-title").textContent = title;
  fill(by("till-receipt-body"), ...body);
  by("till-next").focus();
}

const row = (words, figure) => make("li", {}, make("span", {}, ...words), make("span", { class: "till__amount" }, figure));
const rows = (list) => (list.length ? make("ul", { class: "till__rows" }, ...list) : null);
const code = (voucher) => make("strong", { class: "till__code" }, voucher.code || "");

function balance(answer) {
  return answer && answer.balance ? make("p", {}, say("balance", { points: sayCount("points", answer.balance.available) })) : null;
}

export function showSale(entry) {
  const answer = entry.answer;
  const told = answer && answer.member ? answer.award : null;
  show(
    say("sold", { amount: toWords(entry.cents) }),
    make("p", { class: "quiet" }, `${entry.body.receipt} · ${entry.who}`),
    entry.state === "waits" ? make("p", {}, say("kept")) : null,
    told ? make("p", { class: "till__gives" }, make("strong", {}, say("earned", { points: count(told.points) }))) : null,
    told ? make("ul", { class: "till__rows" }, ...award(told)) : null,
    balance(answer),
    ...((answer && answer.vouchers) || []).map((voucher) =>
      make("p", {}, `${say("voucher_won", { name: voucher.name })} `, code(voucher)),
    ),
  );
}

const amountOf = (part) => toWords(fromWire(part.amount));
const meansOf = (part) => settings.words[`means_${part.means}`] || part.means;

const isMoney = (part) => !["points", "voucher", "unpaid"].includes(part.means);

// How one payment comes back: points and vouchers by themselves, money by the cashier's hand.
function refund(part) {
  if (part.means === "points") return row([say("points_back", { points: sayCount("points", part.points || 0) })], amountOf(part));
  if (part.means === "unpaid") return row([say("unpaid_back")], amountOf(part));
  if (isMoney(part)) return row([say("give_back", { means: meansOf(part) })], amountOf(part));
  return row([say("voucher_back"), " ", part.voucher ? code(part.voucher) : ""], amountOf(part));
}

export const refunds = (answer) => rows((answer.refund || []).map(refund));

function askedBack({ name, state }) {
  return row([say(`asked_${state}`, { name })], "");
}

const takenBack = ({ wallet, points }) => row([settings.wallets[wallet] || wallet], count(-points));

export function showReturn(entry) {
  const { answer } = entry;
  const amount = toWords(fromWire(answer.total));
  const money = answer.refund.filter(isMoney);
  const toGive = money.map((part) => say("give", { amount: amountOf(part), means: meansOf(part) }));
  tell([say("returned", { amount }), ...toGive].join(" "));
  show(
    say("return_title", { amount }),
    make("p", { class: "quiet" }, [entry.of, entry.who].filter(Boolean).join(" · ")),
    refunds(answer),
    answer.taken_back.length ? make("p", {}, say("taken_back")) : null,
    rows([...answer.taken_back.map(takenBack), ...(answer.vouchers || []).map(askedBack)]),
    balance(answer),
  );
}

export function hide() {
  by("till-receipt").hidden = true;
}

export function start() {
  by("till-next").addEventListener("click", () => {
    hide();
    tell("");
    buyer.goOn();
  });
}
