// The dashboard of dates and what comes after the subentro, in Chromium: the public numbers, the software house that proposes
// dates (by keyboard), the plan as a file, the contribution the sindaco asks for with his card. And the worst mistakes of each.

import assert from "node:assert/strict";
import { api, base, prova, pronto, visto } from "./banco.mjs";
import { esamina } from "./esame.mjs";
import { conCarta, entraInArea, premi, scarica, scrivi, tabella, vaiCon } from "./gesti.mjs";

const ISTAT = "888004";
const TESTA = "id_comune,codice_istat,nome_comune,prima_data_subentro,ultima_data_subentro,data_subentro_preferita";

/** Dates are typed in the order of the browser's own language: set them, then go on by keyboard. */
async function date(pagina, prima, ultima, preferita) {
  await pagina.fill("#prima", prima);
  await pagina.fill("#ultima", ultima);
  await pagina.fill("#preferita", preferita);
  await vaiCon(pagina, "main form button");
  await Promise.all([pagina.waitForNavigation(), pagina.keyboard.press("Enter")]);
}

async function softwareHouse(banco) {
  const [{ nome, password }] = (await api("GET", "/api/percorso/software-house")).filter((s) => s.nome === "SWALFA");
  const pagina = await banco.pagina();
  await pagina.goto(`${base("sub")}/dashboard`);
  assert.match(await pagina.innerText("main"), /Prossimi subentri/);
  await esamina(banco, pagina, "100-dashboard-pubblica");
  await vaiCon(pagina, "main a[href='/dashboard/subentro']");
  await Promise.all([pagina.waitForNavigation(), pagina.keyboard.press("Enter")]);
  await banco.attesi([401], () => entraInArea(pagina, "/dashboard/subentro", nome, "sbagliata"));
  assert.match(await pagina.innerText("[role=alert]"), /non riconosciuti/);
  await esamina(banco, pagina, "101-dashboard-accesso", false);
  await scrivi(pagina, "#nome", nome);
  await scrivi(pagina, "#password", password);
  await Promise.all([pagina.waitForNavigation(), pagina.keyboard.press("Enter")]);
  await esamina(banco, pagina, "102-dashboard-elenco");
  await scrivi(pagina, "#testo", ISTAT);
  await Promise.all([pagina.waitForNavigation(), pagina.keyboard.press("Enter")]);
  assert.deepEqual((await tabella(pagina, "Comuni")).map((r) => r[0].slice(0, 6)), [ISTAT]);
  await pagina.click(`main a[href$='${ISTAT}']`);

  await banco.attesi([400], () => date(pagina, "", "2021-03-20", ""));
  assert.deepEqual(await pagina.locator("#errori a").evaluateAll((l) => l.map((a) => a.getAttribute("href"))), ["#prima", "#preferita"]);
  assert.equal(await pagina.inputValue("#ultima"), "2021-03-20");
  await esamina(banco, pagina, "103-date-errate");
  await banco.attesi([409], () => date(pagina, "2021-03-02", "2021-03-20", "2021-03-10"));
  assert.match(await pagina.innerText("[role=alert]"), /06\/03\/2021/);
  await date(pagina, "2021-03-10", "2021-03-12", "2021-03-11");
  assert.deepEqual(await api("GET", `/api/comuni/${ISTAT}/piano?ambiente=sub`), { inizio: "2021-03-10", fine: "2021-03-12" });
  await esamina(banco, pagina, "104-date-accettate", false);
  visto("la software house propone le date: incomplete e senza preavviso no, quelle giuste diventano la finestra");

  await pagina.click("nav a[href$='/calendario']");
  assert.match(await pagina.locator("td", { hasText: "1/" }).first().innerText(), /11/);
  await esamina(banco, pagina, "105-calendario");
  await pagina.click("nav a[href$='/piano']");
  const esportato = await scarica(pagina, () => pagina.click("text=Esporta quello di oggi"));
  assert.equal(esportato.nome, "piano-subentro.csv");
  const [testa, ...righe] = esportato.byte.toString().trim().split("\r\n");
  assert.equal(testa, TESTA);
  assert.ok(righe.some((r) => r.startsWith(`${ISTAT},`) && r.endsWith("2021-03-10,2021-03-12,2021-03-11")), righe.join("\n"));
  const [{ nome: comune }] = [await api("GET", `/api/comuni/888005`)];
  const importa = async (date) => {
    const buffer = Buffer.from(`${TESTA}\r\n888005,888005,${comune},${date}\r\n`);
    await pagina.setInputFiles("#file", { name: "piano.csv", mimeType: "text/csv", buffer });
    await premi(pagina, "Importa il piano");
  };
  await banco.attesi([422], () => importa("2021-03-20,2021-03-18,2021-03-19"));
  assert.deepEqual((await tabella(pagina, "Righe rifiutate")).map((r) => r.slice(0, 3)), [["2", "888005", "EN033"]]);
  await esamina(banco, pagina, "106-piano-rifiutato");
  await importa("2021-03-18,2021-03-20,2021-03-19");
  assert.match(await pagina.innerText("[role=status]"), /1/);
  assert.equal((await api("GET", "/api/comuni/888005")).stato, "PIANIFICATO");
  visto("il piano esce ed entra come file: una riga sbagliata è nominata e non entra nulla");
  await premi(pagina, "Esci");
  const chiusa = await banco.attesi([401], () => pagina.goto(`${base("sub")}/dashboard/subentro/piano`));
  assert.equal(chiusa.status(), 401);
}

