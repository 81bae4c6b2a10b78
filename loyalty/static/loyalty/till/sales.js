// The sales of the day and what came back of them, and where each is on its way.

import { by, fill, make } from "./dom.js";
import * as journal from "./journal.js";
import { refunds } from "./receipt.js";
import * as returning from "./returning.js";
import { fromWire, hourInWords, say, toWords } from "./settings.js";
import * as settling from "./settling.js";

const SHOWN = 30;
const STATES = { waits: ["waits", "warn"], done: ["sent", "good"], refused: ["refused", "bad"], asks: ["asks", "bad"] };

function state(entry) {
  const [word, kind] = STATES[entry.state];
  return make("span", { class: `desk-state desk-state--${kind}` }, say(word));
}

function act(word, entry, onclick) {
  const label = `${say(word)} ${entry.body.receipt}`;
  return make("button", { type: "button", class: "desk-act", onclick, "aria-label": label }, say(word));
}

function row(entry, all) {
  const isSale = entry.kind === "sale";
  const title = [hourInWords(entry.at), isSale ? null : say("a_return"), entry.who].filter(Boolean).join(" · ");
  const isOpen = isSale && entry.state === "done" && !isBack(entry, all);
  return make(
    "li",
    { class: "till__sale" },
    make("span", {}, title, make("small", {}, (isSale ? entry.body.receipt : entry.of) || "")),
    make("span", { class: "till__amount" }, amount(entry)),
    state(entry),
    isOpen ? act("return", entry, () => returning.begin(entry)) : null,
    entry.state === "asks" ? act("decide", entry, () => settling.begin(entry)) : null,
    entry.state === "refused" || entry.state === "asks" ? make("p", { class: "desk-error" }, entry.why) : null,
    isSale || entry.state !== "done" ? null : refunds(entry.answer),
  );
}

function amount(entry) {
  if (entry.kind === "sale") return toWords(entry.cents);
  if (entry.state === "done" && entry.answer.total) return toWords(-fromWire(entry.answer.total));
  return entry.cents === null ? say("all_of_it") : toWords(-entry.cents);
}

// Nothing is left of it to take back, as far as this till knows.
function isBack(sale, all) {
  const isOf = (entry) => entry.kind === "return" && entry.state === "done" && entry.answer.purchase === sale.answer.id;
  return all.some((entry) => isOf(entry) && fromWire(entry.answer.left) === 0);
}

function show(entries) {
  fill(by("till-sales"), ...entries.slice(-SHOWN).reverse().map((entry) => row(entry, entries)));
  by("till-no-sales").hidden = entries.length > 0;
}

export function start() {
  journal.onChange(show);
}
