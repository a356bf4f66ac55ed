//! An [`Azione`] → what a person or a script would have asked of the facade.
//!
//! A refusal that ANPR would give (a gate, a rule of the dashboard) is an outcome of the step and is kept with it; anything
//! else that goes wrong stops the step.

use std::io::Write as _;

use anagrafe::{Ambiente, CodiceIstat};
use certs::{Difetto, Postazione};
use jiff::SignedDuration;
use registro::{Canale, Ritmo};
use serde_json::{Value, json};

use super::{
    azione::{Azione, ChiDice, Parte, Passo},
    corso::Corso,
    documento::Lezione,
    scena::SOFTWARE_HOUSE,
    vista::MotivoRifiuto,
};
use crate::{
    ErroreServizio, Esito, Invio, RifiutoInvio, Simulatore,
    percorso::{ChiPianifica, PropostaDate},
};

/// A certificate of an earlier run is taken again only if it is good for a day more.
const RESTO_MINIMO: SignedDuration = SignedDuration::from_hours(24);

impl Simulatore {
    pub(super) fn compi(&self, l: &Lezione, c: &mut Corso, a: &Azione) -> Esito<()> {
        let istat = l.comune;
        match a {
            Azione::Data { giorno } => self.metti_orologio(Some(*giorno), None).map(drop),
            Azione::Invia {
                ambiente,
                versione,
                anomalie,
                invii,
                file,
            } => {
                let fatta = generatore::in_memoria(&generatore::Richiesta {
                    anomalie: anomalie.clone(),
                    invii: Some(*invii),
                    ..richiesta(l, *versione)
                })
                .map_err(|e| ErroreServizio::richiesta(format!("{e}.")))?;
                self.differenze(c, &fatta.manifesto.tributaria)?;
                for (nome, byte) in scelti(&fatta, file) {
                    self.invia_file(c, *ambiente, istat, nome, byte)?;
                }
                Ok(())
            }
            Azione::Cancella { ambiente } => {
                let ultima = self.forniture(Some(*ambiente), Some(istat))?.pop();
                let ultima = ultima
                    .ok_or_else(|| ErroreServizio::conflitto("Non c'è nessuna fornitura da cancellare."))?;
                self.chiedi_cancellazione(&ultima.id.to_string()).map(drop)
            }
            Azione::Notte {} => self.notte().map(drop),
            Azione::Piano {
                ambiente,
                inizio,
                fine,
            } => {
                let piano = registro::Piano {
                    inizio: *inizio,
                    fine: *fine,
                };
                self.metti_piano(istat, *ambiente, Some(piano))
            }
            Azione::TogliPiano { ambiente } => self.metti_piano(istat, *ambiente, None),
            Azione::Pianifica {
                prima,
                ultima,
                preferita,
                da,
            } => {
                let proposta = PropostaDate {
                    prima: Some(*prima).into(),
                    ultima: Some(*ultima).into(),
                    preferita: Some(*preferita).into(),
                };
                let chi = match da {
                    ChiDice::SoftwareHouse => ChiPianifica::SoftwareHouse(SOFTWARE_HOUSE),
                    ChiDice::Ministero => ChiPianifica::Ministero,
                };
                match self.pianifica(chi, istat, &proposta) {
                    Ok(_) => Ok(()),
                    Err(no) => rifiutato(c, no.into()),
                }
            }
            Azione::Casella { indirizzo } => self.aggiorna_comune(istat, json!({"pec": indirizzo})).map(drop),
            Azione::Stato { stato } => self.aggiorna_comune(istat, json!({"stato": stato})).map(drop),
            Azione::Certificato { nome, tipo, difetto } => {
                let impronta = self.certificato_di_scena(c, istat, tipo, *difetto)?;
                c.certificati.insert(nome.clone(), impronta);
                Ok(())
            }
            Azione::Revoca { certificato } => self.revoca_certificato(&impronta(c, certificato)?).map(drop),
            Azione::Ripristina { certificato } => {
                self.ripristina_certificato(&impronta(c, certificato)?).map(drop)
            }
            Azione::Rinnova { certificato, nome } => {
                let vecchio = self.quello(&impronta(c, certificato)?)?;
                let nuovo = match self.dal_cassetto(c, |p| p.id == vecchio.id && p.difetto.is_none())? {
                    Some(impronta) => impronta,
                    None => testo(
                        &self.rinnova_certificato(&vecchio.impronta_sha256)?,
                        "improntaSha256",
                    )?,
                };
                c.certificati.insert(nome.clone(), nuovo);
                Ok(())
            }
            Azione::Richiesta {
                ambiente,
                operazione,
                certificato,
                difetto,
                versione,
            } => {
                let firmata_con = self.quello(&impronta(c, certificato)?)?;
                self.invia_richiesta(
                    l,
                    *ambiente,
                    *operazione,
                    &firmata_con,
                    difetto.as_deref(),
                    *versione,
                )
            }
            Azione::Ritmo { modo } => self.metti_ritmo(match modo {
                Passo::Istantanea => Ritmo::Istantanea,
                Passo::Sospesa => Ritmo::Sospesa,
            }),
            Azione::Tributaria { guasto } => {
                c.toccata_tributaria = true;
                self.metti_tributaria(json!({"guasto": guasto}))?;
                self.batch.attendi_quiete();
                Ok(())
            }
            Azione::Guasto {
                ambiente,
                tipo,
                volte,
            } => {
                let mut piano = vec![json!({"ambiente": ambiente, "tipo": tipo, "volte": volte})];
                piano.extend(c.prima.guasti.as_array().cloned().unwrap_or_default());
                c.toccati_guasti = true;
                self.metti_guasti(Value::Array(piano)).map(drop)
            }
        }
    }

