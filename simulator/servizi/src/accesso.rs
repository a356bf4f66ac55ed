//! Login of the web application: name and password, sessions in the register, a delay that grows with failures.
//!
//! What must stay true: a session belongs to one operator and one environment; it is worth nothing once the operator's
//! password, state, roles, Comuni or environments changed, or its card was revoked; its key is made at every login
//! and only its digest is stored. Cards enter by `carta`, through the same door (`apri_sessione`).

use std::{
    collections::BTreeSet,
    hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anagrafe::{Ambiente, CodiceIstat};
use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use registro::{Lettura as _, Operatore, impronta_password, verifica_password};
use sha2::{Digest as _, Sha256};

use crate::{ErroreServizio, Esito, Simulatore, piano_di_test::Evento};

/// Shortest password an operator may choose, in characters.
pub const LUNGHEZZA_PASSWORD_MINIMA: usize = 8;
/// Failures that cost nothing.
const TENTATIVI_LIBERI: u32 = 3;
/// Longest delay a name can reach.
const ATTESA_MASSIMA: Duration = Duration::from_secs(30);
/// Names that may be tried at the same moment.
const POSTI: usize = 64;
/// Names whose failures are remembered; the oldest go first.
const NOMI_RICORDATI: usize = 1_000;
/// The last use of a session is written down no more often than this: a page is no reason for a commit.
pub(crate) const USO_ANNOTATO_OGNI: SignedDuration = SignedDuration::from_secs(60);
/// Key of the session's data: the card it was opened with, by digest.
const DATO_CARTA: &str = "carta";
/// Key of the session's data: the Comune is still to be chosen.
const DATO_SCELTA: &str = "scelta";

/// Failed logins of one name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tentativi {
    quanti: u32,
    ultimo: Timestamp,
}

impl Tentativi {
    fn attesa(self) -> Duration {
        let oltre = self.quanti.saturating_sub(TENTATIVI_LIBERI);
        if oltre == 0 {
            Duration::ZERO
        } else {
            Duration::from_secs(1 << oltre.min(5)).min(ATTESA_MASSIMA)
        }
    }
}

/// Who wants to enter waits for his turn: tries of one name are judged one after the other, or a burst of them would all
/// find that none has failed yet. Names share places, by their hash.
#[derive(Debug)]
pub(crate) struct Fila([Mutex<()>; POSTI]);

