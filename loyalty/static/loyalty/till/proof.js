// What shows that the member is there to spend: the code on their phone, where the programme asks for it.

import { call } from "./api.js";
import * as buyer from "./buyer.js";
import { by, tell, tellRefusal as tellPlainly } from "./dom.js";
import { say, settings } from "./settings.js";

let isAsked = settings.spendProof === "code";

const isGood = (proof) => Boolean(proof) && new Date(proof.expires_at) > new Date();

// Who spends, as the API is told.
export function toBody() {
  const { id, spend_proof: proof } = buyer.current();
  return { member: { id }, ...(isGood(proof) ? { spend_proof: proof.token } : {}) };
}

// True when nothing is missing; otherwise the cashier is asked for it.
export function isShown() {
  if (!isAsked || isGood(buyer.current().spend_proof)) return true;
  ask();
  return false;
}

// A refusal may be the first to say that the card is not enough.
export function tellRefusal(refused) {
  if (refused.code !== "spend-proof-required") return tellPlainly(refused);
  isAsked = true;
  buyer.forgetProof();
  ask();
}

function ask() {
  show();
  tell(say("prove"), "warn");
  by("till-prove").elements.code.focus();
}

async function scan(event) {
  event.preventDefault();
  const form = event.target;
  const code = form.elements.code.value.trim();
  if (!code) return;
  form.reset();
  try {
    buyer.recognise(await call("POST", "/members/lookup", { code }));
    if (isShown()) tell(say("proved"));
  } catch (refused) {
    if (refused.status === 404) tell(say("prove_again"), "bad");
    else tellPlainly(refused);
  }
}

function show() {
  const member = buyer.current();
  by("till-prove").hidden = !isAsked || !member || isGood(member.spend_proof);
}

export function start() {
  by("till-prove").addEventListener("submit", scan);
  buyer.onChange(show);
  show();
}
