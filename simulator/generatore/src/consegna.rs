//! A population becomes the files of a delivery: units cut into files, totals declared, plants applied, gzip written.

use std::collections::BTreeMap;
use std::ops::Range;

use anagrafe::codice_fiscale::omocodie;

use crate::aire;
use crate::manifesto::{Diversa, Manifesto, Piantata, Rifiutato, Schede};
use crate::pacco::{Blocco, gzip};
use crate::parallelo::in_parallelo;
use crate::piante::{Ambito, Bersagli, Contatore, Fascicolo, Guasto, Modo, Pianta, pianta, scegli};
use crate::popolazione::{Conteggi, Popolazione};
use crate::scrivi::{Xml, scheda, soggetto};
use crate::{ErroreGeneratore, INVII_AMMESSI, Richiesta};

/// Size a compressed file stays under when the number of files is ours to choose, in bytes.
pub(crate) const LIMITE_INVIO_BYTE: usize = 14 * 1024 * 1024;
/// Size no file may pass (gate EN002), in bytes.
pub(crate) const LIMITE_RICEZIONE_BYTE: usize = 15 * 1024 * 1024;
/// Most files a name can count.
pub(crate) const INVII_MASSIMI: usize = 999;
/// Folder of the damaged copies, beside the delivery: their names are those of the good files.
const CARTELLA_RIFIUTATI: &str = "rifiutati";
/// Units a thread writes at a time.
const BRANO: usize = 512;
/// Units tried to estimate the compressed size.
const CAMPIONE: usize = 1536;

/// One delivery, ready to be written file by file.
pub(crate) struct Consegna<'a> {
    richiesta: &'a Richiesta,
    popolazione: &'a Popolazione<'a>,
    tagli: Vec<Range<usize>>,
    bersagli: Bersagli,
    fascicoli: BTreeMap<usize, Fascicolo>,
    /// Sheets that travel in another file than their people.
    fuori_posto: BTreeMap<usize, Vec<u8>>,
    conteggi: Vec<Conteggi>,
}

/// How many files keep each under the limit, judged on a sample.
pub(crate) fn stima_invii(p: &Popolazione<'_>) -> usize {
    let n = p.disegni.len().min(CAMPIONE);
    let mut x = Xml::default();
    let mut persone = 0;
    for i in 0..n {
        let u = p.unita(i);
        persone += u.persone.len();
        (0..u.persone.len()).for_each(|k| soggetto(&mut x, &p.mondo, &u, k));
        scheda(&mut x, &p.mondo, &u);
    }
    let totale = p.disegni.last().map_or(0, |d| d.primo + u64::from(d.componenti));
    // Six per cent more, for what the sample does not know.
    let stimati = Blocco::nuovo(&x.0).len() as u64 * totale / persone.max(1) as u64 * 106 / 100;
    (stimati as usize).div_ceil(LIMITE_INVIO_BYTE).max(1)
}

impl<'a> Consegna<'a> {
    /// Cuts the population into `invii` files and applies the plants asked for.
    pub(crate) fn nuova(
        richiesta: &'a Richiesta,
        popolazione: &'a Popolazione<'a>,
        invii: usize,
    ) -> Result<Self, ErroreGeneratore> {
        let unita = popolazione.disegni.len();
        if invii > unita {
            return Err(ErroreGeneratore::TroppiInvii {
                chiesti: invii,
                massimo: unita,
            });
        }
        let tagli = taglia(popolazione, invii);
        let ambito = Ambito {
            oggi: popolazione.mondo.oggi,
        };
        let bersagli = scegli(popolazione, &richiesta.anomalie, invii, ambito)?;
        let mut conteggi: Vec<Conteggi> = tagli.iter().map(|t| popolazione.conta(t.start, t.end)).collect();
        let mut fascicoli = BTreeMap::new();
        let mut fuori_posto: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        for (&i, piante) in &bersagli.unita {
            let u = popolazione.unita(i);
            let mut f = Fascicolo::di(&popolazione.mondo, &u);
            let qui = file_di(&tagli, i);
            for &(pianta, posto) in piante {
                let fatto = match pianta.modo {
                    Modo::Soggetto { muta, .. } => muta(ambito, &mut f, &u, posto),
                    Modo::Scheda { muta, .. } => muta(ambito, &mut f, &u, 0),
                    Modo::AltroFile { .. } => {
                        let altrove = (qui + 1) % invii;
                        f.tutte_le_schede(fuori_posto.entry(altrove).or_default());
                        f.schede.clear();
                        conteggi[altrove].famiglie += 1;
                        Some(())
                    }
                    // Nothing changes here: the line of the AIRE is made after this person.
                    Modo::DueRegistri { .. } => Some(()),
                    Modo::Quadratura { .. } | Modo::Rifiutato(_) | Modo::Aire { .. } => None,
                };
                fatto.ok_or(ErroreGeneratore::Guasto {
                    codice: pianta.codice,
                })?;
            }
            let schede = f.schede.len() as u64;
            if u.convivenza.is_none() {
                conteggi[qui].famiglie = conteggi[qui].famiglie + schede - 1;
            }
            fascicoli.insert(i, f);
        }
        Ok(Self {
            richiesta,
            popolazione,
            tagli,
            bersagli,
            fascicoli,
            fuori_posto,
            conteggi,
        })
    }

