// The console: what is ready to use, the journal with a deliberately broken request, certificates, deliveries, clock.

import assert from "node:assert/strict";
import { X509Certificate, createPrivateKey } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import tls from "node:tls";
import { api, base, cartella, comune, dati, deposita, esegui, finche, genera, prova, pronto, visto } from "./banco.mjs";
import { esamina } from "./esame.mjs";
import { tabella } from "./gesti.mjs";

async function scarica(pagina, selettore) {
  const [d] = await Promise.all([pagina.waitForEvent("download"), pagina.click(selettore)]);
  const dove = path.join(cartella(), d.suggestedFilename());
  await d.saveAs(dove);
  return { nome: d.suggestedFilename(), byte: fs.readFileSync(dove) };
}

async function giornale(banco, pagina) {
  const buona = esegui("send", "--data", dati, "--ambiente", "test", "--json");
  assert.equal(buona.codice, 0, buona.testo);
  const rotta = esegui("send", "--data", dati, "--ambiente", "test", "--difetto", "corpo-modificato", "--json");
  assert.equal(rotta.codice, 1, rotta.testo);
  const { scambio, corpo } = JSON.parse(rotta.testo);
  assert.match(corpo, /Fault/);

  await pagina.click("nav a[href='/scambi']");
  await esamina(banco, pagina, "41-giornale");
  await pagina.selectOption("#f-esito", { label: "SOAP Fault" });
  await pagina.click("form[aria-label=Filtri] button");
  const righe = await tabella(pagina, "Scambi");
  assert.deepEqual(righe.map((r) => [r[0], r[1]]), [[scambio, "SOAP Fault"]]);
  await pagina.click("[aria-label=Scambi] th a");
  const passi = await pagina.locator("ol.passi > li").evaluateAll((tutti) => tutti.map((li) => ({
    nome: li.querySelector("strong").innerText, verdetto: li.querySelector(".stato").innerText,
    coppie: Object.fromEntries([...li.querySelectorAll("dt")].map((dt) => [dt.innerText, dt.nextElementSibling.innerText])),
  })));
  const fermati = passi.filter((p) => p.verdetto === "fermato qui");
  assert.equal(fermati.length, 1, JSON.stringify(passi));
  const dove = passi.indexOf(fermati[0]);
  assert.ok(dove > 0, "prima del guasto ci sono passi passati");
  assert.ok(passi.slice(0, dove).every((p) => p.verdetto.startsWith("passato")), JSON.stringify(passi));
  assert.ok(passi.slice(dove + 1).every((p) => p.verdetto === "non eseguito"), JSON.stringify(passi));
  const { Atteso, Osservato } = fermati[0].coppie;
  assert.ok(Atteso && Osservato && Atteso !== Osservato, JSON.stringify(fermati[0]));
  for (const v of [Atteso, Osservato]) assert.ok(await pagina.locator("dd", { hasText: v }).first().isVisible());
  assert.ok((await pagina.innerText("main .avviso p")).length > 20, "la causa è detta");
  visto(`lo scambio ${scambio} dice dove si è fermato («${fermati[0].nome}»), con l'atteso e l'osservato`);
  const segnati = await pagina.locator(".differenza mark").allInnerTexts();
  assert.deepEqual(segnati, ["↵", "<"], "the first byte that differs, ours and theirs");
  assert.match(await pagina.innerText(".diagnosi .frase"), /^Dopo la firma sono stati aggiunti spazi o a capo dentro il Body/);
  assert.match(await pagina.innerText(".diagnosi .rimedio"), /Che fare/);
  visto("la prima riga dice che cosa è successo e che fare, il primo byte diverso è segnato");
  await esamina(banco, pagina, "42-scambio-fault");
  const har = await scarica(pagina, "a[href$='/har']");
  assert.equal(har.nome, `scambio-${scambio}.har`);
  assert.equal(JSON.parse(har.byte).log.entries.length, 1);
  await pagina.goto(`${pronto.console}/scambi`);
  await pagina.click("text=Segui dal vivo");
  const prima = await pagina.locator("[aria-label=Scambi] tbody tr").count();
  esegui("send", "--data", dati, "--ambiente", "test", "--json");
  await pagina.waitForFunction((n) => document.querySelectorAll("[aria-label=Scambi] tbody tr").length > n, prima);
  visto("l'elenco seguito dal vivo mostra lo scambio nuovo senza ricaricare");

  await pagina.goto(`${pronto.console}/scambi/${JSON.parse(buona.testo).scambio}`);
  assert.equal(await pagina.locator("ol.passi .ko").count(), 0);
  assert.ok((await pagina.locator("ol.passi .ok").count()) > 5);
  await esamina(banco, pagina, "43-scambio-ok", false);
  visto("quello riuscito mostra tutti i passi passati");
}

