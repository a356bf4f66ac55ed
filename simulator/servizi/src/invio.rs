//! The counter: one intake for the web page, the control API and S001.
//!
//! Spool file → gates 1–10 (pure, `elaborazione::sportello`) → content (`elaborazione::prepara`, gate 11) → files
//! moved to their delivery by id → one commit. What is refused leaves nothing: neither file nor delivery. A crash
//! between the move and the commit leaves files nobody names, which the next start removes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::Path,
};

use anagrafe::{Ambiente, CodiceIstat};
use elaborazione::{
    Fase, NomeFile, OpzioniPrepara, Preparato, RifiutoFile, Rilievo,
    segmento::Intestazione,
    sportello::{self, Finestra, FornituraAperta, Situazione},
};
use registro::{
    Canale, Comune, FileFornitura, Fornitura, IdFile, IdFornitura, Lettura as _, Quando, Ritmo, Schede,
    SituazioneComune, StatoFile, StatoFornitura, TipoFile, Transazione,
};

use crate::{Deposito, ErroreServizio, Esito, Simulatore, simulatore::prendi};

/// A file at the counter.
#[derive(Debug)]
pub struct Invio {
    /// Environment.
    pub ambiente: Ambiente,
    /// Sender: the Comune of the operator, of the certificate, of the API call.
    pub comune: CodiceIstat,
    /// Kind chosen by whoever sends, where there is a choice.
    pub tipo: Option<TipoFile>,
    /// File name as sent; only ever data.
    pub nome: String,
    /// The door it came through.
    pub canale: Canale,
    /// Its bytes.
    pub deposito: Deposito,
    /// S001 takes APR files alone: no web service exists for the AIRE file.
    pub solo_apr: bool,
}

/// What the sender learns at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ricevuta {
    /// Delivery.
    pub fornitura: String,
    /// File.
    pub file: String,
    /// Protocol number of the file.
    pub protocollo: String,
    /// An AIRE file that nothing was read of.
    pub opaco: bool,
    /// Received for a delivery that already failed: without effect (spec subentro §3).
    pub scartato: bool,
}

/// Why a file was not taken.
#[derive(Debug, Clone, PartialEq)]
pub enum RifiutoInvio {
    /// A gate said no: one code at gates 1–10, a list at gate 11.
    Rilievi(Vec<Rilievo>),
    /// A limit or a failure of the simulator's own.
    Nostro(ErroreServizio),
}

impl From<ErroreServizio> for RifiutoInvio {
    fn from(e: ErroreServizio) -> Self {
        Self::Nostro(e)
    }
}

impl From<Rilievo> for RifiutoInvio {
    fn from(r: Rilievo) -> Self {
        Self::Rilievi(vec![r])
    }
}

/// Name of a received file inside the folder of its delivery.
pub(crate) fn nome_originale(id: IdFile) -> String {
    format!("{id}.gz")
}

/// Name of what the intake learned of a file, beside it.
pub(crate) fn nome_segmento(id: IdFile) -> String {
    format!("{id}.seg")
}

impl Simulatore {
    /// Takes a file in, or says why not. The elaboration it sets off is waited for when the pace is `istantanea`,
    /// so that who asks next sees its outcome.
    pub fn carica(&self, invio: Invio) -> Result<Ricevuta, RifiutoInvio> {
        let (ambiente, comune, nome) = (invio.ambiente, invio.comune, invio.nome.clone());
        let ricevuta = self.ricevi(invio);
        match &ricevuta {
            Ok(r) if !r.scartato => self.annota_sportello(ambiente, comune, &nome, None),
            Err(RifiutoInvio::Rilievi(rilievi)) => {
                self.annota_sportello(ambiente, comune, &nome, Some(codici_di(rilievi)));
            }
            _ => {}
        }
        let ricevuta = ricevuta?;
        let istantanea = self.registro().ritmo().map_err(ErroreServizio::from)? == Ritmo::Istantanea;
        match IdFornitura::parse(&ricevuta.fornitura) {
            Some(id) if istantanea => self.batch.vedi(id),
            _ => self.batch.sveglia(),
        }
        Ok(ricevuta)
    }

