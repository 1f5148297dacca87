/* "All on this page" ticks every row of the list. */
const all = document.querySelector("[data-choose-all]");

if (all) {
  all.hidden = false;
  all.querySelector("input").addEventListener("change", (event) => {
    for (const tick of document.querySelectorAll("input[name=chosen]")) tick.checked = event.target.checked;
  });
}
