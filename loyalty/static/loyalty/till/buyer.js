// Who buys: found by card, phone, e-mail or code, or enrolled on the spot.

import { call } from "./api.js";
import { by, fill, make, tell, tellRefusal } from "./dom.js";
import { look, toBuyer } from "./looking.js";
import { count, dayInWords, say, sayCount, settings } from "./settings.js";

let member = null;
let reference = null;
const listeners = [];

export const onChange = (listener) => listeners.push(listener);
export const current = () => member;
export const toBody = () => (member ? { id: member.id } : reference);

export const name = () => (member ? nameOf(member) : reference ? Object.values(reference)[0] : say("anonymous"));

export function nameOf(member) {
  const identity = member.identity || {};
  return `${identity.first_name || ""} ${identity.last_name || ""}`.trim() || (member.cards || [])[0] || member.id;
}

// To the basket of whoever is served, or to whoever comes next.
export const goOn = () => (toBody() ? by("till-line").elements.what : by("till-who").elements.who).focus();

export function forget() {
  member = reference = null;
  by("till-who").reset();
  by("till-enrol").reset();
  by("till-enrol").hidden = true;
  show();
}

// Whoever a scan of their code found, who may be somebody else.
export function recognise(found) {
  member = found;
  reference = null;
  show();
}

export function forgetProof() {
  if (member) recognise({ ...member, spend_proof: null });
}

// A new balance, from whatever was answered last.
export function refresh(told) {
  if (!member) return;
  member = { ...member, balance: told.balance || member.balance, tier: told.tier || member.tier };
  show();
}

async function find(event) {
  event.preventDefault();
  const text = event.target.elements.who.value.trim();
  if (!text) return;
  try {
    member = await look(text);
    reference = null;
    tell("");
  } catch (refused) {
    // What was typed stays, and is looked for once the till is open again.
    if (refused.isShiftOver) return;
    member = null;
    // Spending needs the network; earning does not.
    reference = refused.isAgain ? toBuyer(text) : null;
    if (refused.isAgain) tell(say("unlooked"), "warn");
    else if (refused.status !== 404) tellRefusal(refused);
    else offerToEnrol(refused.shown, text);
  }
  moveOn(event.target);
}

// The basket comes next, unless the cashier has gone on already.
function moveOn(form) {
  const isThere = form.contains(document.activeElement);
  show();
  if (isThere && (member || reference)) by("till-line").elements.what.focus();
}

function offerToEnrol(shown, text) {
  tell(say("unknown"), "bad");
  const form = by("till-enrol");
  form.hidden = false;
  form.elements.email.value = shown.email || "";
  form.elements.phone.value = shown.phone || "";
  form.elements.card.value = shown.code ? text : "";
  form.elements.first_name.focus();
}

async function enrol(event) {
  event.preventDefault();
  const form = event.target;
  const body = { language: settings.language };
  for (const field of ["first_name", "last_name", "email", "phone", "card", "referral_code"]) {
    const value = (form.elements[field]?.value || "").trim();
    if (value) body[field] = value;
  }
  const consent = form.elements.consent;
  if (consent && settings.consent) {
    const { channel, purpose, version } = settings.consent;
    body.consents = [{ channel, purpose, given: consent.checked, text_version: version }];
  }
  // The same form twice is the same member: the key stays until somebody else is enrolled.
  form.dataset.key = form.dataset.key || crypto.randomUUID();
  try {
    member = await call("POST", "/members", body, form.dataset.key);
    delete form.dataset.key;
    tell(say("enrolled"));
    moveOn(form);
  } catch (refused) {
    if (!refused.isAgain) delete form.dataset.key;
    tellRefusal(refused);
  }
}

function standing() {
  const { balance, tier } = member;
  const said = [];
  if (member.state === "blocked") said.push(say("blocked"));
  if (balance.pending) said.push(`${sayCount("points", balance.pending)} ${say("pending")}`);
  if (balance.next_expiry) {
    const { points, valid_until: until } = balance.next_expiry;
    said.push(say("expires", { points: sayCount("points", points), day: dayInWords(until) }));
  }
  if (tier && tier.to_next) {
    said.push(say("to_next", { missing: missing(tier.to_next), tier: tierName(tier.to_next.tier) }));
  }
  return said.map((words) => make("p", {}, words));
}

const tierName = (code) => settings.tiers[code] || code || "";

function missing(ahead) {
  const isMoney = ahead.measure === "spend";
  const number = Number(ahead.missing);
  return isMoney
    ? new Intl.NumberFormat(settings.language, { style: "currency", currency: settings.currency }).format(number)
    : count(number);
}

function show() {
  const isKnown = Boolean(member || reference);
  by("till-who").hidden = isKnown;
  by("till-member").hidden = !isKnown;
  if (isKnown) {
    by("till-enrol").hidden = true;
    by("till-name").textContent = name();
    by("till-tier").textContent = member && member.tier ? tierName(member.tier.code) : "";
    by("till-points").textContent = member ? sayCount("points", member.balance.available) : "";
    fill(by("till-standing"), ...(member ? standing() : []));
  }
  for (const listener of listeners) listener();
}

export function start() {
  by("till-who").addEventListener("submit", find);
  by("till-enrol").addEventListener("submit", enrol);
  by("till-forget").addEventListener("click", () => {
    forget();
    by("till-who").elements.who.focus();
  });
  by("till-not-enrol").addEventListener("click", () => {
    by("till-enrol").hidden = true;
    by("till-who").elements.who.focus();
  });
  show();
}
