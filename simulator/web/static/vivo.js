// Live state without leaving the page: asks for the same page again and swaps the live part, and the counts of the menu,
// while it says it is live. What only listens ("lento") asks seldom and gives up after a quarter of an hour, so that a
// forgotten page does not keep a session alive. Without scripts the page refreshes itself (noscript in the head).
// A page may have further live parts (data-vivo, each with its id), and may go where its own address now leads (data-segui).
(() => {
  "use strict";
  const GIRI = 225;
  const parte = () => document.getElementById("vivo");
  const lento = () => parte()?.dataset.attesa === "lento";
  let giri = 0;
  // Who stood on a link or a button stands on it again.
  const segno = (e) => `${e.tagName} ${e.getAttribute("href") ?? e.getAttribute("value")} ${e.textContent}`;
  // What the simulator sent last, part by part: what it sends again unchanged stays as the reader left it.
  const parti = () => [parte(), document.querySelector(".voci"), ...document.querySelectorAll("[data-vivo]")];
  const chiave = (e) => e.id || e.className;
  const mandato = new Map(parti().filter(Boolean).map((e) => [chiave(e), e.innerHTML]));
  const cambia = (vecchia, nuova) => {
    if (!vecchia || !nuova || mandato.get(chiave(nuova)) === nuova.innerHTML) return;
    mandato.set(chiave(nuova), nuova.innerHTML);
    // A region that is read aloud must stay the same one: only its words change.
    if (vecchia.getAttribute("role") === "status") { vecchia.textContent = nuova.textContent; return; }
    const stava = vecchia.contains(document.activeElement) ? segno(document.activeElement) : null;
    vecchia.replaceWith(nuova);
    if (stava) [...nuova.querySelectorAll("a, button")].find((e) => segno(e) === stava)?.focus();
  };
  // Said once the second try has failed too, so that a short pause is not told.
  const collegamento = document.querySelector("#collegamento span");
  let falliti = 0;
  const riuscito = (bene) => {
    falliti = bene ? 0 : falliti + 1;
    if (collegamento) collegamento.hidden = falliti < 2;
  };
  const giro = async () => {
    if (!parte()?.dataset.attesa || (lento() && ++giri > GIRI)) return;
    if (!document.hidden) {
      try {
        const r = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
        riuscito(true);
        if (r.ok && !r.redirected) {
          const nuova = new DOMParser().parseFromString(await r.text(), "text/html");
          cambia(parte(), nuova.getElementById("vivo"));
          for (const altra of document.querySelectorAll("[data-vivo]")) cambia(altra, nuova.getElementById(altra.id));
          cambia(document.querySelector(".voci"), nuova.querySelector(".voci"));
          document.title = nuova.title;
        } else if (r.ok && parte().dataset.segui) {
          location.replace(r.url);
          return;
        }
      } catch { riuscito(false); /* the simulator may be restarting: try again */ }
    }
    attendi();
  };
  const attendi = () => setTimeout(giro, lento() ? 4000 : 1500);
  addEventListener("pointerdown", () => { giri = 0; });
  addEventListener("keydown", () => { giri = 0; });
  attendi();
})();
