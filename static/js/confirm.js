/* A button or form with data-confirm="question" asks before it is sent. Without JavaScript it is sent at once;
   whatever cannot be undone is also checked by the server. */
const dialog = document.getElementById("confirm-dialog");
let confirmed = null;

function ask(question, form, button) {
  dialog.querySelector("#confirm-text").textContent = question;
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    confirmed = form;
    form.requestSubmit(button);
  }, { once: true });
  dialog.showModal();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!question || !dialog) return;
  if (confirmed === form) {
    confirmed = null;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(question, form, event.submitter);
}, true);
