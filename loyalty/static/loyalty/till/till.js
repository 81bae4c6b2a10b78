// The web till: a shift is opened, then everything goes by the public API.

import { ask, carry, whenOver } from "./api.js";
import * as basket from "./basket.js";
import * as buyer from "./buyer.js";
import { by, tell } from "./dom.js";
import * as journal from "./journal.js";
import * as paying from "./paying.js";
import * as preview from "./preview.js";
import * as proof from "./proof.js";
import * as receipt from "./receipt.js";
import * as returning from "./returning.js";
import * as rewards from "./rewards.js";
import * as sales from "./sales.js";
import { say, sayCount, settings } from "./settings.js";
import * as settling from "./settling.js";
import * as tenders from "./tenders.js";
import * as unanswered from "./unanswered.js";

let shift = null;
let client = null;
let hasMoved = false;

async function open(event) {
  event.preventDefault();
  const store = new FormData(event.target).get("store");
  try {
    shift = await ask(settings.open, { store });
  } catch (refused) {
    return tell(refused.message, "bad");
  }
  carry(shift.key);
  tell("");
  by("till-closed").hidden = true;
  by("till").hidden = false;
  by("till-store").textContent = shift.store.name;
  by("till-training").hidden = !shift.store.isTraining;
  // What was set aside at one store pays at no other.
  if (client !== shift.client) buyer.forget();
  client = shift.client;
  paying.openFor(shift);
  returning.openFor(shift);
  journal.openFor(client);
  buyer.refresh({});
  // Whoever was served when the last shift ended is served still.
  buyer.goOn();
}

async function close() {
  if (journal.waiting().length + journal.asking().length && !by("till-leave").dataset.asked) {
    by("till-leave").dataset.asked = "yes";
    return tell(say("still_waiting"), "warn");
  }
  unanswered.letGo();
  buyer.forget();
  basket.clear();
  receipt.hide();
  await ask(settings.close, {}).catch(() => undefined);
  journal.close();
  end("closed");
}

// A shift that ran out leaves the basket and the customer as they are: to open again is to go on.
function end(word) {
  carry(null);
  shift = null;
  paying.openFor(null);
  delete by("till-leave").dataset.asked;
  by("till").hidden = true;
  by("till-closed").hidden = false;
  tell(say(word), word === "closed" ? "good" : "warn");
  by("till-open").querySelector("button").focus();
}

// The key lives on while somebody works here, and no longer.
async function renew() {
  if (!shift || !hasMoved) return;
  hasMoved = false;
  try {
    await ask(settings.renew, { shift: shift.shift });
  } catch (refused) {
    if (!refused.isAgain) end("over");
  }
}

function showState() {
  const waits = journal.waiting();
  const asks = journal.asking();
  const isOffline = !navigator.onLine || waits.some((entry) => entry.why);
  const place = by("till-state");
  place.className = `desk-state desk-state--${isOffline || waits.length ? "warn" : "good"}`;
  place.textContent = isOffline ? say("offline") : say("online");
  by("till-waiting").hidden = waits.length === 0;
  by("till-waiting").textContent = sayCount("waiting", waits.length);
  by("till-asking").hidden = asks.length === 0;
  by("till-asking").textContent = sayCount("asking", asks.length);
}

function reach(event) {
  const form = { F2: "till-who", F4: "till-line" }[event.key];
  if (!form || !shift) return;
  event.preventDefault();
  if (form === "till-who" && by("till-who").hidden) buyer.forget();
  by(form).querySelector("input").focus();
}

const parts = [basket, buyer, preview, proof, tenders, paying, receipt, returning, sales, settling, rewards];
for (const part of parts) part.start();
journal.onChange(showState);
whenOver(() => end("over"));
addEventListener("online", showState);
addEventListener("offline", showState);
addEventListener("keydown", reach);
for (const move of ["keydown", "pointerdown"]) addEventListener(move, () => { hasMoved = true; });
setInterval(renew, settings.renewEvery * 1000);
by("till-open").addEventListener("submit", open);
by("till-leave").addEventListener("click", close);
showState();