    fn ricevi(&self, mut invio: Invio) -> Result<Ricevuta, RifiutoInvio> {
        self.pronto_lo_stato()?;
        let _lavoro = self.al_lavoro();
        let turno = self.turno(invio.ambiente, invio.comune);
        let _turno = prendi(&turno);
        let in_corso = self.avanzamenti.apri(invio.ambiente, invio.comune);
        invio.deposito.flush().map_err(ErroreServizio::from)?;

        let comune = self.comune(invio.comune)?;
        let forniture = self
            .registro()
            .forniture(invio.ambiente, invio.comune)
            .map_err(ErroreServizio::from)?;
        let situazione = self.situazione(&comune, invio.ambiente, &forniture)?;
        let tipo_scelto = invio.tipo.map(tipo_di);
        let richiesta = sportello::Richiesta {
            mittente: invio.comune,
            nome: &invio.nome,
            dimensione: invio.deposito.byte(),
            tipo_scelto,
        };
        let nome = sportello::varchi(&richiesta, &situazione)?;
        if invio.solo_apr && nome.tipo() == elaborazione::TipoFile::Aire {
            return Err(sportello::rifiuta(&invio.nome, "EN036", &[]).into());
        }

        let contesto = self.contesto(invio.ambiente, invio.comune)?;
        let segmento = self
            .arrivi()
            .join(format!("preparato-{}", registro_unico(&invio)));
        let _pulizia = Rimuovi(&segmento);
        let sorgente = invio.deposito.leggi().map_err(ErroreServizio::from)?;
        in_corso.osserva.fase(Fase::Lettura, invio.deposito.byte());
        let preparato = elaborazione::prepara(
            std::io::BufReader::with_capacity(1 << 16, sorgente),
            &invio.nome,
            &nome,
            &contesto,
            &segmento,
            &OpzioniPrepara {
                osserva: in_corso.osserva.clone(),
                ..self.opzioni_prepara()
            },
        )
        .map_err(rifiuto_del_contenuto)?;
        self.memorizza(invio, nome, &preparato, &segmento, &forniture)
            .map_err(RifiutoInvio::Nostro)
    }

    /// Moves the files to their delivery and commits.
    fn memorizza(
        &self,
        invio: Invio,
        nome: NomeFile,
        preparato: &Preparato,
        segmento: &Path,
        forniture: &[Fornitura],
    ) -> Esito<Ricevuta> {
        let posto = posto(forniture, &invio.nome, nome);
        let (byte, sha256) = (invio.deposito.byte(), invio.deposito.sha256());
        let non_prima = match self.registro().ritmo()? {
            Ritmo::Ritardata { secondi } => {
                Some(self.adesso() + jiff::SignedDuration::from_secs(i64::from(secondi)))
            }
            Ritmo::Istantanea | Ritmo::Sospesa => None,
        };
        // Ids first, so that the files can be in place, under their final names, before the commit that names them.
        let (id, id_file) = self.registro().scrivi(|t| -> Esito<_> {
            let id = match &posto {
                Posto::Nuova => t.nuova_fornitura()?,
                Posto::Aperta(id) | Posto::Scartato(id) => *id,
            };
            Ok((id, t.nuovo_file()?))
        })?;
        let cartella = self.cartella(id);
        fs::create_dir_all(&cartella)?;
        invio.deposito.sposta(&cartella.join(nome_originale(id_file)))?;
        fs::rename(segmento, cartella.join(nome_segmento(id_file)))?;

        let scartato = matches!(posto, Posto::Scartato(_));
        let esito = self.registro().scrivi(|t| -> Esito<_> {
            let quando = t.evento()?;
            let protocollo = t.nuovo_protocollo(invio.ambiente)?;
            let mut fornitura = match posto {
                Posto::Nuova => Fornitura {
                    non_prima,
                    ..fornitura_nuova(id, invio.ambiente, invio.comune, nome, quando, &protocollo)
                },
                Posto::Aperta(id) | Posto::Scartato(id) => t
                    .fornitura(id)?
                    .ok_or_else(|| ErroreServizio::guasto("fornitura sparita sotto il suo turno"))?,
            };
            fornitura.file.push(FileFornitura {
                stato: if scartato {
                    StatoFile::Scartato
                } else {
                    StatoFile::InseritoOk
                },
                byte,
                canale: invio.canale,
                sha256: Some(sha256.clone()),
                ..file_nuovo(id_file, &invio.nome, nome, &preparato.testa, quando, &protocollo)
            });
            if !scartato {
                if nome.tipo() == elaborazione::TipoFile::Apr {
                    fornitura.versione = u32::from(nome.versione());
                }
                fornitura.non_prima = non_prima.or(fornitura.non_prima);
                aggiorna_schede(&mut fornitura);
            }
            t.salva_fornitura(&fornitura)?;
            Ok(protocollo)
        });
        match esito {
            Ok(protocollo) => Ok(Ricevuta {
                fornitura: id.to_string(),
                file: id_file.to_string(),
                protocollo,
                opaco: preparato.testa.opaco(),
                scartato,
            }),
            Err(e) => {
                for nome in [nome_originale(id_file), nome_segmento(id_file)] {
                    let _ = fs::remove_file(cartella.join(nome));
                }
                // Goes only when it is empty, that is when the delivery was new.
                let _ = fs::remove_dir(&cartella);
                Err(e)
            }
        }
    }

