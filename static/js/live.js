/* Keeps a page true. <main data-live-url> names a stream that says only "this thing changed, epoch N"; the parts whose
   data-live-topic names it ("conversation:abc", or "conversation" for any) are then fetched. While the stream is
   not open the page says so and fetches everything every 4 s; a hidden tab closes its stream. */
import { refreshWhere } from "./fragments.js";

const POLL_EVERY = 4000;
const OPEN_AGAIN_AFTER = 15000;
const page = document.querySelector("[data-live-url]");
const banner = document.getElementById("live-banner");
let stream = null;
let polling = null;
let reopening = null;

const streaming = () => stream?.readyState === EventSource.OPEN;
const refreshAll = () => refreshWhere(() => true, reached);

function show(state) {
  for (const text of banner.querySelectorAll("[data-live-state]")) text.hidden = text.dataset.liveState !== state;
  banner.hidden = state === "live";
}

function reached(server) {
  if (!streaming()) show(server ? "polling" : "offline");
}

function hear(event) {
  const fact = JSON.parse(event.data);
  const names = [fact.kind, `${fact.kind}:${fact.id}`];
  refreshWhere((part) => (part.dataset.liveTopic ?? "").split(" ").some((topic) => names.includes(topic)), reached);
}

function stopPolling() {
  clearInterval(polling);
  polling = null;
}

/* The page was drawn, or the stream broke, before this moment: what changed in between was not heard. */
function opened() {
  stopPolling();
  show("live");
  refreshAll();
}

/* The browser opens a broken stream again by itself, but not one that was refused (503). */
function lost() {
  if (stream.readyState === EventSource.CLOSED) reopening = setTimeout(open, OPEN_AGAIN_AFTER);
  if (polling !== null) return;
  show("polling");
  polling = setInterval(refreshAll, POLL_EVERY);
  refreshAll();
}

function open() {
  close();
  stream = new EventSource(page.dataset.liveUrl);
  stream.onopen = opened;
  stream.onerror = lost;
  stream.onmessage = hear;
}

function close() {
  clearTimeout(reopening);
  stream?.close();
}

function leave() {
  close();
  stopPolling();
}

function look() {
  leave();
  if (!document.hidden) open();
}

if (page) {
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", (event) => event.persisted && look());
  window.addEventListener("pagehide", leave);
  look();
}
