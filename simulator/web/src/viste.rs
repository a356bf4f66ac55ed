//! A delivery → what a person wants to know: where it stands, what is missing, what to do next.
//!
//! Pure functions of the register's values; the pages of the environments and of the console show the same view.

use std::collections::BTreeSet;

use anagrafe::Ambiente;
use elaborazione::anomalie::{Anomalia, Check, Livello};
use registro::{Fornitura, Ritmo, StatoFile, StatoFornitura, TipoFile};

use servizi::StatoAvanzamento;

use crate::formati;

/// One step on the way of a delivery.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Passo {
    /// `ok`, `ko`, `corso`, `tenue`.
    pub(crate) classe: &'static str,
    /// Sign in the round mark.
    pub(crate) segno: &'static str,
    /// Name of the step.
    pub(crate) titolo: &'static str,
    /// Where it stands.
    pub(crate) testo: String,
}

/// One code with its count.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RigaCodice {
    /// The code.
    pub(crate) codice: String,
    /// One is enough to fail the delivery.
    pub(crate) blocca: bool,
    /// Its sentence, slots shown as `…`.
    pub(crate) testo: String,
    /// How many.
    pub(crate) quanti: u64,
}

/// A delivery (or the lack of one) explained.
#[derive(Debug)]
pub(crate) struct Vista {
    /// Headline.
    pub(crate) stato: String,
    /// Class of the headline.
    pub(crate) classe: &'static str,
    /// What to do next.
    pub(crate) dafare: String,
    /// Address and words of the button that does it.
    pub(crate) azione: Option<(&'static str, &'static str)>,
    /// The steps.
    pub(crate) passi: Vec<Passo>,
    /// Codes, blocking first.
    pub(crate) codici: Vec<RigaCodice>,
    /// Name of the Comune, when the page shows it.
    pub(crate) nome_comune: String,
    /// The simulator is at work: look again soon.
    pub(crate) in_moto: bool,
    /// How far it is.
    pub(crate) avanzamento: Option<StatoAvanzamento>,
    /// Address before a code's page.
    pub(crate) base_codici: &'static str,
    /// Address of the anomaly list, ready for `nome=valore`.
    pub(crate) base_anomalie: String,
}

/// What is still missing of a delivery.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Mancanti {
    /// APR progressivi not received, with the total; the total is 0 while no APR has come.
    pub(crate) apr: Vec<u32>,
    /// Declared total of APR files.
    pub(crate) totale: u32,
    /// No AIRE yet.
    pub(crate) aire: bool,
}

impl Mancanti {
    /// Looks at the files that count.
    pub(crate) fn di(f: &Fornitura) -> Self {
        let buoni = || f.file.iter().filter(|x| x.stato != StatoFile::Scartato);
        let totale = buoni()
            .filter(|x| x.tipo == TipoFile::Apr)
            .map(|x| x.totale)
            .max()
            .unwrap_or(0);
        let presenti: BTreeSet<u32> = buoni()
            .filter(|x| x.tipo == TipoFile::Apr)
            .map(|x| x.progressivo)
            .collect();
        Self {
            apr: (1..=totale).filter(|n| !presenti.contains(n)).collect(),
            totale,
            aire: !buoni().any(|x| x.tipo == TipoFile::Aire),
        }
    }

    /// Nothing is missing.
    pub(crate) fn nulla(&self) -> bool {
        self.totale > 0 && self.apr.is_empty() && !self.aire
    }

    fn elenco(&self) -> String {
        let mut pezzi = Vec::new();
        if self.totale == 0 {
            pezzi.push("il file APR".to_owned());
        } else if !self.apr.is_empty() {
            let numeri: Vec<String> = self.apr.iter().take(10).map(u32::to_string).collect();
            let oltre = if self.apr.len() > 10 { " …" } else { "" };
            pezzi.push(format!(
                "APR, progressivo {}{oltre} di {}",
                numeri.join(", "),
                self.totale
            ));
        }
        if self.aire {
            pezzi.push("il file AIRE".to_owned());
        }
        pezzi.join(" e ")
    }
}

impl Vista {
    /// The same, with how far the work is; who looks is shown the next state soon.
    pub(crate) fn con_avanzamento(mut self, stato: Option<StatoAvanzamento>) -> Self {
        self.in_moto |= stato.is_some();
        self.avanzamento = stato;
        self
    }