impl Default for Fila {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Fila {
    /// The turn of a name, until it is dropped.
    pub(crate) fn di(&self, nome: &str) -> MutexGuard<'_, ()> {
        let posto = BuildHasherDefault::<DefaultHasher>::default().hash_one(nome) % POSTI as u64;
        self.0[posto as usize]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A logged-in operator as the pages see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sessione {
    /// The secret of the cookie; never stored, only its digest is.
    pub chiave: String,
    /// Operator.
    pub name_id: String,
    /// The Comune acted for.
    pub comune: CodiceIstat,
    /// Every Comune the operator may act for.
    pub comuni: BTreeSet<CodiceIstat>,
    /// Roles.
    pub ruoli: BTreeSet<String>,
    /// Token of the forms.
    pub csrf: String,
    /// Wall time of the end.
    pub scade: Timestamp,
    /// Entered with a card.
    pub carta: bool,
    /// The operator has several Comuni and has not said for which one he works now.
    pub da_scegliere: bool,
}

impl Sessione {
    /// Whether the operator has one of these roles.
    pub fn ha_ruolo(&self, ruoli: &[&str]) -> bool {
        ruoli.iter().any(|r| self.ruoli.contains(*r))
    }
}

/// What a session is opened with.
pub(crate) struct Ingresso<'i> {
    pub(crate) ambiente: Ambiente,
    /// The operator as it was when its password or card was judged.
    pub(crate) operatore: &'i Operatore,
    /// Digest of the card.
    pub(crate) carta: Option<String>,
    /// The Comune to act for; without it the first, and the choice is asked for when there are several.
    pub(crate) comune: Option<CodiceIstat>,
    /// Key of the session this browser had: it ends.
    pub(crate) precedente: Option<&'i str>,
}

/// 256 random bits. Real chance: a secret is not part of the scenario.
pub(crate) fn segreto() -> String {
    let byte: [u8; 32] = rand::rng().random();
    crate::esadecimale(&byte)
}

/// What is kept of a secret: a copy of the data folder opens nothing.
pub(crate) fn impronta(chiave: &str) -> String {
    crate::esadecimale(&Sha256::digest(chiave.as_bytes()))
}

/// The hash of a new password.
pub(crate) fn nuova_password(password: &str) -> Esito<String> {
    if !(LUNGHEZZA_PASSWORD_MINIMA..=registro::LIMITE_PASSWORD_BYTE).contains(&password.len()) {
        return Err(ErroreServizio::richiesta(format!(
            "La password va da {LUNGHEZZA_PASSWORD_MINIMA} a {} caratteri.",
            registro::LIMITE_PASSWORD_BYTE
        )));
    }
    sigilla_password(password)
}

/// The hash of a password somebody in charge has chosen, whatever its length.
pub(crate) fn sigilla_password(password: &str) -> Esito<String> {
    let sale: [u8; 16] = rand::rng().random();
    Ok(impronta_password(password, &sale)?)
}

pub(crate) fn non_riconosciuti() -> ErroreServizio {
    ErroreServizio {
        codice: None,
        http: 401,
        testo: "Nome utente o password non riconosciuti.".into(),
    }
}

/// Whether an operator may enter an environment's pages.
fn ammesso(o: &Operatore, ambiente: Ambiente, con_carta: bool) -> bool {
    let stato = if con_carta {
        o.stato == registro::StatoOperatore::Attivo
    } else {
        o.stato.lavora()
    };
    stato && o.ambienti.contains(&ambiente) && !o.comuni.is_empty()
}

impl Simulatore {
    /// Checks name and password and opens a session; the one this browser had (`precedente`) ends. The same refusal
    /// for unknown names, wrong passwords and blocked operators; after some failures the name must wait (429).
    pub fn entra(
        &self,
        ambiente: Ambiente,
        name_id: &str,
        password: &str,
        precedente: Option<&str>,
    ) -> Esito<Sessione> {
        let operatore = self.giudica_password(name_id, password, |o| ammesso(o, ambiente, false))?;
        let sessione = self.apri_sessione(&Ingresso {
            ambiente,
            operatore: &operatore,
            carta: None,
            comune: None,
            precedente,
        })?;
        self.annota_evento(ambiente, sessione.comune, Evento::AccessoPassword, name_id);
        Ok(sessione)
    }

    /// The operator of a name, if the password is his and he may do what he asks for.
    fn giudica_password(
        &self,
        name_id: &str,
        password: &str,
        puo: impl Fn(&Operatore) -> bool,
    ) -> Esito<Operatore> {
        let nome = name_id.chars().take(64).collect::<String>();
        let _turno = self.fila.di(&nome);
        let adesso = self.adesso();
        self.pazienta(&nome, adesso)?;
        let operatore = self.registro().operatore(name_id)?;
        // The same work for a name that does not exist, or has no password: the time tells nothing.
        let hash = operatore
            .as_ref()
            .map(|o| o.password.as_str())
            .filter(|h| !h.is_empty())
            .unwrap_or(PASSWORD_DI_NESSUNO);
        let giusta = verifica_password(password, hash);
        let Some(operatore) = operatore.filter(|o| giusta && puo(o)) else {
            self.fallito(nome, adesso);
            return Err(non_riconosciuti());
        };
        self.riuscito(&nome);
        Ok(operatore)
    }

    /// Whether a name may be tried now: after some failures it must wait (429).
    pub(crate) fn pazienta(&self, nome: &str, adesso: Timestamp) -> Esito<()> {
        if let Some(t) = self.tentativi().get(nome) {
            let passati = adesso.duration_since(t.ultimo).unsigned_abs();
            if passati < t.attesa() {
                let resto = (t.attesa().saturating_sub(passati)).as_secs() + 1;
                return Err(ErroreServizio {
                    codice: None,
                    http: 429,
                    testo: format!("Troppi tentativi falliti: riprovare fra {resto} secondi."),
                });
            }
        }
        Ok(())
    }

    /// A good password makes the failures of its name forgotten.
    pub(crate) fn riuscito(&self, nome: &str) {
        self.tentativi().remove(nome);
    }

