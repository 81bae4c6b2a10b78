// What the page told its script, and what the script says in the reader's language.

export const settings = JSON.parse(document.getElementById("till-settings").textContent);

export function say(word, figures = {}) {
  return settings.words[word].replace(/%\((\w+)\)s/g, (_whole, name) => figures[name]);
}

// A word that has a form for one and a form for many.
const plural = new Intl.PluralRules(settings.language);
export function sayCount(word, number) {
  const form = plural.select(number) === "one" ? "one" : "many";
  return say(`${word}_${form}`, { count: count(number) });
}

// Money is whole cents here, and a decimal string on the wire.

const digits = new Intl.NumberFormat("en", { style: "currency", currency: settings.currency })
  .resolvedOptions().maximumFractionDigits;
const money = new Intl.NumberFormat(settings.language, { style: "currency", currency: settings.currency });
const whole = new Intl.NumberFormat(settings.language);
const day = new Intl.DateTimeFormat(settings.language, { dateStyle: "long", timeZone: "UTC" });
const hour = new Intl.DateTimeFormat(settings.language, { timeStyle: "short", timeZone: settings.zone });

export const toWords = (cents) => money.format(cents / 10 ** digits).replace("-", "−");
export const count = (number) => whole.format(number).replace("-", "−");
export const dayInWords = (iso) => day.format(new Date(iso));
export const hourInWords = (moment) => hour.format(new Date(moment));

export function toWire(cents) {
  const text = String(Math.abs(cents)).padStart(digits + 1, "0");
  const sign = cents < 0 ? "-" : "";
  return digits ? `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}` : sign + text;
}

export const fromWire = (text) => Math.round(Number(text) * 10 ** digits);

// Reads 6,90, 6.9 or 1 234,50; anything else is null.
export function readMoney(text) {
  const plain = text.replace(/[\s\u00a0\u202f€$£]/g, "").replace(",", ".");
  const match = /^(-?)(\d{1,9})(?:\.(\d+))?$/.exec(plain);
  if (!match || (match[3] || "").length > digits) return null;
  const cents = Number(match[2] + (match[3] || "").padEnd(digits, "0"));
  return match[1] ? -cents : cents;
}

export function readQuantity(text) {
  const plain = text.trim().replace(",", ".");
  return /^\d{1,6}(\.\d{1,3})?$/.test(plain) && Number(plain) > 0 ? plain : null;
}
