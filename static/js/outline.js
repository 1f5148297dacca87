/* Keys of the outline, for the line whose title has the focus; undo and redo wherever nothing is typed. Each does what a
   link or button of the page does too. */
import { isFree, nameOf } from "./keyboard.js";
import { say, take } from "./node-text.js";

const titles = () => [...document.querySelectorAll("#outline .node-title a")];
const focused = () => (document.activeElement.matches(".node-title a") ? document.activeElement : null);

/* Where something new comes after a node: on its way on, else on its first way out. */
function place(title) {
  const id = title.closest("li").id.replace("node-", "title-");
  const links = [...document.querySelectorAll(`#outline a[href*="/nodes/new?"][aria-describedby="${id}"]`)];
  return (links.find((link) => link.closest(".way-below")) ?? links[0])?.href;
}

function send(action, name, value) {
  const button = Object.assign(document.createElement("button"), { formAction: action, hidden: true });
  if (name) Object.assign(button, { name, value });
  const form = document.getElementById("verbs");
  form.append(button);
  form.requestSubmit(button);
}

function go(address) {
  if (address) location.assign(address);
}

function step(title, by) {
  const all = titles();
  all[all.indexOf(title) + by]?.focus();
}

const textOf = (title) => take(title.href.replace(/\/nodes\/(.+)$/, "/copy?node=$1"));

async function copy(title) {
  const said = await textOf(title);
  if (said) say(said);
}

async function cut(title) {
  if (await textOf(title)) go(`${title.href}/delete`);
}

const anywhere = {
  "Control+f": () => go(document.querySelector("[data-find]")?.href),
  "Shift+p": () => go(document.querySelector("#actions a[href$='/publish']")?.href),
  "Control+z": () => document.querySelector("[form=verbs][formaction$='/undo']")?.click(),
  "Control+Shift+z": () => document.querySelector("[form=verbs][formaction$='/redo']")?.click(),
};

const onTitle = {
  ArrowDown: (title) => step(title, 1),
  ArrowUp: (title) => step(title, -1),
  F2: (title) => go(title.href),
  a: (title) => go(place(title)),
  Delete: (title) => go(`${title.href}/delete`),
  "Control+c": copy,
  "Control+x": cut,
  "Control+v": (title) => go(place(title)?.replace("/nodes/new?", "/paste?")),
  "Control+d": (title) => send(`${title.href}/duplicate`),
  "Alt+ArrowUp": (title) => send(`${title.href}/move`, "direction", "up"),
  "Alt+ArrowDown": (title) => send(`${title.href}/move`, "direction", "down"),
};
const READING = ["ArrowDown", "ArrowUp", "F2", "Control+c", "Control+f", "Shift+p"];

document.addEventListener("keydown", (event) => {
  if (!isFree(event)) return;
  const key = nameOf(event);
  const title = focused();
  const act = anywhere[key] ?? (title && onTitle[key]);
  if (!act || (!READING.includes(key) && !document.getElementById("verbs"))) return;
  event.preventDefault();
  act(title);
});

/* After a change the page comes back at that node: the keys go on from there. The browser first goes to the fragment
   itself, and takes the focus from whatever has it. */
function goOn() {
  if (!location.hash.startsWith("#node-") || document.activeElement !== document.body) return;
  document.getElementById(location.hash.slice(1))?.querySelector(".node-title a")?.focus();
}

addEventListener("load", () => setTimeout(goOn));

/* A node's menu that was asked for is there again when the outline is drawn again, be it open or still on its way. */
let asked = null;
document.addEventListener("htmx:beforeRequest", ({ target }) => {
  if (target.id.startsWith("more-")) asked = target;
});
document.addEventListener("toggle", ({ target }) => {
  if (target.id.startsWith("more-") && !target.open) asked = null;
}, true);
new MutationObserver(() => asked && !asked.isConnected && document.querySelector(`a#${asked.id}`)?.click()).observe(
  document.querySelector("main"),
  { childList: true, subtree: true },
);
