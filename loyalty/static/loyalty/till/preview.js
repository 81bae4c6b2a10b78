// What the basket would give, rule by rule, while it is filled.

import { call, isOpen } from "./api.js";
import * as basket from "./basket.js";
import * as buyer from "./buyer.js";
import { by, fill, make } from "./dom.js";
import { count, say, sayCount, settings, toWire } from "./settings.js";

const PAUSE = 250;
let timer = null;
let asked = 0;

// Points go without saying; stamps and whatever else is counted apart say what they are.
function given({ points, wallet }) {
  const figure = `+${count(points)}`;
  return wallet ? say("of_wallet", { wallet: settings.wallets[wallet] || wallet, count: figure }) : figure;
}

export function award(told) {
  const lines = told.lines.filter((line) => line.points || line.voucher);
  return lines.map((line) =>
    make(
      "li",
      {},
      make("span", {}, line.voucher ? say("rule_gives", { rule: line.name, voucher: line.voucher }) : line.name),
      make("span", { class: "till__amount" }, line.points ? given(line) : ""),
    ),
  );
}

async function look() {
  const number = ++asked;
  if (basket.isEmpty() || !isOpen()) return show(null);
  if (!buyer.toBody()) return show(null, say("gives_nothing_to_nobody"));
  const body = { member: buyer.toBody(), total: toWire(basket.total()), lines: basket.toBody() };
  try {
    const told = await call("POST", "/purchases/preview", body);
    // A slower answer about an earlier basket says nothing about this one.
    if (number === asked) show(told.award);
  } catch (refused) {
    if (number === asked) show(null, refused.message);
  }
}

function show(told, words = say("nothing")) {
  const place = by("till-preview");
  if (!told) return fill(place, make("p", { class: "quiet" }, words));
  fill(
    place,
    make("p", { class: "till__gives" }, `${say("would_give")} `, make("strong", {}, sayCount("points", told.points))),
    make("ul", { class: "till__rows" }, ...award(told)),
  );
}

export function start() {
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  };
  basket.onChange(soon);
  buyer.onChange(soon);
}
