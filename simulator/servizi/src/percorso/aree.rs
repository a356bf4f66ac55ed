//! Logins of the private area and of the Prefettura: sessions of their own, which open nothing else.
//!
//! A session belongs to one area; it is worth nothing once its user's password, role or existence changed. Only the
//! digest of its key is stored. Failures delay as at the web application (`accesso`), counted for each area apart.

use anagrafe::CodiceIstat;
use jiff::Timestamp;
use registro::{Lettura as _, Operatore, verifica_password};
use serde::{Deserialize, Serialize};

use super::{
    credenziali::{parola_derivata, utente_cnsd},
    prefettura::{RuoloPrefettura, cerca_utente},
};
use crate::{
    ErroreServizio, Esito, Simulatore,
    accesso::{PASSWORD_DI_NESSUNO, impronta, non_riconosciuti, segreto},
};

/// Collection of the sessions, by digest of the key.
const RACCOLTA: &str = "percorso-sessioni";
/// Role of an operator who may enter the private area of his Comune.
const RESPONSABILE: &str = "RESPONSABILE_CNSD";

/// Which area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// Servizi demografici: the responsabile CNSD of a Comune.
    Privata,
    /// A Prefettura.
    Prefettura,
}

impl Area {
    /// The word for it.
    pub const fn chiave(self) -> &'static str {
        match self {
            Self::Privata => "privata",
            Self::Prefettura => "prefettura",
        }
    }
}

/// Whom a session acts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Parte {
    /// A Comune.
    Comune(CodiceIstat),
    /// A province.
    Provincia(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Memoria {
    area: Area,
    utente: String,
    parte: Parte,
    /// Digest of what let in: another password ends the session.
    sigillo: String,
    csrf: String,
    scade: Timestamp,
    ultima: Timestamp,
}

/// Who is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessioneArea {
    /// The secret of the cookie.
    pub chiave: String,
    /// User name.
    pub utente: String,
    /// Whom he acts for.
    pub parte: Parte,
    /// Hands smart cards over, administers users.
    pub als: bool,
    /// Administers postazioni.
    pub alp: bool,
    /// Token of the forms.
    pub csrf: String,
}

/// A user as found: whom he acts for, the password that opens, roles.
struct Trovato {
    parte: Parte,
    credenziale: Credenziale,
    als: bool,
    alp: bool,
}

enum Credenziale {
    /// Hash of a password somebody chose.
    Hash(String),
    /// The password of the seed.
    Derivata(String),
}

impl Credenziale {
    fn sigillo(&self) -> String {
        match self {
            Self::Hash(t) | Self::Derivata(t) => impronta(t),
        }
    }

    fn apre(&self, password: &str) -> bool {
        match self {
            Self::Hash(h) => verifica_password(password, h),
            Self::Derivata(d) => {
                // The same work as for a hash: the time tells nothing.
                verifica_password(password, PASSWORD_DI_NESSUNO);
                impronta(password) == impronta(d)
            }
        }
    }
}

fn puo_il_responsabile(o: &Operatore) -> bool {
    o.ha_ruolo(RESPONSABILE) && o.stato.lavora() && !o.password.is_empty()
}

impl Simulatore {
    fn utente_di_area(&self, area: Area, nome: &str) -> Esito<Option<Trovato>> {
        let r = self.registro();
        if area == Area::Prefettura {
            return Ok(cerca_utente(r, nome)?.map(|(p, u)| {
                let derivata = r.seme().map(|s| parola_derivata(s, &u.nome));
                Trovato {
                    parte: Parte::Provincia(p.provincia),
                    als: u.ruoli.contains(&RuoloPrefettura::Als),
                    alp: u.ruoli.contains(&RuoloPrefettura::Alp),
                    credenziale: match (u.password, derivata) {
                        (Some(h), _) => Credenziale::Hash(h),
                        (None, Ok(d)) => Credenziale::Derivata(d),
                        (None, Err(_)) => Credenziale::Hash(PASSWORD_DI_NESSUNO.to_owned()),
                    },
                }
            }));
        }
        let di_comune = |istat, credenziale| Trovato {
            parte: Parte::Comune(istat),
            credenziale,
            als: false,
            alp: false,
        };
        if let Some(istat) = nome.strip_prefix("CNSD").and_then(|c| CodiceIstat::parse(c).ok())
            && r.comune(istat)?.is_some()
        {
            let derivata = parola_derivata(r.seme()?, &utente_cnsd(istat));
            return Ok(Some(di_comune(istat, Credenziale::Derivata(derivata))));
        }
        // An operator who was given the role enters with the password he has.
        Ok(r.operatore(nome)?
            .filter(puo_il_responsabile)
            .and_then(|o| Some(di_comune(*o.comuni.first()?, Credenziale::Hash(o.password)))))
    }

