// What pays a part of the basket before money does: points set aside, and vouchers.

import { call } from "./api.js";
import * as basket from "./basket.js";
import * as buyer from "./buyer.js";
import { by, fill, make, tell, tellRefusal } from "./dom.js";
import * as proof from "./proof.js";
import { fromWire, say, sayCount, toWire, toWords } from "./settings.js";

let tenders = [];
let owner = null;
// Points that are being set aside: asked for again under the same key until an answer is there.
let gesture = null;

const paid = () => tenders.reduce((sum, tender) => sum + tender.cents, 0);
export const rest = () => Math.max(0, basket.total() - paid());
export const toBody = () => tenders.map((tender) => tender.payment);

// Whoever is gone takes what was theirs along.
function follow() {
  const id = (buyer.current() || {}).id || null;
  if (owner && owner !== id) leave();
  owner = id;
  show();
}

// What pays a sale that is on its way is not let go.
function leave() {
  for (const tender of basket.isOnItsWay() ? [] : tenders) letGo(tender);
  tenders = [];
  if (gesture && !gesture.isOnItsWay) forgo(gesture);
  gesture = null;
}

const letGo = (tender) => tender.undo && tender.undo().catch(() => undefined);

export function clear() {
  tenders = [];
  gesture = null;
  show();
}

async function hold() {
  if (basket.isLocked() || (gesture && gesture.isOnItsWay)) return;
  if (tenders.some((tender) => tender.payment.hold)) return tell(say("points_already"), "warn");
  const asked = rest();
  if (basket.isEmpty() || asked <= 0) return tell(say("empty_basket"), "bad");
  if (!proof.isShown()) return;
  const body = { ...proof.toBody(), amount: toWire(asked), basket: toWire(basket.total()) };
  const earlier = gesture;
  const isRepeat = earlier && JSON.stringify(earlier.body) === JSON.stringify(body);
  gesture = { body, key: isRepeat ? earlier.key : crypto.randomUUID(), isOnItsWay: true };
  await setAside(gesture, isRepeat ? null : earlier);
}

async function setAside(mine, earlier) {
  try {
    if (earlier) await forgo(earlier);
    const tender = toTender(await ask(mine));
    // Whoever went on meanwhile, or paid without it, has no use for it.
    if (gesture !== mine || basket.isOnItsWay()) return letGo(tender);
    gesture = null;
    add(tender);
    tell("");
    buyer.refresh(tender.held);
  } catch (refused) {
    if (gesture !== mine) return;
    mine.isOnItsWay = false;
    if (!refused.isAgain) gesture = null;
    proof.tellRefusal(refused);
  }
}

const ask = ({ body, key }) => call("POST", "/holds", body, key);

// What was asked for and not answered may be set aside: its key finds it, and it is let go.
const forgo = (unsure) => ask(unsure).then(toTender).then(letGo).catch(() => undefined);

const toTender = (held) => ({
  words: say("paid_by_points", { points: sayCount("points", held.points) }),
  cents: fromWire(held.value),
  payment: { means: "points", hold: held.id },
  undo: () => call("POST", `/holds/${held.id}/void`, {}, crypto.randomUUID()),
  held,
});

async function bring(event) {
  event.preventDefault();
  const form = event.target;
  const code = form.elements.code.value.trim();
  if (!code || basket.isLocked()) return;
  try {
    const voucher = await call("GET", `/vouchers/${encodeURIComponent(code)}`);
    if (voucher.value === null) return await useAlone(form, voucher);
    if (voucher.state !== "open") return tell(say("voucher_over"), "bad");
    if (tenders.some((tender) => tender.payment.voucher === voucher.code)) return;
    add({ words: voucher.name, cents: fromWire(voucher.value), payment: { means: "voucher", voucher: voucher.code } });
    form.reset();
    tell("");
  } catch (refused) {
    tellRefusal(refused);
  }
}

// A voucher for a product pays nothing: it is used, and handed over.
async function useAlone(form, voucher) {
  form.dataset.key = form.dataset.key || crypto.randomUUID();
  try {
    await call("POST", `/vouchers/${encodeURIComponent(voucher.code)}/use`, {}, form.dataset.key);
    delete form.dataset.key;
    form.reset();
    tell(`${say("voucher_used")} ${voucher.name}`);
  } catch (refused) {
    if (!refused.isAgain) delete form.dataset.key;
    throw refused;
  }
}

function add(tender) {
  tenders.push(tender);
  show();
}

async function remove(tender) {
  if (basket.isLocked()) return;
  tenders = tenders.filter((each) => each !== tender);
  show();
  if (!tender.undo) return;
  try {
    buyer.refresh(await tender.undo());
  } catch (refused) {
    tellRefusal(refused, "warn");
  }
}

function row(tender) {
  return make(
    "li",
    {},
    make("span", {}, tender.words),
    make("span", { class: "till__amount" }, toWords(-tender.cents)),
    make("button", { type: "button", class: "desk-act", "aria-label": `${say("remove")} ${tender.words}`, onclick: () => remove(tender) }, "×"),
  );
}

function show() {
  fill(by("till-tenders"), ...tenders.map(row));
  by("till-rest-row").hidden = tenders.length === 0;
  by("till-rest").textContent = toWords(rest());
  const member = buyer.current();
  by("till-hold").hidden = !member || member.balance.available <= 0;
}

export function start() {
  by("till-hold").addEventListener("click", hold);
  by("till-voucher").addEventListener("submit", bring);
  basket.onChange(show);
  buyer.onChange(follow);
  show();
}