    pub(crate) fn invii(&self) -> usize {
        self.tagli.len()
    }

    /// Name of the APR file `f` (from 0).
    pub(crate) fn nome_apr(&self, f: usize) -> String {
        let r = self.richiesta;
        format!("{}_SUBAPR_{}_{}_{}.gz", r.comune, r.versione, f + 1, self.invii())
    }

    /// Name of the AIRE file.
    pub(crate) fn nome_aire(&self) -> String {
        format!("{}_SUBAIRE_{}.gz", self.richiesta.comune, self.richiesta.versione)
    }

    /// The compressed APR file `f` (from 0).
    pub(crate) fn apr(&self, f: usize) -> Vec<u8> {
        self.apr_con(f, None)
    }

    fn apr_con(&self, f: usize, guasto: Option<Guasto>) -> Vec<u8> {
        let p = self.popolazione;
        let taglio = &self.tagli[f];
        let brani = in_parallelo(taglio.len().div_ceil(BRANO), |b| {
            let da = taglio.start + b * BRANO;
            let a = (da + BRANO).min(taglio.end);
            let (mut gente, mut famiglie, mut convivenze) = (Xml::default(), Xml::default(), Xml::default());
            for i in da..a {
                let u = p.unita(i);
                let schede = if u.convivenza.is_some() {
                    &mut convivenze
                } else {
                    &mut famiglie
                };
                if let Some(f) = self.fascicoli.get(&i) {
                    f.tutti_i_soggetti(&mut gente.0);
                    f.tutte_le_schede(&mut schede.0);
                } else {
                    (0..u.persone.len()).for_each(|k| soggetto(&mut gente, &p.mondo, &u, k));
                    scheda(schede, &p.mondo, &u);
                }
            }
            (Blocco::nuovo(&gente.0), famiglie.0, convivenze.0)
        });
        let mut famiglie = b"\n</generalitaSoggetti>\n<famiglie>".to_vec();
        if guasto == Some(Guasto::FuoriSchema) {
            famiglie.extend_from_slice(b"fuori posto");
        }
        let mut convivenze = b"\n</famiglie>\n<convivenze>".to_vec();
        let mut blocchi = vec![Blocco::nuovo(self.testa(f, guasto).as_bytes())];
        for (gente, f, c) in brani {
            blocchi.push(gente);
            famiglie.extend(f);
            convivenze.extend(c);
        }
        famiglie.extend(self.fuori_posto.get(&f).into_iter().flatten());
        convivenze.extend_from_slice(b"\n</convivenze>\n</s:subentro>\n");
        blocchi.push(Blocco::nuovo(&famiglie));
        blocchi.push(Blocco::nuovo(&convivenze));
        if guasto == Some(Guasto::TroppoGrande) {
            // Blank lines after the root, which change nothing but the size.
            blocchi.push(Blocco::intero(&vec![b'\n'; LIMITE_RICEZIONE_BYTE + 1]));
        }
        gzip(&dentro(&self.nome_apr(f), ".XML"), &blocchi)
    }

