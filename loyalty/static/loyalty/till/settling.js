// What somebody decides of a sale that has happened and was refused: nothing is dropped by itself.

import { by, tell, tellRefusal } from "./dom.js";
import { goOn, nameOf } from "./buyer.js";
import * as journal from "./journal.js";
import { look } from "./looking.js";
import { fromWire, say, toWire, toWords } from "./settings.js";

let sale = null;

const isSpent = (payment) => Boolean(payment.hold || payment.voucher);

export function begin(entry) {
  sale = entry;
  by("till-settle").reset();
  by("till-settling").hidden = false;
  by("till-settling-of").textContent = `${toWords(entry.cents)} · ${entry.who} · ${entry.body.receipt}`;
  by("till-settling-why").textContent = entry.why;
  by("till-without-member").hidden = entry.body.member === null;
  by("till-without-points").hidden = !entry.body.payments.some(isSpent);
  by("till-settle").elements.who.focus();
}

async function send(what) {
  if (!sale) return;
  const asked = sale;
  hide();
  const entry = await journal.resend(asked.key, what);
  if (entry.state === "asks") {
    begin(entry);
    tell(entry.why, "bad");
    return;
  }
  tell(say(entry.state === "done" ? "settled" : "kept"), entry.state === "done" ? "good" : "warn");
  goOn();
}

function hide() {
  sale = null;
  by("till-settling").hidden = true;
}

async function sendWithCard(event) {
  event.preventDefault();
  const text = event.target.elements.who.value.trim();
  const asked = sale;
  if (!text || !asked) return;
  try {
    const member = await look(text);
    if (sale === asked) await send({ body: { ...asked.body, member: { id: member.id } }, who: nameOf(member) });
  } catch (refused) {
    if (refused.status === 404) tell(say("nobody"), "bad");
    else tellRefusal(refused);
  }
}

// What points or a voucher should have paid is told as unpaid: nobody says that it was money.
function inMoney({ payments, total }) {
  const money = payments.filter((payment) => !isSpent(payment));
  const left = money.reduce((cents, payment) => cents - fromWire(payment.amount), fromWire(total));
  return left > 0 ? [...money, { means: "unpaid", amount: toWire(left) }] : money;
}

// Points that were set aside are a member's: without the member they pay nothing.
function sendWithoutMember() {
  if (!sale) return;
  const { payments } = sale.body;
  const paid = payments.some((payment) => payment.hold) ? inMoney(sale.body) : payments;
  send({ body: { ...sale.body, member: null, payments: paid }, who: say("anonymous") });
}

function sendWithoutPoints() {
  if (!sale) return;
  send({ body: { ...sale.body, payments: inMoney(sale.body) } });
}

export function start() {
  by("till-settle").addEventListener("submit", sendWithCard);
  by("till-without-member").addEventListener("click", sendWithoutMember);
  by("till-without-points").addEventListener("click", sendWithoutPoints);
  by("till-send-again").addEventListener("click", () => send({}));
  journal.onChange((entries) => {
    const isThere = entries.some((entry) => sale && entry.key === sale.key && entry.state === "asks");
    if (sale && !isThere) hide();
  });
}
