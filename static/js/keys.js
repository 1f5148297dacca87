/* `?` shows the page of keys as a dialog over whatever page this is. */
import { isFree, nameOf } from "./keyboard.js";

const page = document.querySelector("[data-keys]");

function made(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

function head() {
  const form = made("form", { method: "dialog", className: "dialog-head" });
  form.append(made("b", { textContent: page.textContent }), made("button", { className: "button", textContent: page.dataset.close }));
  return form;
}

function show(sheet) {
  const dialog = made("dialog", { className: "dialog dialog-wide" });
  dialog.setAttribute("aria-label", page.textContent.trim());
  dialog.append(head(), document.adoptNode(sheet));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

async function open() {
  const answer = await fetch(page.href);
  const sheet = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("keys");
  if (sheet && !document.getElementById("keys")) show(sheet);
}

document.addEventListener("keydown", (event) => {
  if (nameOf(event) !== "?" || !page || !isFree(event)) return;
  event.preventDefault();
  open();
});
