// The main paths again, with scripts off in the browser: the delivery, the areas, the dashboard, the console.

import assert from "node:assert/strict";
import { api, base, prova, pronto, visto } from "./banco.mjs";
import { entraInArea, premi, tabella } from "./gesti.mjs";
import { percorso } from "./percorso.mjs";

const ISTAT = "888011";

async function aree(pagina) {
  await api("POST", "/api/comuni", { istat: ISTAT });
  await api("PUT", "/api/percorso/scadenze", { scheda: "2021-12-31", produzioneMinima: 7, produzioneMassima: 7 });
  const { areaPrivata } = await api("GET", `/api/percorso/comuni/${ISTAT}`);
  await entraInArea(pagina, "/servizidemografici", areaPrivata.utente, areaPrivata.password);
  await pagina.click("nav a[href$='/scheda']");
  await pagina.check("input[name=soluzione][value=WA]");
  await pagina.fill("#postazioni", "4");
  await pagina.fill("#inizioProve", "2022-06-01");
  await premi(pagina, "Invia la scheda");
  await pagina.click("nav a[href$='/censimento']");
  await premi(pagina, "Riempi con persone fittizie");
  await pagina.check("#conferma");
  await premi(pagina, "Invia il censimento");
  assert.match(await pagina.innerText("[role=status]"), /Censimento inviato/);
  await api("PUT", "/api/orologio", { oggi: "2021-03-20" });
  const { utenti } = await api("GET", "/api/percorso/prefetture/XX");
  const als = utenti.find((u) => u.ruoli.includes("ALS"));
  await entraInArea(pagina, "/prefettura", als.nome, als.password);
  await pagina.click("nav a[href$='/plichi']");
  await pagina.click(`text=${ISTAT}-1`);
  await premi(pagina, "Registra l'arrivo");
  await pagina.fill("#giorno", "2021-03-22");
  await premi(pagina, "Convoca con una PEC");
  assert.match(await pagina.innerText("[role=status]"), /convocato/);
  visto("senza script: scheda, censimento e plico");
}

async function cruscotto(pagina) {
  await api("PUT", "/api/comuni/888004/piano?ambiente=sub", null);
  await api("PUT", "/api/comuni/888004", { stato: "PRESUBENTRATO" });
  const { password } = (await api("GET", "/api/percorso/software-house")).find((s) => s.nome === "SWALFA");
  await entraInArea(pagina, "/dashboard/subentro", "SWALFA", password);
  await pagina.goto(`${base("sub")}/dashboard/subentro/888004`);
  for (const [campo, giorno] of [["#prima", "2021-04-10"], ["#ultima", "2021-04-12"], ["#preferita", "2021-04-11"]]) {
    await pagina.fill(campo, giorno);
  }
  await premi(pagina, "Manda le date");
  assert.deepEqual(await api("GET", "/api/comuni/888004/piano?ambiente=sub"), { inizio: "2021-04-10", fine: "2021-04-12" });
  visto("senza script: le date del subentro");
}

async function console_(pagina) {
  await pagina.goto(pronto.console);
  await pagina.fill("#oggi", "2021-04-02");
  await pagina.click("form[action='/orologio'] button");
  assert.match(await pagina.innerText("main"), /02\/04\/2021/);
  await pagina.click("nav a[href='/scambi']");
  await pagina.click("nav a[href='/guasti']");
  await premi(pagina, "Aggiungi");
  assert.equal((await tabella(pagina, "Guasti in programma")).length, 1);
  visto("senza script: orologio e guasti dalla console");
}

await prova(async (banco) => {
  await percorso(banco, "888001", false);
  const pagina = await banco.pagina({ javaScriptEnabled: false });
  await aree(pagina);
  await cruscotto(pagina);
  await console_(pagina);
});
