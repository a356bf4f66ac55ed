// The worst mistakes, and the worst intentions: wrong password, wrong files, another's pages, a form that is not ours.
// Each gets a clear page; nothing is stored.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { api, base, cartella, chiedi, comune, deposita, finche, genera, operatore, prova, visto } from "./banco.mjs";
import { esamina } from "./esame.mjs";
import { entra, invia } from "./gesti.mjs";

/** Failures of a name that cost no wait; the next one does. */
const TENTATIVI_LIBERI = 4;

async function password(banco, pagina) {
  const risposta = () => pagina.waitForResponse((r) => r.url().endsWith("/combas/entra")).then((r) => r.status());
  const tenta = async (ambiente, istat, segreto) => (await Promise.all([risposta(), entra(pagina, ambiente, istat, segreto)]))[0];
  await banco.attesi([401, 429], async () => {
    for (let i = 0; i < TENTATIVI_LIBERI; i += 1) {
      assert.equal(await tenta("pre", "888001", `sbagliata${i}`), 401);
      assert.match(await pagina.innerText("[role=alert]"), /Nome utente o password non riconosciuti/);
    }
    assert.equal(await pagina.inputValue("#name_id"), operatore("888001").nameId);
    assert.equal(await pagina.inputValue("#password"), "");
    await esamina(banco, pagina, "30-password-errata");
    // Two forms at hand, sent at once: a slow machine does not outlast the wait.
    const moduli = [];
    for (const segreto of ["sbagliata", operatore("888001").password]) {
      const r = await chiedi("GET", `${base("pre")}/combas`);
      const csrf = /name="csrf" value="([^"]+)"/.exec(r.testo)[1];
      const testate = { cookie: r.testate["set-cookie"][0].split(";")[0], "content-type": "application/x-www-form-urlencoded" };
      moduli.push(() => chiedi("POST", `${base("pre")}/combas/entra`, testate,
        new URLSearchParams({ csrf, name_id: operatore("888001").nameId, password: segreto }).toString()));
    }
    assert.ok([401, 429].includes((await moduli[0]()).stato));
    const presto = await moduli[1]();
    assert.equal(presto.stato, 429);
    assert.match(presto.testo, /Troppi tentativi falliti: riprovare fra \d+ second/);
    // An unknown name reads the same as a wrong password.
    await pagina.fill("#name_id", "NESSUNO");
    await pagina.fill("#password", "x");
    await pagina.click("main button");
    assert.match(await pagina.innerText("[role=alert]"), /Nome utente o password non riconosciuti/);
  });
  assert.deepEqual((await pagina.context().cookies()).filter((c) => c.name === "__Host-anpr-pre"), []);
  visto("password sbagliata: messaggio chiaro, poi attesa; un nome ignoto si legge uguale");
  await finche("la password giusta entra dopo l'attesa", async () => {
    const stato = await banco.attesi([429], () => tenta("pre", "888001", operatore("888001").password));
    return stato === 303;
  });
  visto("dopo l'attesa la password giusta entra");
}

