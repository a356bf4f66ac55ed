//! States of the world and arrivals that cases name.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use anagrafe::{Ambiente, CodiceIstat, Sesso, leggi_data};

use super::{Banco, FornituraAperta, NomeFile, codice};
use crate::elabora::{Ingresso, chi};
use crate::incroci::{Lato, Via, aggiungi_rilievi, codici, incrocia, persone, rilievi_di};
use crate::sportello::Finestra;
use crate::tipi::TipoScheda;
use crate::tributaria::{Differenza, RispostaAe, Tributaria};

impl Banco {
    /// This name is what arrives at the counter.
    pub fn arriva(&mut self, nome: &str) {
        self.arrivo = Some(nome.to_owned());
    }

    /// A delivery is under way: its versione, its total, its files.
    pub fn aperta(&mut self, versione: u16, totale: u16, file: &[&str]) {
        let file: Vec<NomeFile> = file.iter().filter_map(|n| NomeFile::parse(n)).collect();
        let apr = file.iter().any(|n| matches!(n, NomeFile::Apr { .. }));
        self.situazione.aperta = Some(FornituraAperta {
            versione: apr.then_some(versione),
            totale: apr.then_some(totale),
            file,
        });
    }

    /// Subentro, inside a plan that is wide open.
    pub fn in_subentro(&mut self) {
        self.situazione.ambiente = Ambiente::Sub;
        self.piano("2021-02-01", "2021-03-31");
    }

    /// Test.
    pub fn in_test(&mut self) {
        self.situazione.ambiente = Ambiente::Test;
    }

    /// Pre-subentro.
    pub fn in_pre(&mut self) {
        self.situazione.ambiente = Ambiente::Pre;
    }

    /// The APR file ends with two blank lines.
    pub fn righe_in_coda(&mut self) {
        self.coda = "\n\n";
    }

    fn piano(&mut self, inizio: &str, fine: &str) {
        self.situazione.piano = leggi_data(inizio)
            .zip(leggi_data(fine))
            .map(|(inizio, fine)| Finestra { inizio, fine });
    }

    /// The plan ended yesterday.
    pub fn piano_fino_a_ieri(&mut self) {
        self.piano("2021-02-01", "2021-02-28");
    }

    /// The plan ends today.
    pub fn piano_fino_a_oggi(&mut self) {
        self.piano("2021-02-01", "2021-03-01");
    }

    /// The Anagrafe Tributaria is not asked: the delivery is not complete.
    pub fn senza_ae(&mut self) {
        self.con_ae = false;
    }

    /// The Anagrafe Tributaria answers this about a scheda.
    pub fn risponde(&mut self, scheda: &str, risposta: RispostaAe) {
        self.differenze.push(Differenza {
            cf: None,
            scheda: Some(scheda.to_owned()),
            risposta,
            codice: None,
        });
    }

    /// ANPR already holds a scheda of that Comune that meets the codice fiscale of this one, APR or AIRE, on the
    /// code it was sent with or on one the Anagrafe Tributaria ties to it.
    pub fn in_anpr(&mut self, comune: &str, tipo: TipoScheda, via: Via, quale: usize, attiva: bool) {
        let codice = self.apr[0]
            .trova(&percorso_cf(quale))
            .testo
            .clone()
            .unwrap_or_default();
        let lato = Lato {
            comune: CodiceIstat::parse(comune).expect("codice fittizio"),
            tipo,
            via,
            attiva,
        };
        self.anpr.push((codice, lato));
    }

