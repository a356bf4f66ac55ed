// The rest of the web application, in the environment where each is at home: Amministrazione, support tools, comparison,
// mailbox and support in pre-subentro; sending in the true subentro; and the pages of the console that decide how an
// environment behaves. Main path and worst mistake of each.

import assert from "node:assert/strict";
import { api, base, deposita, finche, genera, prova, pronto, visto } from "./banco.mjs";
import { esamina } from "./esame.mjs";
import { entra, invia, premi, scarica, scrivi, stato, tabella, vaiCon } from "./gesti.mjs";

const ISTAT = "888001";

/** A valid picture of nothing: 64 × 64 pixels, drawn by the browser. */
const disegno = (pagina) => pagina.evaluate(async () => {
  const tela = new OffscreenCanvas(64, 64);
  const c = tela.getContext("2d");
  c.fillStyle = "#39456f";
  c.fillRect(8, 8, 48, 48);
  return [...new Uint8Array(await (await tela.convertToBlob()).arrayBuffer())];
});

async function amministrazione(banco, pagina) {
  await pagina.click("nav a[href='/combas/amministrazione']");
  await esamina(banco, pagina, "120-amministrazione");
  await pagina.fill("#indirizzi", "203.0.113.7\n192.168.1.1");
  await banco.attesi([400], () => premi(pagina, "Salva gli indirizzi"));
  assert.match(await pagina.innerText("#e-indirizzi"), /192\.168/);
  assert.equal(await pagina.inputValue("#indirizzi"), "203.0.113.7\n192.168.1.1", "what was written stays");
  await esamina(banco, pagina, "121-indirizzo-privato");
  await scrivi(pagina, "#indirizzi", "203.0.113.7");
  await vaiCon(pagina, "form:has(#indirizzi) button");
  await Promise.all([pagina.waitForNavigation(), pagina.keyboard.press("Space")]);
  assert.deepEqual((await tabella(pagina, "Indirizzi abilitati")).map((r) => [r[0], r[2]]), [["203.0.113.7", "dal giorno dopo"]]);
  await pagina.setInputFiles("#logo", { name: "stemma.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg/>") });
  await banco.attesi([422], () => premi(pagina, "Carica il logo"));
  assert.match(await pagina.innerText("#e-logo"), /PNG/);
  await pagina.setInputFiles("#logo", { name: "disegno.png", mimeType: "image/png", buffer: Buffer.from(await disegno(pagina)) });
  await premi(pagina, "Carica il logo");
  assert.equal(await pagina.locator("img.logo").evaluate((i) => i.decode().then(() => i.naturalWidth)), 64);
  await esamina(banco, pagina, "122-amministrazione-con-logo");
  visto("Amministrazione: un indirizzo privato e un'immagine sbagliata no; indirizzo dal giorno dopo, logo mostrato");
}

async function strumenti(banco, pagina) {
  await pagina.click("nav a[href='/combas/strumenti']");
  await esamina(banco, pagina, "123-strumenti");
  await pagina.click("a.bottone:has-text('Prepara una fornitura')");
  await esamina(banco, pagina, "124-file-di-prova");
  const zip = await scarica(pagina, () => pagina.click("main form button"));
  assert.match(zip.nome, /\.zip$/);
  assert.equal(zip.byte.subarray(0, 2).toString(), "PK");
  await pagina.click(".briciole a");
  await pagina.click("a.bottone:has-text('Controlla un file')");
  await pagina.setInputFiles("#file", { name: "lettera.txt", mimeType: "text/plain", buffer: Buffer.from("Buongiorno") });
  await banco.attesi([400, 422], () => premi(pagina, "Controlla"));
  await esamina(banco, pagina, "125-validatore-non-letto", false);
  await pagina.goto(`${base("pre")}/combas/strumenti/validatore`);
  await pagina.setInputFiles("#file", genera(ISTAT, 9, "--anomalie", "ES092=2").apr);
  await premi(pagina, "Controlla");
  const righe = await tabella(pagina, "Risultato della validazione");
  assert.equal(righe.filter((r) => r[0] === "ES092").length, 2);
  await esamina(banco, pagina, "126-validatore");
  assert.deepEqual(await api("GET", `/api/forniture?ambiente=pre&comune=${ISTAT}`), []);
  visto("il validatore trova gli errori seminati e non lascia nulla; la fornitura di prova si scarica");
}

/** A failed delivery and a corrected one: comparison, lists, the message with its receipts. */
async function dueInvii(banco, pagina) {
  for (const v of [genera(ISTAT, 1, "--anomalie", "ES092=2"), genera(ISTAT, 2)]) {
    await deposita("pre", ISTAT, v.apr);
    await deposita("pre", ISTAT, v.aire).catch(() => {});
  }
  await finche("la seconda è elaborata", async () => (await api("GET", `/api/forniture?ambiente=pre&comune=${ISTAT}`)).at(-1)?.stato === "ELABORATA_OK");
  await pagina.goto(`${base("pre")}/combas/confronto`);
  if (await pagina.locator(".griglia.conti").count() === 0) await premi(pagina, "Confronta");
  const es092 = (await tabella(pagina, "Anomalie delle due forniture, per codice")).find((r) => r[0] === "ES092");
  assert.deepEqual(es092.slice(1, 4).map((t) => t.replace(/\s+/g, " ")), ["2 scomparse", "0", "0"]);
  await esamina(banco, pagina, "127-confronto");
  await pagina.click("nav a[href='/combas/download']");
  await esamina(banco, pagina, "128-download");
  await pagina.click("nav a[href='/combas/posta']");
  await pagina.locator("[aria-label=Messaggi] th a").last().click();
  await pagina.waitForSelector(".lettera");
  const eml = await scarica(pagina, () => pagina.click("text=Scarica il messaggio"));
  assert.match(eml.byte.toString("latin1"), /^Subject: .*SIMULATORE/m);
  await Promise.all([pagina.waitForNavigation(), pagina.locator("main a[href*='/ricevute/']").first().click()]);
  assert.match(await pagina.innerText("main"), /accettazione/i);
  await esamina(banco, pagina, "130-ricevuta");
  await pagina.goBack();
  await premi(pagina, "Segna come da leggere");
  assert.match(await pagina.innerText("nav"), /Posta PEC\s*[12]/);
  visto("due invii a confronto, liste, la PEC con le sue ricevute");
}