async function fileSbagliati(banco, pagina) {
  const dove = cartella();
  const scrivi = (nome, byte) => {
    fs.writeFileSync(path.join(dove, nome), byte);
    return path.join(dove, nome);
  };
  const buona = genera("888001", 1);
  const casi = [
    { perche: "un nome senza forma", tipo: "APR", file: scrivi("estrazione.gz", fs.readFileSync(buona.apr)), codice: "EN001" },
    { perche: "un documento di testo", tipo: "APR", file: scrivi("lettera.txt", "Buongiorno"), codice: "EN001" },
    { perche: "non compresso", tipo: "APR", file: scrivi("888001_SUBAPR_1_1_1.gz", "<subentro/>"), codice: "EN009" },
    { perche: "un AIRE dato per APR", tipo: "APR", file: buona.aire, codice: null },
    { perche: "un APR dato per AIRE", tipo: "AIRE", file: buona.apr, codice: null },
    { perche: "il file di un altro Comune", tipo: "APR", file: genera("888004", 1).apr, codice: null },
    { perche: "un nome che si finge un percorso o un comando", tipo: "APR", file: scrivi("'><b>ciao.gz", "x"), codice: "EN001" },
  ];
  for (const caso of casi) {
    const [risposta] = await banco.attesi([422], () => Promise.all([
      pagina.waitForResponse((r) => r.request().method() === "POST" && r.url().endsWith("/combas/invio")), invia(pagina, caso.tipo, caso.file),
    ]));
    assert.equal(risposta.status(), 422, caso.perche);
    assert.match(await pagina.innerText("[role=alert]"), /File non accettato.*rifiutato all'invio.*Correggere e inviare di nuovo/s, caso.perche);
    const codici = await pagina.locator("[aria-label='Motivi del rifiuto'] tbody th").allInnerTexts();
    if (caso.codice) assert.deepEqual(codici, [caso.codice], caso.perche);
    assert.equal(codici.length, 1, `${caso.perche}: ${codici}`);
    assert.match(codici[0], /^EN\d{3}$/, caso.perche);
    // The kind chosen stays chosen.
    assert.equal(await pagina.inputValue("input[name=tipo]:checked"), caso.tipo, caso.perche);
    if (caso.perche === "un nome senza forma") await esamina(banco, pagina, "31-nome-errato");
    await pagina.click("[aria-label='Motivi del rifiuto'] th a");
    assert.equal(await pagina.innerText("h1"), codici[0]);
    assert.ok((await pagina.innerText("main p:not(.briciole) >> nth=1")).length > 40, `${codici[0]} si spiega`);
    visto(`${caso.perche}: ${codici[0]}, spiegato`);
  }
  const vuoto = await banco.attesi([422], async () => {
    await invia(pagina, "APR", scrivi("888001_SUBAPR_2_1_1.gz", ""));
    return pagina.innerText("main");
  });
  assert.match(vuoto, /File non accettato|Invio non riuscito/);
  visto("un file vuoto non è accettato");
  assert.deepEqual(await api("GET", "/api/forniture?ambiente=pre&comune=888001"), []);
  assert.deepEqual(await api("GET", "/api/pec?comune=888001"), []);
  visto("nessuno dei rifiutati ha lasciato forniture o PEC");
}

async function confini(banco, pagina) {
  const [biscotto] = (await pagina.context().cookies()).filter((c) => c.name === "__Host-anpr-pre");
  for (const altro of ["test", "sub"]) {
    const r = await banco.attesi([401], () => pagina.goto(`${base(altro)}/combas/esiti`));
    assert.equal(r.status(), 401);
    assert.equal(await pagina.locator("#password").count(), 1);
    for (const nome of [`__Host-anpr-${altro}`, "__Host-anpr-pre"]) {
      const portata = await chiedi("GET", `${base(altro)}/combas/esiti`, { cookie: `${nome}=${biscotto.value}` });
      assert.equal(portata.stato, 401, `${altro} con ${nome}`);
    }
  }
  assert.equal((await chiedi("GET", `${base("pre")}/combas/esiti`, { cookie: `__Host-anpr-pre=${biscotto.value}` })).stato, 200);
  visto("la sessione di un ambiente non vale negli altri, nemmeno portata a mano");

  const altra = genera("888002", 1);
  // 888002 has already migrated: its delivery is the one the ready Comune came with, or the one of another environment.
  const sue = await api("GET", "/api/forniture?ambiente=pre&comune=888002");
  const id = sue[0]?.id ?? await deposita("pre", "888002", altra.apr);
  const [lista] = (await chiedi("GET", `${base("pre")}/combas/esiti/${id}`)).stato === 401 ? ["soggetti.csv"] : assert.fail("aperta a tutti");
  await deposita("pre", "888005", genera("888005", 1, "--anomalie", "ES092=1").apr);
  const ko = await finche("888005 fallisce", async () => (await api("GET", "/api/forniture?ambiente=pre&comune=888005")).find((f) => f.stato === "KO"));
  const [pec] = await api("GET", "/api/pec?comune=888005");
  for (const f of [id, ko.id]) {
    for (const dove of [`/combas/esiti/${f}`, `/combas/esiti/${f}/liste/${lista}`, `/combas/anomalie?fornitura=${f}`]) {
      const r = await banco.attesi([404], () => pagina.goto(base("pre") + dove));
      assert.equal(r.status(), 404, dove);
      assert.doesNotMatch(await pagina.innerText("main"), /ES092|88800[25]/, dove);
    }
  }
  await esamina(banco, pagina, "32-non-trovato");
  for (const dove of [`/combas/posta/${pec.id}`, `/combas/posta/${pec.id}/messaggio.eml`]) {
    const r = await banco.attesi([404], () => pagina.goto(base("pre") + dove));
    assert.equal(r.status(), 404, dove);
  }
  assert.equal((await api("GET", "/api/pec?comune=888005"))[0].letta, false);
  visto(`l'operatore di 888001 non apre forniture, liste, anomalie e posta di 888002 e 888005 (${id}, ${ko.id}, ${pec.id})`);
}

async function moduliAltrui(banco, pagina) {
  const buona = genera("888001", 3);
  const [biscotto] = (await pagina.context().cookies()).filter((c) => c.name === "__Host-anpr-pre");
  await pagina.goto(`${base("pre")}/combas/invio`);
  await pagina.setInputFiles("#file", buona.apr);
  await pagina.check("input[name=conferma]");
  await pagina.locator("main input[name=csrf]").evaluate((e) => e.remove());
  const [r] = await banco.attesi([403], () => Promise.all([
    pagina.waitForResponse((x) => x.request().method() === "POST"), pagina.click("main form button"),
  ]));
  assert.equal(r.status(), 403);
  assert.match(await pagina.innerText("main"), /Il modulo non è di questa sessione/);
  await esamina(banco, pagina, "33-modulo-rifiutato", false);
  const modulo = { cookie: `__Host-anpr-pre=${biscotto.value}`, "content-type": "application/x-www-form-urlencoded" };
  await pagina.goto(`${base("pre")}/combas`);
  const csrf = await pagina.inputValue(".chi input[name=csrf]");
  for (const [perche, testate, corpo] of [
    ["senza gettone", {}, ""],
    ["con un gettone inventato", {}, `csrf=${"0".repeat(csrf.length)}`],
    ["da un'altra origine", { origin: "https://malvagio.example" }, `csrf=${csrf}`],
    ["da un altro sito", { "sec-fetch-site": "cross-site" }, `csrf=${csrf}`],
    ["con un altro nome di host", { host: "malvagio.example" }, `csrf=${csrf}`],
  ]) {
    const e = await chiedi("POST", `${base("pre")}/combas/esci`, { ...modulo, ...testate }, corpo);
    assert.equal(e.stato, 403, perche);
  }
  assert.equal((await pagina.goto(`${base("pre")}/combas/esiti`)).status(), 200);
  assert.deepEqual(await api("GET", "/api/forniture?ambiente=pre&comune=888001"), []);
  visto("un modulo senza gettone, o mandato da altrove, non fa nulla");

  // A page of another site, in the same browser: it can neither frame ours nor send its forms.
  const altrove = await banco.pagina();
  await altrove.setContent(`<form method="post" action="${base("pre")}/combas/esci"><button>premi</button></form>`);
  const [cattiva] = await banco.attesi([403], () => Promise.all([altrove.waitForResponse((x) => x.request().method() === "POST"), altrove.click("button")]));
  assert.equal(cattiva.status(), 403);
  visto("un modulo in una pagina altrui, premuto davvero nel browser, è respinto alla porta");
  assert.ok(comune("888001"));
}

await prova(async (banco) => {
  const pagina = await banco.pagina();
  await password(banco, pagina);
  await fileSbagliati(banco, pagina);
  await confini(banco, pagina);
  await moduliAltrui(banco, pagina);
});
