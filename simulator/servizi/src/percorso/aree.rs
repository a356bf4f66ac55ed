//! Logins of the private area, of the Prefettura and of the dashboard: sessions of their own, which open nothing else.
//!
//! A session belongs to one area; it is worth nothing once its user's password, role or existence changed. Only the
//! digest of its key is stored. Failures delay as at the web application (`accesso`), counted for each area apart.

use anagrafe::CodiceIstat;
use jiff::Timestamp;
use registro::{Lettura as _, Operatore, verifica_password};
use serde::{Deserialize, Serialize};

use super::{
    credenziali::{parola_derivata, utente_cnsd},
    prefettura::{self, RuoloPrefettura, cerca_utente},
    software_house,
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
    /// The dashboard of the subentro: a software house.
    Dashboard,
}

impl Area {
    /// The word for it.
    pub const fn chiave(self) -> &'static str {
        match self {
            Self::Privata => "privata",
            Self::Prefettura => "prefettura",
            Self::Dashboard => "dashboard",
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
    /// A software house, by its user name.
    SoftwareHouse(String),
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
    /// Digest of the card it was opened with.
    #[serde(default)]
    carta: Option<String>,
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
    /// Entered with a card.
    pub con_carta: bool,
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
                let derivata = r.seme().map(|s| prefettura::parola(s, &u.nome));
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
        if area == Area::Dashboard {
            return software_house::cerca(r, nome)?
                .map(|s| {
                    Ok(Trovato {
                        parte: Parte::SoftwareHouse(s.nome.clone()),
                        credenziale: match s.password {
                            Some(h) => Credenziale::Hash(h),
                            None => Credenziale::Derivata(software_house::parola(r.seme()?, &s.nome)),
                        },
                        als: false,
                        alp: false,
                    })
                })
                .transpose();
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
        let _turno = self.fila.di(&conteggio);
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
        self.apri_sessione_di_area(area, nome, t, None, precedente)
    }

    /// Whether a name is that of a user of some Prefettura.
    pub(crate) fn e_utente_di_prefettura(&self, nome: &str) -> Esito<bool> {
        Ok(self.utente_di_area(Area::Prefettura, nome)?.is_some())
    }

    /// Opens a session for a user whose card (by digest) was judged.
    pub(crate) fn entra_in_prefettura_con_carta(
        &self,
        nome: &str,
        carta: String,
        precedente: Option<&str>,
    ) -> Esito<SessioneArea> {
        let t = self
            .utente_di_area(Area::Prefettura, nome)?
            .ok_or_else(non_riconosciuti)?;
        self.apri_sessione_di_area(Area::Prefettura, nome, t, Some(carta), precedente)
    }

    fn apri_sessione_di_area(
        &self,
        area: Area,
        nome: &str,
        t: Trovato,
        carta: Option<String>,
        precedente: Option<&str>,
    ) -> Esito<SessioneArea> {
        let adesso = self.adesso();
        let (chiave, csrf) = (segreto(), segreto());
        let memoria = Memoria {
            area,
            utente: nome.to_owned(),
            parte: t.parte.clone(),
            sigillo: t.credenziale.sigillo(),
            csrf: csrf.clone(),
            scade: adesso + self.impostazioni().sessione_massima,
            ultima: adesso,
            carta,
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
            con_carta: memoria.carta.is_some(),
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
        let carta_buona = match &m.carta {
            Some(impronta) => !self.revocato(impronta)?,
            None => true,
        };
        let vivo = trovato.filter(|t| {
            carta_buona
                && t.parte == m.parte
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
            con_carta: m.carta.is_some(),
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
