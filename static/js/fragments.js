/* Parts of a page that the server draws again: data-live-fragment is the address of the part's own HTML. */
import { keepTyped } from "./typed.js";

/* A connection can be gone without a word: an answer that never comes must not keep the next one away. */
const ANSWER_WITHIN = 4000;
const fetching = new Map();
const announcement = document.getElementById("live-announcement");
const epoch = (element) => Number(element.dataset.epoch ?? 0);

function announce(fresh, old) {
  const words = fresh.dataset.liveAnnounce;
  if (words && words !== old.dataset.liveAnnounce) announcement.textContent = words;
}

/* What the server said of each part last: what the reader has opened or typed there since is no news. */
const served = new WeakMap();
for (const part of document.querySelectorAll("[data-live-fragment]")) served.set(part, part.outerHTML);

/* An older epoch never replaces a newer one. */
function replace(old, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  if (!fresh || epoch(fresh) < epoch(old) || fresh.outerHTML === served.get(old)) return;
  served.set(fresh, fresh.outerHTML);
  const restore = keepTyped(old);
  old.replaceWith(document.adoptNode(fresh));
  restore(fresh);
  window.htmx?.process(fresh);
  announce(fresh, old);
}

async function load(address) {
  const signal = AbortSignal.timeout(ANSWER_WITHIN);
  const answer = await fetch(address, { headers: { "X-Fragment": "1" }, cache: "no-store", signal });
  if (answer.redirected || answer.status === 401) return location.reload();
  if (answer.status >= 500) throw new Error(`${address}: ${answer.status}`);
  if (!answer.ok) return;
  const html = await answer.text();
  for (const part of document.querySelectorAll("[data-live-fragment]")) {
    if (part.dataset.liveFragment === address) replace(part, html);
  }
}

/* One request per address at a time; what changes meanwhile is asked for once more after it. */
async function refresh(address, reached) {
  if (fetching.has(address)) {
    fetching.set(address, true);
    return;
  }
  fetching.set(address, false);
  await load(address).then(() => reached(true), () => reached(false));
  const again = fetching.get(address);
  fetching.delete(address);
  if (again) await refresh(address, reached);
}

/* Fetches the parts for which `concerned(part)` holds; `reached(bool)` hears whether the server answered. */
export function refreshWhere(concerned, reached) {
  const parts = [...document.querySelectorAll("[data-live-fragment]")].filter(concerned);
  new Set(parts.map((part) => part.dataset.liveFragment)).forEach((address) => refresh(address, reached));
}
