/* What is typed to a customer survives another button, a reload or a lost connection, in this tab; and Ctrl+Enter
   sends it. */
const form = document.querySelector("form[data-draft]");

if (form) {
  const text = form.querySelector("textarea");
  const key = `draft:${form.dataset.draft}`;

  /* After a refusal the server has put the text back itself. */
  if (!text.value) text.value = sessionStorage.getItem(key) ?? "";

  text.addEventListener("input", () => sessionStorage.setItem(key, text.value));
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit(document.querySelector("[form=composer][formaction]"));
  });
}
