// The main path of a Comune, as a person walks it: upload, failure on exactly three errors, mail, correction, success,
// lists, cancellation. With scripts by keyboard where it counts; `senza_script.mjs` walks the same without scripts.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { api, base, cartella, genera, immagini, prova, pronto, visto } from "./banco.mjs";
import { esamina } from "./esame.mjs";
import { entra, entraDaTastiera, esci, invia, inviaDaTastiera, stato, tabella, vaiCon } from "./gesti.mjs";

/** What stands at a line and column (from 1, in characters) of an uploaded file. */
function al(file, riga, colonna) {
  const testo = zlib.gunzipSync(fs.readFileSync(file)).toString("utf8");
  return [...testo.split("\n")[riga - 1]].slice(colonna - 1).join("");
}

async function scarica(pagina, premi) {
  const [d] = await Promise.all([pagina.waitForEvent("download"), premi()]);
  const dove = path.join(cartella(), d.suggestedFilename());
  await d.saveAs(dove);
  return { nome: d.suggestedFilename(), byte: fs.readFileSync(dove) };
}

/** Somebody of the loaded delivery is looked for, by keyboard where there are scripts, and seen with his family. */
async function cercaPersona(pagina, istat, script, guarda) {
  const [uno] = await api("GET", `/api/schede?ambiente=pre&comune=${istat}&limite=1`);
  await pagina.click("nav a[href='/combas/persone']");
  await guarda(pagina, "35-ricerca-vuota");
  const cerca = async (cognome, nome) => {
    if (script) {
      await vaiCon(pagina, "#p-cognome");
      await pagina.keyboard.press("Control+A");
      await pagina.keyboard.type(cognome);
      await vaiCon(pagina, "#p-nome");
      await pagina.keyboard.press("Control+A");
      await pagina.keyboard.type(nome);
      await Promise.all([pagina.waitForNavigation(), pagina.keyboard.press("Enter")]);
    } else {
      await pagina.fill("#p-cognome", cognome);
      await pagina.fill("#p-nome", nome);
      await Promise.all([pagina.waitForNavigation(), pagina.click("main form button")]);
    }
  };
  await cerca("zz*", "nessuno");
  assert.match(await pagina.innerText("main"), /Nessuna persona del Comune/);
  await cerca(`${uno.cognome.slice(0, 3).toLowerCase()}*`, uno.nome);
  const trovate = await tabella(pagina, "Persone trovate");
  const sua = trovate.find((r) => r.includes(String(uno.idAnpr)));
  assert.deepEqual(sua, [`${uno.cognome} ${uno.nome}`, uno.nascita.split("-").reverse().join("/"), uno.codiceFiscale, String(uno.idAnpr), `APR ${uno.idComune}`, "attiva"]);
  await guarda(pagina, "36-ricerca");
  await pagina.click(`a[href='/combas/persone/${uno.idAnpr}']`);
  assert.equal(await pagina.innerText("h1"), `${uno.cognome} ${uno.nome}`);
  await pagina.click("summary");
  assert.ok((await tabella(pagina, "Dati inviati")).some(([nome, valore]) => nome === "generalitaSubIscr/cognome" && valore === uno.cognome));
  await guarda(pagina, "37-persona");
  await pagina.click("main a[href^='/combas/famiglie/']");
  const id = new URL(pagina.url()).pathname.split("/").at(-1);
  const famiglia = await api("GET", `/api/famiglie/${id}?ambiente=pre`);
  assert.deepEqual((await tabella(pagina, "Componenti")).map((r) => r[4]), famiglia.componenti.map((c) => String(c.idAnpr)));
  await guarda(pagina, "38-famiglia");
  await pagina.click(`a[href='/combas/persone/${uno.idAnpr}']`);
  assert.equal(await pagina.innerText("h1"), `${uno.cognome} ${uno.nome}`);
  visto("una persona si cerca e si vede con la sua famiglia");
}