    fn testa(&self, f: usize, guasto: Option<Guasto>) -> String {
        let mut totale = Conteggi::default();
        self.conteggi.iter().for_each(|c| totale.somma(c));
        let mut file = self.conteggi[f];
        for pianta in self.bersagli.file.get(&f).into_iter().flatten() {
            if let Modo::Quadratura { contatore, fornitura } = pianta.modo {
                sbaglia(if fornitura { &mut totale } else { &mut file }, contatore);
            }
        }
        let r = self.richiesta;
        let (invii, dati_invio) = if guasto == Some(Guasto::SenzaDatiInvio) {
            (self.invii().max(2), String::new())
        } else {
            let conti = contatori(&file, &DELL_INVIO);
            let dati = format!(
                "\n<datiInvio><progressivoInvio>{}</progressivoInvio><dataEstrazione>{}</dataEstrazione>{conti}</datiInvio>",
                f + 1,
                r.oggi,
            );
            (self.invii(), dati)
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<s:subentro xmlns:s=\"http://sogei.it/ANPR/subentro\">\n<datiFornitura>\
             <versioneFornitura>{}</versioneFornitura><totaleInvii>{invii}</totaleInvii>{}</datiFornitura>{dati_invio}\n<generalitaSoggetti>",
            r.versione,
            contatori(&totale, &DELLA_FORNITURA),
        )
    }

    /// The compressed AIRE file.
    pub(crate) fn aire(&self) -> Vec<u8> {
        self.aire_con(None)
    }

    /// Damaged copies that are refused with a code: where each lies, and its compressed bytes.
    pub(crate) fn rifiutati(&self) -> impl Iterator<Item = (Rifiutato, Vec<u8>)> {
        let mut quanti: BTreeMap<&str, u64> = BTreeMap::new();
        self.bersagli.rifiutati.iter().filter_map(move |&(pianta, f)| {
            let Modo::Rifiutato(guasto) = pianta.modo else {
                return None;
            };
            let n = quanti.entry(pianta.codice).or_insert(0);
            *n += 1;
            let (nome, byte) = if guasto == Guasto::SoloLf {
                (self.nome_aire(), self.aire_con(Some(guasto)))
            } else {
                (self.nome_rifiutato(f, guasto), self.apr_con(f, Some(guasto)))
            };
            let codice = pianta.codice.to_owned();
            let file = format!("{CARTELLA_RIFIUTATI}/{codice}-{n}/{nome}");
            let ambiente = (guasto == Guasto::PiuFileInTest).then_some("test");
            Some((
                Rifiutato {
                    codice,
                    file,
                    ambiente,
                },
                byte,
            ))
        })
    }

    /// The name a copy of the APR file `f` is sent by.
    fn nome_rifiutato(&self, f: usize, guasto: Guasto) -> String {
        let r = self.richiesta;
        let invii = self.invii();
        let apr = |comune: &str, progressivo: usize, totale: usize| {
            format!("{comune}_SUBAPR_{}_{progressivo}_{totale}.gz", r.versione)
        };
        match guasto {
            Guasto::NomeFuoriFormato => self.nome_apr(f).replace('_', "-"),
            Guasto::OltreIlTotale => apr(r.comune.as_str(), invii + 1, invii),
            Guasto::TroppiFile => apr(r.comune.as_str(), f + 1, usize::from(INVII_AMMESSI) + 1),
            Guasto::AltroComune => {
                let altro = if r.comune.as_str() == "888001" {
                    "888002"
                } else {
                    "888001"
                };
                apr(altro, f + 1, invii)
            }
            Guasto::PiuFileInTest => apr(r.comune.as_str(), f + 1, invii.max(2)),
            Guasto::FuoriSchema | Guasto::SenzaDatiInvio | Guasto::SoloLf | Guasto::TroppoGrande => {
                self.nome_apr(f)
            }
        }
    }

