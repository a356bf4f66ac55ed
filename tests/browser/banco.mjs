// What every browser test stands on: one Chromium that trusts the simulator only, a watch over everything it does,
// the ready file, and requests made without a browser.
//
// Started by tests/tests/browser.rs as: node SCRIPT READY_JSON PROGRAM FOLDER_FOR_SCREENSHOTS

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import os from "node:os";
import path from "node:path";
import tls from "node:tls";
import { chromium } from "playwright-core";

const [, script, fileReady, programma, artefatti] = process.argv;
assert.ok(artefatti, "uso: node SCRIPT READY_JSON PROGRAMMA ARTEFATTI");

/** The ready file. */
export const pronto = JSON.parse(fs.readFileSync(fileReady, "utf8"));
/** Data folder of the simulator. */
export const dati = path.dirname(fileReady);
/** Where screenshots go. */
export const immagini = artefatti;
fs.mkdirSync(immagini, { recursive: true });
/** The scenario date of the bench. */
export const OGGI = "2021-03-01";
/** Longest wait for anything on a page, in milliseconds. */
const ATTESA_MS = 15_000;

const ca = fs.readFileSync(pronto.ca);

/** A ready Comune. */
export const comune = (istat) => pronto.comuni.find((c) => c.istat === istat) ?? assert.fail(`${istat} non è pronto`);
/** The operator of a ready Comune. */
export const operatore = (istat) => comune(istat).operatori[0];

/** Runs a subcommand of the program; its output and exit code. */
export function esegui(...argomenti) {
  try {
    return { codice: 0, testo: execFileSync(programma, argomenti, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }) };
  } catch (e) {
    if (typeof e.status !== "number") throw e;
    return { codice: e.status, testo: e.stdout, errori: e.stderr };
  }
}

/** A fresh folder that goes when the test ends. */
export function cartella() {
  const dove = fs.mkdtempSync(path.join(os.tmpdir(), "anpr-browser-"));
  process.on("exit", () => fs.rmSync(dove, { recursive: true, force: true }));
  return dove;
}

/** Generates a delivery: its APR and AIRE files and the manifest of what was planted. */
export function genera(istat, versione, ...altro) {
  const out = cartella();
  const r = esegui("generate", "--comune", istat, "--versione", `${versione}`, "--abitanti", "300", "--aire", "20", "--oggi", OGGI,
    "--out", out, "--json", ...altro);
  assert.equal(r.codice, 0, r.errori);
  const { contenuto } = JSON.parse(r.testo);
  const file = (tipo) => path.join(out, contenuto.file.find((n) => n.includes(tipo)));
  return { apr: file("_SUBAPR_"), aire: file("_SUBAIRE_"), manifesto: contenuto };
}

/** A request without a browser, trusting the simulator's roots only. */
export function chiedi(metodo, url, testate = {}, corpo = undefined) {
  return new Promise((bene, male) => {
    const porta = url.startsWith("https:") ? https : http;
    const r = porta.request(url, { method: metodo, headers: testate, ca, agent: false, servername: new URL(url).hostname }, (risposta) => {
      const pezzi = [];
      risposta.on("data", (p) => pezzi.push(p));
      risposta.on("end", () => {
        const corpo = Buffer.concat(pezzi);
        bene({ stato: risposta.statusCode, testate: risposta.headers, corpo, testo: corpo.toString("utf8") });
      });
    });
    r.on("error", male);
    r.end(corpo);
  });
}

/** A call of the control API that must answer 2xx, as JSON. */
export async function api(metodo, percorso, corpo = undefined) {
  const r = await chiedi(metodo, pronto.console + percorso, { "content-type": "application/json" }, corpo === undefined ? undefined : JSON.stringify(corpo));
  assert.ok(r.stato >= 200 && r.stato < 300, `${metodo} ${percorso}: ${r.stato} ${r.testo}`);
  return r.testo ? JSON.parse(r.testo) : null;
}

/** Sends a file through the control API; gives the delivery's id. */
export async function deposita(ambiente, istat, file) {
  const nome = path.basename(file);
  const tipo = nome.includes("SUBAIRE") ? "AIRE" : "APR";
  const url = `${pronto.console}/api/forniture?ambiente=${ambiente}&comune=${istat}&tipo=${tipo}&nome=${nome}`;
  const r = await chiedi("POST", url, { "content-type": "application/octet-stream" }, fs.readFileSync(file));
  assert.equal(r.stato, 201, r.testo);
  return JSON.parse(r.testo).fornitura;
}

/** Waits until something is so. */
export async function finche(che, vero) {
  const fine = Date.now() + ATTESA_MS;
  for (;;) {
    const v = await vero();
    if (v) return v;
    assert.ok(Date.now() < fine, `non è avvenuto in ${ATTESA_MS} ms: ${che}`);
    await new Promise((r) => setTimeout(r, 50));
  }
}

