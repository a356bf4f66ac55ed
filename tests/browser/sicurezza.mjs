// The local administrators at work: login by password, operators (a new one, a card, blocked, deleted), postazioni
// (password, download, all together, renewal, cancellation), the profile; and the desk in the console.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import tls from "node:tls";
import { api, base, cartella, operatore, prova, pronto, visto } from "./banco.mjs";
import { esamina } from "./esame.mjs";
import { entra, tabella } from "./gesti.mjs";

async function scarica(pagina, premi) {
  const [d] = await Promise.all([pagina.waitForEvent("download"), premi()]);
  const dove = path.join(cartella(), d.suggestedFilename());
  await d.saveAs(dove);
  return { nome: d.suggestedFilename(), byte: fs.readFileSync(dove) };
}

const premi = (pagina, selettore) => Promise.all([pagina.waitForNavigation(), pagina.click(selettore)]);

async function operatori(banco, pagina) {
  await premi(pagina, "nav a[href='/combas/sicurezza']");
  await esamina(banco, pagina, "60-sicurezza");
  await premi(pagina, "main a[href='/combas/sicurezza/operatori']");
  assert.deepEqual((await tabella(pagina, "Operatori")).map((r) => [r[0], r[1], r[2]]), [[operatore("888001").nameId, "attivo", "ALP, ALS, OPERATORE"]]);
  await esamina(banco, pagina, "61-operatori");
  await pagina.fill("#name_id", "nvopra80a01y001z");
  await pagina.fill("#funzioni", "3002 5001");
  await pagina.fill("#password", "parola-di-prova");
  await premi(pagina, "main form button");
  assert.equal(await pagina.innerText("h1"), "Operatore NVOPRA80A01Y001Z");
  const nuovo = await api("GET", "/api/comuni/888001/operatori/NVOPRA80A01Y001Z");
  assert.deepEqual([nuovo.ruoli, nuovo.funzioni, nuovo.stato], [["OPERATORE"], ["3002", "5001"], "attivo"]);
  await premi(pagina, "text=Emetti una carta");
  const [[id, stato, , password]] = await tabella(pagina, "Carte");
  assert.equal(stato, "attivo");
  const carta = await scarica(pagina, () => pagina.click("text=Scarica .p12"));
  assert.equal(carta.nome, `${id}.p12`);
  tls.createSecureContext({ pfx: carta.byte, passphrase: password });
  await esamina(banco, pagina, "62-operatore");
  await premi(pagina, "form:has(input[value=blocca]) button");
  assert.equal((await api("GET", "/api/comuni/888001/operatori/NVOPRA80A01Y001Z")).stato, "bloccato");
  await premi(pagina, "form:has(input[value=ripristina]) button");
  await pagina.click("form:has(input[value=cancella]) button");
  assert.equal(await pagina.locator("input[name=conferma]:invalid").count(), 1);
  await pagina.check("input[name=conferma]");
  await premi(pagina, "form:has(input[value=cancella]) button");
  assert.equal((await api("GET", "/api/comuni/888001/operatori/NVOPRA80A01Y001Z")).stato, "cancellato");
  visto("l'ALS registra un operatore, gli dà una carta, lo blocca, lo ripristina, lo cancella");
  await pagina.click(`th a >> text=${operatore("888001").nameId}`);
  assert.match(await pagina.innerText("main .avviso"), /vostro stesso utente/);
  assert.equal(await pagina.locator("main form").count(), 0);
  visto("di sé stesso vede il profilo e non lo tocca");
}

