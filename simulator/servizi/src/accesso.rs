//! Login of the web application: name and password, sessions in the register, a delay that grows with failures.

use std::time::Duration;

use anagrafe::{Ambiente, CodiceIstat};
use jiff::{SignedDuration, Timestamp};
use rand::RngExt as _;
use registro::{Lettura as _, StatoOperatore, verifica_password};
use sha2::{Digest as _, Sha256};

use crate::{ErroreServizio, Esito, Simulatore};

/// How long a session lasts without a new login.
const DURATA_SESSIONE: SignedDuration = SignedDuration::from_hours(8);
/// Failures that cost nothing.
const TENTATIVI_LIBERI: u32 = 3;
/// Longest delay a name can reach.
const ATTESA_MASSIMA: Duration = Duration::from_secs(30);
/// Names whose failures are remembered; the oldest go first.
const NOMI_RICORDATI: usize = 1_000;

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

/// A logged-in operator as the pages see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sessione {
    /// The secret of the cookie; never stored, only its digest is.
    pub chiave: String,
    /// Operator.
    pub name_id: String,
    /// The Comune acted for.
    pub comune: CodiceIstat,
    /// Token of the forms.
    pub csrf: String,
    /// Wall time of the end.
    pub scade: Timestamp,
}

fn segreto() -> String {
    let byte: [u8; 32] = rand::rng().random();
    crate::esadecimale(&byte)
}

/// What the register keeps of a cookie: a copy of the data folder opens no session.
fn impronta(chiave: &str) -> String {
    crate::esadecimale(&Sha256::digest(chiave.as_bytes()))
}

impl Simulatore {
    /// Checks name and password and opens a session. The same refusal for unknown names, wrong passwords and
    /// blocked operators; after some failures the name must wait (429).
    pub fn entra(&self, ambiente: Ambiente, name_id: &str, password: &str) -> Esito<Sessione> {
        let adesso = self.adesso();
        let chiave_tentativi = name_id.chars().take(64).collect::<String>();
        if let Some(t) = self.tentativi().get(&chiave_tentativi) {
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
        let operatore = self.registro().operatore(name_id)?;
        let giusta = match &operatore {
            Some(o) => verifica_password(password, &o.password),
            // The same work for a name that does not exist: the time tells nothing.
            None => verifica_password(password, PASSWORD_DI_NESSUNO),
        };
        let ammesso = operatore.filter(|o| giusta && o.stato == StatoOperatore::Attivo);
        let Some((operatore, comune)) = ammesso.and_then(|o| o.comuni.first().copied().map(|c| (o, c)))
        else {
            self.fallito(chiave_tentativi, adesso);
            return Err(ErroreServizio {
                codice: None,
                http: 401,
                testo: "Nome utente o password non riconosciuti.".into(),
            });
        };
        self.tentativi().remove(&chiave_tentativi);
        let (chiave, csrf) = (segreto(), segreto());
        let scade = adesso + DURATA_SESSIONE;
        let sessione = registro::Sessione {
            ambiente,
            name_id: operatore.name_id.clone(),
            comune,
            csrf: csrf.clone(),
            creata: adesso,
            scade,
            carta: false,
            dati: std::collections::BTreeMap::new(),
        };
        self.registro().scrivi(|t| -> Esito<()> {
            t.togli_sessioni_scadute()?;
            t.salva_sessione(&impronta(&chiave), &sessione)?;
            Ok(())
        })?;
        Ok(Sessione {
            chiave,
            name_id: operatore.name_id,
            comune,
            csrf,
            scade,
        })
    }

    /// The session behind a cookie, in that environment only; none once the operator is no longer active.
    pub fn sessione(&self, ambiente: Ambiente, chiave: &str) -> Option<Sessione> {
        let s = self
            .registro()
            .sessione(&impronta(chiave))
            .ok()
            .flatten()
            .filter(|s| s.ambiente == ambiente)?;
        let operatore = self.registro().operatore(&s.name_id).ok().flatten()?;
        let vale = operatore.stato == StatoOperatore::Attivo && operatore.comuni.contains(&s.comune);
        vale.then(|| Sessione {
            chiave: chiave.to_owned(),
            name_id: s.name_id,
            comune: s.comune,
            csrf: s.csrf,
            scade: s.scade,
        })
    }

    /// Ends a session.
    pub fn esci(&self, chiave: &str) -> Esito<()> {
        self.registro().scrivi(|t| {
            t.togli_sessione(&impronta(chiave));
            Ok(())
        })
    }

    fn tentativi(&self) -> std::sync::MutexGuard<'_, std::collections::BTreeMap<String, Tentativi>> {
        self.tentativi
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn fallito(&self, nome: String, adesso: Timestamp) {
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

/// A hash no password has, made with the parameters of the real ones.
const PASSWORD_DI_NESSUNO: &str =
    "$argon2id$v=19$m=4096,t=1,p=1$c2FsZS1kaS1uZXNzdW5v$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