/** Digest of the public key of a server, after its chain was verified against the simulator's roots. */
function impronta(url) {
  const { hostname, port } = new URL(url);
  return new Promise((bene, male) => {
    const s = tls.connect({ host: hostname, port: Number(port), servername: hostname, ca }, () => {
      const chiave = new X509Certificate(s.getPeerCertificate(true).raw).publicKey.export({ type: "spki", format: "der" });
      s.end();
      bene(createHash("sha256").update(chiave).digest("base64"));
    });
    s.on("error", male);
  });
}

/** Everything that belongs to the simulator. */
const nostri = new Set([pronto.console, pronto.carta, ...Object.values(pronto.ambienti).map((a) => a.ws)].map((u) => new URL(u).host));

/** The names of the three environments' bases. */
export const base = (ambiente) => pronto.ambienti[ambiente].ws;

const quaderno = { passi: 0, misure: [] };

/** Says that something was seen to be so. */
export function visto(testo) {
  quaderno.passi += 1;
  console.log(`  ✓ ${testo}`);
}

/** Keeps a measure for the end. */
export const misura = (m) => quaderno.misure.push(m);

class Banco {
  #browser;
  #guai = [];
  #attesi = [];

  constructor(browser) {
    this.#browser = browser;
  }

  /** A page in a context of its own, watched. */
  async pagina(opzioni = {}) {
    const contesto = await this.#browser.newContext({
      viewport: { width: 1280, height: 860 }, locale: "it-IT", timezoneId: "Europe/Rome", colorScheme: "light",
      acceptDownloads: true, ...opzioni,
    });
    contesto.setDefaultTimeout(ATTESA_MS);
    contesto.on("request", (r) => {
      const u = new URL(r.url());
      if (u.protocol.startsWith("http") && !nostri.has(u.host)) this.#guai.push(`richiesta a un altro host: ${r.url()}`);
    });
    contesto.on("weberror", (e) => this.#guai.push(`errore nella pagina: ${e.error()}`));
    contesto.on("console", (m) => {
      if (m.type() !== "error" && m.type() !== "warning") return;
      // A refusal we asked for is reported by the browser as a line of its own.
      const rete = /status of (4\d\d)/.exec(m.text());
      if (rete && this.#attesi.includes(Number(rete[1]))) return;
      this.#guai.push(`console, ${m.type()} a ${m.location().url}: ${m.text()}`);
    });
    const pagina = await contesto.newPage();
    // File choosers are intercepted from the start: switching that on while a key is pressed would be a race.
    pagina.on("filechooser", () => {});
    return pagina;
  }

  /** While `cosa` runs, replies with these statuses are no error. */
  async attesi(stati, cosa) {
    this.#attesi = stati;
    try {
      const r = await cosa();
      // The line of a refusal may come a moment after the page.
      await new Promise((f) => setTimeout(f, 50));
      return r;
    } finally {
      this.#attesi = [];
    }
  }

  /** Notes a fault without stopping: one run shows them all. */
  guaio(testo) {
    this.#guai.push(testo);
  }

  get guai() {
    return this.#guai;
  }
}

/** Runs a test from browser start to verdict. */
export async function prova(corpo) {
  const nome = path.basename(script, ".mjs");
  const inizio = Date.now();
  const impronte = await Promise.all([pronto.carta, ...Object.values(pronto.ambienti).map((a) => a.ws)].map(impronta));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--lang=it",
      // Not «ignore errors»: these very keys, whose chains were verified a moment ago.
      `--ignore-certificate-errors-spki-list=${[...new Set(impronte)].join(",")}`,
      // Names of other hosts lead nowhere, so that nothing can be asked of them by mistake.
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"],
  });
  const banco = new Banco(browser);
  let caduta = null;
  try {
    await corpo(banco);
  } catch (e) {
    caduta = e;
    for (const [i, p] of browser.contexts().flatMap((c) => c.pages()).entries()) {
      const dove = path.join(immagini, `guasto-${nome}-${i}.png`);
      await p.screenshot({ path: dove, fullPage: true }).catch(() => {});
      console.error(`al momento del guasto: ${p.url()} (${dove})`);
    }
  }
  await browser.close();
  for (const m of quaderno.misure) console.log(`  · ${m}`);
  for (const g of banco.guai) console.error(`✗ ${g}`);
  if (caduta) console.error(caduta);
  const buona = !caduta && banco.guai.length === 0;
  console.log(`${nome}: ${buona ? "bene" : "MALE"}, ${quaderno.passi} cose viste in ${((Date.now() - inizio) / 1000).toFixed(1)} s`);
  process.exit(buona ? 0 : 1);
}
