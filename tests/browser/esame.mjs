// The examination every page passes, whatever it shows: banner, accessibility in both colour schemes, width, nothing cut,
// keyboard, weight; and its pictures at three widths.
//
// axe runs every rule it has on by default (WCAG 2.0 to 2.2 A and AA, and its best practices) at two widths; what it finds
// serious or critical is a fault. In the dark only contrast can differ, so only that is asked again.

import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { immagini, misura } from "./banco.mjs";

const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Widths of the pictures, in CSS pixels: a telephone, a laptop, a wide screen. */
const LARGHEZZE = [360, 1280, 1920];
/** Pictures: the narrow and the wide page once, the usual one in both colour schemes. */
const RITRATTI = ["360-light", "1280-light", "1920-light", "1280-dark"];
const SCHEMI = ["light", "dark"];
/** Most bytes of a page with all it loads, decompressed. */
const PESO_MASSIMO = 100_000;
/** Most presses of Tab on one page. */
const MAX_TAB = 900;

async function accessibile(banco, pagina, nome, schema) {
  const gravi = await pagina.evaluate(async (scuro) => {
    const solo = scuro ? { runOnly: ["color-contrast"] } : {};
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"], ...solo });
    return violations.filter((v) => v.impact === "serious" || v.impact === "critical")
      .map((v) => `${v.impact} ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html).join(" | ")}`);
  }, schema === "dark");
  for (const g of gravi) banco.guaio(`${nome} (${schema}): ${g}`);
}

/** What sticks out of the page or loses text at its edge. What scrolls by itself (tables, sources) may be wider. */
async function tagliati(banco, pagina, nome) {
  const cosa = await pagina.evaluate(() => [...document.querySelectorAll("body *")]
    .filter((e) => !e.closest(".scorri, pre, svg, .invisibile, .salta") && e.checkVisibility())
    .filter((e) => {
      const r = e.getBoundingClientRect();
      const chiuso = !/^(INPUT|SELECT|TEXTAREA)$/.test(e.tagName) && getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1;
      return r.width > 0 && (r.right > innerWidth + 1 || r.left < -1 || chiuso);
    }).slice(0, 3).map((e) => e.outerHTML.slice(0, 120)));
  for (const c of cosa) banco.guaio(`${nome}: esce o è tagliato ${c}`);
}

/** Walks of one page: a live page may renew a part of itself under the walk, which then counts for nothing. */
const MAX_GIRI = 3;

/** Tab reaches everything that can be used, in the order of the document, with a visible ring, never under the banner. */
async function tastiera(banco, pagina, nome) {
  for (let giro = 1; ; giro += 1) {
    const { quanti, guai, rinnovata } = await percorri(pagina);
    if (rinnovata && giro < MAX_GIRI) continue;
    if (rinnovata) guai.push(`la pagina si rinnova sotto le dita: ${MAX_GIRI} giri di tastiera interrotti`);
    for (const g of guai) banco.guaio(`${nome}: ${g}`);
    return quanti;
  }
}

/** One walk: the stops, what is wrong, and whether marked stops vanished meanwhile. */
async function percorri(pagina) {
  const guai = [];
  const quanti = await pagina.evaluate(() => {
    const visibile = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.disabled;
    const gruppi = new Set();
    // One stop per group of radio buttons; a scrolling box without overflow is a stop by its tabindex.
    const tutti = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")]
      .filter(visibile).filter((e) => {
        if (e.type !== "radio") return true;
        const nuovo = !gruppi.has(e.name);
        gruppi.add(e.name);
        return nuovo;
      });
    tutti.forEach((e, i) => { e.dataset.tappa = e.type === "radio" ? `radio-${e.name}` : `${i}`; });
    document.querySelectorAll("input[type=radio]").forEach((e) => { e.dataset.tappa = `radio-${e.name}`; });
    document.activeElement?.blur?.();
    globalThis.getSelection()?.removeAllRanges();
    globalThis.scrollTo(0, 0);
    document.body.setAttribute("tabindex", "-1");
    document.body.focus();
    document.body.removeAttribute("tabindex");
    return tutti.length;
  });
  const marcate = await pagina.locator("[data-tappa]").count();
  const visti = new Set();
  let prima = null;
  for (let giro = 0; visti.size < quanti && giro < MAX_TAB; giro += 1) {
    await pagina.keyboard.press("Tab");
    const t = await pagina.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const s = getComputedStyle(e);
      const r = e.getBoundingClientRect();
      const striscia = document.querySelector(".banner").getBoundingClientRect().bottom;
      return {
        salta: e.classList.contains("salta"), tappa: e.dataset.tappa, cosa: e.outerHTML.slice(0, 120), anello: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2,
        coperto: r.bottom <= striscia && !e.classList.contains("salta"), fuori: r.bottom < 0 || r.top > innerHeight,
      };
    });
    if (!t) continue;
    if (visti.has(t.tappa)) continue;
    visti.add(t.tappa);
    prima ??= t;
    if (!t.anello) guai.push(`il fuoco non si vede su ${t.cosa}`);
    if (t.coperto || t.fuori) guai.push(`il fuoco è nascosto su ${t.cosa}`);
  }
  if (!prima?.salta) guai.push(`la prima tappa non è «Vai al contenuto» ma ${prima?.cosa}`);
  if (visti.size < quanti) {
    const mancati = await pagina.evaluate((v) => [...document.querySelectorAll("[data-tappa]")]
      .filter((e) => !v.includes(e.dataset.tappa)).slice(0, 3).map((e) => e.outerHTML.slice(0, 120)), [...visti]);
    guai.push(`${quanti - visti.size} elementi su ${quanti} non si raggiungono con il tasto Tab: ${mancati.join(" | ")}`);
  }
  const segnate = await pagina.locator("[data-tappa]").count();
  return { quanti, guai, rinnovata: segnate < marcate };
}

