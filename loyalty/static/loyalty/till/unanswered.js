// The sale that was sent and is not answered yet. Its basket stays as it is until the answer is
// there, or until the cashier goes on to somebody else: then it is the journal's alone.

import * as basket from "./basket.js";
import * as buyer from "./buyer.js";
import { by, tell } from "./dom.js";
import * as journal from "./journal.js";
import { say, toWords } from "./settings.js";
import * as tenders from "./tenders.js";

let key = null;
let bought = null;
let isInDoubt = false;

const who = () => JSON.stringify(buyer.toBody());
export const current = () => key;

export function begin(sale) {
  key = sale;
  bought = who();
  basket.lock(true);
}

// Points and vouchers are spent online: until the answer is there, the customer has not paid.
export function doubt(entry) {
  isInDoubt = true;
  by("till-doubt-title").textContent = say("unanswered", { amount: toWords(entry.cents), who: entry.who });
  by("till-doubt").hidden = false;
}

export function end() {
  key = null;
  isInDoubt = false;
  by("till-doubt").hidden = true;
  basket.lock(false);
}

// What was set aside for it pays it still, so that nothing is let go.
function leave() {
  journal.leave(key);
  end();
  tenders.clear();
  basket.clear();
  tell(say("left"), "warn");
}

// Whoever closes the till leaves it to the journal, too.
export function letGo() {
  if (key !== null) leave();
}

function goOn() {
  letGo();
  buyer.forget();
  by("till-who").elements.who.focus();
}

// The answer came while nobody asked for it.
function hear(entries, settle) {
  if (!isInDoubt) return;
  const entry = entries.find((each) => each.key === key);
  if (entry && entry.state !== "waits") settle(entry);
}

export function start({ settle, tryAgain }) {
  buyer.onChange(() => {
    if (who() !== bought) letGo();
  });
  journal.onChange((entries) => hear(entries, settle));
  by("till-again").addEventListener("click", tryAgain);
  by("till-go-on").addEventListener("click", goOn);
}