    /// Opens a session for an operator already judged.
    pub(crate) fn apri_sessione(&self, i: &Ingresso<'_>) -> Esito<Sessione> {
        let adesso = self.adesso();
        let (chiave, csrf) = (segreto(), segreto());
        let o = i.operatore;
        let comune = i.comune.filter(|c| o.comuni.contains(c));
        let da_scegliere = comune.is_none() && o.comuni.len() > 1;
        let comune = comune
            .or_else(|| o.comuni.first().copied())
            .ok_or_else(non_riconosciuti)?;
        let mut dati = std::collections::BTreeMap::new();
        if let Some(impronta) = &i.carta {
            dati.insert(DATO_CARTA.to_owned(), impronta.clone());
        }
        if da_scegliere {
            dati.insert(DATO_SCELTA.to_owned(), "da fare".to_owned());
        }
        let sessione = registro::Sessione {
            ambiente: i.ambiente,
            name_id: o.name_id.clone(),
            comune,
            csrf,
            creata: adesso,
            scade: adesso + self.impostazioni().sessione_massima,
            ultima: adesso,
            carta: i.carta.is_some(),
            dati,
        };
        self.registro().scrivi(|t| -> Esito<()> {
            // Between the judgement and now the operator may have been changed: the judgement is void then.
            if t.operatore(&o.name_id)?.as_ref() != Some(o) {
                return Err(non_riconosciuti());
            }
            t.togli_sessioni_scadute()?;
            if let Some(vecchia) = i.precedente {
                t.togli_sessione(&impronta(vecchia));
            }
            t.salva_sessione(&impronta(&chiave), &sessione)?;
            Ok(())
        })?;
        Ok(vista(chiave, sessione, o))
    }

    /// The session behind a cookie, in that environment only; none once it is idle for too long, or the operator or
    /// the card is no longer what it was.
    pub fn sessione(&self, ambiente: Ambiente, chiave: &str) -> Option<Sessione> {
        let token = impronta(chiave);
        let s = self
            .registro()
            .sessione(&token)
            .ok()
            .flatten()
            .filter(|s| s.ambiente == ambiente)?;
        let adesso = self.adesso();
        let ferma = adesso.duration_since(s.ultima);
        let operatore = self.registro().operatore(&s.name_id).ok().flatten()?;
        let carta_buona = match s.dati.get(DATO_CARTA) {
            Some(impronta) => !self.revocato(impronta).unwrap_or(true),
            None => !s.carta,
        };
        let vale = ferma < self.impostazioni().sessione_inattiva
            && carta_buona
            && ammesso(&operatore, ambiente, s.carta)
            && operatore.comuni.contains(&s.comune);
        if !vale {
            // It would be refused next time too; a store that cannot write now loses nothing.
            let _ = self.esci(chiave);
            return None;
        }
        if ferma >= USO_ANNOTATO_OGNI.min(self.impostazioni().sessione_inattiva / 4) {
            let annotato = self.registro().scrivi(|t| -> Esito<()> {
                if let Some(mut s) = t.sessione(&token)? {
                    s.ultima = adesso;
                    t.salva_sessione(&token, &s)?;
                }
                Ok(())
            });
            if let Err(e) = annotato {
                tracing::warn!(%e, "uso della sessione non annotato");
            }
        }
        Some(vista(chiave.to_owned(), s, &operatore))
    }

    /// The Comune a session acts for, among those of its operator; the token of the forms changes with it.
    pub fn scegli_comune(&self, ambiente: Ambiente, chiave: &str, comune: CodiceIstat) -> Esito<()> {
        let finita = || ErroreServizio {
            codice: None,
            http: 401,
            testo: "La sessione è finita: entrare di nuovo.".into(),
        };
        let sessione = self.sessione(ambiente, chiave).ok_or_else(finita)?;
        if !sessione.comuni.contains(&comune) {
            return Err(ErroreServizio {
                codice: None,
                http: 403,
                testo: format!("L'operatore non è abilitato per il Comune {comune}."),
            });
        }
        let token = impronta(chiave);
        self.registro().scrivi(|t| {
            let mut s = t.sessione(&token)?.ok_or_else(finita)?;
            s.comune = comune;
            s.csrf = segreto();
            s.dati.remove(DATO_SCELTA);
            t.salva_sessione(&token, &s)?;
            Ok(())
        })
    }

