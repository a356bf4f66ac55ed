// Keys of the presenter: each presses a button of the page, which does the same by itself. Off while somebody writes in a
// field, with a modifier, or when the box of the page says so (kept in this browser). A page that answered a move which came
// too late has the address of the form: it takes its own, so that it can be renewed and reloaded.
(() => {
  "use strict";
  const qui = document.querySelector("[data-qui]")?.dataset.qui;
  if (qui && location.pathname !== qui) history.replaceState(null, "", qui);
  const casella = document.getElementById("scorciatoie");
  const CHIAVE = "anpr-sim-scorciatoie";
  const ricordata = () => { try { return localStorage.getItem(CHIAVE); } catch { return null; } };
  if (casella) {
    casella.closest("[hidden]")?.removeAttribute("hidden");
    casella.checked = ricordata() !== "no";
    casella.addEventListener("change", () => {
      try { localStorage.setItem(CHIAVE, casella.checked ? "si" : "no"); } catch { /* only for this page, then */ }
    });
  }
  // A command leads to a new page: who gave one stands on the first command again, not at the top of the menu.
  const FUOCO = "anpr-sim-fuoco";
  addEventListener("submit", (e) => {
    if (e.target.closest(".comandi, .salti")) sessionStorage.setItem(FUOCO, "si");
  });
  if (sessionStorage.getItem(FUOCO)) {
    sessionStorage.removeItem(FUOCO);
    document.querySelector(".comandi button")?.focus();
  }
  addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.altKey || e.metaKey || e.repeat || (casella && !casella.checked)) return;
    const qui = e.target;
    if (qui instanceof Element && qui.closest("input:not([type=checkbox]), select, textarea")) return;
    const tasto = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    const comando = [...document.querySelectorAll("[data-tasti]")].find((b) => b.dataset.tasti.split(" ").includes(tasto));
    if (!comando) return;
    e.preventDefault();
    comando.click();
  });
})();
