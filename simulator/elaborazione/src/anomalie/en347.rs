//! EN347: codice ISTAT di un nome cessato

#[allow(clippy::wildcard_imports)]
use super::prelude::*;

pub(super) static ANOMALIA: Anomalia = Anomalia {
 codice: Codice("EN347"),
 titolo: "Codice ISTAT di un nome cessato",
 testo: Testo { tabella: "Il codice ISTAT indica una denominazione non più in uso", osservato: "Il codice ISTAT @ indica una denominazione non più in uso" },
 gravita: GravitaPer::ovunque(Avviso, NonAttivo),
 da_rimuovere: false,
 tabella: None,
 procedura: Some(Procedura("006")),
 fonti: &[Fonte::TabellaAnomalie, Fonte::ErroriAe],
 divergenza: None,
 spiegazione: "Sostituire il codice con quello del comune attuale alla data.",
 plantable: Plantable::Scheda,
 check: Check::Soggetto(verifica),
 cases: &[Case { name: "codice di denominazione", setup: &[Set("soggetto[1]/residenza/indirizzo/comune/nomeComune", "ABANO TERME"), Set("soggetto[1]/residenza/indirizzo/comune/siglaProvinciaIstat", "PD"), World("la residenza non è confrontata con il Comune che invia", |b| { b.politica.ea048_residenza = false; }), Set("soggetto[1]/residenza/indirizzo/comune/codiceIstat", "028001")], breaks: &[Set("soggetto[1]/residenza/indirizzo/comune/codiceIstat", "028500")], near: &[Set("soggetto[1]/residenza/indirizzo/comune/codiceIstat", "013640")] }],
};

fn verifica(s: &SchedaLetta<'_>, ambito: &Ambito<'_>, out: &mut Trovati<'_>) {
    /// Codes of former names are numbered from here within a province; no Comune is.
    const PRIMA_DENOMINAZIONE: &str = "500";
    for nodi in &nodi().codici_istat {
        let Some(istat) = s.testo(nodi.istat) else { continue };
        if istat.get(3..).is_none_or(|numero| numero < PRIMA_DENOMINAZIONE) {
            continue;
        }
        if let Some(comune) = s.comune(nodi)
            && esiste(ambito, &comune, None).en347
        {
            out.segnala(s.punto(nodi.istat), &[istat]);
        }
    }
}
