/* Before the page's own scripts: `shownEpochs` is every epoch that the strip has shown, in order. While `answersAreOld`,
   the network gives the first answer of each address again, as one that was long under way; `oldAnswers` counts them. */
window.shownEpochs = [];
window.answersAreOld = false;
window.oldAnswers = 0;

const firstAnswers = {};
const fetchNow = window.fetch;

window.fetch = async (address, options) => {
  const answer = await fetchNow(address, options);
  if (!String(address).endsWith("/strip") || !answer.ok) return answer;
  const html = await answer.text();
  firstAnswers[address] ??= html;
  if (window.answersAreOld) window.oldAnswers += 1;
  return new Response(window.answersAreOld ? firstAnswers[address] : html);
};

new MutationObserver(() => {
  const epoch = document.getElementById("strip")?.dataset.epoch;
  if (epoch && window.shownEpochs.at(-1) !== Number(epoch)) window.shownEpochs.push(Number(epoch));
}).observe(document, { subtree: true, childList: true });
