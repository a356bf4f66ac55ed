//! A smart card and its codes: two halves by two ways, registration, activation with the whole PIN, block and PUK;
//! the nomination of ALS and ALP.
//!
//! What must stay true: nobody who hands a card over sees more than the half in the envelope; the certificate of the
//! card (`carta`, `sportello`) is made when the card is registered, its file opens with the PIN, and the operator stays
//! "scheda da attivare" until the PIN was given.

use anagrafe::{Ambiente, CodiceIstat, Data};
use rand::RngExt as _;
use registro::{Comune, Lettura, Operatore, Quando, StatoOperatore, Transazione, mondo::flusso};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    censimento::{Incarico, Persona},
    fascicolo::{Fascicolo, Nomine},
    impedimento::Impedimento,
    lettere,
    plico::{Plico, StatoPlico},
};
use crate::{ErroreServizio, Esito, FiltroCertificati, Simulatore, accesso::sigilla_password};

/// Digits of PIN and PUK, letters of the password: halves of four, four and five.
const CIFRE: usize = 8;
const LETTERE_PASSWORD: usize = 10;
/// Wrong PINs that block a card.
const PIN_SBAGLIATI_MASSIMI: u8 = 3;
/// Wrong PUKs after which a card is lost.
const PUK_SBAGLIATI_MASSIMI: u8 = 5;
/// Certificates of postazioni made at the nomination of the ALP; the ALP asks for the rest.
const POSTAZIONI_SUBITO: u32 = 10;

/// A smart card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SmartCard {
    /// `888011-SC-0001`.
    pub numero: String,
    /// User name of the holder.
    pub titolare: String,
    /// Surname of the holder.
    pub cognome: String,
    /// Name of the holder.
    pub nome: String,
    /// Personal mailbox of the holder.
    pub email: String,
    /// What the holder is for.
    pub incarico: Incarico,
    /// Parcel it travels in.
    pub plico: u32,
    pub(super) pin: String,
    puk: String,
    password: String,
    /// Registered as handed over to its holder.
    pub registrata: Option<Quando>,
    /// By whom.
    pub registrata_da: Option<String>,
    /// Activated with its PIN.
    pub attivata: Option<Quando>,
    errori_pin: u8,
    errori_puk: u8,
    /// Blocked by wrong PINs.
    pub bloccata: bool,
    /// Id of its certificate at the desk.
    pub carta: Option<String>,
}

/// Where a card is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatoSmartCard {
    /// Being made.
    InProduzione,
    /// On its way to the Prefettura.
    InViaggio,
    /// At the Prefettura.
    AllaPrefettura,
    /// At the Comune, not yet registered.
    AlComune,
    /// Handed to its holder, to be activated.
    DaAttivare,
    /// Works.
    Attiva,
    /// Too many wrong PINs.
    Bloccata,
}

/// One half of the codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetaCodici {
    /// Half of the PIN.
    pub pin: String,
    /// Half of the PUK.
    pub puk: String,
    /// Half of the password of the web application.
    pub password: String,
}

/// Who does something at the Comune: an operator in session, or the trainer through the API.
#[derive(Debug, Clone, Copy)]
pub enum Chi<'a> {
    /// The control API: any role.
    Formatore,
    /// This operator, with the card or without.
    Operatore {
        /// User name.
        name_id: &'a str,
        /// Entered with the card.
        con_carta: bool,
    },
}

impl Chi<'_> {
    pub(super) fn nome(&self) -> String {
        match self {
            Self::Formatore => "FORMATORE".to_owned(),
            Self::Operatore { name_id, .. } => (*name_id).to_owned(),
        }
    }

    /// Whether he holds the role and entered with his card.
    pub(super) fn e(&self, t: &impl Lettura, ruolo: &str) -> Esito<bool> {
        match self {
            Self::Formatore => Ok(true),
            Self::Operatore { name_id, con_carta } => {
                Ok(*con_carta && t.operatore(name_id)?.is_some_and(|o| o.ha_ruolo(ruolo)))
            }
        }
    }
}

