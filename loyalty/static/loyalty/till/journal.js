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
  change(kept.map((entry) => ({ ...entry, isShiftOver: false })));
  send();
}

export const entries = () => (name === null ? [] : read());
export const waiting = () => entries().filter((entry) => entry.state === "waits");

// Keeps a request, then tries to send it; resolves with the entry once it is done, refused or waits.
export async function add(entry) {
  const kept = { ...entry, key: crypto.randomUUID(), at: new Date().toISOString(), state: "waits" };
  change([...read(), kept]);
  return again(kept.key);
}

// Sends what was kept once more, under its key: it happens once, however often it is sent.
export async function again(key) {
  await sendOne(key);
  const entry = read().find((each) => each.key === key);
  return answers.has(key) ? { ...entry, answer: answers.get(key) } : entry;
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

// True when it was answered for good.
async function sendOne(key) {
  const entry = read().find((each) => each.key === key);
  if (!entry || entry.state !== "waits") return true;
  try {
    const answer = await call("POST", entry.path, entry.body, key);
    answers.set(key, answer);
    update(key, { state: "done", answer: { id: answer.id } });
    return true;
  } catch (refused) {
    if (refused.isAgain || refused.isShiftOver) {
      update(key, { why: refused.message, isShiftOver: refused.isShiftOver });
      later();
      return false;
    }
    update(key, { state: "refused", why: refused.message, code: refused.code });
    return true;
  }
}

function update(key, what) {
  change(read().map((each) => (each.key === key ? { ...each, ...what } : each)));
}

function read() {
  return JSON.parse(localStorage.getItem(name) || "[]");
}

function change(all) {
  const waits = all.filter((entry) => entry.state === "waits");
  const over = all.filter((entry) => entry.state !== "waits").slice(-KEPT);
  const kept = [...over, ...waits].sort((one, other) => one.at.localeCompare(other.at));
  localStorage.setItem(name, JSON.stringify(kept));
  for (const listener of listeners) listener(kept);
}

function isToday(entry) {
  return new Date(entry.at).toDateString() === new Date().toDateString();
}

addEventListener("online", () => {
  wait = FIRST_WAIT;
  send();
});
// Another window of the same till sold something.
addEventListener("storage", (event) => {
  if (event.key === name) for (const listener of listeners) listener(read());
});
