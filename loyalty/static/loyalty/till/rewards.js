// What the member can have now, redeemed at the counter.

import { call } from "./api.js";
import * as buyer from "./buyer.js";
import { by, fill, make, tell } from "./dom.js";
import * as proof from "./proof.js";
import { say, sayCount } from "./settings.js";

let shownFor = null;

async function load() {
  const member = buyer.current();
  by("till-rewards").hidden = !member;
  if (!member || shownFor === stamp(member)) return;
  shownFor = stamp(member);
  try {
    const told = await call("GET", `/members/${member.id}/rewards`);
    if (shownFor === stamp(member)) fill(by("till-offers"), ...list(told.rewards));
  } catch (refused) {
    shownFor = null;
    fill(by("till-offers"), make("li", { class: "quiet" }, refused.message));
  }
}

const stamp = (member) => `${member.id} ${member.balance.available}`;

function list(rewards) {
  const within = rewards.filter((reward) => reward.reach === "now" || reward.reach === "near");
  return within.length ? within.map(offer) : [make("li", { class: "quiet" }, say("no_rewards"))];
}

function offer(reward) {
  const price = reward.prices.reduce((sum, each) => sum + each.points, 0);
  const missing = (reward.missing || []).reduce((sum, each) => sum + each.points, 0);
  return make(
    "li",
    { class: "till__sale" },
    make("span", {}, reward.name),
    make("span", { class: "till__amount" }, reward.reach === "now" ? sayCount("points", price) : say("to_go", { points: sayCount("points", missing) })),
    reward.reach === "now"
      ? make("button", { type: "button", class: "desk-act", "aria-label": `${say("redeem")} ${reward.name}`, onclick: (event) => redeem(event.target, reward, price) }, say("redeem"))
      : null,
  );
}

// Asked once, on the button itself: points are spent for good.
async function redeem(button, reward, price) {
  if (!button.dataset.key) {
    if (!proof.isShown()) return;
    button.dataset.key = crypto.randomUUID();
    // The key is for these words alone: sent again, they are the same.
    button.dataset.body = JSON.stringify({ ...proof.toBody(), reward: reward.id });
    button.textContent = say("redeem_for", { points: sayCount("points", price) });
    button.removeAttribute("aria-label");
    return;
  }
  button.disabled = true;
  try {
    const told = await call("POST", "/redemptions", JSON.parse(button.dataset.body), button.dataset.key);
    const code = told.voucher && told.voucher.code;
    tell(code ? `${say("redeemed")} ${code}` : say("redeemed_plain"));
    shownFor = null;
    buyer.refresh(told);
  } catch (refused) {
    // In doubt the same key is sent again; after a refusal the question is put anew.
    if (!refused.isAgain) delete button.dataset.key;
    button.disabled = false;
    if (!refused.isAgain) button.textContent = say("redeem");
    proof.tellRefusal(refused);
  }
}

export function start() {
  buyer.onChange(load);
  load();
}