    fn aire_con(&self, guasto: Option<Guasto>) -> Vec<u8> {
        let p = self.popolazione;
        let ambito = Ambito { oggi: p.mondo.oggi };
        // Where each run of families begins in the file.
        let mut inizi = Vec::new();
        let mut totale = 0;
        for (i, gente) in p.aire.iter().enumerate() {
            if i % BRANO == 0 {
                inizi.push(totale);
            }
            totale += gente.len() as u64;
        }
        let blocchi = in_parallelo(inizi.len(), |b| {
            let mut testo = Vec::with_capacity(2 * BRANO * (aire::LUNGHEZZA_RIGA + 2));
            let mut posizione = inizi[b];
            for (famiglia, gente) in p.aire.iter().enumerate().skip(b * BRANO).take(BRANO) {
                for (posto, chi) in gente.iter().enumerate() {
                    let comune = self.richiesta.comune;
                    let mut riga = aire::riga(comune, p.mondo.oggi, chi, posizione, famiglia, posto);
                    match self.bersagli.aire.get(&posizione).map(|p| p.modo) {
                        Some(Modo::Aire { muta }) => muta(ambito, chi, &mut riga),
                        Some(Modo::DueRegistri { .. }) => {
                            if let Some(&(i, k)) = self.bersagli.gemelli.get(&posizione) {
                                riga.diventa(&p.unita(i).persone[k]);
                            }
                        }
                        _ => {}
                    }
                    riga.chiudi(&mut testo);
                    posizione += 1;
                }
            }
            if guasto == Some(Guasto::SoloLf) && b + 1 == inizi.len() {
                testo.truncate(testo.len().saturating_sub(2));
                testo.push(b'\n');
            }
            Blocco::fitto(&testo)
        });
        gzip(&dentro(&self.nome_aire(), ".TXT"), &blocchi)
    }

    /// What was made and planted.
    pub(crate) fn manifesto(&self) -> Manifesto {
        let r = self.richiesta;
        let mut totale = Conteggi::default();
        self.conteggi.iter().for_each(|c| totale.somma(c));
        let mut piantate = self.piantate();
        piantate.sort();
        let mut attese = BTreeMap::new();
        for p in piantate.iter().filter(|p| !p.coperta) {
            *attese.entry(p.codice.clone()).or_insert(0) += 1;
        }
        Manifesto {
            comune: r.comune.to_string(),
            versione: r.versione,
            oggi: r.oggi.to_string(),
            seed: r.seed,
            file: (0..self.invii())
                .map(|f| self.nome_apr(f))
                .chain([self.nome_aire()])
                .collect(),
            schede: Schede {
                soggetti: totale.soggetti,
                famiglie: totale.famiglie,
                convivenze: totale.convivenze,
                aire: r.aire,
            },
            attese,
            piantate,
            tributaria: self.diverse(),
            rifiutati: Vec::new(),
        }
    }

    /// What the Anagrafe Tributaria must know otherwise.
    fn diverse(&self) -> Vec<Diversa> {
        let diversa = |pianta: &Pianta, scheda: String, codice: Option<String>| Diversa {
            scheda,
            risposta: pianta.codice.to_owned(),
            codice,
        };
        let mut diverse = Vec::new();
        for (&i, piante) in &self.bersagli.unita {
            for &(pianta, posto) in piante.iter().filter(|(p, _)| p.di_mondo()) {
                let u = self.popolazione.unita(i);
                // The last omocodia: the first ones may be somebody else's here.
                let risolto = omocodie(&u.persone[posto].cf)
                    .last()
                    .filter(|_| pianta.codice == "EAA50");
                let risolto = risolto.map(|c| String::from_utf8_lossy(&c).into_owned());
                diverse.push(diversa(pianta, u.id_persona(posto).to_string(), risolto));
            }
        }
        for (&k, pianta) in self.bersagli.aire.iter().filter(|(_, p)| p.di_mondo()) {
            diverse.push(diversa(pianta, aire::codice_aire(k), None));
        }
        diverse.sort();
        diverse
    }