    /// Length of a code's bar, of 100.
    pub(crate) fn parte(&self, n: impl std::borrow::Borrow<u64>) -> u64 {
        let massimo = self.codici.iter().map(|r| r.quanti).max().unwrap_or(0);
        formati::parte(n, massimo)
    }

    /// Explains a delivery to the people of an environment (`pagine` true) or of the console.
    pub(crate) fn di(ambiente: Ambiente, f: Option<&Fornitura>, ritmo: Option<&Ritmo>, pagine: bool) -> Self {
        let mut v = f.map_or_else(Self::nessuna, |f| Self::di_una(ambiente, f, ritmo));
        v.base_codici = if pagine { "/combas/codici/" } else { "/catalogo/" };
        v.base_anomalie = match f {
            Some(f) if pagine => format!("/combas/anomalie?fornitura={}&", f.id),
            Some(f) => format!("/forniture/{}/anomalie?", f.id),
            None => String::new(),
        };
        if !pagine {
            v.azione = None;
        }
        v
    }

    fn nessuna() -> Self {
        let attesa = |titolo, testo: &str| Passo {
            classe: "tenue",
            segno: "–",
            titolo,
            testo: testo.to_owned(),
        };
        Self {
            stato: "Nessuna fornitura".into(),
            classe: "",
            dafare: "Inviare il file APR e il file AIRE, in qualunque ordine: l'elaborazione parte da sola."
                .into(),
            azione: Some(("/combas/invio", "Invia un file")),
            passi: vec![
                attesa("File APR", "da inviare"),
                attesa("File AIRE", "da inviare"),
                attesa("Elaborazione", "comincia con il primo file"),
                attesa("Esito", "arriva anche per PEC"),
            ],
            codici: Vec::new(),
            nome_comune: String::new(),
            in_moto: false,
            avanzamento: None,
            base_codici: "",
            base_anomalie: String::new(),
        }
    }

    fn di_una(ambiente: Ambiente, f: &Fornitura, ritmo: Option<&Ritmo>) -> Self {
        let mancanti = Mancanti::di(f);
        let al_lavoro = f
            .file
            .iter()
            .any(|x| matches!(x.stato, StatoFile::InseritoOk | StatoFile::InElaborazione));
        let in_moto = f.stato.in_corso() && (mancanti.nulla() || al_lavoro) && ritmo != Some(&Ritmo::Sospesa);
        let codici = codici(f);
        let e = formati::stato_fornitura(f.stato);
        let bloccanti: u64 = codici.iter().filter(|r| r.blocca).map(|r| r.quanti).sum();
        let (stato, dafare, azione) = match f.stato {
            StatoFornitura::Aperta | StatoFornitura::InElaborazione if !mancanti.nulla() => (
                format!("Fornitura aperta: manca {}", mancanti.elenco()),
                format!("Inviare {}. Senza tutti i file la fornitura resta ferma qui.", mancanti.elenco()),
                Some(("/combas/invio", "Invia un file")),
            ),
            StatoFornitura::Aperta | StatoFornitura::InElaborazione if ritmo == Some(&Ritmo::Sospesa) => (
                "In attesa: elaborazione sospesa".into(),
                "I file ci sono tutti, ma l'elaborazione è sospesa: la riprende chi governa la console.".into(),
                None,
            ),
            StatoFornitura::Aperta | StatoFornitura::InElaborazione => (
                "In elaborazione".into(),
                "I file ci sono tutti. Non serve fare nulla: l'esito compare qui e arriva per PEC.".into(),
                None,
            ),
            StatoFornitura::ElaborataOk if ambiente == Ambiente::Sub => (
                "Elaborata: il Comune è subentrato".into(),
                "Da ora il Comune lavora con ANPR. Le segnalazioni rimaste si sanano con i servizi.".into(),
                Some(("/combas/anomalie", "Vedi le segnalazioni")),
            ),
            StatoFornitura::ElaborataOk => (
                "Elaborata: esito positivo".into(),
                "Guardare le segnalazioni. Per ripetere la prova, chiedere la cancellazione.".into(),
                Some(("/combas/anomalie", "Vedi le segnalazioni")),
            ),
            StatoFornitura::Ko => (
                format!(
                    "KO: {} {}, nulla è stato caricato",
                    formati::migliaia(bloccanti),
                    if bloccanti == 1 { "errore bloccante" } else { "errori bloccanti" }
                ),
                "Correggere gli errori bloccanti nella banca dati, estrarre di nuovo e inviare una fornitura con versione più alta: prima l'APR, che la apre, poi l'AIRE.".into(),
                Some(("/combas/anomalie?gravita=E", "Vedi gli errori bloccanti")),
            ),
            StatoFornitura::CancellazioneRichiesta => (
                "Cancellazione richiesta".into(),
                "Sarà eseguita di notte; fino ad allora non si possono inviare altri file.".into(),
                None,
            ),
            StatoFornitura::Cancellata => (
                "Cancellata".into(),
                "Si può inviare una nuova fornitura.".into(),
                Some(("/combas/invio", "Invia un file")),
            ),
        };
        Self {
            passi: passi(f, &mancanti, in_moto),
            stato,
            classe: e.classe,
            dafare,
            azione,
            codici,
            in_moto,
            avanzamento: None,
            ..Self::nessuna()
        }
    }
}