impl SmartCard {
    pub(super) fn nuova(seme: u64, istat: CodiceIstat, posto: usize, plico: u32, p: &Persona) -> Self {
        const LETTERE: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
        let numero = format!("{istat}-SC-{posto:04}");
        let mut caso = flusso(seme, &format!("codici {numero} {}", p.codice_fiscale));
        let mut codice = |alfabeto: &[u8], quanti: usize| -> String {
            (0..quanti)
                .map(|_| char::from(alfabeto[caso.random_range(0..alfabeto.len())]))
                .collect()
        };
        let (pin, puk) = (codice(b"0123456789", CIFRE), codice(b"0123456789", CIFRE));
        let password = codice(LETTERE, LETTERE_PASSWORD);
        Self {
            numero,
            titolare: p.codice_fiscale.clone(),
            cognome: p.cognome.clone(),
            nome: p.nome.clone(),
            email: p.email.clone(),
            incarico: p.incarico,
            plico,
            pin,
            puk,
            password,
            registrata: None,
            registrata_da: None,
            attivata: None,
            errori_pin: 0,
            errori_puk: 0,
            bloccata: false,
            carta: None,
        }
    }

    fn meta(&self, prima: bool) -> MetaCodici {
        let taglia = |t: &str| {
            let (a, b) = t.split_at(t.len() / 2);
            if prima { a.to_owned() } else { b.to_owned() }
        };
        MetaCodici {
            pin: taglia(&self.pin),
            puk: taglia(&self.puk),
            password: taglia(&self.password),
        }
    }

    /// Where it is on a day; `operatore` is its holder as registered.
    pub fn stato(&self, plichi: &[Plico], operatore: Option<&Operatore>, oggi: Data) -> StatoSmartCard {
        if self.bloccata {
            return StatoSmartCard::Bloccata;
        }
        if self.registrata.is_some() {
            // The ALS can activate without the PIN too (Gestione operatori).
            let attivo = operatore.is_some_and(|o| o.stato == StatoOperatore::Attivo);
            return if self.attivata.is_some() || attivo {
                StatoSmartCard::Attiva
            } else {
                StatoSmartCard::DaAttivare
            };
        }
        match plichi
            .iter()
            .find(|p| p.numero == self.plico)
            .map(|p| p.stato(oggi))
        {
            Some(StatoPlico::Consegnato) => StatoSmartCard::AlComune,
            Some(StatoPlico::AllaPrefettura | StatoPlico::SindacoConvocato) => StatoSmartCard::AllaPrefettura,
            Some(StatoPlico::InViaggio) => StatoSmartCard::InViaggio,
            Some(StatoPlico::InProduzione) | None => StatoSmartCard::InProduzione,
        }
    }

    /// Tries a PIN; wrong ones are counted, and block.
    fn prova_pin(&mut self, pin: &str) -> Result<(), Impedimento> {
        if self.bloccata {
            return Err(Impedimento::CartaBloccata);
        }
        if pin.trim() == self.pin {
            self.errori_pin = 0;
            return Ok(());
        }
        self.errori_pin = self.errori_pin.saturating_add(1);
        self.bloccata = self.errori_pin >= PIN_SBAGLIATI_MASSIMI;
        Err(if self.bloccata {
            Impedimento::CartaBloccata
        } else {
            Impedimento::PinErrato(PIN_SBAGLIATI_MASSIMI - self.errori_pin)
        })
    }

    /// Registers the hand-over: the certificate is the holder's, the second halves go to his mailbox.
    pub(super) fn registra(
        &mut self,
        t: &mut Transazione,
        comune: &Comune,
        da: &str,
        certificato: String,
        quando: Quando,
    ) -> Esito<()> {
        if self.registrata.is_some() {
            return Err(Impedimento::GiaRegistrata.into());
        }
        self.registrata = Some(quando);
        self.registrata_da = Some(da.to_owned());
        self.carta = Some(certificato);
        lettere::seconde_meta(t, comune, self, &self.meta(false))
    }
}