async function contributo(banco) {
  const nome = "SINDACODUE000000";
  await api("PUT", `/api/comuni/888002/operatori/${nome}`, { ruoli: ["SINDACO"], password: "parola-sua" });
  const carta = await api("POST", "/api/carte", { comune: "888002", nameId: nome });
  const pagina = await conCarta(banco, carta);
  await pagina.goto(`${base("sub")}/com`);
  await pagina.waitForURL(`${base("sub")}/combas`);
  await esamina(banco, pagina, "110-stato-subentrato");
  await pagina.click("nav a[href='/combas/contributo']");
  await esamina(banco, pagina, "111-contributo");
  await pagina.fill("#iban", "IT61X0542811101000000123456");
  await banco.attesi([400], () => premi(pagina, "Salva la bozza"));
  assert.deepEqual(await pagina.locator("#errori a").evaluateAll((l) => l.map((a) => a.getAttribute("href"))), ["#iban", "#dichiarazione"]);
  await esamina(banco, pagina, "112-contributo-errori");
  await pagina.fill("#iban", "IT60X0542811101000000123456");
  await pagina.check("#dichiarazione");
  await premi(pagina, "Salva la bozza");
  await banco.attesi([409], () => premi(pagina, "Invia la richiesta"));
  assert.match(await pagina.innerText("[role=alert]"), /documento firmato/);
  const documento = await scarica(pagina, () => pagina.click("text=Scarica il documento da firmare"));
  assert.match(documento.byte.toString(), /^SIMULATORE – dati fittizi/);
  const carica = async (buffer) => {
    await pagina.setInputFiles("#file", { name: "richiesta.p7m", mimeType: "application/pkcs7-mime", buffer });
    await premi(pagina, "Carica il documento firmato");
  };
  await banco.attesi([400], () => carica(Buffer.from("firmato")));
  assert.match(await pagina.innerText("#e-file"), /passo «formato»/);
  await esamina(banco, pagina, "115-contributo-firma-rifiutata");
  const prova_ = await scarica(pagina, () => pagina.click("text=Scarica il documento con la firma di prova"));
  await carica(prova_.byte);
  assert.match(await pagina.innerText("dl"), /SINDACODUE000000.*certificato del simulatore/s);
  await premi(pagina, "Invia la richiesta");
  assert.equal((await api("GET", "/api/percorso/comuni/888002/contributo")).stato, "INVIATA");
  await esamina(banco, pagina, "113-contributo-inviato");
  visto("il sindaco con la carta chiede il contributo: dati sbagliati e firma mancante fermano, poi la richiesta parte");

  const console_ = await banco.pagina();
  await console_.goto(`${pronto.console}/percorso/888002`);
  await esamina(banco, console_, "114-console-contributo");
  // Somebody without the role sees neither the entry nor the page.
  const altra = await banco.pagina();
  const als = await api("POST", "/api/carte", { comune: "888002", nameId: pronto.comuni[1].operatori[0].nameId });
  assert.ok(als.id);
  await altra.goto(`${base("sub")}/combas`);
  await altra.fill("#name_id", pronto.comuni[1].operatori[0].nameId);
  await altra.fill("#password", pronto.comuni[1].operatori[0].password);
  await premi(altra, "Entra");
  assert.equal(await altra.locator("nav a[href='/combas/contributo']").count(), 0);
  const negata = await banco.attesi([403], () => altra.goto(`${base("sub")}/combas/contributo`));
  assert.equal(negata.status(), 403);
  visto("senza il ruolo di sindaco il contributo non si apre");
}

await prova(async (banco) => {
  for (const istat of [ISTAT, "888005"]) {
    await api("PUT", `/api/comuni/${istat}/piano?ambiente=sub`, null);
    await api("PUT", `/api/comuni/${istat}`, { stato: "PRESUBENTRATO" });
  }
  await softwareHouse(banco);
  await contributo(banco);
});
