/* What scripts that know keys share. */
export const typing = (element) => element.matches("input, select, textarea, [contenteditable]");

/* "Control+Shift+z", "a", "?": the key's name whatever the layout, since a Persian keyboard has its own letters there. */
export function nameOf(event) {
  const control = event.ctrlKey || event.metaKey;
  if (event.key === "?" || event.key === "؟") return "?";
  const letter = event.key.length === 1 && /^Key[A-Z]$/.test(event.code) && !/^[a-z]$/i.test(event.key);
  const shown = letter ? event.code.slice(3) : event.key;
  const key = shown.length === 1 ? shown.toLowerCase() : shown;
  return [control && "Control", event.altKey && "Alt", event.shiftKey && "Shift", key].filter(Boolean).join("+");
}

/* Whether keys mean this page: nothing is typed, marked or asked, and no menu is open. */
export function isFree(event) {
  return !event.defaultPrevented && !typing(event.target) && getSelection().isCollapsed && !document.querySelector("dialog[open], details.menu[open]");
}