    /// What the delivery and ANPR hold twice.
    pub(super) fn con_anpr(&self, file: &[Ingresso], ae: &dyn Tributaria, uscita: &Path) -> io::Result<()> {
        let ctx = self.contesto();
        let mut trovati: BTreeSet<(u64, &'static str)> = BTreeSet::new();
        persone(file, |_, numero, record| {
            for (via, codice) in codici(record, ae) {
                let mio = Lato {
                    comune: ctx.comune,
                    tipo: chi(record).0,
                    via,
                    attiva: true,
                };
                let altri = self.anpr.iter().filter(|(c, _)| *c == codice);
                let incontri = altri.filter_map(|(_, altro)| incrocia(mio, *altro, false));
                trovati.extend(incontri.map(|codice| (numero, codice)));
            }
            Ok(())
        })?;
        let ordine: Vec<String> = file.iter().map(|i| i.nome.clone()).collect();
        let trovati: Vec<_> = trovati.into_iter().collect();
        aggiungi_rilievi(uscita, &ordine, rilievi_di(file, &trovati, &ctx)).map(drop)
    }

    /// A second file with a family of its own (id B1), so that the first may point across.
    pub fn in_due_file(&mut self) {
        let mut secondo = super::Nodo::leggi(super::PULITA);
        for _ in 0..5 {
            secondo.togli("soggetto[1]");
        }
        secondo.togli("famiglia[2]");
        secondo.togli("convivenza[1]");
        secondo.togli("soggetto[1]/convivenza");
        secondo.dopo(
            "soggetto[1]/residenza",
            "<famiglia><idFamConvComune>B1</idFamConvComune><legameSoggetto><dataDecorrenza>1995-05-10</dataDecorrenza>\
             <codiceLegame>1</codiceLegame></legameSoggetto></famiglia>",
        );
        secondo
            .trova("soggetto[1]/generalitaSubIscr/idSchedaSoggettoComune/idSchedaSoggetto")
            .testo = Some("T1".to_owned());
        secondo
            .trova("famiglia[1]/idFamigliaConvivenzaComune/idFamigliaConvivenza")
            .testo = Some("B1".to_owned());
        self.apr.push(secondo);
    }

    /// The first scheda gets the codice fiscale of somebody born another day or of another sex.
    pub fn codice_di(&mut self, nascita: &str, sesso: Sesso) {
        if let Some(nascita) = leggi_data(nascita) {
            self.codice_fiscale(1, &codice(Some("PROVA"), Some("UNO"), sesso, nascita, "Y001"));
        }
    }

    /// A scheda gets the first omocodia of its codice fiscale.
    pub fn omocodo(&mut self, quale: usize) {
        let percorso = percorso_cf(quale);
        let Some(codice) = self.apr[0].trova(&percorso).testo.clone() else {
            return;
        };
        let sedici: Option<[u8; 16]> = codice.as_bytes().try_into().ok();
        if let Some(omocodo) = sedici.and_then(|b| anagrafe::codice_fiscale::omocodie(&b).next()) {
            self.codice_fiscale(quale, &String::from_utf8_lossy(&omocodo));
        }
    }

    /// A scheda gets a codice fiscale with the wrong control letter.
    pub fn lettera_sbagliata(&mut self, quale: usize) {
        let percorso = percorso_cf(quale);
        let Some(mut codice) = self.apr[0].trova(&percorso).testo.clone() else {
            return;
        };
        let lettera = if codice.pop() == Some('A') { 'B' } else { 'A' };
        codice.push(lettera);
        self.codice_fiscale(quale, &codice);
    }

    fn codice_fiscale(&mut self, quale: usize, codice: &str) {
        let percorso = percorso_cf(quale);
        self.apr[0].trova(&percorso).testo = Some(codice.to_owned());
        self.nominati.insert(percorso);
    }

    /// The third person has no codice fiscale.
    pub fn senza_codice_fiscale(&mut self) {
        self.apr[0].togli("soggetto[3]/generalitaSubIscr/codiceFiscale");
    }

    /// The third person is born in 1956, the act of birth is of 1959, in a Comune instituted in 1958.
    pub fn nato_prima_del_comune(&mut self) {
        let radice = &mut self.apr[0];
        for (percorso, testo) in [
            ("soggetto[3]/generalitaSubIscr/dataNascita", "1956-02-03"),
            ("soggetto[3]/attoNascita/anno", "1959"),
            ("soggetto[3]/attoNascita/dataFormazioneAtto", "1959-02-03"),
            (
                "soggetto[3]/attoNascita/comuneRegistrazione/nomeComune",
                COMUNE_DEL_1958.0,
            ),
            (
                "soggetto[3]/attoNascita/comuneRegistrazione/codiceIstat",
                COMUNE_DEL_1958.1,
            ),
            (
                "soggetto[3]/attoNascita/comuneRegistrazione/siglaProvinciaIstat",
                COMUNE_DEL_1958.2,
            ),
        ] {
            radice.trova(percorso).testo = Some(testo.to_owned());
        }
    }

    /// … and is said to be born there as well, as its codice fiscale confirms.
    pub fn nato_altrove(&mut self) {
        let radice = &mut self.apr[0];
        for (campo, testo) in [
            ("nomeComune", COMUNE_DEL_1958.0),
            ("codiceIstat", COMUNE_DEL_1958.1),
            ("siglaProvinciaIstat", COMUNE_DEL_1958.2),
        ] {
            radice
                .trova(&format!(
                    "soggetto[3]/generalitaSubIscr/luogoNascita/comune/{campo}"
                ))
                .testo = Some(testo.to_owned());
        }
        if let Some(nascita) = leggi_data("1956-02-03") {
            let codice = codice(Some("PROVA"), Some("TRE"), Sesso::M, nascita, COMUNE_DEL_1958.3);
            self.codice_fiscale(3, &codice);
        }
    }
}

/// A Comune instituted on 1958-05-28: name, ISTAT, sigla, Belfiore (table 3).
const COMUNE_DEL_1958: (&str, &str, &str, &str) = ("BOTRUGNO", "075009", "LE", "B086");

fn percorso_cf(quale: usize) -> String {
    format!("soggetto[{quale}]/generalitaSubIscr/codiceFiscale/codFiscale")
}
