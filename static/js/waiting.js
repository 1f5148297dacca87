/* How many conversations wait for a person stands in the title of every open page, a hidden one too; where it is
   wished, a sound says that there is one more. The wish is this browser's. */
const LOOK_EVERY = 20000;
const WISH = "sound-when-waiting";
const address = document.querySelector("[data-waiting-url]")?.dataset.waitingUrl;
const wish = document.querySelector("[data-sound]");
const title = document.title;
let known = null;

const wished = () => localStorage.getItem(WISH) === "on";

function tone(context, hertz, after) {
  const note = context.createOscillator();
  const volume = context.createGain();
  note.frequency.value = hertz;
  volume.gain.setValueAtTime(0.15, context.currentTime + after);
  volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + after + 0.4);
  note.connect(volume).connect(context.destination);
  note.start(context.currentTime + after);
  note.stop(context.currentTime + after + 0.4);
}

function sound() {
  const context = new AudioContext();
  tone(context, 660, 0);
  tone(context, 880, 0.18);
  setTimeout(() => context.close(), 1000);
}

async function look() {
  const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const { waiting } = await answer.json();
  document.title = waiting ? `(${waiting}) ${title}` : title;
  if (known !== null && waiting > known && wished()) sound();
  known = waiting;
}

if (address) {
  look();
  setInterval(look, LOOK_EVERY);
}

if (wish) {
  wish.closest("[hidden]").hidden = false;
  wish.checked = wished();
  wish.addEventListener("change", () => {
    localStorage.setItem(WISH, wish.checked ? "on" : "off");
    if (wish.checked) sound();
  });
}