    /// The facts the gates ask for.
    fn situazione(&self, comune: &Comune, ambiente: Ambiente, forniture: &[Fornitura]) -> Esito<Situazione> {
        let stato = comune.in_ambiente(ambiente);
        let ultima = forniture.last();
        let aperta = ultima.filter(|f| f.stato.in_corso()).map(aperta);
        let ok: Vec<&Fornitura> = forniture
            .iter()
            .filter(|f| {
                matches!(
                    f.stato,
                    StatoFornitura::ElaborataOk | StatoFornitura::CancellazioneRichiesta
                )
            })
            .collect();
        let versioni = |tipo: TipoFile| -> BTreeSet<u16> {
            ok.iter()
                .flat_map(|f| &f.file)
                .filter(|f| f.tipo == tipo && f.stato == StatoFile::Elaborato)
                .filter_map(|f| u16::try_from(f.versione).ok())
                .collect()
        };
        let stato_vietato = if ultima.is_some_and(|f| f.stato == StatoFornitura::CancellazioneRichiesta) {
            Some("cancellazione richiesta, sarà eseguita nella notte".to_owned())
        } else if stato.situazione == SituazioneComune::NonAbilitato {
            Some("ambiente non abilitato per il Comune".to_owned())
        } else if ambiente == Ambiente::Sub && !comune.stato.presubentrato() {
            Some("nessun pre-subentro concluso positivamente".to_owned())
        } else {
            None
        };
        let richiesta_cancellazione =
            ultima.is_some_and(|f| f.stato == StatoFornitura::CancellazioneRichiesta);
        Ok(Situazione {
            ambiente,
            oggi: self.registro().oggi()?,
            pec: comune.pec.as_deref().is_some_and(|p| !p.trim().is_empty()),
            // Under cancellation the state itself forbids sending (EN003), not the migration it ends.
            subentrato: stato.situazione == SituazioneComune::Subentrato && !richiesta_cancellazione,
            piano: self.registro().piano(ambiente, comune.istat)?.map(|p| Finestra {
                inizio: p.inizio,
                fine: p.fine,
            }),
            stato_vietato,
            aperta,
            versioni_ok: if richiesta_cancellazione {
                BTreeSet::new()
            } else {
                versioni(TipoFile::Apr)
            },
            versioni_aire_ok: if richiesta_cancellazione {
                BTreeSet::new()
            } else {
                versioni(TipoFile::Aire)
            },
            politica: self.politica(),
        })
    }
}

/// The open delivery as the gates see it.
fn aperta(f: &Fornitura) -> FornituraAperta {
    let apr = f
        .file
        .iter()
        .find(|x| x.tipo == TipoFile::Apr && x.stato != StatoFile::Scartato);
    FornituraAperta {
        versione: apr.and_then(|x| u16::try_from(x.versione).ok()),
        totale: apr.and_then(|x| u16::try_from(x.totale).ok()),
        file: f
            .file
            .iter()
            .filter(|x| x.stato != StatoFile::Scartato)
            .filter_map(|x| NomeFile::parse(&x.nome))
            .collect(),
    }
}

/// Where a file that passed belongs.
enum Posto {
    Nuova,
    Aperta(IdFornitura),
    /// A late file of a failed delivery.
    Scartato(IdFornitura),
}

/// Late files of a KO delivery have no effect until an APR of another versione, or one with a name already seen,
/// opens the next (spec subentro §3, simulator decision).
fn posto(forniture: &[Fornitura], nome_inviato: &str, nome: NomeFile) -> Posto {
    match forniture.last() {
        Some(f) if f.stato.in_corso() => Posto::Aperta(f.id),
        Some(f) if f.stato == StatoFornitura::Ko => {
            let apre = match nome {
                NomeFile::Apr { versione, .. } => {
                    u32::from(versione) != f.versione || f.file_di_nome(nome_inviato).is_some()
                }
                NomeFile::Aire { .. } => false,
            };
            if apre { Posto::Nuova } else { Posto::Scartato(f.id) }
        }
        _ => Posto::Nuova,
    }
}

/// The codes of a refusal, each once.
fn codici_di(rilievi: &[Rilievo]) -> String {
    let codici: BTreeSet<&str> = rilievi
        .iter()
        .map(|r| r.codice.as_str())
        .filter(|c| !c.is_empty())
        .collect();
    if codici.is_empty() {
        return "fuori dal piano".to_owned();
    }
    codici.into_iter().collect::<Vec<_>>().join(", ")
}

/// A name for the prepared segment that no other upload uses.
fn registro_unico(invio: &Invio) -> String {
    format!("{}-{}.seg", invio.ambiente.chiave(), invio.comune)
}

