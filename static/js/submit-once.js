/* A form that changes something is sent once, however often its button is clicked. */
const sent = new WeakSet();

function release(form) {
  sent.delete(form);
  form.removeAttribute("aria-busy");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const changes = (event.submitter?.formMethod || form.method) === "post";
  if (event.defaultPrevented || !changes) return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  sent.add(form);
  form.setAttribute("aria-busy", "true");
});

/* The browser's back button shows the old page with its forms as they were. */
window.addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(release));

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) release(form);
});