    /// Checks name and password and opens a session; the one this browser had ends.
    pub fn entra_in_area(
        &self,
        area: Area,
        nome: &str,
        password: &str,
        precedente: Option<&str>,
    ) -> Esito<SessioneArea> {
        self.pronto_lo_stato()?;
        let conteggio = format!("{}:{}", area.chiave(), nome.chars().take(64).collect::<String>());
        let adesso = self.adesso();
        self.pazienta(&conteggio, adesso)?;
        let trovato = self.utente_di_area(area, nome)?;
        let giusta = match &trovato {
            Some(t) => t.credenziale.apre(password),
            None => verifica_password(password, PASSWORD_DI_NESSUNO),
        };
        let Some(t) = trovato.filter(|_| giusta) else {
            self.fallito(conteggio, adesso);
            return Err(non_riconosciuti());
        };
        self.riuscito(&conteggio);
        let (chiave, csrf) = (segreto(), segreto());
        let memoria = Memoria {
            area,
            utente: nome.to_owned(),
            parte: t.parte.clone(),
            sigillo: t.credenziale.sigillo(),
            csrf: csrf.clone(),
            scade: adesso + self.impostazioni().sessione_massima,
            ultima: adesso,
        };
        self.registro().scrivi(|r| -> Esito<()> {
            for (k, m) in r.documenti::<Memoria>(RACCOLTA)? {
                if m.scade <= adesso {
                    r.togli_documento(RACCOLTA, &k);
                }
            }
            if let Some(vecchia) = precedente {
                r.togli_documento(RACCOLTA, &impronta(vecchia));
            }
            r.salva_documento(RACCOLTA, &impronta(&chiave), &memoria)?;
            Ok(())
        })?;
        Ok(SessioneArea {
            chiave,
            utente: memoria.utente,
            parte: t.parte,
            als: t.als,
            alp: t.alp,
            csrf,
        })
    }

    /// The session behind a cookie, in that area only.
    pub fn sessione_di_area(&self, area: Area, chiave: &str) -> Esito<Option<SessioneArea>> {
        let token = impronta(chiave);
        let Some(m) = self.registro().documento::<Memoria>(RACCOLTA, &token)? else {
            return Ok(None);
        };
        if m.area != area {
            return Ok(None);
        }
        let adesso = self.adesso();
        let inattiva = self.impostazioni().sessione_inattiva;
        let trovato = self.utente_di_area(area, &m.utente)?;
        let vivo = trovato.filter(|t| {
            t.parte == m.parte
                && t.credenziale.sigillo() == m.sigillo
                && adesso < m.scade
                && adesso.duration_since(m.ultima) < inattiva
        });
        let Some(t) = vivo else {
            self.esci_da_area(chiave)?;
            return Ok(None);
        };
        if adesso.duration_since(m.ultima) >= crate::accesso::USO_ANNOTATO_OGNI.min(inattiva / 4) {
            let usata = Memoria {
                ultima: adesso,
                ..m.clone()
            };
            self.registro()
                .scrivi(|r| -> Esito<()> { Ok(r.salva_documento(RACCOLTA, &token, &usata)?) })?;
        }
        Ok(Some(SessioneArea {
            chiave: chiave.to_owned(),
            utente: m.utente,
            parte: m.parte,
            als: t.als,
            alp: t.alp,
            csrf: m.csrf,
        }))
    }

    /// Ends a session.
    pub fn esci_da_area(&self, chiave: &str) -> Esito<()> {
        self.registro().scrivi(|t| -> Result<(), ErroreServizio> {
            t.togli_documento(RACCOLTA, &impronta(chiave));
            Ok(())
        })
    }
}
