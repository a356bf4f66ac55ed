// A gestionale in miniature in Node: the `soap` package reads the WSDL and calls, sicurezza.mjs signs.
//
//   node client.mjs TEST [--sha256] [--altera]
//   node client.mjs S001 FILE.gz [--sha256]
//
// Settings are in the environment (see ../prepara.sh). Prints one JSON object.
import { readFileSync } from "node:fs";
import https from "node:https";
import { basename } from "node:path";
import axios from "axios";
import soap from "soap";
import { SicurezzaAnpr, apriP12 } from "./sicurezza.mjs";

const PERCORSI = { TEST: "/ANPRTestConn/TestConn", S001: "/ANPRS001ServizioSubentro/AnprServiceS001" };
const { ANPR_URL, ANPR_TIPO_INVIO, ANPR_CA, ANPR_P12, ANPR_PASSWORD, ANPR_OPERATORE } = process.env;
const opzioni = process.argv.slice(2).filter((a) => a.startsWith("--"));
const [operazione, file] = process.argv.slice(2).filter((a) => !a.startsWith("--"));

const identita = apriP12(ANPR_P12, ANPR_PASSWORD);
const sicurezza = new SicurezzaAnpr(identita, ANPR_OPERATORE, { sha: opzioni.includes("--sha256") ? "sha256" : "sha1" });

// The trust store: the simulator's roots, for the WSDL and for the calls alike.
const httpsAgent = new https.Agent({ ca: readFileSync(ANPR_CA), keepAlive: true });
const client = await soap.createClientAsync(`${ANPR_URL}${PERCORSI[operazione]}?wsdl`, {
  request: axios.create({ httpsAgent, proxy: false }),
});
client.setSecurity(sicurezza);

const testataRichiesta = {
  idOperazioneComune: String(Date.now()),
  codMittente: identita.comune,
  codDestinatario: "ANPR05",
  operazioneRichiesta: operazione,
  dataOraRichiesta: new Date().toISOString(),
  tipoOperazione: "C",
  tipoInvio: ANPR_TIPO_INVIO,
};
// What a proxy that "tidies" messages does: the text changes after it was signed.
const altera = (xml) => xml.replace(/(<idOperazioneComune>)\d/, "$19");
const chiamata = opzioni.includes("--altera") ? { postProcess: altera } : {};

const esito = { operazione };
try {
  if (operazione === "TEST") {
    const [risposta] = await client.testConnAsync({ testataRichiesta }, chiamata);
    Object.assign(esito, { risposta: "RispostaConnessione", esito: risposta.testataRisposta.esitoOperazione });
  } else {
    const fileXml = readFileSync(file).toString("base64");
    const [risposta] = await client.subentroS001Async({ testataRichiesta, nomeFile: basename(file), fileXml }, chiamata);
    const [nome] = Object.keys(risposta).filter((k) => k.startsWith("risposta"));
    Object.assign(esito, {
      risposta: nome,
      esito: risposta[nome].testataRisposta.esitoOperazione,
      errori: risposta[nome].listaErrori,
    });
  }
} catch (e) {
  // soap turns a fault (HTTP 500) into an error that carries the parsed envelope.
  const fault = e.root?.Envelope?.Body?.Fault;
  if (!fault) throw e;
  esito.fault = { codice: fault.faultcode, testo: fault.faultstring };
}
console.log(JSON.stringify(esito));
