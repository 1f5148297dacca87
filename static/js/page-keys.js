/* Esc on a page of a workflow: out of the field, then back to the outline; not from a form that was changed. */
import { isFree, typing } from "./keyboard.js";

let changed = document.querySelector("main .notice-bad") !== null;
const back = () => document.querySelector("main form[method=post] a.button-quiet") ?? document.querySelector(".back-link");

document.addEventListener("input", ({ target }) => {
  changed ||= target.form?.method === "post";
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (typing(event.target)) document.getElementById("page").focus();
  else if (isFree(event)) changed ? back().focus() : back().click();
});
