/* On a narrow screen the navigation scrolls sideways: the page that one is on is to be seen in it. */
const nav = document.querySelector(".nav");
const here = nav?.querySelector("[aria-current]");
if (here) {
  const [frame, place] = [nav, here].map((element) => element.getBoundingClientRect());
  nav.scrollLeft += place.left + place.width / 2 - (frame.left + frame.width / 2);
}

/* A menu is <details class="menu">: it opens by itself; this closes it by Escape and by a click elsewhere. */
function close(menu, focus) {
  menu.open = false;
  if (focus) menu.querySelector("summary").focus();
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) close(menu, false);
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  event.preventDefault();
  close(menu, menu.contains(document.activeElement));
});
