// How soon a page is there: the first contentful paint of the main pages, over and over, in one browser that already runs.
// A measure, not a test: `cargo xtask bench --pagine`.

import { api, base, comune, prova, pronto } from "./banco.mjs";
import { entra, entraInArea } from "./gesti.mjs";

/** Times each page is opened; the first two do not count. */
const GIRI = 17;

async function prima(pagina, url) {
  await pagina.goto(url);
  return pagina.evaluate(() => new Promise((bene) => {
    new PerformanceObserver((l) => {
      const p = l.getEntries().find((e) => e.name === "first-contentful-paint");
      if (p) bene([p.startTime, performance.getEntriesByType("navigation")[0].responseStart]);
    }).observe({ type: "paint", buffered: true });
  }));
}

const mediana = (v) => [...v].sort((a, b) => a - b)[Math.floor(v.length / 2)];
const massima = (v) => Math.max(...v);

await prova(async (banco) => {
  const wa = await banco.pagina();
  await entra(wa, "pre", "888002");
  const privata = await banco.pagina();
  const { areaPrivata } = comune("888002");
  await entraInArea(privata, "/servizidemografici", areaPrivata.utente, areaPrivata.password);
  const dash = await banco.pagina();
  const [{ nome, password }] = await api("GET", "/api/percorso/software-house");
  await entraInArea(dash, "/dashboard/subentro", nome, password);
  const console_ = await banco.pagina();
  console.log(`| pagina | prima pittura, mediana di ${GIRI - 2} | la più lenta | primo byte, mediana |`);
  console.log("| --- | ---: | ---: | ---: |");
  for (const [pagina, radice, dove] of [
    [wa, base("pre"), "/combas"], [wa, base("pre"), "/combas/esiti"], [wa, base("pre"), "/combas/anomalie"],
    [wa, base("pre"), "/combas/persone?cognome=ros*"], [wa, base("pre"), "/combas/posta"], [wa, base("pre"), "/combas/amministrazione"],
    [privata, base("sub"), "/servizidemografici"], [privata, base("sub"), "/servizidemografici/censimento"],
    [dash, base("sub"), "/dashboard"], [dash, base("sub"), "/dashboard/subentro"],
    [console_, pronto.console, "/"], [console_, pronto.console, "/scambi"], [console_, pronto.console, "/percorso"], [console_, pronto.console, "/catalogo"],
  ]) {
    const viste = [];
    for (let i = 0; i < GIRI; i += 1) viste.push(await prima(pagina, radice + dove));
    const pitture = viste.slice(2).map(([p]) => p);
    const luogo = radice === pronto.console ? "console " : "";
    console.log(`| ${luogo}\`${dove}\` | ${mediana(pitture).toFixed(0)} ms | ${massima(pitture).toFixed(0)} ms | ${mediana(viste.slice(2).map(([, b]) => b)).toFixed(0)} ms |`);
  }
});
