// Login by card in Chromium: the page that says what is missing, and the way through with a card in the browser.

import assert from "node:assert/strict";
import { api, base, operatore, prova, pronto, visto } from "./banco.mjs";
import { esamina } from "./esame.mjs";

await prova(async (banco) => {
  const senza = await banco.pagina();
  await senza.goto(`${base("pre")}/combas`);
  const r = await banco.attesi([401], async () => {
    const [risposta] = await Promise.all([senza.waitForNavigation(), senza.click("text=Entra con la carta")]);
    return risposta;
  });
  assert.equal(r.status(), 401);
  assert.equal(new URL(senza.url()).origin, pronto.carta);
  assert.equal(await senza.innerText("h1"), "Nessun certificato presentato");
  await esamina(banco, senza, "70-carta-assente");
  await Promise.all([senza.waitForNavigation(), senza.click("text=Entra con utente e password")]);
  assert.equal(senza.url(), `${base("pre")}/combas`);
  visto("senza carta la pagina dice che cosa manca e riporta alla password");
  await senza.goto(pronto.carta);
  await esamina(banco, senza, "71-porta-della-carta", false);

  const { nameId } = operatore("888001");
  const carta = await api("POST", "/api/carte", { comune: "888001", nameId });
  // The card is shown by the driver in the browser's place, which then meets the driver's own server certificate.
  const clientCertificates = [{ origin: pronto.carta, pfxPath: carta.p12, passphrase: carta.password }];
  const con = await banco.pagina({ clientCertificates, ignoreHTTPSErrors: true });
  await con.goto(`${base("pre")}/com`);
  await con.waitForURL(`${base("pre")}/combas`);
  assert.equal(await con.innerText("h1"), "Stato della fornitura");
  assert.match(await con.innerText(".chi"), new RegExp(nameId));
  const biscotti = (await con.context().cookies()).map((b) => [b.name, b.httpOnly, b.secure, b.sameSite]);
  assert.deepEqual(biscotti, [["__Host-anpr-pre", true, true, "Strict"]]);
  visto("con la carta si entra, e nel browser resta il solo cookie della sessione");

  const posto = pronto.comuni[0].postazioni[0];
  const sbagliato = await banco.pagina({ clientCertificates: [{ origin: pronto.carta, pfxPath: posto.p12, passphrase: posto.password }], ignoreHTTPSErrors: true });
  await banco.attesi([403], () => sbagliato.goto(`${base("sub")}/com`));
  assert.equal(await sbagliato.innerText("h1"), "È un certificato di postazione");
  await esamina(banco, sbagliato, "72-carta-postazione");
  visto("un certificato di postazione è riconosciuto e spiegato");
});