fn passi(f: &Fornitura, mancanti: &Mancanti, in_moto: bool) -> Vec<Passo> {
    let in_corso = f.stato.in_corso();
    // Once the outcome is there, a file that did not come is no longer awaited.
    let arrivo = |titolo, fatto: bool, testo: String| {
        let (classe, segno) = match (fatto, in_corso) {
            (true, _) => ("ok", "✓"),
            (false, true) => ("corso", "…"),
            (false, false) => ("tenue", "–"),
        };
        Passo {
            classe,
            segno,
            titolo,
            testo,
        }
    };
    let manca = if in_corso {
        "da inviare"
    } else {
        "non arrivato prima dell'esito"
    };
    let ricevuti = mancanti.totale as usize - mancanti.apr.len().min(mancanti.totale as usize);
    let apr = match mancanti.totale {
        0 => manca.to_owned(),
        totale => format!("ricevuti {ricevuti} di {totale}"),
    };
    let aire = match (mancanti.aire, f.aire_opaco()) {
        (true, _) => manca,
        (false, true) => "ricevuto; tracciato non riconosciuto, contenuto non letto",
        (false, false) => "ricevuto",
    };
    let passo = |classe, segno, titolo, testo: &str| Passo {
        classe,
        segno,
        titolo,
        testo: testo.to_owned(),
    };
    let (elaborazione, esito) = if in_corso {
        (
            passo(
                "corso",
                "…",
                "Elaborazione",
                match (in_moto, mancanti.nulla()) {
                    (true, true) => "in corso",
                    (true, false) => "in corso sui file arrivati; si conclude quando ci sono tutti",
                    (false, _) => "ferma",
                },
            ),
            passo("tenue", "–", "Esito", "arriva anche per PEC"),
        )
    } else {
        let fine = formati::stato_fornitura(f.stato);
        (
            passo("ok", "✓", "Elaborazione", "conclusa"),
            passo(fine.classe, fine.segno, "Esito", fine.testo),
        )
    };
    vec![
        arrivo("File APR", mancanti.totale > 0 && mancanti.apr.is_empty(), apr),
        arrivo("File AIRE", !mancanti.aire, aire.to_owned()),
        elaborazione,
        esito,
    ]
}

/// Codes of a delivery with their counts, blocking first, then by code.
pub(crate) fn codici(f: &Fornitura) -> Vec<RigaCodice> {
    let mut righe: Vec<RigaCodice> = f
        .conteggi
        .iter()
        .filter(|(_, n)| **n > 0)
        .map(|(codice, quanti)| {
            let a = elaborazione::anomalia(codice);
            let campione = || {
                f.bloccanti
                    .iter()
                    .any(|b| b.get("codice").and_then(|v| v.as_str()) == Some(codice))
            };
            RigaCodice {
                codice: codice.clone(),
                blocca: a.is_some_and(|a| livello(a, f.ambiente) == Livello::Errore) || campione(),
                testo: a.map(|a| a.testo.osservato.replace('@', "…")).unwrap_or_default(),
                quanti: *quanti,
            }
        })
        .collect();
    righe.sort_by(|a, b| b.blocca.cmp(&a.blocca).then_with(|| a.codice.cmp(&b.codice)));
    righe
}

/// Weight of a code at the elaboration in an environment.
pub(crate) fn livello(a: &Anomalia, ambiente: Ambiente) -> Livello {
    if ambiente == Ambiente::Test {
        a.gravita.test
    } else {
        a.gravita.subentro
    }
}