/** Examines the page that is open; `nome` names its pictures. A page much like another needs none (`ritratti` false). */
export async function esamina(banco, pagina, nome, ritratti = true) {
  const [striscia, peso] = await pagina.evaluate(async () => {
    // The browser notes the first paint a frame or two after it.
    await new Promise((bene) => {
      new PerformanceObserver(() => bene()).observe({ type: "paint", buffered: true });
      setTimeout(bene, 500);
    });
    const b = document.querySelector(".banner");
    const r = b?.getBoundingClientRect();
    const voci = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    const pittura = performance.getEntriesByName("first-contentful-paint")[0];
    const [n] = performance.getEntriesByType("navigation");
    return [
      b && r.top === 0 && r.width >= document.documentElement.clientWidth && b.textContent.includes("SIMULATORE"),
      { byte: voci.reduce((s, v) => s + v.decodedBodySize, 0), file: voci.length, fcp: pittura?.startTime, ttfb: n.responseStart },
    ];
  });
  if (!striscia) banco.guaio(`${nome}: manca la striscia SIMULATORE in cima`);
  if (!(peso.byte > 0 && peso.byte < PESO_MASSIMO)) banco.guaio(`${nome}: la pagina pesa ${peso.byte} byte`);
  const titoli = await pagina.locator("h1").count();
  if (titoli !== 1) banco.guaio(`${nome}: ${titoli} titoli h1`);

  await pagina.evaluate(axe);
  for (const colorScheme of SCHEMI) {
    await pagina.emulateMedia({ colorScheme });
    for (const width of LARGHEZZE) {
      await pagina.setViewportSize({ width, height: width === 360 ? 740 : 860 });
      const oltre = await pagina.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (oltre > 0) banco.guaio(`${nome}: a ${width} px si scorre di lato per ${oltre} px`);
      if (colorScheme === "light") await tagliati(banco, pagina, `${nome} a ${width} px`);
      if (ritratti && RITRATTI.includes(`${width}-${colorScheme}`)) {
        await pagina.evaluate(() => globalThis.scrollTo(0, 0));
        const dove = path.join(immagini, `${nome}-${width}-${colorScheme === "light" ? "chiaro" : "scuro"}.png`);
        await pagina.screenshot({ path: dove, fullPage: true });
      }
      // Narrow pages have other things on top of each other: colours are judged at both ends, names once.
      if (width === 1280 || (width === 360 && colorScheme === "light")) await accessibile(banco, pagina, `${nome} a ${width} px`, colorScheme);
    }
  }
  await pagina.emulateMedia({ colorScheme: "light" });
  await pagina.setViewportSize({ width: 1280, height: 860 });
  const tappe = await tastiera(banco, pagina, nome);
  await pagina.evaluate(() => { document.activeElement?.blur?.(); globalThis.scrollTo(0, 0); });
  const fcp = peso.fcp === undefined ? "non misurata" : `${peso.fcp.toFixed(0)} ms`;
  misura(`${nome}: ${(peso.byte / 1000).toFixed(1)} kB in ${peso.file} file, prima pittura ${fcp} (primo byte ${peso.ttfb.toFixed(0)} ms), ${tappe} tappe di tastiera`);
}
