// Finds somebody by what was typed or scanned: an e-mail, a phone, or else a card or a code.

import { call } from "./api.js";

// A phone begins with + or 0; two zeros are followed by a country, more of them begin a card.
const PHONE = /^(\+|0{1,2}[1-9])[\d .()-]{7,18}$/;

export function toReference(text) {
  if (text.includes("@")) return { email: text };
  return PHONE.test(text) ? { phone: text } : { code: text };
}

// Whom a sale names that nobody could look up yet.
export function toBuyer(text) {
  const { code, ...shown } = toReference(text);
  return code ? { card: code } : shown;
}

const ask = (shown) => call("POST", "/members/lookup", shown);

// The member; or the refusal, with what they were taken to have shown. A card that looks like a
// phone is looked for as a card, too, before it is said that nobody has it.
export async function look(text) {
  const shown = toReference(text);
  try {
    return await ask(shown);
  } catch (refused) {
    if (!shown.phone || ![400, 404].includes(refused.status)) throw Object.assign(refused, { shown });
    return await lookForCard(text, refused, shown);
  }
}

async function lookForCard(text, first, shown) {
  const card = { code: text };
  try {
    return await ask(card);
  } catch (refused) {
    if (refused.status === 404 && first.status === 404) throw Object.assign(first, { shown });
    throw Object.assign(refused, { shown: card });
  }
}
