// Who buys: found by card, phone, e-mail or code, or enrolled on the spot.

import { call } from "./api.js";
import { by, fill, make, tell } from "./dom.js";
import { count, dayInWords, say, sayCount, settings } from "./settings.js";

let member = null;
let reference = null;
const listeners = [];

export const onChange = (listener) => listeners.push(listener);
export const current = () => member;
export const toBody = () => (member ? { id: member.id } : reference);

export function name() {
  if (!member) return reference ? Object.values(reference)[0] : say("anonymous");
  const identity = member.identity || {};
  return `${identity.first_name || ""} ${identity.last_name || ""}`.trim() || (member.cards || [])[0] || member.id;
}

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

function toReference(text) {
  if (text.includes("@")) return { email: text };
  if (/^(\+|0)[\d .()-]{8,}$/.test(text)) return { phone: text };
  return { code: text };
}

async function find(event) {
  event.preventDefault();
  const text = event.target.elements.who.value.trim();
  if (!text) return;
  const shown = toReference(text);
  try {
    member = await call("POST", "/members/lookup", shown);
    reference = null;
    tell("");
  } catch (refused) {
    member = null;
    if (refused.isAgain) {
      // Spending needs the network; earning does not.
      reference = shown.code ? { card: shown.code } : shown;
      tell(say("unlooked"), "warn");
    } else {
      reference = null;
      tell(refused.status === 404 ? say("unknown") : refused.message, "bad");
      if (refused.status === 404) offerToEnrol(shown, text);
    }
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
    const errors = (refused.problem.errors || []).map((error) => error.detail);
    tell([...new Set([refused.message, ...errors])].join(" "), "bad");
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
