// Live state without leaving the page: asks for the same page again and swaps the live part, and the counts of the menu,
// while it says it is live. What only listens ("lento") asks seldom and gives up after a quarter of an hour, so that a
// forgotten page does not keep a session alive. Without scripts the page refreshes itself (noscript in the head).
(() => {
  "use strict";
  const GIRI = 225;
  const parte = () => document.getElementById("vivo");
  const lento = () => parte()?.dataset.attesa === "lento";
  let giri = 0;
  const cambia = (vecchia, nuova) => {
    if (!vecchia || !nuova || vecchia.innerHTML === nuova.innerHTML) return;
    const dove = vecchia.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    vecchia.replaceWith(nuova);
    if (dove) [...nuova.querySelectorAll("a")].find((a) => a.getAttribute("href") === dove)?.focus();
  };
  const giro = async () => {
    if (!parte()?.dataset.attesa || (lento() && ++giri > GIRI)) return;
    if (!document.hidden) {
      try {
        const r = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
        if (r.ok && !r.redirected) {
          const nuova = new DOMParser().parseFromString(await r.text(), "text/html");
          cambia(parte(), nuova.getElementById("vivo"));
          cambia(document.querySelector(".voci"), nuova.querySelector(".voci"));
        }
      } catch { /* the simulator may be restarting: try again */ }
    }
    attendi();
  };
  const attendi = () => setTimeout(giro, lento() ? 4000 : 1500);
  addEventListener("pointerdown", () => { giri = 0; });
  addEventListener("keydown", () => { giri = 0; });
  attendi();
})();
