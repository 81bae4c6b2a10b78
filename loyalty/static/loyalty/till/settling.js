// What somebody decides of a sale that has happened and was refused: nothing is dropped by itself.

import { by, tell, tellRefusal } from "./dom.js";
import { goOn, nameOf } from "./buyer.js";
import * as journal from "./journal.js";
import { look } from "./looking.js";
import { say, toWords } from "./settings.js";

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

// Points that were set aside are a member's: without the member they pay nothing.
function sendWithoutMember() {
  if (!sale) return;
  const payments = sale.body.payments.filter((payment) => !payment.hold);
  send({ body: { ...sale.body, member: null, payments }, who: say("anonymous") });
}

function sendWithoutPoints() {
  if (!sale) return;
  const payments = sale.body.payments.filter((payment) => !isSpent(payment));
  send({ body: { ...sale.body, payments } });
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