    fn piantate(&self) -> Vec<Piantata> {
        let richieste = || {
            self.richiesta
                .anomalie
                .iter()
                .filter(|a| *a.1 > 0)
                .filter_map(|a| pianta(a.0))
        };
        let bloccata = richieste().any(Pianta::blocca);
        let nuova = |pianta: &Pianta, tipo: &str, scheda: String, file: String| Piantata {
            codice: pianta.codice.to_owned(),
            tipo_scheda: tipo.to_owned(),
            scheda,
            file,
            coperta: bloccata && pianta.dalla_tributaria(),
        };
        let mut piantate = Vec::new();
        for (&f, piante) in &self.bersagli.file {
            for pianta in piante {
                let fornitura = matches!(pianta.modo, Modo::Quadratura { fornitura: true, .. });
                piantate.push(nuova(
                    pianta,
                    if fornitura { "Fornitura" } else { "File" },
                    String::new(),
                    self.nome_apr(f),
                ));
            }
        }
        for (&i, piante) in &self.bersagli.unita {
            let u = self.popolazione.unita(i);
            let f = file_di(&self.tagli, i);
            for &(pianta, posto) in piante {
                let (tipo, id) = match pianta.modo {
                    Modo::Scheda { convivenza: true, .. } => ("Convivenza", u.id().to_string()),
                    Modo::Scheda { .. } if pianta.codice == "EF010" => {
                        ("Famiglia", crate::piante::id_famiglia_vuota(u.id()))
                    }
                    Modo::Scheda { .. } => ("Famiglia", u.id().to_string()),
                    Modo::AltroFile { .. } => ("Scheda Individuale APR", u.id_persona(0).to_string()),
                    _ => ("Scheda Individuale APR", u.id_persona(posto).to_string()),
                };
                piantate.push(nuova(pianta, tipo, id, self.nome_apr(f)));
            }
        }
        for (&k, pianta) in &self.bersagli.aire {
            piantate.push(nuova(
                pianta,
                "Scheda Individuale AIRE",
                aire::codice_aire(k),
                self.nome_aire(),
            ));
        }
        piantate
    }
}

/// Cuts at units so that files hold about as many people each.
fn taglia(p: &Popolazione<'_>, invii: usize) -> Vec<Range<usize>> {
    let n = p.disegni.len();
    let totale = p.disegni.last().map_or(0, |d| d.primo + u64::from(d.componenti));
    let mut tagli = Vec::with_capacity(invii);
    let mut da = 0;
    for f in 1..=invii {
        let soglia = totale * f as u64 / invii as u64;
        let a = if f == invii {
            n
        } else {
            p.disegni.partition_point(|d| d.primo < soglia)
        };
        // At least one unit here and one for each file to come.
        let a = a.max(da + 1).min(n - (invii - f));
        tagli.push(da..a);
        da = a;
    }
    tagli
}

fn file_di(tagli: &[Range<usize>], unita: usize) -> usize {
    tagli.partition_point(|t| t.end <= unita)
}

fn dentro(nome: &str, estensione: &str) -> String {
    format!("{}{estensione}", nome.trim_end_matches(".gz"))
}

fn sbaglia(c: &mut Conteggi, quale: Contatore) {
    match quale {
        Contatore::Soggetti => c.soggetti += 1,
        Contatore::Femmine => c.femmine += 1,
        Contatore::Maschi => c.maschi += 1,
        Contatore::Famiglie => c.famiglie += 1,
        Contatore::Convivenze => c.convivenze += 1,
    }
}

const DELLA_FORNITURA: [&str; 7] = [
    "numeroTotaleSchedeSoggetto",
    "numeroTotaleCittadiniItaliani",
    "numeroTotaleIscrittiNonItaliani",
    "numeroTotalePersoneSessoFemminile",
    "numeroTotalePersoneSessoMaschile",
    "numeroTotaleSchedeFamiglia",
    "numeroTotaleSchedeConvivenza",
];
const DELL_INVIO: [&str; 7] = [
    "numeroSchedeSoggettoInvio",
    "numeroCittadiniItalianiInvio",
    "numeroIscrittiNonItalianiInvio",
    "numeroPersoneSessoFemminileInvio",
    "numeroPersoneSessoMaschileInvio",
    "numeroTotaleSchedeFamigliaInvio",
    "numeroTotaleSchedeConvivenzaInvio",
];

fn contatori(c: &Conteggi, nomi: &[&str; 7]) -> String {
    let stranieri = c.soggetti.saturating_sub(c.italiani);
    let valori = [
        c.soggetti,
        c.italiani,
        stranieri,
        c.femmine,
        c.maschi,
        c.famiglie,
        c.convivenze,
    ];
    let mut x = Xml::default();
    for (nome, valore) in nomi.iter().zip(valori) {
        x.numero(nome, valore);
    }
    String::from_utf8(x.0).unwrap_or_default()
}
