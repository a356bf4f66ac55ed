// What a person does at the environment pages, as gestures: enter, send a file, wait for the outcome, leave.

import assert from "node:assert/strict";
import fs from "node:fs";
import { base, operatore, pronto } from "./banco.mjs";

/** Presses Tab until the element has the focus. */
export async function vaiCon(pagina, selettore) {
  const dove = pagina.locator(selettore);
  assert.equal(await dove.count(), 1, selettore);
  for (let i = 0; i < 200; i += 1) {
    if (await dove.evaluate((e) => e === document.activeElement)) return dove;
    await pagina.keyboard.press("Tab");
  }
  return assert.fail(`il tasto Tab non arriva a ${selettore}`);
}

/** Enters with name and password, keyboard only. */
export async function entraDaTastiera(pagina, ambiente, istat) {
  const { nameId, password } = operatore(istat);
  await pagina.goto(`${base(ambiente)}/combas`);
  await vaiCon(pagina, "#name_id");
  await pagina.keyboard.type(nameId);
  await vaiCon(pagina, "#password");
  await pagina.keyboard.type(password);
  await vaiCon(pagina, "main button");
  await Promise.all([pagina.waitForNavigation(), pagina.keyboard.press("Enter")]);
}

/** Enters with name and password. */
export async function entra(pagina, ambiente, istat, password = operatore(istat).password) {
  await pagina.goto(`${base(ambiente)}/combas`);
  await pagina.fill("#name_id", operatore(istat).nameId);
  await pagina.fill("#password", password);
  await Promise.all([pagina.waitForNavigation(), pagina.click("main button")]);
}

/** Sends a file from the upload page, keyboard only. */
export async function inviaDaTastiera(pagina, tipo, file) {
  await vaiCon(pagina, "nav a[href='/combas/invio']");
  await Promise.all([pagina.waitForNavigation(), pagina.keyboard.press("Enter")]);
  // The browser enters a group of radio buttons at the chosen one; the arrows choose.
  await vaiCon(pagina, "input[name=tipo]:checked");
  if (tipo === "AIRE") await pagina.keyboard.press("ArrowDown");
  assert.equal(await pagina.inputValue("input[name=tipo]:checked"), tipo);
  await vaiCon(pagina, "#file");
  const [scelta] = await Promise.all([pagina.waitForEvent("filechooser"), pagina.keyboard.press("Enter")]);
  await scelta.setFiles(file);
  await vaiCon(pagina, "input[name=conferma]");
  await pagina.keyboard.press("Space");
  // In subentro there is a second one: it cannot be undone.
  if (await pagina.locator("input[name=definitivo]").count()) {
    await vaiCon(pagina, "input[name=definitivo]");
    await pagina.keyboard.press("Space");
  }
  await vaiCon(pagina, "main form button");
  await Promise.all([pagina.waitForNavigation(), pagina.keyboard.press("Enter")]);
}

/** Sends a file from the upload page. */
export async function invia(pagina, tipo, file) {
  await pagina.click("nav a[href='/combas/invio']");
  await pagina.check(`input[name=tipo][value=${tipo}]`);
  await pagina.setInputFiles("#file", file);
  await pagina.check("input[name=conferma]");
  if (await pagina.locator("input[name=definitivo]").count()) await pagina.check("input[name=definitivo]");
  await Promise.all([pagina.waitForNavigation(), pagina.click("main form button")]);
}

/** Headline of the page of the delivery. */
export const stato = (pagina) => pagina.locator("#vivo .avviso h2").innerText();

/** Leaves. */
export async function esci(pagina) {
  await pagina.click(".chi button");
  await pagina.waitForSelector("#password");
}

/** The cells of a table, row by row. */
export const tabella = (pagina, nome) =>
  pagina.locator(`[role=region][aria-label='${nome}'] tbody tr`).evaluateAll((righe) => righe.map((r) => [...r.cells].map((c) => c.innerText.trim())));

/** Presses a button and waits for the page it leads to. */
export const premi = (pagina, testo) =>
  Promise.all([pagina.waitForNavigation(), pagina.getByRole("button", { name: testo }).first().click()]);

/** Enters an area with name and password. */
export async function entraInArea(pagina, dove, nome, password) {
  await pagina.goto(`${base("sub")}${dove}`);
  await pagina.fill("#nome", nome);
  await pagina.fill("#password", password);
  await Promise.all([pagina.waitForNavigation(), pagina.click("main form button")]);
}

/** Downloads what a press gives: its name and its bytes. */
export async function scarica(pagina, premuto) {
  const [d] = await Promise.all([pagina.waitForEvent("download"), premuto()]);
  return { nome: d.suggestedFilename(), byte: fs.readFileSync(await d.path()) };
}

/** Chooses and presses by keyboard: a field, its text. */
export async function scrivi(pagina, selettore, testo) {
  await vaiCon(pagina, selettore);
  await pagina.keyboard.press("Control+A");
  await pagina.keyboard.type(testo);
}

/** A browser that shows a card; the driver shows it in its place. */
export const conCarta = (banco, carta) => banco.pagina({
  clientCertificates: [{ origin: pronto.carta, pfxPath: carta.p12, passphrase: carta.password }], ignoreHTTPSErrors: true,
});