fn rifiuto_del_contenuto(r: RifiutoFile) -> RifiutoInvio {
    match r {
        RifiutoFile::Rilievi(rilievi) => RifiutoInvio::Rilievi(rilievi),
        RifiutoFile::Limite { codice, testo } => RifiutoInvio::Nostro(ErroreServizio {
            codice: Some(codice),
            http: 413,
            testo,
        }),
        RifiutoFile::Io(e) => RifiutoInvio::Nostro(e.into()),
    }
}

/// A delivery whose first file has just come.
pub(crate) fn fornitura_nuova(
    id: IdFornitura,
    ambiente: Ambiente,
    comune: CodiceIstat,
    nome: NomeFile,
    quando: Quando,
    protocollo: &str,
) -> Fornitura {
    Fornitura {
        id,
        ambiente,
        comune,
        stato: StatoFornitura::Aperta,
        versione: u32::from(nome.versione()),
        file: Vec::new(),
        conteggi: BTreeMap::new(),
        schede: Schede::default(),
        creata: quando,
        conclusa: None,
        protocollo: protocollo.to_owned(),
        bloccanti: Vec::new(),
        non_prima: None,
        segmento: None,
        cancellazione: None,
    }
}

/// A file as its name and its reading describe it; where it came from and how big it was is the caller's to say.
pub(crate) fn file_nuovo(
    id: IdFile,
    nome: &str,
    letto: NomeFile,
    testa: &Intestazione,
    quando: Quando,
    protocollo: &str,
) -> FileFornitura {
    let (progressivo, totale) = match letto {
        NomeFile::Apr {
            progressivo, totale, ..
        } => (u32::from(progressivo), u32::from(totale)),
        NomeFile::Aire { .. } => (1, 1),
    };
    FileFornitura {
        id,
        nome: nome.to_owned(),
        tipo: tipo_da(letto.tipo()),
        stato: StatoFile::InseritoOk,
        versione: u32::from(letto.versione()),
        progressivo,
        totale,
        byte: 0,
        ricevuto: quando,
        protocollo: protocollo.to_owned(),
        canale: Canale::Simulatore,
        formato_aire: testa.layout.clone(),
        sha256: None,
        conteggi: BTreeMap::new(),
        schede: schede(testa),
        righe: (letto.tipo() == elaborazione::TipoFile::Aire).then_some(testa.righe),
    }
}

/// Totals of a delivery: its files, the late ones aside.
pub(crate) fn aggiorna_schede(f: &mut Fornitura) {
    let mut schede = Schede::default();
    for file in f.file.iter().filter(|x| x.stato != StatoFile::Scartato) {
        schede.somma(file.schede);
    }
    f.schede = schede;
}

/// The AIRE families that the load of a delivery made, told of its AIRE file and of the whole.
pub(crate) fn annota_famiglie_aire(f: &mut Fornitura, caricate: Schede) {
    let aire = f
        .file
        .iter_mut()
        .find(|x| x.tipo == TipoFile::Aire && x.stato != StatoFile::Scartato);
    if let Some(file) = aire {
        file.schede.famiglie_aire = caricate.famiglie_aire;
    }
    aggiorna_schede(f);
}

/// What a file holds, in the register's type.
fn schede(testa: &Intestazione) -> Schede {
    let c = testa.calcolati;
    match testa.tipo {
        elaborazione::TipoFile::Apr => Schede {
            soggetti: c.soggetti,
            famiglie: c.famiglie,
            convivenze: c.convivenze,
            ..Schede::default()
        },
        // Nothing was read inside: there are lines, and no schede to load.
        elaborazione::TipoFile::Aire if testa.opaco() => Schede::default(),
        elaborazione::TipoFile::Aire => Schede {
            aire: testa.righe,
            ..Schede::default()
        },
    }
}

fn tipo_di(t: TipoFile) -> elaborazione::TipoFile {
    match t {
        TipoFile::Apr => elaborazione::TipoFile::Apr,
        TipoFile::Aire => elaborazione::TipoFile::Aire,
    }
}

fn tipo_da(t: elaborazione::TipoFile) -> TipoFile {
    match t {
        elaborazione::TipoFile::Apr => TipoFile::Apr,
        elaborazione::TipoFile::Aire => TipoFile::Aire,
    }
}

/// Removes a file when it goes out of scope; harmless once the file was moved.
struct Rimuovi<'p>(&'p Path);

impl Drop for Rimuovi<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.0);
    }
}

/// A delivery and its Comune, read again inside the transaction that changes both.
pub(crate) fn ripresa(t: &Transazione, id: IdFornitura) -> Esito<(Fornitura, Comune)> {
    let f = t
        .fornitura(id)?
        .ok_or_else(|| ErroreServizio::guasto(format!("fornitura {id} assente")))?;
    let c = t
        .comune(f.comune)?
        .ok_or_else(|| ErroreServizio::guasto(format!("Comune {} assente", f.comune)))?;
    Ok((f, c))
}
