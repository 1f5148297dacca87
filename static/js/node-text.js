/* A node as JSON text, taken to the clipboard; the page "Copy nodes" has it, and is where one goes if that fails. */
export async function take(page) {
  try {
    const answer = await fetch(page);
    const html = new DOMParser().parseFromString(await answer.text(), "text/html");
    await navigator.clipboard.writeText(html.getElementById("copied-text").value);
    return html.querySelector("[data-copied]").dataset.copied;
  } catch {
    location.assign(page);
    return "";
  }
}

/* Said where the page says what the last request did. */
export function say(words) {
  const notice = Object.assign(document.createElement("div"), { className: "notice notice-good", textContent: words });
  document.querySelector(".notices[role=status]").replaceChildren(notice);
}
