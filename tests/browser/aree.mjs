// The journey before the files in Chromium: scheda and censimento, the parcel at the Prefettura, the sindaco's card in two
// halves, nominations, a card handed to an operator. And the worst mistakes of each.

import assert from "node:assert/strict";
import { api, base, prova, pronto, visto } from "./banco.mjs";
import { esamina } from "./esame.mjs";
import { conCarta, entraInArea as entra, premi, tabella, vaiCon } from "./gesti.mjs";

const ISTAT = "888011";

/** The half of a code in the message about a card. */
async function messaggio(numero, quale) {
  const posta = await api("GET", `/api/pec?comune=${ISTAT}`);
  const suo = posta.find((m) => m.oggetto.includes(numero)) ?? assert.fail(`nessun messaggio per ${numero}`);
  return new RegExp(`Seconda metà ${quale}: (\\S+)`).exec(suo.testo)[1];
}

await prova(async (banco) => {
  await api("POST", "/api/comuni", { istat: ISTAT });
  await api("PUT", "/api/percorso/scadenze", { scheda: "2021-12-31", produzioneMinima: 7, produzioneMassima: 7 });
  const { areaPrivata } = await api("GET", `/api/percorso/comuni/${ISTAT}`);
  const { utenti } = await api("GET", "/api/percorso/prefetture/XX");

  // The Comune.
  const comune = await banco.pagina();
  await comune.goto(`${base("sub")}/servizidemografici`);
  await esamina(banco, comune, "80-area-privata-accesso");
  await banco.attesi([401], async () => {
    await comune.fill("#nome", areaPrivata.utente);
    await comune.fill("#password", "sbagliata");
    await Promise.all([comune.waitForNavigation(), comune.click("main form button")]);
  });
  assert.match(await comune.innerText("[role=alert]"), /non riconosciuti/);
  await entra(comune, "/servizidemografici", areaPrivata.utente, areaPrivata.password);
  await esamina(banco, comune, "81-percorso");
  await comune.click("nav a[href$='/scheda']");
  await banco.attesi([400], () => premi(comune, "Invia la scheda"));
  assert.deepEqual(
    await comune.locator("#errori a").evaluateAll((l) => l.map((a) => a.getAttribute("href"))),
    ["#soluzione", "#postazioni", "#inizioProve"],
  );
  await esamina(banco, comune, "82-scheda-errori");
  await comune.click("#errori a[href='#postazioni']");
  assert.equal(await comune.evaluate(() => location.hash), "#postazioni");
  visto("una scheda incompleta dice che cosa manca e porta al campo");
  await vaiCon(comune, "input[name=soluzione][value=WA]");
  await comune.keyboard.press("ArrowDown");
  await comune.keyboard.press("ArrowDown");
  assert.equal(await comune.inputValue("input[name=soluzione]:checked"), "WS");
  await comune.fill("#fineAdeguamento", "2021-09-30");
  await comune.fill("#postazioni", "4");
  await comune.fill("#inizioProve", "2022-06-01");
  await premi(comune, "Invia la scheda");
  assert.match(await comune.innerText("article"), /01\/06\/2022/);
  await esamina(banco, comune, "83-ricevuta");
  await comune.click("text=Prosegui con il censimento");
  await comune.waitForSelector("#persone");
  await banco.attesi([400], async () => {
    await comune.check("#conferma");
    await premi(comune, "Invia il censimento");
  });
  assert.match(await comune.innerText("#errori"), /serve un sindaco/);
  await premi(comune, "Riempi con persone fittizie");
  await esamina(banco, comune, "84-censimento");
  await comune.check("#conferma");
  await premi(comune, "Invia il censimento");
  assert.match(await comune.innerText("[role=status]"), /Censimento inviato/);
  visto("scheda e censimento si inviano dall'area privata");

  // The Prefettura.
  await api("PUT", "/api/orologio", { oggi: "2021-03-20" });
  const als = utenti.find((u) => u.ruoli.includes("ALS"));
  const sua = await api("POST", "/api/percorso/prefetture/XX/carte", { nome: als.nome });
  const prefettura = await conCarta(banco, sua);
  await prefettura.goto(`${base("sub")}/prefettura`);
  await esamina(banco, prefettura, "85-prefettura-accesso", false);
  await prefettura.click("text=Entra con la carta");
  await prefettura.waitForURL(`${base("sub")}/prefettura`);
  assert.match(await prefettura.innerText(".chi"), new RegExp(als.nome));
  await esamina(banco, prefettura, "86-prefettura");
  await prefettura.click("nav a[href$='/schede']");
  await esamina(banco, prefettura, "87-schede");
  await prefettura.selectOption("#stato", "INVIATA");
  await prefettura.fill("#testo", ISTAT);
  await premi(prefettura, "Filtra");
  assert.equal((await tabella(prefettura, "Schede")).length, 1);
  const [scaricato] = await Promise.all([prefettura.waitForEvent("download"), prefettura.click("text=Esporta in CSV")]);
  assert.equal(scaricato.suggestedFilename(), "schede-XX.csv");
  await prefettura.click("nav a[href$='/plichi']");
  await prefettura.click(`text=${ISTAT}-1`);
  await premi(prefettura, "Registra l'arrivo");
  await prefettura.fill("#giorno", "2021-03-22");
  await premi(prefettura, "Convoca con una PEC");
  await esamina(banco, prefettura, "88-plico");
  const sindaco = await prefettura.inputValue("#ricevente");
  await prefettura.fill("#ricevente", "PRTCMN70A01Y001X");
  await prefettura.check("input[name=identita]");
  await banco.attesi([409], () => premi(prefettura, "Consegna carte e buste"));
  assert.match(await prefettura.innerText("[role=alert]"), /non può ritirare il plico/);
  await prefettura.goto(`${base("sub")}/prefettura/plichi/${ISTAT}-1`);
  await prefettura.check("input[name=identita]");
  await premi(prefettura, "Consegna carte e buste");
  const busta = await prefettura.innerText("article");
  await esamina(banco, prefettura, "89-consegna");
  await prefettura.click("nav a[href$='/utenti']");
  await esamina(banco, prefettura, "90-utenti");
  visto("la Prefettura registra il plico, convoca e consegna solo a chi può ritirare");

  // The sindaco: both halves, by hand.
  const numero = `${ISTAT}-SC-0001`;
  const pin = /PIN, prima metà\s+(\d+)/.exec(busta)[1] + await messaggio(numero, "del PIN");
  const suo = await banco.pagina();
  await suo.goto(`${base("sub")}/servizidemografici/attivazione?numero=${numero}`);
  await suo.fill("#pin", "00000000");
  await banco.attesi([409], () => premi(suo, "Attiva la smart card"));
  assert.match(await suo.innerText("[role=alert]"), /restano 2 tentativi/);
  await esamina(banco, suo, "91-attivazione");
  await suo.fill("#pin", pin);
  await premi(suo, "Attiva la smart card");
  assert.match(await suo.innerText("[role=status]"), /Smart card attiva/);
  await suo.fill("#pin", pin);
  const [file] = await Promise.all([suo.waitForEvent("download"), suo.click("button[value=scarica]")]);
  const pfxPath = await file.path();
  visto("il titolare attiva la carta con il PIN intero e ne scarica il file");

  const con = await conCarta(banco, { p12: pfxPath, password: pin });
  await con.goto(`${base("sub")}/com`);
  await con.waitForURL(`${base("sub")}/combas`);
  assert.match(await con.innerText(".chi"), new RegExp(sindaco));
  await con.goto(`${base("sub")}/combas/sicurezza/smart-card`);
  await esamina(banco, con, "92-smart-card");
  await con.selectOption("#als", { index: 0 });
  await con.selectOption("#alp", { index: 1 });
  await premi(con, "Nomina");
  await premi(con, "Registra e consegna");
  assert.equal(await con.innerText("h1"), `Busta della smart card ${ISTAT}-SC-0002`);
  const testo = await con.innerText("article");
  assert.ok(!testo.includes(await messaggio(`${ISTAT}-SC-0002`, "del PIN")));
  await esamina(banco, con, "93-busta");
  visto("il sindaco entra con la sua carta, nomina ALS e ALP e consegna la carta dell'ALS");

  // The Ministry.
  const console_ = await banco.pagina();
  await console_.goto(`${pronto.console}/percorso`);
  await esamina(banco, console_, "94-console-percorso");
  await console_.click(`text=${ISTAT}`);
  await esamina(banco, console_, "95-console-percorso-comune");
  assert.match(await console_.innerText("main"), /ALS /);
  visto("la console mostra il percorso");
});
