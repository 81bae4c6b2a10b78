// The public API, called as any till calls it: with the shift's key, and again when in doubt.

import { settings } from "./settings.js";

const AGAIN = new Set([408, 409, 425, 429, 502, 503, 504]);
const PATIENCE = 10000;

let secret = null;
let tellOver = () => undefined;

export function carry(key) {
  secret = key;
}

// Whoever keeps the shift hears that its own key is good no more, whatever call found it out.
export const whenOver = (listener) => {
  tellOver = listener;
};

export const isOpen = () => secret !== null;

// The answer, or why there is none: `isAgain` means that the same may be sent again.
export class Refused extends Error {
  constructor(status, problem) {
    const errors = (problem.errors || []).map((error) => error.detail);
    const said = [problem.detail || problem.title || String(status), ...errors];
    super([...new Set(said)].filter(Boolean).join(" "));
    this.status = status;
    this.code = problem.code || "";
    this.problem = problem;
    this.isAgain = status === 0 || AGAIN.has(status);
    this.isShiftOver = status === 401;
  }
}

export async function call(method, path, body, key) {
  if (!isOpen()) throw new Refused(401, { title: settings.words.over });
  const used = secret;
  const headers = {
    Accept: "application/json",
    "Accept-Language": settings.language,
    Authorization: `Api-Key ${used}`,
  };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  let answer;
  try {
    answer = await fetch(settings.api + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
      credentials: "omit",
      cache: "no-store",
    });
  } catch {
    throw new Refused(0, { title: settings.words.network });
  }
  const told = await answer.json().catch(() => ({}));
  // An answer to a key of an earlier shift says nothing about this one.
  if (answer.status === 401 && used === secret) tellOver();
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

// The desk's own doors, by the sign-in: they open, renew and close a shift.
export async function ask(path, fields) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "X-CSRFToken": token, Accept: "application/json" },
      body: new URLSearchParams(fields),
      redirect: "error",
    });
  } catch {
    throw new Refused(0, { title: settings.words.network });
  }
  const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}
