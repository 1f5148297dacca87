/* `?` shows the page of keys as a dialog over whatever page this is. */
import { isFree, nameOf } from "./keyboard.js";

const page = document.querySelector("[data-keys]");

function close() {
  const form = Object.assign(document.createElement("form"), { method: "dialog", className: "form-actions" });
  form.append(Object.assign(document.createElement("button"), { className: "button", textContent: page.dataset.close }));
  return form;
}

function show(sheet) {
  const dialog = Object.assign(document.createElement("dialog"), { className: "dialog dialog-wide" });
  dialog.setAttribute("aria-label", page.textContent.trim());
  dialog.append(document.adoptNode(sheet), close());
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