async function certificati(pagina) {
  await pagina.goto(pronto.console);
  const { p12, password } = comune("888001").postazioni[0];
  const cella = pagina.locator("[aria-label=Comuni] tr", { has: pagina.locator("th a[href='/comuni/888001']") });
  assert.match(await cella.innerText(), new RegExp(password));
  const chiuso = await scarica(pagina, "a[href='/postazioni/888001-CO-0000/p12']");
  assert.equal(chiuso.nome, "888001-CO-0000.p12");
  assert.deepEqual(chiuso.byte, fs.readFileSync(p12));
  tls.createSecureContext({ pfx: chiuso.byte, passphrase: password });
  assert.throws(() => tls.createSecureContext({ pfx: chiuso.byte, passphrase: "altra" }));
  const radice = await scarica(pagina, "a[href='/ca.pem']");
  assert.equal(radice.nome, "ca.pem");
  const radici = radice.byte.toString().split(/(?=-----BEGIN)/).filter((t) => t.includes("CERTIFICATE")).map((t) => new X509Certificate(t));
  assert.ok(radici.length >= 3);
  for (const r of radici) assert.ok(r.ca && r.subject.includes("SIMULATORE"), r.subject);
  await pagina.click("[aria-label=Comuni] th a[href='/comuni/888001']");
  const pem = await scarica(pagina, "a[href='/postazioni/888001-CO-0000/pem']");
  const chiave = await scarica(pagina, "a[href='/postazioni/888001-CO-0000/chiave']");
  assert.ok(new X509Certificate(pem.byte).checkPrivateKey(createPrivateKey(chiave.byte)));
  visto("si scaricano radice, p12 (si apre con la password mostrata), certificato e chiave");
}

async function comandi(banco, pagina) {
  await pagina.goto(`${pronto.console}/comuni/888001`);
  await pagina.fill("#i-pre", "2021-02-01");
  await pagina.fill("#f-pre", "2021-02-15");
  await pagina.click("li.pre button");
  assert.deepEqual(await api("GET", "/api/comuni/888001/piano?ambiente=pre"), { inizio: "2021-02-01", fine: "2021-02-15" });
  await pagina.fill("#pec", "nuova@888001.pec.example");
  await pagina.click("form:has(#pec) button");
  assert.equal((await api("GET", "/api/comuni/888001")).pec, "nuova@888001.pec.example");
  await esamina(banco, pagina, "44-comune");
  visto("piano e PEC di un Comune si cambiano dalla pagina");

  await pagina.goto(pronto.console);
  await pagina.fill("#oggi", "2021-04-02");
  await pagina.click("form[action='/orologio'] button");
  assert.equal((await api("GET", "/api/orologio")).oggi, "2021-04-02");
  assert.match(await pagina.innerText("main"), /02\/04\/2021/);
  await pagina.selectOption("#modo", "sospesa");
  await pagina.click("form[action='/elaborazione'] button");
  await deposita("test", "888006", genera("888006", 1).apr);
  await pagina.goto(`${pronto.console}/forniture?ambiente=test&comune=888006`);
  const [riga] = await tabella(pagina, "Forniture");
  assert.deepEqual(riga.slice(1, 5), ["888006", "Test", "1", "aperta"]);
  await pagina.goto(pronto.console);
  await pagina.selectOption("#modo", "istantanea");
  await pagina.click("form[action='/elaborazione'] button");
  await pagina.click("form[action='/notte'] button");
  await pagina.click("form[action='/reset'] button");
  assert.equal(await pagina.locator("input[name=conferma]:invalid").count(), 1);
  await pagina.check("input[name=conferma]");
  await pagina.click("form[action='/reset'] button");
  assert.deepEqual(await api("GET", "/api/forniture?comune=888006"), []);
  assert.equal((await api("GET", "/api/comuni/888001")).pec, comune("888001").pec);
  visto("orologio, ritmo, notte e azzeramento (solo confermato) dalla pagina");
}