/// A card as pages and API show it: without its codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SmartCardVista {
    /// Its number.
    pub numero: String,
    /// User name of the holder.
    pub titolare: String,
    /// Surname and name.
    pub nominativo: String,
    /// What the holder is for.
    pub incarico: Incarico,
    /// Where it is.
    pub stato: StatoSmartCard,
    /// Parcel.
    pub plico: u32,
    /// Registered when.
    pub registrata: Option<Quando>,
    /// By whom.
    pub registrata_da: Option<String>,
    /// Activated when.
    pub attivata: Option<Quando>,
    /// Certificate at the desk.
    pub carta: Option<String>,
}

fn nessuna_carta(numero: &str) -> ErroreServizio {
    ErroreServizio::assente(format!("Nessuna smart card {numero} tra quelle del Comune."))
}

impl Fascicolo {
    fn carta(&self, numero: &str) -> Esito<&SmartCard> {
        self.carte
            .iter()
            .find(|c| c.numero == numero)
            .ok_or_else(|| nessuna_carta(numero))
    }

    fn carta_mut(&mut self, numero: &str) -> Esito<&mut SmartCard> {
        self.carte
            .iter_mut()
            .find(|c| c.numero == numero)
            .ok_or_else(|| nessuna_carta(numero))
    }

    /// Whether a card is at the Comune, handed over by the Prefettura.
    fn al_comune(&self, c: &SmartCard) -> bool {
        self.plichi
            .iter()
            .any(|p| p.numero == c.plico && p.consegna.is_some())
    }
}

impl Simulatore {
    /// The smart cards of a Comune.
    pub fn smart_card(&self, istat: CodiceIstat) -> Esito<Vec<SmartCardVista>> {
        self.viste(&self.fascicolo(istat)?)
    }

    pub(super) fn viste(&self, f: &Fascicolo) -> Esito<Vec<SmartCardVista>> {
        let oggi = self.registro().oggi()?;
        f.carte
            .iter()
            .map(|c| {
                let operatore = self.registro().operatore(&c.titolare)?;
                Ok(SmartCardVista {
                    numero: c.numero.clone(),
                    titolare: c.titolare.clone(),
                    nominativo: format!("{} {}", c.cognome, c.nome),
                    incarico: c.incarico,
                    stato: c.stato(&f.plichi, operatore.as_ref(), oggi),
                    plico: c.plico,
                    registrata: c.registrata,
                    registrata_da: c.registrata_da.clone(),
                    attivata: c.attivata,
                    carta: c.carta.clone(),
                })
            })
            .collect()
    }

    /// What is in the envelope of a card: the first halves. The envelope is at the Comune once the parcel is; the
    /// sindaco has his at the hand-over.
    pub fn busta(&self, istat: CodiceIstat, numero: &str) -> Esito<MetaCodici> {
        let f = self.fascicolo(istat)?;
        let c = f.carta(numero)?;
        if !f.al_comune(c) {
            return Err(Impedimento::NonConsegnata.into());
        }
        Ok(c.meta(true))
    }