    fn invia_file(
        &self,
        c: &mut Corso,
        ambiente: Ambiente,
        comune: CodiceIstat,
        nome: &str,
        byte: &[u8],
    ) -> Esito<()> {
        let mut deposito = self.deposito()?;
        deposito.write_all(byte)?;
        let invio = Invio {
            ambiente,
            comune,
            tipo: None,
            nome: nome.to_owned(),
            canale: Canale::Api,
            deposito,
            solo_apr: false,
        };
        match self.carica(invio) {
            Ok(_) => Ok(()),
            Err(RifiutoInvio::Rilievi(rilievi)) => {
                c.rifiuti.extend(rilievi.into_iter().map(|r| MotivoRifiuto {
                    codice: r.codice,
                    testo: r.testo,
                }));
                Ok(())
            }
            Err(RifiutoInvio::Nostro(e)) => Err(e),
        }
    }

    /// What the tax register must know otherwise for the planted codes to show.
    fn differenze(&self, c: &mut Corso, nuove: &[generatore::Diversa]) -> Esito<()> {
        if nuove.is_empty() {
            return Ok(());
        }
        let mut tutte = self.tributaria()?["differenze"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        for d in nuove {
            tutte.push(serde_json::to_value(d).map_err(ErroreServizio::guasto)?);
        }
        c.toccata_tributaria = true;
        self.metti_tributaria(json!({"differenze": tutte})).map(drop)
    }

    /// A certificate of an earlier run that suits, or a new one.
    fn certificato_di_scena(
        &self,
        c: &mut Corso,
        istat: CodiceIstat,
        tipo: &str,
        difetto: Option<Difetto>,
    ) -> Esito<String> {
        if let Some(i) = self.dal_cassetto(c, |p| p.tipo == tipo && p.difetto == difetto)? {
            return Ok(i);
        }
        // A root that another environment trusts: that of the subentro, for the test and the rehearsal.
        let ambiente = (difetto == Some(Difetto::AltroAmbiente)).then_some("sub");
        let domanda = json!({"comune": istat, "tipo": tipo, "difetto": difetto, "ambiente": ambiente});
        testo(&self.emetti_certificato(domanda)?, "improntaSha256")
    }

    /// Takes a certificate out of the drawer and lifts its revocation.
    fn dal_cassetto(&self, c: &mut Corso, adatto: impl Fn(&Postazione) -> bool) -> Esito<Option<String>> {
        if !self.impostazioni().attesa_ripristino.is_zero() {
            // A restored one would be refused for a while: a new one works at once.
            return Ok(None);
        }
        let fino = self.adesso() + RESTO_MINIMO;
        let trovato = self.pki().elenco().into_iter().find(|p| {
            c.cassetto.contains(&p.impronta_sha256)
                && adatto(p)
                && (p.difetto == Some(Difetto::Scaduto) || p.non_dopo > fino)
        });
        let Some(p) = trovato else { return Ok(None) };
        let i = p.consegna.impronta_sha256;
        c.cassetto.retain(|x| *x != i);
        if p.consegna.difetto != Some(Difetto::Revocato) {
            self.togli_revoca(&[&i])?;
        }
        Ok(Some(i))
    }
}

/// The delivery of a lesson: extracted at its start, whatever the date now.
pub(super) fn richiesta(l: &Lezione, versione: u16) -> generatore::Richiesta {
    generatore::Richiesta {
        comune: l.comune,
        versione,
        abitanti: l.abitanti,
        aire: l.aire,
        invii: Some(1),
        max_invii: None,
        seed: l.seme,
        oggi: l.oggi,
        anomalie: std::collections::BTreeMap::new(),
    }
}

/// The files asked for, in the order asked for.
fn scelti<'f>(fatta: &'f generatore::InMemoria, parti: &[Parte]) -> Vec<(&'f str, &'f [u8])> {
    let apr = |n: &str| n.contains("_SUBAPR_");
    let buoni = fatta.file.iter().map(|(n, b)| (n.as_str(), b.as_slice()));
    let mut scelti = Vec::new();
    for p in parti {
        match p {
            Parte::Apr => scelti.extend(buoni.clone().filter(|(n, _)| apr(n))),
            Parte::AprNumero(k) => {
                scelti.extend(
                    buoni
                        .clone()
                        .filter(|(n, _)| apr(n))
                        .skip(usize::from(*k) - 1)
                        .take(1),
                );
            }
            Parte::Aire => scelti.extend(buoni.clone().filter(|(n, _)| !apr(n))),
            // Below a folder of their own: the last part is the name to send them by.
            Parte::Rifiutati => scelti.extend(
                fatta
                    .rifiutati
                    .iter()
                    .map(|(n, b)| (n.rsplit('/').next().unwrap_or(n), b.as_slice())),
            ),
        }
    }
    scelti
}

fn rifiutato(c: &mut Corso, e: ErroreServizio) -> Esito<()> {
    if e.http >= 500 {
        return Err(e);
    }
    c.rifiuti.push(MotivoRifiuto {
        codice: e.codice.unwrap_or_default().to_owned(),
        testo: e.testo,
    });
    Ok(())
}

fn impronta(c: &Corso, nome: &str) -> Esito<String> {
    c.certificati.get(nome).cloned().ok_or_else(|| {
        ErroreServizio::conflitto(format!("Il certificato «{nome}» non è ancora stato emesso."))
    })
}

fn testo(v: &Value, nome: &str) -> Esito<String> {
    v[nome]
        .as_str()
        .map(ToOwned::to_owned)
        .ok_or_else(|| ErroreServizio::guasto(format!("{nome} assente")))
}
