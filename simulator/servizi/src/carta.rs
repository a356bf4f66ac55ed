//! Login by card: from the certificate a browser showed to the operator it belongs to, and from there to a session.
//!
//! The card is shown at one origin (the card listener), the session lives at another (the environment). Between them
//! goes a *ticket*: 256 random bits, stored by digest, worth one session in one environment, once, for
//! [`VITA_BIGLIETTO`], and only to the browser that began the login: it holds in a cookie of the environment the value
//! whose digest the ticket was bound to, so that nobody can make somebody else enter under his own name.

use std::{
    collections::BTreeMap,
    sync::{MutexGuard, PoisonError},
};

use anagrafe::{Ambiente, CodiceIstat, IdPostazione};
use frontiera::security::certificato::{Certificato, ProblemaCertificato};
use jiff::{SignedDuration, Timestamp};
use registro::{Lettura as _, Operatore, StatoOperatore};

use crate::{
    ErroreServizio, Esito, Sessione, Simulatore,
    accesso::{Ingresso, impronta, segreto},
    percorso::SessioneArea,
    piano_di_test::Evento,
};

/// How long a ticket is good.
const VITA_BIGLIETTO: SignedDuration = SignedDuration::from_secs(60);
/// Tickets out at once; the oldest give way.
const BIGLIETTI_MASSIMI: usize = 1_000;

/// Tickets by digest.
pub(crate) type Biglietti = BTreeMap<String, Biglietto>;

/// A card recognised, waiting to become a session.
#[derive(Debug, Clone)]
pub(crate) struct Biglietto {
    meta: Meta,
    carta: String,
    /// Digest of what the browser holds.
    legame: String,
    scade: Timestamp,
}

/// Where a recognised card leads.
#[derive(Debug, Clone)]
enum Meta {
    /// The web application of an environment, as this operator.
    Ambiente(Ambiente, Box<Operatore>),
    /// The area of the Prefettura, as this user.
    Prefettura(String),
}

/// Why a card does not let in. Each is a page that says what is missing and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MotivoCarta {
    /// The browser showed no certificate.
    Assente,
    /// It showed something that is no usable certificate.
    Illeggibile(String),
    /// It showed the certificate of a postazione, which is of a Comune and not of a person.
    Postazione(String),
    /// Another authority issued it.
    AltraCa(String),
    /// It ended.
    Scaduta(Timestamp),
    /// It has not begun.
    Futura(Timestamp),
    /// It was revoked at the desk.
    Revocata,
    /// Nobody is registered under the name it states.
    OperatoreIgnoto(String),
    /// Registered, not in this environment.
    AltroAmbiente(String),
    /// Registered, blocked or deleted.
    NonAttivo(String, StatoOperatore),
    /// The card was not activated yet.
    DaAttivare(String),
    /// Wrong PINs have blocked the smart card of this number.
    Bloccata(String),
}

/// A card that lets in.
#[derive(Debug, Clone)]
pub struct CartaVista {
    operatore: Operatore,
    impronta: String,
}

impl CartaVista {
    /// Who it belongs to.
    pub fn name_id(&self) -> &str {
        &self.operatore.name_id
    }
}

/// A card of a user of a Prefettura that lets in.
#[derive(Debug, Clone)]
pub struct CartaPrefettura {
    nome: String,
    impronta: String,
}

/// Whether no check of ours could ever accept this certificate as a card, whatever its holder proves. The TLS verifier
/// lets such a one through without proof, so that its owner gets a page instead of a broken connection.
pub fn nessuna_carta_lo_sarebbe(der: &[u8]) -> bool {
    match Certificato::leggi(der) {
        // With no anchors the answer to a sound key is always "unknown issuer".
        Ok(c) => matches!(
            c.fidato(&[], Timestamp::UNIX_EPOCH),
            Err(ProblemaCertificato::Chiave { .. } | ProblemaCertificato::NonRsa)
        ),
        Err(_) => true,
    }
}

fn biglietto_nullo() -> ErroreServizio {
    ErroreServizio {
        codice: None,
        http: 403,
        testo: "Il passaggio dalla carta all'applicazione è scaduto, già usato o di un altro browser: ricominciare \
                l'accesso con carta."
            .into(),
    }
}

