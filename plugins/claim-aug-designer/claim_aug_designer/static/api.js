// The server, spoken to with the token of this start.

const token = new URLSearchParams(location.search).get("token") || "";
const headers = { "x-claim-aug-token": token };
const page = Math.random().toString(36).slice(2);
let number = 0;

/** What went wrong, as a sentence for the user. */
export class Refused extends Error {}

async function checked(answer) {
  if (answer.ok) return answer;
  const text = await answer.text();
  let said = text;
  try {
    said = JSON.parse(text).error;
  } catch {
    // plain text is the sentence itself
  }
  throw new Refused(said || `the server answered ${answer.status}`);
}

async function reached(address, options) {
  try {
    return await fetch(address, options);
  } catch {
    throw new Refused("the designer does not answer; is it still running in the terminal?");
  }
}

export async function get(address) {
  return (await checked(await reached(`/api/${address}`, { headers }))).json();
}

export async function bytes(address) {
  return (await checked(await reached(`/api/${address}`, { headers }))).arrayBuffer();
}

export async function post(address, value) {
  const body = JSON.stringify(value);
  return (await checked(await reached(`/api/${address}`, { method: "POST", headers, body }))).json();
}

/** A sample; `null` where a later one was asked for meanwhile. */
export async function sample(design) {
  const mine = ++number;
  const answer = await post("sample", { page, number: mine, design });
  return answer.outdated || mine !== number ? null : answer;
}

export async function upload(role, file) {
  const address = `/api/upload/${role}/${encodeURIComponent(file.name)}`;
  return (await checked(await reached(address, { method: "PUT", headers, body: file }))).json();
}

/** The array of a type that base64 holds. */
export function unpacked(text, Type) {
  const raw = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Type(raw.buffer);
}