/** The path, for one Comune; `script` tells whether the page has scripts. */
export async function percorso(banco, istat, script) {
  const guarda = (pagina, nome, ritratti = true) => (script ? esamina(banco, pagina, nome, ritratti) : undefined);
  const pagina = await banco.pagina({ javaScriptEnabled: script });
  const v1 = genera(istat, 1, "--anomalie", "ES092=3");
  const v2 = genera(istat, 2);
  assert.deepEqual(v1.manifesto.attese, { ES092: 3 });

  await pagina.goto(`${base("pre")}/`);
  await guarda(pagina, "01-porta");
  await pagina.goto(`${base("pre")}/combas`);
  await guarda(pagina, "02-accesso");
  await (script ? entraDaTastiera : entra)(pagina, "pre", istat);
  assert.equal(pagina.url(), `${base("pre")}/combas`);
  assert.equal(await stato(pagina), "Nessuna fornitura");
  assert.match(await pagina.innerText("#vivo .avviso"), /Inviare il file APR e il file AIRE/);
  const biscotti = await pagina.context().cookies();
  assert.deepEqual(biscotti.map(({ name, path, secure, httpOnly, sameSite, expires }) => ({ name, path, secure, httpOnly, sameSite, expires })),
    [{ name: "__Host-anpr-pre", path: "/", secure: true, httpOnly: true, sameSite: "Strict", expires: -1 }]);
  visto("entra in pre-subentro; un solo cookie, chiuso agli script");
  await guarda(pagina, "03-stato-vuoto");

  await pagina.click("text=Invia un file");
  assert.match(await pagina.innerText("main"), /solo dati fittizi/);
  await pagina.setInputFiles("#file", v1.apr);
  await pagina.click("main form button");
  assert.equal(await pagina.locator("input[name=conferma]:invalid").count(), 1);
  assert.equal(new URL(pagina.url()).pathname, "/combas/invio");
  visto("senza conferma non parte nulla");
  await guarda(pagina, "04-invio");

  // Slow enough to see a delivery wait, and then the page at work.
  const ritmo = (modo, secondi) => api("POST", "/api/elaborazione", { modo, secondi });
  await ritmo("ritardata", 3600);
  await (script ? inviaDaTastiera : invia)(pagina, "APR", v1.apr);
  assert.equal(pagina.url(), `${base("pre")}/combas?fatto=inviato`);
  assert.match(await pagina.innerText("main"), /File ricevuto\./);
  await ritmo("sospesa", 0);
  await pagina.reload();
  assert.equal(await stato(pagina), "Fornitura aperta: manca il file AIRE");
  visto("APR inviato, la pagina dice che manca l'AIRE");
  await guarda(pagina, "05-stato-manca-aire");

  await ritmo("ritardata", 2);
  await (script ? inviaDaTastiera : invia)(pagina, "AIRE", v1.aire);
  assert.equal(await stato(pagina), "In elaborazione");
  if (script) {
    await pagina.screenshot({ path: path.join(immagini, "06-in-elaborazione.png") });
    await pagina.evaluate(() => { globalThis.stessaPagina = true; });
    await pagina.waitForFunction(() => document.querySelector("#vivo .avviso h2").textContent.startsWith("KO"));
    assert.equal(await pagina.evaluate(() => globalThis.stessaPagina), true);
    visto("lo stato cambia da sé, nella stessa pagina");
  } else {
    await pagina.locator("#vivo .avviso.ko").waitFor();
    visto("senza script la pagina si ricarica da sé");
  }
  await ritmo("istantanea", 0);
  assert.equal(await stato(pagina), "KO: 3 errori bloccanti, nulla è stato caricato");
  assert.match(await pagina.innerText("#vivo .avviso"), /Correggere gli errori bloccanti .* versione più alta/s);
  await guarda(pagina, "07-stato-ko");

  await pagina.click("text=Vedi gli errori bloccanti");
  const righe = await tabella(pagina, "Anomalie");
  const bloccanti = righe.map(([codice, , scheda, riga, colonna, file]) => {
    assert.match(codice, /^ES092\s+bloccante$/);
    return { scheda: scheda.split(/\s+/).at(-1), riga: Number(riga.replaceAll(".", "")), colonna: Number(colonna.replaceAll(".", "")), file };
  });
  assert.deepEqual(bloccanti.map((b) => b.scheda).sort(), v1.manifesto.piantate.map((p) => p.scheda).sort());
  for (const b of bloccanti) {
    assert.equal(b.file, path.basename(v1.apr));
    const li = al(v1.apr, b.riga, b.colonna);
    assert.match(li, /^<\w/, `riga ${b.riga}, colonna ${b.colonna}: ${li.slice(0, 60)}`);
  }
  visto(`tre errori bloccanti e non altri, ciascuno sull'elemento giusto (${bloccanti.map((b) => `${b.riga}:${b.colonna}`).join(", ")})`);
  await guarda(pagina, "08-anomalie");
  // The picture of the README (simulator/docs/immagini/esiti.png) is this one.
  if (script) await pagina.screenshot({ path: path.join(immagini, "esiti.png"), fullPage: true, clip: { x: 0, y: 0, width: 1280, height: 950 } });

  await pagina.selectOption("#f-codice", "ES092");
  await pagina.selectOption("#f-gravita", "");
  await pagina.click("form[aria-label=Filtri] button");
  assert.match(pagina.url(), /codice=ES092/);
  assert.equal((await tabella(pagina, "Anomalie")).length, 3);
  assert.equal(await pagina.inputValue("#f-codice"), "ES092");
  await pagina.fill("#f-testo", "parola che non c'è");
  await pagina.click("form[aria-label=Filtri] button");
  assert.match(await pagina.innerText("main"), /Nessuna anomalia con questi filtri/);
  await pagina.goBack();
  await pagina.selectOption("#f-codice", "");
  await pagina.selectOption("#f-gravita", "W");
  await pagina.click("form[aria-label=Filtri] button");
  assert.deepEqual((await tabella(pagina, "Anomalie")).filter((r) => r[0].includes("bloccante")), []);
  visto("i filtri per codice, effetto e testo");

  await pagina.click("nav a[href='/combas/anomalie']");
  await pagina.click("th a[href='/combas/codici/ES092'] >> nth=0");
  assert.equal(await pagina.innerText("h1"), "ES092");
  assert.match(await pagina.innerText("main"), /che cosa fare/i);
  await guarda(pagina, "09-codice");

  await pagina.click("nav a[href='/combas/esiti']");
  assert.deepEqual((await tabella(pagina, "Esiti del subentro")).map((r) => [r[1], r[3], r[4]]),
    [[path.basename(v1.aire), "INSERITO OK", "KO"], [path.basename(v1.apr), "INSERITO OK", "KO"]]);
  await guarda(pagina, "10-esiti");
  await pagina.click("[aria-label='Esiti del subentro'] a >> nth=0");
  assert.deepEqual((await tabella(pagina, "Anomalie per codice")).filter((r) => r[1] === "bloccante").map((r) => [r[0], r[3]]), [["ES092", "3"]]);
  await guarda(pagina, "11-esito-ko");

  assert.match(await pagina.innerText("nav"), /Posta PEC\s*1/);
  await pagina.click("nav a[href='/combas/posta']");
  const posta = await tabella(pagina, "Messaggi");
  assert.equal(posta.length, 1);
  assert.equal(posta[0][0], "da leggere");
  await guarda(pagina, "12-posta");
  await pagina.click("[aria-label=Messaggi] a");
  const lettera = await pagina.innerText(".lettera");
  assert.match(lettera, /ES092/);
  assert.match(lettera, /3/);
  assert.match(await pagina.innerText("h1"), /SIMULATORE/);
  await guarda(pagina, "13-messaggio");
  const eml = await scarica(pagina, () => pagina.click("text=Scarica il messaggio"));
  assert.match(eml.nome, /\.eml$/);
  assert.match(eml.byte.toString("latin1"), /^Subject: .*/m);
  await pagina.click("nav a[href='/combas/posta']");
  assert.equal((await tabella(pagina, "Messaggi"))[0][0], "letto");
  visto("la PEC del fallimento: da leggere, letta, scaricata");

  await pagina.click("nav a[href='/combas/subentro']");
  await guarda(pagina, "14-subentro");
  await esci(pagina);
  assert.deepEqual((await pagina.context().cookies()).filter((c) => c.name === "__Host-anpr-pre"), []);
  const chiusa = await banco.attesi([401], () => pagina.goto(`${base("pre")}/combas/esiti`));
  assert.equal(chiusa.status(), 401);
  visto("dopo l'uscita le pagine sono chiuse");

  await entra(pagina, "pre", istat);
  // A likely mistake: after a failure the AIRE alone opens nothing.
  await invia(pagina, "AIRE", v2.aire);
  assert.equal(pagina.url(), `${base("pre")}/combas?fatto=scartato`);
  assert.match(await pagina.innerText("main"), /senza effetto.*prima l'APR/s);
  await invia(pagina, "APR", v2.apr);
  await invia(pagina, "AIRE", v2.aire);
  await pagina.locator("#vivo .avviso.ok").waitFor();
  assert.equal(await stato(pagina), "Elaborata: esito positivo");
  await guarda(pagina, "15-stato-ok");
  await pagina.click("nav a[href='/combas/esiti']");
  assert.deepEqual((await tabella(pagina, "Esiti del subentro")).map((r) => [r[1], r[4]]),
    [[path.basename(v2.aire), "ELABORATO"], [path.basename(v2.apr), "ELABORATO"], [path.basename(v2.aire), "SENZA EFFETTO"], [path.basename(v1.aire), "KO"], [path.basename(v1.apr), "KO"]]);
  await pagina.click("[aria-label='Esiti del subentro'] a >> nth=0");
  assert.equal(await stato(pagina), "Elaborata: esito positivo");
  visto("la versione corretta è ELABORATO");
  await guarda(pagina, "16-esito-ok");

  const liste = pagina.locator("a[href*='/liste/']");
  const quante = await liste.count();
  assert.ok(quante > 0, "nessuna lista da scaricare");
  for (let i = 0; i < quante; i += 1) {
    const lista = await scarica(pagina, () => liste.nth(i).click());
    assert.match(lista.nome, /\.csv$/i);
    const testo = lista.byte.toString("latin1");
    assert.match(testo, /^[^\r\n]+;[^\r\n]+\r\n/, lista.nome);
  }
  visto(`${quante} liste CSV scaricate`);

  await cercaPersona(pagina, istat, script, guarda);

  await pagina.click("nav a[href='/combas/cancellazione']");
  await guarda(pagina, "17-cancellazione");
  await pagina.click("text=Richiedi la cancellazione");
  assert.equal((await tabella(pagina, "Richieste di cancellazione"))[0][2], "cancellazione richiesta");
  await pagina.click("nav a[href='/combas']");
  assert.equal(await stato(pagina), "Cancellazione richiesta");
  await api("POST", "/api/notte");
  await pagina.reload();
  assert.equal(await stato(pagina), "Cancellata");
  visto("cancellazione chiesta e, passata la notte, eseguita");
  await guarda(pagina, "18-stato-cancellata", false);

  if (!script) return;
  const definitivo = await banco.pagina();
  await entra(definitivo, "sub", istat);
  await definitivo.click("nav a[href='/combas/invio']");
  assert.match(await definitivo.innerText("main"), /non si può annullare/);
  assert.equal(await definitivo.locator("nav a[href='/combas/cancellazione']").count(), 0);
  await esamina(banco, definitivo, "19-invio-subentro");
  visto("in subentro la pagina avverte che è definitivo e non offre cancellazione");
}

if (process.argv[1].endsWith("percorso.mjs")) await prova((banco) => percorso(banco, pronto.comuni[0].istat, true));
