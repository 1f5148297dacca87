/* Keeps a page true. <main data-live-url> names a stream that says only what changed; the parts whose data-live-topic
   lists that topic ("conversation:abc123") are then fetched. While the stream is not open the page says so
   and fetches everything every 4 s; a hidden tab closes its stream. */
import { refreshWhere } from "./fragments.js";

const POLL_EVERY = 4000;
const OPEN_AGAIN_AFTER = 10000;
const SILENT_AFTER = 4000; /* the server says something every 3 s */
const page = document.querySelector("[data-live-url]");
const banner = document.getElementById("live-banner");
let stream = null;
let polling = null;
let reopening = null;
let listening = null;

const streaming = () => stream?.readyState === EventSource.OPEN;
const refreshAll = () => refreshWhere(() => true, reached);

function show(state) {
  for (const text of banner.querySelectorAll("[data-live-state]")) text.hidden = text.dataset.liveState !== state;
  banner.hidden = state === "live";
}

function reached(server) {
  if (!streaming()) show(server ? "polling" : "offline");
}

function hearFact(event) {
  const { topic } = JSON.parse(event.data);
  refreshWhere((part) => (part.dataset.liveTopic ?? "").split(" ").includes(topic), reached);
}

function poll() {
  show("polling");
  polling ??= setInterval(refreshAll, POLL_EVERY);
  refreshAll();
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
  listen();
}

/* A connection can be gone without a word. */
function listen() {
  clearTimeout(listening);
  listening = setTimeout(() => {
    open();
    poll();
  }, SILENT_AFTER);
}

/* The browser opens a broken stream again by itself, but not one that was refused (503). */
function lost() {
  clearTimeout(listening);
  if (stream.readyState === EventSource.CLOSED) {
    clearTimeout(reopening);
    reopening = setTimeout(open, OPEN_AGAIN_AFTER);
  }
  if (polling === null) poll();
}

function open() {
  close();
  stream = new EventSource(page.dataset.liveUrl);
  stream.onopen = opened;
  stream.onerror = lost;
  stream.addEventListener("fact", hearFact);
  stream.addEventListener("look", refreshAll);
  for (const name of ["fact", "look", "beat"]) stream.addEventListener(name, listen);
}

function close() {
  clearTimeout(reopening);
  clearTimeout(listening);
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
