// What was sold, kept before it is sent, and sent until it is answered: nothing is lost offline.

import { call, isOpen } from "./api.js";

const FIRST_WAIT = 2000;
const LONGEST_WAIT = 60000;
const KEPT = 200;

let name = null;
let isSending = false;
let wait = FIRST_WAIT;
let timer = null;
const listeners = [];
// What was answered is in no store of the browser: it names people and holds codes.
const answers = new Map();

export const onChange = (listener) => listeners.push(listener);

export function openFor(client) {
  name = `loyalty-till:${client}`;
  // What an earlier shift could not send is this one's to send.
  const kept = read().filter((entry) => entry.state !== "done" || isToday(entry));
  change(kept.map((entry) => (entry.state === "waits" ? { ...entry, isLeft: true } : entry)));
  send();
}

const whole = (entry) => (entry && answers.has(entry.key) ? { ...entry, answer: answers.get(entry.key) } : entry);

export const entries = () => (name === null ? [] : read().map(whole));
export const waiting = () => entries().filter((entry) => entry.state === "waits");
export const asking = () => entries().filter((entry) => entry.state === "asks");

// Keeps a request before anything is shown of it, and returns its key.
export function keep(entry) {
  const key = crypto.randomUUID();
  change([...read(), { ...entry, key, at: new Date().toISOString(), state: "waits" }]);
  return key;
}

// Sends what was kept, under its key: it happens once, however often it is sent. Resolves with the
// entry once it is done, refused or waits.
export async function again(key) {
  await sendOne(key);
  return entries().find((each) => each.key === key);
}

// A sale that is on no screen any more has happened: if it is refused, somebody is asked.
export const leave = (key) => update(key, { isLeft: true });

// The cashier still has it on the screen, and mends it there.
export const drop = (key) => update(key, { state: "refused" });

// Sends anew what was refused, as somebody decided: the same sale, under another key.
export async function resend(key, what) {
  const fresh = crypto.randomUUID();
  const mended = { ...what, key: fresh, state: "waits", why: null, code: null };
  change(read().map((each) => (each.key === key ? { ...each, ...mended } : each)));
  return again(fresh);
}

// Whoever comes next at this screen reads nobody's name and no code.
export function close() {
  if (name !== null) change(read().filter((entry) => entry.state !== "done"));
  answers.clear();
}

export async function send() {
  clearTimeout(timer);
  if (isSending || !isOpen()) return;
  isSending = true;
  try {
    for (const entry of waiting()) {
      if (!(await sendOne(entry.key))) break;
      wait = FIRST_WAIT;
    }
  } finally {
    isSending = false;
  }
  if (waiting().length) {
    later();
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(send, wait);
}

const find = (key) => read().find((each) => each.key === key);

// True when it was answered for good.
async function sendOne(key) {
  const entry = find(key);
  if (!entry || entry.state !== "waits") return true;
  try {
    const answer = await call("POST", entry.path, entry.body, key);
    answers.set(key, answer);
    update(key, { state: "done", why: null, answer: withoutNames(answer) });
    return true;
  } catch (refused) {
    if (refused.isAgain || refused.isShiftOver) {
      update(key, { why: refused.message });
      later();
      return false;
    }
    // Read again: the cashier may have gone on meanwhile.
    const asks = entry.kind === "sale" && (find(key) || entry).isLeft;
    update(key, { state: asks ? "asks" : "refused", why: refused.message, code: refused.code });
    return true;
  }
}

function withoutNames({ id, purchase, total, left, refund }) {
  const parts = (refund || []).map(({ means, amount, points }) => ({ means, amount, points }));
  return { id, purchase, total, left, refund: parts };
}

function update(key, what) {
  change(read().map((each) => (each.key === key ? { ...each, ...what } : each)));
}

function read() {
  return JSON.parse(localStorage.getItem(name) || "[]");
}

function change(all) {
  const isOver = (entry) => entry.state === "done" || entry.state === "refused";
  const over = all.filter(isOver).slice(-KEPT);
  const kept = [...over, ...all.filter((entry) => !isOver(entry))];
  kept.sort((one, other) => one.at.localeCompare(other.at));
  localStorage.setItem(name, JSON.stringify(kept));
  tellAll();
}

function tellAll() {
  for (const listener of listeners) listener(entries());
}

function isToday(entry) {
  return new Date(entry.at).toDateString() === new Date().toDateString();
}

addEventListener("online", () => {
  wait = FIRST_WAIT;
  send();
});
// Another window of the same till sold something; if that window is over, this one sends it.
addEventListener("storage", (event) => {
  if (event.key !== name) return;
  tellAll();
  if (waiting().length) later();
});
