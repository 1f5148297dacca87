/* What a person has typed, opened or focused inside a part of the page survives its replacement, found again by id; a
   link without one by its address. */
const changed = (field) =>
  field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
  : field.tagName === "SELECT" ? ![...field.options].every((option) => option.selected === option.defaultSelected)
  : !["hidden", "file"].includes(field.type) && field.value !== field.defaultValue;

function read(field) {
  return { id: field.id, value: field.value, checked: field.checked };
}

function write(root, { id, value, checked }) {
  const field = root.querySelector(`#${CSS.escape(id)}`);
  if (!field) return;
  field.value = value;
  if (checked !== undefined) field.checked = checked;
  if (field.tagName === "SELECT") field.dispatchEvent(new Event("change", { bubbles: true }));
}

function sameAs(element) {
  if (element?.id) return `#${CSS.escape(element.id)}`;
  return element?.matches("a[href]") ? `a[href="${CSS.escape(element.getAttribute("href"))}"]` : null;
}

/* Remembers what is typed in `root`; the function it returns puts that into the element that takes its place. */
export function keepTyped(root) {
  const fields = [...root.querySelectorAll("input[id], select[id], textarea[id]")].filter(changed).map(read);
  const opened = [...root.querySelectorAll("details[open][id]")].map((details) => details.id);
  const focused = root.contains(document.activeElement) ? document.activeElement : null;
  const range = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
  return (fresh) => {
    fields.forEach((field) => write(fresh, field));
    for (const id of opened) fresh.querySelector(`details#${CSS.escape(id)}`)?.setAttribute("open", "");
    const place = sameAs(focused);
    const target = place && fresh.querySelector(place);
    target?.focus({ preventScroll: true });
    if (range && range[0] !== null) target?.setSelectionRange?.(...range);
  };
}