    /// The sindaco names ALS and ALP (C05): they get their roles, and the test environment (C11); the certificates of the
    /// postazioni declared are there for the ALP (C08).
    pub fn nomina(&self, istat: CodiceIstat, chi: Chi<'_>, als: &str, alp: &str) -> Esito<Nomine> {
        let (als, alp) = (als.trim().to_ascii_uppercase(), alp.trim().to_ascii_uppercase());
        let (nomine, postazioni) = self.nel_fascicolo(istat, |t, comune, f, quando| -> Esito<_> {
            if !f.censito() {
                return Err(Impedimento::CensimentoMancante.into());
            }
            let sindaco = f.carte.iter().find(|c| c.incarico == Incarico::Sindaco);
            let sindaco = sindaco.map(|c| c.titolare.clone()).unwrap_or_default();
            let attivo = t
                .operatore(&sindaco)?
                .is_some_and(|o| o.stato == StatoOperatore::Attivo);
            if !attivo {
                return Err(Impedimento::SindacoSenzaCarta.into());
            }
            if !chi.e(t, "SINDACO")? {
                return Err(Impedimento::SoloSindaco.into());
            }
            let prima = f.nomine.take();
            let nuove = [(&als, "ALS"), (&alp, "ALP")];
            for (nome, ruolo) in nuove {
                nominabile(t, istat, f, nome, ruolo)?;
            }
            let vecchie = prima.iter().flat_map(|n| [(&n.als, "ALS"), (&n.alp, "ALP")]);
            // Who keeps his role keeps his session.
            for (vecchio, ruolo) in vecchie.filter(|v| !nuove.contains(v)) {
                muta_ruolo(t, vecchio, |o| {
                    o.ruoli.remove(ruolo);
                })?;
            }
            for (nome, ruolo) in [(&als, "ALS"), (&alp, "ALP")] {
                muta_ruolo(t, nome, |o| {
                    o.ruoli.insert(ruolo.to_owned());
                    o.ambienti.insert(Ambiente::Test);
                })?;
            }
            // The same two again: nothing changes and nobody is written to.
            let n = if let Some(n) = prima.filter(|n| n.als == als && n.alp == alp) {
                n
            } else {
                let n = Nomine {
                    als: als.clone(),
                    alp: alp.clone(),
                    da: chi.nome(),
                    quando,
                };
                lettere::nomine(t, comune, &n)?;
                n
            };
            f.nomine = Some(n.clone());
            let dichiarate = f.censimento.as_ref().map_or(0, |c| c.postazioni);
            Ok((n, dichiarate))
        })?;
        self.emetti_dichiarate(istat, postazioni.min(POSTAZIONI_SUBITO))?;
        Ok(nomine)
    }

    /// The server certificate and as many of postazioni as were declared, where they are missing.
    fn emetti_dichiarate(&self, istat: CodiceIstat, dichiarate: u32) -> Esito<()> {
        let filtro = FiltroCertificati {
            comune: Some(istat),
            ..FiltroCertificati::default()
        };
        let gia = self.certificati(filtro)?;
        let quanti = |tipo: &str| gia.iter().filter(|v| v["tipo"] == tipo).count();
        if quanti("CO") == 0 {
            self.emetti_certificato(json!({"comune": istat.as_str(), "tipo": "CO"}))?;
        }
        for _ in quanti("PC")..dichiarate as usize {
            self.emetti_certificato(json!({"comune": istat.as_str(), "tipo": "PC"}))?;
        }
        Ok(())
    }

    /// "Registra smart card Comune" (C05, C06): the ALS's card by the sindaco, the others by the ALS. Who registers hands
    /// over the envelope; the other halves go to the holder's mailbox.
    pub fn registra_smart_card(&self, istat: CodiceIstat, chi: Chi<'_>, numero: &str) -> Esito<()> {
        let _turno = self.fila_carte.di(istat.as_str());
        let f = self.fascicolo(istat)?;
        let c = f.carta(numero)?;
        registrabile(&f, c)?;
        // The role first: a key takes time, and who may not register shall not make the simulator spend it.
        autorizzato(self.registro(), &f, chi, c)?;
        let certificato = self.emetti_con_pin(istat, &c.titolare, &c.pin)?;
        let fatto = self.nel_fascicolo(istat, |t, comune, f, quando| {
            let c = f.carta(numero)?.clone();
            registrabile(f, &c)?;
            autorizzato(t, f, chi, &c)?;
            f.carta_mut(numero)?
                .registra(t, comune, &chi.nome(), certificato.clone(), quando)
        });
        self.altrimenti_revoca(Some(&certificato), fatto)
    }

    /// A certificate made for a hand-over that did not come about opens nothing.
    pub(super) fn altrimenti_revoca<T>(&self, certificato: Option<&str>, fatto: Esito<T>) -> Esito<T> {
        if let (Some(id), Err(_)) = (certificato, &fatto) {
            self.revoca_carta(id)?;
        }
        fatto
    }