/** The register of every Comune; a scheda is cancelled and made active again. */
async function registro(banco, pagina) {
  const [uno] = await api("GET", "/api/schede?ambiente=pre&comune=888003&limite=1");
  const scheda = `/api/schede/${uno.idAnpr}?ambiente=pre`;
  await pagina.click("nav a[href='/registro']");
  await pagina.fill("#p-cf", `${uno.codiceFiscale.slice(0, 6)}*`);
  await pagina.click("main form button");
  await esamina(banco, pagina, "53-registro");
  assert.ok((await tabella(pagina, "Persone trovate")).some((r) => r[3] === String(uno.idAnpr) && r[5] === "888003"));
  await pagina.click(`a[href='/registro/pre/persone/${uno.idAnpr}']`);
  await esamina(banco, pagina, "54-persona-console");
  await pagina.selectOption("#motivo", "3");
  await pagina.click("text=Cancella la scheda");
  assert.match(await pagina.innerText("main"), /cancellata dal \d\d\/\d\d\/\d{4}, motivo 3/);
  assert.equal((await api("GET", scheda)).stato, "CANCELLATA");
  await pagina.click("text=Riattiva");
  assert.equal((await api("GET", scheda)).stato, "ATTIVA");
  await pagina.click("main a[href^='/registro/pre/famiglie/']");
  await esamina(banco, pagina, "55-famiglia-console");
  visto("una scheda si cerca fra tutti i Comuni, si cancella e si riattiva");
}

await prova(async (banco) => {
  const pagina = await banco.pagina();
  await deposita("pre", "888001", genera("888001", 1, "--anomalie", "ES092=3").apr);
  await finche("888001 fallisce", async () => (await api("GET", "/api/forniture?ambiente=pre&comune=888001")).find((f) => f.stato === "KO"));

  await pagina.goto(pronto.console);
  for (const [chiave, nome] of [["test", "Test"], ["pre", "Pre-subentro"], ["sub", "Subentro"]]) {
    const scheda = pagina.locator(`.griglia > li.${chiave}`);
    assert.equal(await scheda.locator("h2").innerText(), nome);
    assert.equal(await scheda.locator("a.bottone").getAttribute("href"), `${base(chiave)}/combas`);
    assert.match(await scheda.innerText(), new RegExp(pronto.ambienti[chiave].tipoInvio));
  }
  const comuni = await tabella(pagina, "Comuni");
  assert.deepEqual(comuni.map((r) => r[0].slice(0, 6)), pronto.comuni.map((c) => c.istat));
  for (const [i, c] of pronto.comuni.entries()) assert.ok(comuni[i][1].includes(c.operatori[0].password), c.istat);
  visto("il quadro: tre ambienti e dieci Comuni con utenti e password");
  await esamina(banco, pagina, "40-console");
  const [arrivo] = await Promise.all([pagina.waitForResponse(`${base("test")}/combas`), pagina.click("li.test a.bottone")]);
  assert.equal(arrivo.status(), 200);
  await pagina.goto(pronto.console);

  await giornale(banco, pagina);
  await certificati(pagina);

  await pagina.click("nav a[href='/forniture']");
  await pagina.fill("#f-comune", "888001");
  await pagina.selectOption("#f-ambiente", "pre");
  await pagina.click("form[aria-label=Filtri] button");
  await esamina(banco, pagina, "45-forniture");
  await pagina.click("[aria-label=Forniture] th a");
  await esamina(banco, pagina, "46-fornitura");
  await pagina.click("text=Vedi l'elenco con riga e colonna");
  assert.equal((await tabella(pagina, "Anomalie")).filter((r) => r[0].startsWith("ES092")).length, 3);
  await esamina(banco, pagina, "47-anomalie-console");
  await pagina.click("nav a[href='/posta']");
  await esamina(banco, pagina, "48-posta-console", false);
  await pagina.click("[aria-label=Messaggi] a >> nth=0");
  await esamina(banco, pagina, "49-messaggio-console", false);
  assert.equal((await api("GET", "/api/pec?comune=888001"))[0].letta, false);
  visto("forniture, anomalie e posta si leggono dalla console senza segnare nulla come letto");

  await registro(banco, pagina);

  await pagina.click("nav a[href='/catalogo']");
  await esamina(banco, pagina, "50-catalogo");
  await pagina.fill("#f-testo", "ES092");
  await pagina.click("form[aria-label=Filtri] button");
  const trovati = await tabella(pagina, "Catalogo");
  assert.ok(trovati.some((r) => r[0] === "ES092") && trovati.length < 20);
  await pagina.click("th a[href='/catalogo/ES092']");
  await esamina(banco, pagina, "51-codice-console", false);
  const assente = await banco.attesi([404], () => pagina.goto(`${pronto.console}/niente`));
  assert.equal(assente.status(), 404);
  await esamina(banco, pagina, "52-assente", false);
  await comandi(banco, pagina);
});