    /// Changes the password of whoever is in: every session of his ends, and a new one begins here.
    pub fn cambia_password(
        &self,
        ambiente: Ambiente,
        sessione: &Sessione,
        vecchia: &str,
        nuova: &str,
    ) -> Esito<Sessione> {
        let prima = self
            .giudica_password(&sessione.name_id, vecchia, |_| true)
            .map_err(|e| ErroreServizio {
                testo: if e.http == 401 {
                    "La password attuale non è questa.".into()
                } else {
                    e.testo
                },
                http: if e.http == 401 { 403 } else { e.http },
                codice: None,
            })?;
        if vecchia == nuova {
            return Err(ErroreServizio::richiesta(
                "La password nuova è uguale a quella attuale.",
            ));
        }
        let dopo = Operatore {
            password: nuova_password(nuova)?,
            ..prima.clone()
        };
        let carta = self
            .registro()
            .sessione(&impronta(&sessione.chiave))?
            .and_then(|s| s.dati.get(DATO_CARTA).cloned());
        self.registro().scrivi(|t| -> Esito<()> {
            if t.operatore(&prima.name_id)?.as_ref() != Some(&prima) {
                return Err(ErroreServizio::conflitto(
                    "L'operatore è stato modificato nel frattempo: ripetere.",
                ));
            }
            t.salva_operatore(&dopo)?;
            t.togli_sessioni_di(&dopo.name_id)?;
            t.evento()?;
            Ok(())
        })?;
        self.apri_sessione(&Ingresso {
            ambiente,
            operatore: &dopo,
            carta,
            comune: Some(sessione.comune),
            precedente: None,
        })
    }

    /// Ends a session.
    pub fn esci(&self, chiave: &str) -> Esito<()> {
        self.registro().scrivi(|t| {
            t.togli_sessione(&impronta(chiave));
            Ok(())
        })
    }

    /// Ends every session of an operator, in every environment; gives how many there were.
    pub fn esci_ovunque(&self, name_id: &str) -> Esito<usize> {
        self.registro().scrivi(|t| Ok(t.togli_sessioni_di(name_id)?))
    }

    fn tentativi(&self) -> std::sync::MutexGuard<'_, std::collections::BTreeMap<String, Tentativi>> {
        self.tentativi
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn fallito(&self, nome: String, adesso: Timestamp) {
        let mut tentativi = self.tentativi();
        let prima = tentativi.get(&nome).map_or(0, |t| t.quanti);
        tentativi.insert(
            nome,
            Tentativi {
                quanti: prima + 1,
                ultimo: adesso,
            },
        );
        if tentativi.len() > NOMI_RICORDATI {
            let vecchio = tentativi
                .iter()
                .min_by_key(|(_, t)| t.ultimo)
                .map(|(n, _)| n.clone());
            if let Some(vecchio) = vecchio {
                tentativi.remove(&vecchio);
            }
        }
    }
}

fn vista(chiave: String, s: registro::Sessione, o: &Operatore) -> Sessione {
    Sessione {
        chiave,
        da_scegliere: s.dati.contains_key(DATO_SCELTA),
        name_id: s.name_id,
        comune: s.comune,
        comuni: o.comuni.clone(),
        ruoli: o.ruoli.clone(),
        csrf: s.csrf,
        scade: s.scade,
        carta: s.carta,
    }
}

/// A hash no password has, made with the parameters of the real ones: its verification costs the same.
pub(crate) const PASSWORD_DI_NESSUNO: &str =
    "$argon2id$v=19$m=4096,t=2,p=1$c2FsZS1kaS1uZXNzdW5v$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn nobodys_hash_is_read_and_costs_what_a_real_one_costs() {
        let vera = sigilla_password("qualcosa").expect("a hash");
        let parametri = |h: &str| h.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(parametri(PASSWORD_DI_NESSUNO), parametri(&vera));
        assert!(!verifica_password("", PASSWORD_DI_NESSUNO));
    }

    #[test]
    fn a_chosen_password_has_a_least_length() {
        assert_eq!(nuova_password("settele").map_err(|e| e.http), Err(400));
        assert!(nuova_password("ottolett").is_ok());
        assert!(nuova_password(&"x".repeat(257)).is_err());
    }
}
