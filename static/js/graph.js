/* A graph larger than its place begins with its first node, and stays where it was scrolled to when it is drawn again. */
const seen = new Map();

function centre(frame) {
  const first = frame.querySelector(".graph-node")?.getBoundingClientRect();
  const around = frame.getBoundingClientRect();
  if (first) frame.scrollLeft += first.left + first.width / 2 - (around.left + around.width / 2);
}

function settle(frame) {
  const id = frame.querySelector(".graph").id;
  const place = seen.get(id);
  if (place) frame.scrollTo(place);
  else centre(frame);
  frame.addEventListener("scroll", () => seen.set(id, { left: frame.scrollLeft, top: frame.scrollTop }), { passive: true });
}

function settleWithin(part) {
  part.querySelectorAll?.(".graph-frame").forEach(settle);
}

settleWithin(document);
new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(settleWithin))).observe(
  document.querySelector("main"),
  { childList: true, subtree: true },
);