/// The groups of "Monitoraggio anomalie" (spec subentro §6.2), with their keys in addresses.
pub(crate) const CLASSI: [(&str, &str); 5] = [
    ("file", "errori dei file e della fornitura"),
    ("individuali", "schede individuali con dati errati o incompleti"),
    (
        "famiglie",
        "schede di famiglia o convivenza con dati errati o incompleti",
    ),
    ("cf", "anomalie del codice fiscale"),
    ("duplicati", "presenze anche in altri Comuni"),
];

/// The group of a code.
pub(crate) fn classe(codice: &str) -> &'static str {
    match elaborazione::anomalia(codice).map(|a| a.check) {
        Some(Check::Sportello | Check::Formato | Check::Quadratura) => "file",
        Some(Check::Registro) => "duplicati",
        Some(Check::Tributaria) => "cf",
        Some(Check::Famiglia(_)) => "famiglie",
        _ if codice.starts_with("EA") => "cf",
        _ if codice.starts_with("EF") => "famiglie",
        _ => "individuali",
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    fn fornitura(stato: &str, file: &[(&str, &str, u32, u32)]) -> Fornitura {
        let file: Vec<serde_json::Value> = file
            .iter()
            .enumerate()
            .map(|(i, (tipo, stato, progressivo, totale))| {
                serde_json::json!({"id": format!("A{:06}", i + 1), "nome": "x.gz", "tipo": tipo, "stato": stato,
                    "versione": 1, "progressivo": progressivo, "totale": totale, "byte": 1,
                    "ricevuto": "2021-03-01T08:00:00", "protocollo": "p", "canale": "WEB"})
            })
            .collect();
        serde_json::from_value(
            serde_json::json!({"id": "F000001", "ambiente": "pre", "comune": "888001",
            "stato": stato, "versione": 1, "file": file, "creata": "2021-03-01T08:00:00", "protocollo": "p",
            "conteggi": {"EC007": 2, "ES092": 1, "EA029": 0}}),
        )
        .expect("a delivery")
    }

    #[test]
    fn what_is_missing_is_said_and_what_was_discarded_does_not_count() {
        let f = fornitura(
            "IN_ELABORAZIONE",
            &[("APR", "ELABORATO", 2, 3), ("AIRE", "SCARTATO", 1, 1)],
        );
        assert_eq!(
            Mancanti::di(&f),
            Mancanti {
                apr: vec![1, 3],
                totale: 3,
                aire: true
            }
        );
        let v = Vista::di(Ambiente::Pre, Some(&f), Some(&Ritmo::Istantanea), true);
        assert_eq!(
            v.stato,
            "Fornitura aperta: manca APR, progressivo 1, 3 di 3 e il file AIRE"
        );
        assert!(
            !v.in_moto,
            "waiting for people is no reason to look again every second"
        );
        let f = fornitura("APERTA", &[("AIRE", "INSERITO_OK", 1, 1)]);
        assert!(Vista::di(Ambiente::Pre, Some(&f), Some(&Ritmo::Istantanea), true).in_moto);
        assert!(!Vista::di(Ambiente::Pre, Some(&f), Some(&Ritmo::Sospesa), true).in_moto);
    }

    #[test]
    fn blocking_codes_come_first_and_zero_counts_do_not_come() {
        let f = fornitura("KO", &[("APR", "KO", 1, 1)]);
        let visti: Vec<(String, bool)> = codici(&f).into_iter().map(|r| (r.codice, r.blocca)).collect();
        assert_eq!(visti, [("ES092".to_owned(), true), ("EC007".to_owned(), false)]);
        let v = Vista::di(Ambiente::Pre, Some(&f), None, true);
        assert_eq!(v.stato, "KO: 1 errore bloccante, nulla è stato caricato");
        assert_eq!(v.passi[1].testo, "non arrivato prima dell'esito");
    }

    #[test]
    fn every_code_belongs_to_one_of_the_groups() {
        for a in elaborazione::CATALOGO {
            let c = classe(a.codice.0);
            assert!(CLASSI.iter().any(|(k, _)| *k == c), "{}", a.codice);
        }
        for (codice, atteso) in [
            ("EN009", "file"),
            ("EN012", "file"),
            ("ES092", "individuali"),
            ("EF008", "famiglie"),
            ("EA029", "cf"),
        ] {
            assert_eq!(classe(codice), atteso, "{codice}");
        }
    }
}