async function assistenza(banco, pagina, console_) {
  await pagina.goto(`${base("pre")}/combas/assistenza`);
  await esamina(banco, pagina, "131-assistenza");
  await pagina.click("text=Invia all'assistenza");
  assert.equal(await pagina.locator("#oggetto:invalid").count(), 1);
  await scrivi(pagina, "#oggetto", "Due <b>schede</b> uguali");
  await scrivi(pagina, "#testo", "Che cosa fare?");
  await vaiCon(pagina, "form:has(#oggetto) button");
  await Promise.all([pagina.waitForNavigation(), pagina.keyboard.press("Enter")]);
  await console_.goto(`${pronto.console}/posta?casella=assistenza`);
  await console_.click("[aria-label=Messaggi] th a");
  assert.match(await console_.innerText("h1"), /Due <b>schede<\/b> uguali/);
  await console_.fill("#testo", "Cancellare quella in più.");
  await premi(console_, "Invia la risposta al Comune");
  await esamina(banco, console_, "132-risposta-assistenza");
  // It arrives by itself on the page that is open.
  await pagina.click("nav a[href='/combas/posta']");
  await pagina.waitForFunction(() => document.querySelector("[aria-label=Messaggi] tbody")?.innerText.includes("Due <b>schede</b> uguali"));
  visto("una domanda all'assistenza e la risposta, che arriva nella casella del Comune");
}

async function subentro(banco) {
  const pagina = await banco.pagina();
  await entra(pagina, "sub", ISTAT);
  const v = genera(ISTAT, 3);
  await pagina.click("nav a[href='/combas/invio']");
  await pagina.setInputFiles("#file", v.apr);
  await pagina.check("input[name=conferma]");
  await pagina.click("main form button");
  assert.equal(await pagina.locator("input[name=definitivo]:invalid").count(), 1, "the second confirmation is asked for");
  await invia(pagina, "APR", v.apr);
  await invia(pagina, "AIRE", v.aire);
  await finche("888001 è subentrato", async () => (await api("GET", `/api/comuni/${ISTAT}`)).stato === "SUBENTRATO");
  await pagina.goto(`${base("sub")}/combas`);
  assert.equal(await stato(pagina), "Elaborata: il Comune è subentrato");
  await esamina(banco, pagina, "133-subentrato");
  await pagina.click("nav a[href='/combas/subentro']");
  await esamina(banco, pagina, "134-stato-subentro");
  // A Comune that has migrated sends no more.
  await banco.attesi([422], () => invia(pagina, "APR", genera(ISTAT, 4).apr));
  assert.match(await pagina.innerText("main"), /EN034/);
  await esamina(banco, pagina, "135-gia-subentrato", false);
  await pagina.click("nav a[href='/combas/posta']");
  assert.ok((await tabella(pagina, "Messaggi")).some((r) => /Subentro concluso/.test(r[1])));
  visto("il subentro vuole due conferme, riesce, si legge nella posta, e non si ripete");

  const prove = await banco.pagina();
  await entra(prove, "test", ISTAT);
  await prove.click("nav a[href='/combas/invio']");
  await esamina(banco, prove, "136-invio-di-prova");
}

async function perimetro(banco, pagina) {
  await pagina.goto(`${pronto.console}/sicurezza`);
  await esamina(banco, pagina, "140-politica");
  await premi(pagina, "Tollera tutto (permissive)");
  assert.match(await pagina.innerText("main"), /Differisce da faithful in/);
  await esamina(banco, pagina, "141-politica-permissiva");
  await premi(pagina, "Tutto come ANPR (faithful)");
  await pagina.locator("summary").first().click();
  await pagina.fill("#v-test", "non un valore");
  await banco.attesi([400], () => premi(pagina, "Imposta"));
  await esamina(banco, pagina, "142-valore-errato", false);
  await pagina.goto(`${pronto.console}/guasti`);
  await esamina(banco, pagina, "143-guasti");
  await pagina.fill("#g-volte", "molte");
  await banco.attesi([400], () => premi(pagina, "Aggiungi"));
  await pagina.goto(`${pronto.console}/guasti`);
  await pagina.fill("#g-volte", "2");
  await premi(pagina, "Aggiungi");
  assert.equal((await tabella(pagina, "Guasti in programma")).length, 1);
  await esamina(banco, pagina, "144-guasti-in-programma");
  await premi(pagina, "Svuota il piano");
  assert.deepEqual(await api("GET", "/api/guasti"), []);
  visto("politica e guasti si cambiano dalla console; un valore che non esiste è rifiutato");
}

await prova(async (banco) => {
  const pagina = await banco.pagina();
  const console_ = await banco.pagina();
  await entra(pagina, "pre", ISTAT);
  await amministrazione(banco, pagina);
  await strumenti(banco, pagina);
  await dueInvii(banco, pagina);
  await assistenza(banco, pagina, console_);
  await subentro(banco);
  await perimetro(banco, console_);
});