    /// The number of a smart card that wrong PINs have blocked, by the certificate it bears (its id at the desk).
    pub(crate) fn smart_card_bloccata(&self, istat: CodiceIstat, certificato: &str) -> Esito<Option<String>> {
        let f = self.fascicolo(istat)?;
        let bloccata = f
            .carte
            .into_iter()
            .find(|c| c.bloccata && c.carta.as_deref() == Some(certificato));
        Ok(bloccata.map(|c| c.numero))
    }

    /// The holder activates a card with the whole PIN; the operator is active from then on and may enter with the
    /// password too.
    pub fn attiva_smart_card(&self, istat: CodiceIstat, numero: &str, pin: &str) -> Esito<()> {
        let c = self.fascicolo(istat)?.carta(numero)?.clone();
        let sigillo = sigilla_password(&c.password)?;
        self.nel_fascicolo(istat, |t, _, f, quando| -> Esito<Result<(), Impedimento>> {
            let c = f.carta_mut(numero)?;
            // The mistake must be remembered: the commit goes through.
            if let Err(i) = attivabile(c).and_then(|()| c.prova_pin(pin)) {
                return Ok(Err(i));
            }
            c.attivata = Some(quando);
            let titolare = c.titolare.clone();
            muta_ruolo(t, &titolare, |o| {
                if o.stato == StatoOperatore::SchedaDaAttivare {
                    o.stato = StatoOperatore::Attivo;
                }
                if o.password.is_empty() {
                    o.password = sigillo;
                }
            })?;
            Ok(Ok(()))
        })??;
        Ok(())
    }

    /// The file of a card for who has its PIN: what he imports into his browser, and opens with the same PIN.
    pub fn file_smart_card(&self, istat: CodiceIstat, numero: &str, pin: &str) -> Esito<(String, Vec<u8>)> {
        let certificato = self.nel_fascicolo(istat, |_, _, f, _| -> Esito<Result<_, Impedimento>> {
            let c = f.carta_mut(numero)?;
            let Some(certificato) = c.carta.clone() else {
                return Ok(Err(Impedimento::NonRegistrata));
            };
            Ok(c.prova_pin(pin).map(|()| certificato))
        })??;
        self.p12_carta(&certificato, None)
    }

    /// The PUK opens a blocked card again.
    pub fn sblocca_smart_card(&self, istat: CodiceIstat, numero: &str, puk: &str) -> Esito<()> {
        self.nel_fascicolo(istat, |_, _, f, _| -> Esito<Result<(), Impedimento>> {
            let c = f.carta_mut(numero)?;
            if !c.bloccata {
                return Ok(Err(Impedimento::CartaNonBloccata));
            }
            if c.errori_puk >= PUK_SBAGLIATI_MASSIMI {
                return Ok(Err(Impedimento::CartaPersa));
            }
            if puk.trim() != c.puk {
                // Remembered like a wrong PIN.
                c.errori_puk += 1;
                return Ok(Err(if c.errori_puk >= PUK_SBAGLIATI_MASSIMI {
                    Impedimento::CartaPersa
                } else {
                    Impedimento::PukErrato(PUK_SBAGLIATI_MASSIMI - c.errori_puk)
                }));
            }
            c.bloccata = false;
            (c.errori_pin, c.errori_puk) = (0, 0);
            Ok(Ok(()))
        })??;
        Ok(())
    }

    /// The support unblocks a card, whatever was tried on it.
    pub fn sblocca_dall_assistenza(&self, istat: CodiceIstat, numero: &str) -> Esito<()> {
        self.nel_fascicolo(istat, |_, _, f, _| {
            let c = f.carta_mut(numero)?;
            if !c.bloccata {
                return Err(ErroreServizio::from(Impedimento::CartaNonBloccata));
            }
            c.bloccata = false;
            (c.errori_pin, c.errori_puk) = (0, 0);
            Ok(())
        })
    }