impl Simulatore {
    /// The certificate a browser showed, when it is that of a card, now: chain, validity, revocation.
    fn certificato_di_carta(&self, der: Option<&[u8]>) -> Esito<Result<Certificato, MotivoCarta>> {
        let Some(der) = der else {
            return Ok(Err(MotivoCarta::Assente));
        };
        let c = match Certificato::leggi(der) {
            Ok(c) => c,
            Err(p) => return Ok(Err(MotivoCarta::Illeggibile(p.to_string()))),
        };
        if let Some(id) = c.cn().and_then(|cn| IdPostazione::parse(cn).ok()) {
            return Ok(Err(MotivoCarta::Postazione(id.to_string())));
        }
        let ancora = self.pki().ancora_utenti().map_err(ErroreServizio::guasto)?;
        let ancora = ancora
            .map(|a| Certificato::leggi(&a))
            .transpose()
            .map_err(ErroreServizio::guasto)?;
        if let Err(p) = c.fidato(ancora.as_slice(), self.adesso()) {
            return Ok(Err(match p {
                ProblemaCertificato::Ignoto { emittente } | ProblemaCertificato::FirmaCa { emittente } => {
                    MotivoCarta::AltraCa(emittente)
                }
                ProblemaCertificato::Scaduto(quando) => MotivoCarta::Scaduta(quando),
                ProblemaCertificato::Futuro(quando) => MotivoCarta::Futura(quando),
                altro => MotivoCarta::Illeggibile(altro.to_string()),
            }));
        }
        if self.certificato_revocato(c.impronta())? {
            return Ok(Err(MotivoCarta::Revocata));
        }
        Ok(match self.bloccata(c.impronta())? {
            Some(numero) => Err(MotivoCarta::Bloccata(numero)),
            None => Ok(c),
        })
    }

    /// The number of the smart card a certificate is on, when wrong PINs have blocked it.
    fn bloccata(&self, impronta: &[u8]) -> Esito<Option<String>> {
        let impronta = crate::esadecimale(impronta);
        let carta = self
            .pki()
            .carte()
            .into_iter()
            .find(|c| c.impronta_sha256 == impronta);
        // The card of a Prefettura, and one of the desk, is no smart card of the journey.
        let comune = carta
            .as_ref()
            .and_then(|c| CodiceIstat::parse(&c.comune).ok())
            .filter(|&k| self.comune(k).is_ok());
        match (carta, comune) {
            (Some(carta), Some(comune)) => self.smart_card_bloccata(comune, &carta.id),
            _ => Ok(None),
        }
    }

    /// Judges the certificate a browser showed, for one environment, now: chain, validity, revocation, operator.
    pub fn riconosci_carta(
        &self,
        ambiente: Ambiente,
        der: Option<&[u8]>,
    ) -> Esito<Result<CartaVista, MotivoCarta>> {
        let c = match self.certificato_di_carta(der)? {
            Ok(c) => c,
            Err(motivo) => return Ok(Err(motivo)),
        };
        let nome = c.nome().to_owned();
        let Some(operatore) = self.registro().operatore(&nome)? else {
            return Ok(Err(MotivoCarta::OperatoreIgnoto(nome)));
        };
        Ok(match operatore.stato {
            StatoOperatore::SchedaDaAttivare => Err(MotivoCarta::DaAttivare(nome)),
            StatoOperatore::Bloccato | StatoOperatore::Cancellato => {
                Err(MotivoCarta::NonAttivo(nome, operatore.stato))
            }
            StatoOperatore::Attivo if !operatore.ambienti.contains(&ambiente) => {
                Err(MotivoCarta::AltroAmbiente(nome))
            }
            StatoOperatore::Attivo => Ok(CartaVista {
                operatore,
                impronta: crate::esadecimale(c.impronta()),
            }),
        })
    }

