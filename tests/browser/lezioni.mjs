// A lesson in two windows: the presenter moves by keyboard, the room follows by itself; what both show, at every width.

import assert from "node:assert/strict";
import { api, finche, prova, pronto, visto } from "./banco.mjs";
import { esamina } from "./esame.mjs";

const ID = "tre-errori-bloccanti";
const dove = (pagina) => `${pronto.console}/lezioni/${ID}${pagina}`;

/** Presses a key on the presenter's page and waits for the page that follows. */
async function tasto(pagina, quale) {
  await Promise.all([pagina.waitForNavigation(), pagina.keyboard.press(quale)]);
}

const titolo = (pagina) => pagina.innerText("h1");

/** The room shows a step by itself. */
const segue = (aula, atteso) => finche(`in aula si legge «${atteso}»`, async () => (await titolo(aula)) === atteso);

prova(async (banco) => {
  const pagina = await banco.pagina();
  await pagina.goto(pronto.console);
  await pagina.click("nav a[href='/lezioni']");
  assert.ok((await pagina.locator(".griglia > li").count()) >= 6);
  await esamina(banco, pagina, "100-lezioni");
  await pagina.click(`a[href='/lezioni/${ID}']`);
  assert.match(await pagina.innerText("main"), /una per tutto il simulatore/);
  await esamina(banco, pagina, "101-lezione");

  const aula = await banco.pagina({ viewport: { width: 1920, height: 1080 } });
  await aula.goto(dove("/aula"));
  assert.match(await aula.innerText("#vivo"), /Si attende il relatore/);
  await Promise.all([pagina.waitForNavigation(), pagina.click("button[value=avvia]")]);
  assert.equal(pagina.url(), dove("/relatore"));
  await segue(aula, "Basta una scheda");
  visto("avviata la lezione, l'aula che aspettava la mostra da sé");
  assert.ok(!(await aula.content()).includes("quante ne devono essere sbagliate"));
  await esamina(banco, aula, "104-aula-inizio");

  // A second window of the presenter follows the first, and never goes a step of its own for a key that came too late.
  const altra = await banco.pagina();
  await altra.goto(dove("/relatore"));
  await tasto(pagina, "ArrowRight");
  await segue(aula, "L'invio fallisce");
  await segue(altra, "L'invio fallisce");
  await pagina.locator(".attese .no").first().waitFor();
  assert.equal(await pagina.locator(".attese .ok").count(), 0);
  await esamina(banco, pagina, "102-relatore-prima");
  assert.equal(await aula.locator(".barre").count(), 0, "the outcome is not there before the action");
  // Read aloud in the room, without leaving the page; and by Enter alone: the focus is on the first command again.
  assert.equal(await aula.innerText("#annuncio[role=status]"), "Passo 2 di 5, L'invio fallisce.");
  await pagina.focus("button[value=esegui]");
  await Promise.all([pagina.waitForNavigation(), pagina.keyboard.press("Enter")]);
  assert.equal(await pagina.evaluate(() => document.activeElement.value), "avanti");
  assert.equal(await pagina.innerText("#annuncio"), "Passo 2 di 5, L'invio fallisce. Attese raggiunte: 2 su 2.");
  assert.equal(await titolo(pagina), "L'invio fallisce", "the first press carries out, the next goes on");
  assert.equal(await pagina.locator(".attese .ok").count(), 2);
  assert.equal(await pagina.locator(".attese .no").count(), 0);
  await aula.locator(".barre").waitFor();
  const barre = await aula.locator(".barre .riga-barra").allInnerTexts();
  assert.deepEqual(barre.map((t) => t.replace(/\s+/g, " ")), ["ES092 blocca 3", "EF003 avvisa 2"]);
  visto("esegui: le attese passano da «non ancora» a raggiunte, in aula arrivano stato e barre dei codici");
  await esamina(banco, pagina, "103-relatore-dopo");
  await esamina(banco, aula, "105-aula-ko");

  await tasto(pagina, "n");
  await segue(altra, "Che cosa dice la PEC");
  await segue(aula, "Che cosa dice la PEC");
  assert.match(await aula.innerText(".oggetto"), /PROVA di subentro non riuscita/);
  await esamina(banco, aula, "106-aula-pec");
  // It no longer hears of anything: its page is of a step that is behind.
  await altra.evaluate(() => { globalThis.fetch = () => new Promise(() => {}); });
  await altra.waitForTimeout(200);
  await tasto(pagina, "s");
  await segue(aula, "Corretto, versione 2");
  await banco.attesi([409], () => tasto(altra, "s"));
  assert.equal(await titolo(altra), "Corretto, versione 2", "the key was for the step before");
  assert.match(await altra.innerText(".avviso[role=status]"), /Questa mossa era per il passo 3, e la lezione è al passo 4/);
  assert.equal(altra.url(), dove("/relatore"), "the page that answers can be renewed and reloaded");
  assert.equal((await api("GET", `/api/lezioni/${ID}/stato`)).passo, 4);
  await esamina(banco, altra, "111-relatore-in-ritardo");
  await tasto(pagina, "s");
  await segue(aula, "E gli avvisi?");
  await segue(altra, "E gli avvisi?");
  visto("due finestre del relatore: la seconda segue, un tasto tardivo non avanza e la riporta al passo");

  await api("PUT", "/api/orologio", { oggi: "2021-06-11" });
  await pagina.locator("button[value=riporta]").waitFor();
  assert.match(await pagina.innerText("#titolo"), /lo ha messo al 01\/03\/2021.*ora segna l'11\/06\/2021/s);
  await esamina(banco, pagina, "112-relatore-orologio");
  await Promise.all([pagina.waitForNavigation(), pagina.click("button[value=riporta]")]);
  assert.equal(await pagina.locator("button[value=riporta]").count(), 0);
  assert.equal((await api("GET", "/api/orologio")).oggi, "2021-03-01");
  visto("spostata la data a metà lezione, il relatore lo vede e la riporta");
  assert.equal((await api("GET", "/api/comuni/888102")).stato, "PRESUBENTRATO");
  await tasto(pagina, "ArrowLeft");
  await segue(aula, "Corretto, versione 2");
  assert.equal((await api("GET", "/api/comuni/888102")).stato, "CENSITO");
  visto("esegui e avanti, indietro: lo stato vero va e viene con i passi");

  await pagina.keyboard.press("Tab");
  await pagina.uncheck("#scorciatoie");
  await pagina.keyboard.press("r");
  await pagina.waitForTimeout(200);
  assert.equal(await titolo(pagina), "Corretto, versione 2", "keys are off when somebody says so");
  await pagina.check("#scorciatoie");
  await tasto(pagina, "r");
  await segue(aula, "Basta una scheda");
  // The simulator does not answer: the room says so, and stops saying it when it does again.
  assert.ok(!(await aula.isVisible("#collegamento span")));
  await aula.evaluate(() => { globalThis.veroFetch = fetch; globalThis.fetch = () => Promise.reject(new TypeError("giù")); });
  await aula.locator("#collegamento span").waitFor();
  assert.match(await aula.innerText("#collegamento"), /interrotto/);
  await aula.evaluate(() => { globalThis.fetch = globalThis.veroFetch; });
  await aula.locator("#collegamento span").waitFor({ state: "hidden" });
  visto("un tasto ricomincia; la casella spegne i tasti");
  await Promise.all([pagina.waitForNavigation(), pagina.click(".salti li:nth-child(4) button")]);
  await segue(aula, "Corretto, versione 2");

  // A hand-made step in the meantime: the presenter's page sees it arrive.
  await Promise.all([pagina.waitForNavigation(), pagina.click("button[value=termina]")]);
  assert.equal(pagina.url(), dove(""));
  await finche("l'aula torna in attesa", async () => /Si attende il relatore/.test(await aula.innerText("#vivo")));
  await finche("la seconda finestra esce dalla lezione", async () => altra.url() === dove(""));
  await altra.close();

  await api("POST", "/api/lezioni/data-mancata/avvio");
  await api("PUT", "/api/lezioni/data-mancata/passo", { passo: 3 });
  await api("POST", "/api/lezioni/data-mancata/esecuzione");
  await aula.goto(`${pronto.console}/lezioni/data-mancata/aula`);
  assert.equal(await aula.innerText(".codice-grande"), "EN032");
  await esamina(banco, aula, "107-aula-rifiuto");
  await api("PUT", "/api/lezioni/data-mancata/passo", { passo: 2 });
  await api("POST", "/api/lezioni/data-mancata/esecuzione");
  await aula.locator(".calendario td.oggi").waitFor();
  assert.match(await aula.innerText(".calendario td.oggi"), /^15\s+oggi/);
  assert.equal(await aula.locator(".calendario td.finestra").count(), 3);
  assert.equal(await aula.innerText(".date-note"), "12/03/2021: Ultimo giorno della prima finestra", "not the day to come");
  await esamina(banco, aula, "108-aula-calendario");
  await api("PUT", "/api/lezioni/data-mancata/passo", { passo: 5 });
  await pagina.goto(`${pronto.console}/lezioni/data-mancata/relatore`);
  await esamina(banco, pagina, "109-relatore-a-mano");
  // Nobody has logged into the dashboard yet: it asks who one is.
  const mano = await banco.attesi([401], async () => {
    const [nuova] = await Promise.all([pagina.waitForEvent("popup"), pagina.click("text=Apri la pagina")]);
    await nuova.waitForLoadState();
    return nuova;
  });
  assert.match(mano.url(), /\/dashboard\/subentro/);
  await mano.close();
  await api("POST", "/api/lezioni/data-mancata/fine");
  visto("rifiuti, calendario e passi a mano hanno la loro pagina");

  await pagina.goto(dove("/dispensa"));
  await esamina(banco, pagina, "110-dispensa");
  const pdf = await pagina.pdf({ preferCSSPageSize: true });
  assert.ok(pdf.subarray(0, 5).equals(Buffer.from("%PDF-")));
  const { width, height } = /MediaBox \[0 0 (?<width>[\d.]+) (?<height>[\d.]+)\]/.exec(pdf.toString("latin1"))?.groups ?? {};
  assert.deepEqual([Math.round(Number(width)), Math.round(Number(height))], [595, 842], "A4, in points");
  visto("la dispensa si stampa in A4");

  // Without scripts: the forms do the same and the room renews itself.
  const senza = await banco.pagina({ javaScriptEnabled: false });
  await senza.goto(dove(""));
  await Promise.all([senza.waitForNavigation(), senza.click("button[value=avvia]")]);
  await Promise.all([senza.waitForNavigation(), senza.click("button[value=avanti]")]);
  await Promise.all([senza.waitForNavigation(), senza.click("button[value=esegui]")]);
  assert.equal(await senza.locator(".attese .ok").count(), 2);
  await senza.goto(dove("/aula"));
  assert.equal(await senza.getAttribute("noscript meta[http-equiv=refresh], meta[http-equiv=refresh]", "content"), "4");
  assert.equal(await senza.locator("a", { hasText: "Aggiorna" }).count(), 1);
  await api("POST", `/api/lezioni/${ID}/fine`);
  visto("senza script si guida con i bottoni e l'aula si rinnova da sé");
});