    /// The Comune a card number belongs to.
    pub fn comune_della_smart_card(numero: &str) -> Esito<CodiceIstat> {
        numero
            .split_once("-SC-")
            .and_then(|(istat, _)| CodiceIstat::parse(istat).ok())
            .ok_or_else(|| nessuna_carta(numero))
    }
}

fn attivabile(c: &SmartCard) -> Result<(), Impedimento> {
    if c.registrata.is_none() {
        Err(Impedimento::NonRegistrata)
    } else if c.attivata.is_some() {
        Err(Impedimento::GiaAttiva)
    } else {
        Ok(())
    }
}

fn registrabile(f: &Fascicolo, c: &SmartCard) -> Result<(), Impedimento> {
    if c.registrata.is_some() {
        Err(Impedimento::GiaRegistrata)
    } else if !f.al_comune(c) {
        Err(Impedimento::NonConsegnata)
    } else if f.nomine.is_none() {
        Err(Impedimento::NomineMancanti)
    } else {
        Ok(())
    }
}

fn autorizzato(t: &impl Lettura, f: &Fascicolo, chi: Chi<'_>, c: &SmartCard) -> Esito<()> {
    let dell_als = f.nomine.as_ref().is_some_and(|n| n.als == c.titolare);
    let (ruolo, no) = if dell_als {
        ("SINDACO", Impedimento::SoloSindaco)
    } else {
        ("ALS", Impedimento::SoloAls)
    };
    if chi.e(t, ruolo)? { Ok(()) } else { Err(no.into()) }
}

fn nominabile(
    t: &Transazione,
    istat: CodiceIstat,
    f: &Fascicolo,
    nome: &str,
    ruolo: &'static str,
) -> Esito<()> {
    let no = |perche| ErroreServizio::from(Impedimento::NonNominabile(nome.to_owned(), ruolo, perche));
    let persona = f
        .censimento
        .iter()
        .flat_map(|c| &c.persone)
        .find(|p| p.inviata && p.codice_fiscale == nome)
        .ok_or_else(|| no("non è nel censimento inviato"))?;
    match persona.incarico {
        Incarico::Sindaco => return Err(no("è il sindaco, che nomina e non è nominato")),
        Incarico::SoloServizi => return Err(no("lavora solo con i servizi e non ha smart card")),
        Incarico::Operatore => {}
    }
    let vivo = t.operatore(nome)?.is_some_and(|o| {
        o.comuni.contains(&istat) && !matches!(o.stato, StatoOperatore::Cancellato | StatoOperatore::Bloccato)
    });
    if vivo {
        Ok(())
    } else {
        Err(no("non è un operatore attivo del Comune"))
    }
}

/// Changes an operator; his sessions end.
fn muta_ruolo(t: &mut Transazione, nome: &str, cambia: impl FnOnce(&mut Operatore)) -> Esito<()> {
    if let Some(mut o) = t.operatore(nome)? {
        let prima = o.clone();
        cambia(&mut o);
        if o != prima {
            t.salva_operatore(&o)?;
            t.togli_sessioni_di(nome)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn the_halves_make_the_whole_and_neither_is_the_other() {
        let istat = CodiceIstat::parse("888011").expect("code");
        let p = super::super::credenziali::persone_di_esempio(istat).remove(0);
        let c = SmartCard::nuova(1, istat, 1, 1, &p);
        let (prima, seconda) = (c.meta(true), c.meta(false));
        assert_eq!(c.pin, format!("{}{}", prima.pin, seconda.pin));
        assert_eq!(c.puk, format!("{}{}", prima.puk, seconda.puk));
        assert_eq!(c.password, format!("{}{}", prima.password, seconda.password));
        assert_eq!((c.pin.len(), prima.pin.len()), (8, 4));
        assert_eq!(c, SmartCard::nuova(1, istat, 1, 1, &p), "the seed decides");
        assert_ne!(c.pin, SmartCard::nuova(2, istat, 1, 1, &p).pin);
        assert_eq!(
            Simulatore::comune_della_smart_card(&c.numero).expect("its Comune"),
            istat
        );
    }
}