    /// The same for the area of the Prefettura: the card must be of one of its users.
    pub fn riconosci_carta_prefettura(
        &self,
        der: Option<&[u8]>,
    ) -> Esito<Result<CartaPrefettura, MotivoCarta>> {
        let c = match self.certificato_di_carta(der)? {
            Ok(c) => c,
            Err(motivo) => return Ok(Err(motivo)),
        };
        let nome = c.nome().to_owned();
        if !self.e_utente_di_prefettura(&nome)? {
            return Ok(Err(MotivoCarta::OperatoreIgnoto(nome)));
        }
        Ok(Ok(CartaPrefettura {
            nome,
            impronta: crate::esadecimale(c.impronta()),
        }))
    }

    /// A ticket for a recognised card; `legame` is the digest of what the browser holds at the environment.
    pub fn biglietto(&self, ambiente: Ambiente, carta: &CartaVista, legame: &str) -> String {
        let meta = Meta::Ambiente(ambiente, Box::new(carta.operatore.clone()));
        self.stacca(meta, &carta.impronta, legame)
    }

    /// The same for the area of the Prefettura.
    pub fn biglietto_prefettura(&self, carta: &CartaPrefettura, legame: &str) -> String {
        self.stacca(Meta::Prefettura(carta.nome.clone()), &carta.impronta, legame)
    }

    fn stacca(&self, meta: Meta, carta: &str, legame: &str) -> String {
        let adesso = self.adesso();
        let biglietto = segreto();
        let mut tutti = self.biglietti();
        tutti.retain(|_, b| adesso < b.scade);
        if tutti.len() >= BIGLIETTI_MASSIMI {
            let vecchio = tutti.iter().min_by_key(|(_, b)| b.scade).map(|(k, _)| k.clone());
            if let Some(vecchio) = vecchio {
                tutti.remove(&vecchio);
            }
        }
        tutti.insert(
            impronta(&biglietto),
            Biglietto {
                meta,
                carta: carta.to_owned(),
                legame: legame.to_owned(),
                scade: adesso + VITA_BIGLIETTO,
            },
        );
        biglietto
    }

    /// A fresh value for the browser to hold, and the digest a ticket is bound to.
    pub fn legame_nuovo() -> (String, String) {
        let tenuto = segreto();
        let mostrato = impronta(&tenuto);
        (tenuto, mostrato)
    }

    /// Turns a ticket into a session, once. `tenuto` is what the browser holds.
    pub fn riscuoti(
        &self,
        ambiente: Ambiente,
        biglietto: &str,
        tenuto: &str,
        precedente: Option<&str>,
    ) -> Esito<Sessione> {
        let b = self.oblitera(biglietto, tenuto)?;
        match &b.meta {
            Meta::Ambiente(per, operatore) if *per == ambiente => {
                let sessione = self.apri_sessione(&Ingresso {
                    ambiente,
                    operatore,
                    carta: Some(b.carta.clone()),
                    comune: None,
                    precedente,
                })?;
                self.annota_evento(
                    ambiente,
                    sessione.comune,
                    Evento::AccessoCarta,
                    &operatore.name_id,
                );
                Ok(sessione)
            }
            Meta::Ambiente(..) | Meta::Prefettura(_) => Err(biglietto_nullo()),
        }
    }

    /// The same for the area of the Prefettura.
    pub fn riscuoti_prefettura(
        &self,
        biglietto: &str,
        tenuto: &str,
        precedente: Option<&str>,
    ) -> Esito<SessioneArea> {
        let b = self.oblitera(biglietto, tenuto)?;
        match b.meta {
            Meta::Prefettura(nome) => self.entra_in_prefettura_con_carta(&nome, b.carta, precedente),
            Meta::Ambiente(..) => Err(biglietto_nullo()),
        }
    }

    /// A ticket that is good: of this browser, in time, of a card that was not revoked meanwhile.
    fn oblitera(&self, biglietto: &str, tenuto: &str) -> Esito<Biglietto> {
        // Taken out whatever comes next: a ticket tried is a ticket used.
        let b = self
            .biglietti()
            .remove(&impronta(biglietto))
            .ok_or_else(biglietto_nullo)?;
        let vale = self.adesso() < b.scade && b.legame == impronta(tenuto);
        if !vale || self.revocato(&b.carta)? {
            return Err(biglietto_nullo());
        }
        Ok(b)
    }

    fn biglietti(&self) -> MutexGuard<'_, Biglietti> {
        self.biglietti.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