async function postazioni(banco, pagina) {
  await premi(pagina, "nav a[href='/combas/sicurezza']");
  await premi(pagina, "main a[href='/combas/sicurezza/postazioni']");
  assert.deepEqual((await tabella(pagina, "Postazioni")).map((r) => r.slice(0, 3)), [["888001-CO-0000", "attivo", "tutti gli ambienti"]]);
  await premi(pagina, "main form[method=post] button");
  assert.equal(await pagina.innerText("h1"), "Postazione 888001-PC-0001");
  await esamina(banco, pagina, "63-postazione");
  const password = await pagina.innerText("dd code");
  for (const forma of ["universale", "moderno"]) {
    const p12 = await scarica(pagina, () => pagina.click(`a[href$='compat=${forma}']`));
    assert.equal(p12.nome, "888001-PC-0001.p12");
    tls.createSecureContext({ pfx: p12.byte, passphrase: password });
  }
  await premi(pagina, "form:has(input[value=rinnova]) button");
  await premi(pagina, ".briciole a[href$=postazioni]");
  assert.deepEqual((await tabella(pagina, "Postazioni")).map((r) => r[0]), ["888001-CO-0000", "888001-PC-0001", "888001-PC-0001"]);
  await esamina(banco, pagina, "64-postazioni");
  const zip = await scarica(pagina, () => pagina.click("text=Scarica tutti"));
  assert.equal(zip.nome, "888001-certificati.zip");
  assert.equal(zip.byte.subarray(0, 2).toString(), "PK");
  assert.ok(zip.byte.includes("888001-PC-0001_2.p12") && zip.byte.includes("password.txt"));
  await premi(pagina, "th a >> text=888001-PC-0001 >> nth=0");
  await pagina.check("input[name=conferma]");
  await premi(pagina, "form:has(input[value=cancella]) button");
  assert.equal(await pagina.innerText("main .stato"), "revocato");
  assert.deepEqual((await api("GET", "/api/certificati?comune=888001&stato=revocato")).map((c) => c.id), ["888001-PC-0001"]);
  visto("l'ALP richiede, scarica (anche tutti), rinnova e cancella una postazione");
}

async function profilo(banco, pagina) {
  await premi(pagina, ".chi a");
  await esamina(banco, pagina, "65-profilo");
  await pagina.fill("#attuale", operatore("888001").password);
  await pagina.fill("#nuova", "un'altra parola");
  await pagina.fill("#ripetuta", "un'altra parola");
  await premi(pagina, "form[action='/combas/profilo'] button");
  assert.match(await pagina.innerText("main .avviso"), /Password cambiata/);
  await premi(pagina, "text=Esci ovunque");
  await entra(pagina, "pre", "888001", "un'altra parola");
  assert.equal(await pagina.innerText("h1"), "Stato della fornitura");
  visto("la password si cambia, si esce ovunque e si rientra");
}

async function sportello(banco, pagina) {
  await pagina.goto(pronto.console);
  await premi(pagina, "nav a[href='/certificati']");
  await pagina.fill("#e-comune", "888004");
  await pagina.selectOption("#e-difetto", "scaduto");
  await premi(pagina, "form:has(#e-comune) button");
  assert.equal(await pagina.innerText("main .stato"), "scaduto");
  await esamina(banco, pagina, "66-certificato");
  await premi(pagina, "nav a[href='/certificati']");
  await pagina.fill("#f-comune", "888001");
  await premi(pagina, "form[aria-label=Filtri] button");
  await pagina.click("[aria-label=Certificati] th a >> nth=1");
  await premi(pagina, "form:has(input[value=ripristina]) button");
  assert.equal(await pagina.innerText("main .stato"), "attivo");
  await premi(pagina, "nav a[href='/certificati']");
  await esamina(banco, pagina, "67-sportello");
  await pagina.goto(`${pronto.console}/comuni/888001`);
  await premi(pagina, "text=Tutti gli operatori");
  await esamina(banco, pagina, "68-operatori-console");
  await premi(pagina, "[aria-label=Operatori] th a >> nth=0");
  await esamina(banco, pagina, "69-operatore-console");
  visto("lo sportello della console: difettosi, filtri, ripristino, operatori");
}

await prova(async (banco) => {
  const pagina = await banco.pagina();
  await entra(pagina, "pre", "888001");
  await operatori(banco, pagina);
  await postazioni(banco, pagina);
  await profilo(banco, pagina);
  await sportello(banco, pagina);

  // Somebody without the roles sees no menu entry, and no page behind it.
  await api("PUT", "/api/comuni/888002/operatori/SOLOPERATORE1000", { password: "parola-sua" });
  const altra = await banco.pagina();
  await altra.goto(`${base("pre")}/combas`);
  await altra.fill("#name_id", "SOLOPERATORE1000");
  await altra.fill("#password", "parola-sua");
  await premi(altra, "main form button");
  assert.equal(await altra.locator("nav a[href='/combas/sicurezza']").count(), 0);
  const negata = await banco.attesi([403], () => altra.goto(`${base("pre")}/combas/sicurezza/postazioni`));
  assert.equal(negata.status(), 403);
  visto("senza ruolo la sicurezza non si apre");
});
