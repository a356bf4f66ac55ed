// Live state without leaving the page: asks for the same page again and swaps the live part while it says it is live.
// Without scripts the page refreshes itself (noscript in the head).
(() => {
  "use strict";
  const OGNI = 1500;
  const parte = () => document.getElementById("vivo");
  const giro = async () => {
    if (!parte()?.dataset.attesa) return;
    if (!document.hidden) {
      try {
        const r = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
        if (r.ok && !r.redirected) {
          const nuova = new DOMParser().parseFromString(await r.text(), "text/html").getElementById("vivo");
          const vecchia = parte();
          if (nuova && nuova.innerHTML !== vecchia.innerHTML) vecchia.replaceWith(nuova);
        }
      } catch { /* the simulator may be restarting: try again */ }
    }
    setTimeout(giro, OGNI);
  };
  setTimeout(giro, OGNI);
})();
