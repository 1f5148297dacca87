/* Under a destination dropdown stands what the chosen destination will do. */
document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-destination]");
  const option = event.target.selectedOptions?.[0];
  if (!field || !option) return;
  field.querySelector("[data-destination-sentence]").textContent = option.dataset.sentence ?? "";
});
