//! The Prefettura of a province: its users and postazioni, which of its Comuni have sent the scheda, reminders.
//!
//! There is one for each province that has a Comune here. What must stay true: at most five users, at least one ALS and
//! one ALP among them; a Prefettura sees the Comuni of its province and no other.

use std::collections::{BTreeMap, BTreeSet};

use anagrafe::{CodiceIstat, Data};
use registro::{Comune, Lettura, Quando};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    credenziali::parola_derivata,
    fascicolo::{fascicolo, salva},
    impedimento::{ErroreCampo, Impedimento, Rifiuto},
    lettere, nomi,
    plico::{Consegna, Plico, StatoPlico, id_plico},
    scheda::in_ritardo,
};
use crate::{ErroreServizio, Esito, Simulatore, accesso::nuova_password, gestione::leggi};

/// Collection of the Prefetture, by sigla.
const RACCOLTA: &str = "percorso-prefetture";
/// Users of a Prefettura, and postazioni.
pub const UTENTI_MASSIMI: usize = 5;
/// Postazioni of a Prefettura.
const POSTAZIONI_MASSIME: u8 = 5;
/// Characters of a user name.
const NOME_MASSIMO: usize = 32;

/// Roles at a Prefettura.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RuoloPrefettura {
    /// Administers users, hands smart cards over.
    Als,
    /// Administers postazioni.
    Alp,
    /// Follows the schede and the parcels.
    Operatore,
}

/// A user of a Prefettura.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UtentePrefettura {
    /// User name.
    pub nome: String,
    /// Roles.
    pub ruoli: BTreeSet<RuoloPrefettura>,
    /// Hash of a password of his own; without one that of the seed opens.
    #[serde(default)]
    pub(super) password: Option<String>,
}

/// A Prefettura.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Prefettura {
    /// Sigla of the province.
    pub provincia: String,
    /// Its users.
    pub utenti: Vec<UtentePrefettura>,
    /// Postazioni declared.
    #[serde(default)]
    pub postazioni: u8,
    /// The first certificate went out by PEC.
    #[serde(default)]
    pub certificato: Option<Quando>,
    /// The postazione it is of.
    #[serde(default)]
    pub postazione: Option<String>,
}

/// What `PUT` may change.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Modifica {
    utenti: Option<Vec<UtenteNuovo>>,
    /// Any number: what is out of the range is told with our range, not with that of a type.
    postazioni: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UtenteNuovo {
    nome: String,
    ruoli: BTreeSet<RuoloPrefettura>,
    password: Option<String>,
}

/// Whether a Comune has sent its scheda.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatoScheda {
    /// Sent in time.
    Inviata,
    /// Sent after the deadline.
    InviataInRitardo,
    /// Not sent, the deadline lies ahead.
    DaInviare,
    /// Not sent, the deadline is over.
    Mancante,
}

impl StatoScheda {
    /// All of them.
    pub const TUTTI: [Self; 4] = [
        Self::Inviata,
        Self::InviataInRitardo,
        Self::DaInviare,
        Self::Mancante,
    ];

    /// The word, as forms and API write it.
    pub const fn parola(self) -> &'static str {
        match self {
            Self::Inviata => "INVIATA",
            Self::InviataInRitardo => "INVIATA_IN_RITARDO",
            Self::DaInviare => "DA_INVIARE",
            Self::Mancante => "MANCANTE",
        }
    }

    /// Reads the word.
    pub fn parse(testo: &str) -> Option<Self> {
        Self::TUTTI.into_iter().find(|s| s.parola() == testo)
    }

    /// Sent, whenever.
    pub const fn inviata(self) -> bool {
        matches!(self, Self::Inviata | Self::InviataInRitardo)
    }
}

/// A Comune in the list of its Prefettura.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RigaScheda {
    /// ISTAT code.
    pub comune: CodiceIstat,
    /// Name.
    pub nome: String,
    /// Whether it was sent.
    pub stato: StatoScheda,
    /// When.
    pub inviata: Option<Quando>,
    /// What the Comune chose.
    pub soluzione: Option<registro::Soluzione>,
    /// Day from which tests can begin.
    pub inizio_prove: Option<Data>,
    /// Day of the last reminder.
    pub sollecito: Option<Data>,
}

/// A parcel in the list of its Prefettura.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RigaPlico {
    /// `888011-1`.
    pub id: String,
    /// ISTAT code.
    pub comune: CodiceIstat,
    /// Name of the Comune.
    pub nome: String,
    /// Where it is.
    pub stato: StatoPlico,
    /// Smart cards in it.
    pub carte: usize,
    /// Day on which it leaves.
    pub pronto: Data,
    /// When the cards were ordered.
    pub ordinato: Quando,
    /// When the Prefettura was told that it left.
    pub spedito: Option<Quando>,
    /// When the Prefettura registered its arrival.
    pub registrato: Option<Quando>,
    /// Day of the summons.
    pub convocato: Option<Data>,
    /// When it was handed over, by whom and to whom.
    pub consegna: Option<Consegna>,
}

impl RigaPlico {
    fn nuova(c: &Comune, p: &Plico, carte: usize, oggi: Data) -> Self {
        Self {
            id: id_plico(c.istat, p.numero),
            comune: c.istat,
            nome: c.nome.clone(),
            stato: p.stato(oggi),
            carte,
            pronto: p.pronto,
            ordinato: p.ordinato,
            spedito: p.spedito,
            registrato: p.registrato,
            convocato: p.convocato,
            consegna: p.consegna.clone(),
        }
    }
}

/// Name of the mailbox of a Prefettura.
pub fn casella_prefettura(provincia: &str) -> String {
    format!("PREFETTURA {provincia}")
}

pub(super) fn pec_prefettura(provincia: &str) -> String {
    let sigla: String = provincia
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase();
    format!("protocollo.{sigla}@prefetture.pec.example")
}

fn nessuna(provincia: &str) -> ErroreServizio {
    ErroreServizio::assente(format!(
        "Nessuna Prefettura {provincia}: ce n'è una per ogni provincia che ha un Comune nel simulatore."
    ))
}

/// The Comuni of a province; at least one.
fn comuni(t: &impl Lettura, provincia: &str) -> Esito<Vec<Comune>> {
    let mut tutti = t.comuni()?;
    tutti.retain(|c| c.provincia == provincia);
    if tutti.is_empty() {
        Err(nessuna(provincia))
    } else {
        Ok(tutti)
    }
}

fn leggi_prefettura(t: &impl Lettura, provincia: &str) -> Esito<Prefettura> {
    comuni(t, provincia)?;
    if let Some(p) = t.documento(RACCOLTA, provincia)? {
        return Ok(p);
    }
    let utente = |nome: &str, ruolo| UtentePrefettura {
        nome: format!("PREF{provincia}{nome}"),
        ruoli: [ruolo].into(),
        password: None,
    };
    Ok(Prefettura {
        provincia: provincia.to_owned(),
        utenti: vec![
            utente("ALS", RuoloPrefettura::Als),
            utente("ALP", RuoloPrefettura::Alp),
            utente("OPE", RuoloPrefettura::Operatore),
        ],
        postazioni: 0,
        certificato: None,
        postazione: None,
    })
}

fn nome_buono(nome: &str) -> bool {
    (1..=NOME_MASSIMO).contains(&nome.len())
        && nome.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn nome_sbagliato(nome: &str) -> ErroreCampo {
    let breve: String = nome.chars().take(NOME_MASSIMO).collect();
    ErroreCampo::nuovo(
        "nome",
        format!("Il nome utente «{breve}» non va: da 1 a {NOME_MASSIMO} lettere maiuscole o cifre."),
    )
}

fn troppi_utenti() -> Rifiuto {
    Rifiuto::Campi(vec![ErroreCampo::nuovo(
        "nome",
        format!("Una Prefettura ha al più {UTENTI_MASSIMI} utenti."),
    )])
}

/// What is wrong with the users of a Prefettura, with the field of a form that would mend it.
fn controlla_utenti(utenti: &[UtentePrefettura]) -> Result<(), Rifiuto> {
    let no = |campo, t: String| Err(Rifiuto::Campi(vec![ErroreCampo::nuovo(campo, t)]));
    if utenti.len() > UTENTI_MASSIMI {
        return Err(troppi_utenti());
    }
    let mut visti = BTreeSet::new();
    for u in utenti {
        if !nome_buono(&u.nome) {
            return Err(Rifiuto::Campi(vec![nome_sbagliato(&u.nome)]));
        }
        if u.ruoli.is_empty() {
            return no("ruoli", format!("L'utente {} non ha nessun ruolo.", u.nome));
        }
        if !visti.insert(&u.nome) {
            return no("nome", format!("L'utente {} è indicato due volte.", u.nome));
        }
    }
    for (ruolo, nome) in [(RuoloPrefettura::Als, "ALS"), (RuoloPrefettura::Alp, "ALP")] {
        if !utenti.iter().any(|u| u.ruoli.contains(&ruolo)) {
            return no(
                "ruoli",
                format!("Fra gli utenti della Prefettura serve almeno un {nome}."),
            );
        }
    }
    Ok(())
}

/// The password of a user who chose none. Of a kind of its own, but for the users every Prefettura begins with, whose
/// passwords people know.
pub(super) fn parola(seme: u64, nome: &str) -> String {
    if nomi::di_ogni_prefettura(nome).is_some() {
        parola_derivata(seme, nome)
    } else {
        parola_derivata(seme, &format!("prefettura {nome}"))
    }
}

fn postazioni_valide(n: i64) -> Result<u8, Rifiuto> {
    u8::try_from(n)
        .ok()
        .filter(|n| *n <= POSTAZIONI_MASSIME)
        .ok_or_else(|| {
            Rifiuto::Campi(vec![ErroreCampo::nuovo(
                "postazioni",
                format!("Una Prefettura ha al più {POSTAZIONI_MASSIME} postazioni: indicare un numero da 0 a {POSTAZIONI_MASSIME}."),
            )])
        })
}

impl Simulatore {
    /// Every Prefettura there is, with how many of its Comuni have sent the scheda.
    pub fn prefetture(&self) -> Esito<Vec<(String, usize, usize)>> {
        self.al_passo()?;
        let mut conti: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for c in self.comuni()? {
            let inviata = fascicolo(self.registro(), &c)?.scheda.is_some();
            let conto = conti.entry(c.provincia).or_default();
            conto.0 += 1;
            conto.1 += usize::from(inviata);
        }
        Ok(conti.into_iter().map(|(p, (t, i))| (p, t, i)).collect())
    }

    /// One Prefettura.
    pub fn prefettura(&self, provincia: &str) -> Esito<Prefettura> {
        self.pronto_lo_stato()?;
        leggi_prefettura(self.registro(), provincia)
    }

    /// The password of a user who has none of his own: for whoever governs the simulator.
    pub fn password_prefettura(&self, u: &UtentePrefettura) -> Esito<Option<String>> {
        Ok(match u.password {
            Some(_) => None,
            None => Some(parola(self.registro().seme()?, &u.nome)),
        })
    }

    /// Changes users and postazioni (`{"utenti":[{"nome","ruoli","password"}],"postazioni"}`); the first postazione brings the
    /// first certificate by PEC.
    pub fn metti_prefettura(&self, provincia: &str, modifica: Value) -> Result<Prefettura, Rifiuto> {
        self.pronto_lo_stato()?;
        let m: Modifica = leggi(modifica)?;
        let postazioni = m.postazioni.map(postazioni_valide).transpose()?;
        let quanti = m.utenti.as_ref().map_or(0, Vec::len);
        if quanti > UTENTI_MASSIMI {
            return Err(troppi_utenti());
        }
        let nuovi = m
            .utenti
            .map(|utenti| {
                utenti
                    .into_iter()
                    .map(|u| {
                        Ok(UtentePrefettura {
                            password: u.password.as_deref().map(nuova_password).transpose()?,
                            nome: u.nome,
                            ruoli: u.ruoli,
                        })
                    })
                    .collect::<Esito<Vec<_>>>()
            })
            .transpose()?;
        // Keys are made outside the commit: it takes longer than a commit may.
        let primo = if postazioni.is_some_and(|n| n > 0) && self.prefettura(provincia)?.certificato.is_none()
        {
            Some(self.primo_certificato(provincia)?)
        } else {
            None
        };
        self.registro().scrivi(|t| {
            let mut p = leggi_prefettura(t, provincia)?;
            if let Some(mut nuovi) = nuovi {
                for u in &mut nuovi {
                    let prima = p.utenti.iter().find(|x| x.nome == u.nome);
                    if u.password.is_none() {
                        u.password = prima.and_then(|x| x.password.clone());
                    }
                    nomi::libero(t, &u.nome, nomi::Per::Prefettura(provincia))?;
                }
                controlla_utenti(&nuovi)?;
                p.utenti = nuovi;
            }
            let quando = t.evento()?;
            p.postazioni = postazioni.unwrap_or(p.postazioni);
            if let Some(primo) = primo.filter(|_| p.certificato.is_none()) {
                p.certificato = Some(quando);
                p.postazione = Some(primo.id.clone());
                // A message speaks of a Comune; this one of all of the province, so of the first.
                let suoi = comuni(t, provincia)?;
                lettere::certificato_prefettura(t, &suoi[0], p.postazioni, &primo)?;
            }
            t.salva_documento(RACCOLTA, provincia, &p)?;
            Ok(p)
        })
    }

    /// Adds a user, or changes one.
    pub fn metti_utente_prefettura(
        &self,
        provincia: &str,
        nome: &str,
        ruoli: BTreeSet<RuoloPrefettura>,
        password: Option<&str>,
    ) -> Result<Prefettura, Rifiuto> {
        let senza_password = || ErroreCampo::nuovo("password", "Un utente nuovo ha bisogno di una password.");
        let mut errori = Vec::new();
        if !nome_buono(nome) {
            errori.push(nome_sbagliato(nome));
        }
        if ruoli.is_empty() {
            errori.push(ErroreCampo::nuovo("ruoli", "Indicare almeno un ruolo."));
        }
        let nuovo = !self.prefettura(provincia)?.utenti.iter().any(|u| u.nome == nome);
        let password = match password.map(nuova_password).transpose() {
            Ok(None) if nuovo => {
                errori.push(senza_password());
                None
            }
            Ok(p) => p,
            Err(e) => {
                errori.push(ErroreCampo::nuovo("password", e.testo));
                None
            }
        };
        if !errori.is_empty() {
            return Err(Rifiuto::Campi(errori));
        }
        self.registro().scrivi(|t| {
            let mut p = leggi_prefettura(t, provincia)?;
            nomi::libero(t, nome, nomi::Per::Prefettura(provincia))?;
            match p.utenti.iter_mut().find(|u| u.nome == nome) {
                Some(u) => {
                    u.ruoli = ruoli;
                    u.password = password.or(u.password.take());
                }
                None => p.utenti.push(UtentePrefettura {
                    nome: nome.to_owned(),
                    ruoli,
                    password: Some(match password {
                        Some(p) => p,
                        None => {
                            return Err(Rifiuto::Campi(vec![senza_password()]));
                        }
                    }),
                }),
            }
            controlla_utenti(&p.utenti)?;
            t.salva_documento(RACCOLTA, provincia, &p)?;
            t.evento()?;
            Ok(p)
        })
    }

    /// Takes a user off; the last ALS and the last ALP stay.
    pub fn togli_utente_prefettura(&self, provincia: &str, nome: &str) -> Result<Prefettura, Rifiuto> {
        self.registro().scrivi(|t| {
            let mut p = leggi_prefettura(t, provincia)?;
            let prima = p.utenti.len();
            p.utenti.retain(|u| u.nome != nome);
            if p.utenti.len() == prima {
                return Err(nessun_utente(nome).into());
            }
            controlla_utenti(&p.utenti)?;
            t.salva_documento(RACCOLTA, provincia, &p)?;
            t.evento()?;
            Ok(p)
        })
    }

    /// The Comuni of the province and their schede (M05), of a state and with a text in code or name when given. The
    /// Ministry (`ministero`) sees them on any day.
    pub fn schede_della_provincia(
        &self,
        provincia: &str,
        stato: Option<StatoScheda>,
        testo: &str,
        ministero: bool,
    ) -> Esito<Vec<RigaScheda>> {
        self.pronto_lo_stato()?;
        self.al_passo()?;
        let (s, oggi) = (self.scadenze()?, self.registro().oggi()?);
        if !ministero && oggi < s.prefetture_dal {
            return Err(Impedimento::NonAncoraVisibile(s.prefetture_dal).into());
        }
        let cercato = testo.trim().to_lowercase();
        let mut righe = Vec::new();
        for c in comuni(self.registro(), provincia)? {
            let f = fascicolo(self.registro(), &c)?;
            let tardi = in_ritardo(f.scheda.as_ref(), &s, oggi);
            let suo = match (&f.scheda, tardi) {
                (Some(_), false) => StatoScheda::Inviata,
                (Some(_), true) => StatoScheda::InviataInRitardo,
                (None, false) => StatoScheda::DaInviare,
                (None, true) => StatoScheda::Mancante,
            };
            let trovato = cercato.is_empty()
                || c.istat.as_str().contains(&cercato)
                || c.nome.to_lowercase().contains(&cercato);
            if trovato && stato.is_none_or(|x| x == suo) {
                righe.push(RigaScheda {
                    comune: c.istat,
                    nome: c.nome,
                    stato: suo,
                    inviata: f.scheda.as_ref().map(|x| x.inviata),
                    soluzione: f.scheda.as_ref().map(|x| x.soluzione),
                    inizio_prove: f.scheda.as_ref().map(|x| x.inizio_prove),
                    sollecito: f.sollecito,
                });
            }
        }
        Ok(righe)
    }

    /// Reminds by PEC every Comune of the province that has not sent the scheda, or the ones named; once a day each.
    /// Gives who was reminded.
    pub fn sollecita(&self, provincia: &str, quali: &[CodiceIstat]) -> Esito<Vec<CodiceIstat>> {
        let s = self.scadenze()?;
        let mancanti: Vec<CodiceIstat> = self
            .schede_della_provincia(provincia, None, "", false)?
            .into_iter()
            .filter(|r| !r.stato.inviata() && (quali.is_empty() || quali.contains(&r.comune)))
            .map(|r| r.comune)
            .collect();
        self.registro().scrivi(|t| {
            let mut sollecitati = Vec::new();
            for istat in mancanti {
                let Some(c) = t.comune(istat)? else { continue };
                let mut f = fascicolo(t, &c)?;
                let oggi = t.oggi()?;
                if f.scheda.is_some() || f.sollecito == Some(oggi) {
                    continue;
                }
                f.sollecito = Some(oggi);
                lettere::sollecito(t, &c, s.scheda)?;
                salva(t, istat, &f)?;
                sollecitati.push(istat);
            }
            if sollecitati.is_empty() {
                return Err(Impedimento::NessunoDaSollecitare.into());
            }
            Ok(sollecitati)
        })
    }

    /// Issues the card of a user of a Prefettura, as the Ministry would.
    pub fn emetti_carta_prefettura(&self, provincia: &str, nome: &str) -> Esito<Value> {
        let p = self.prefettura(provincia)?;
        if !p.utenti.iter().any(|u| u.nome == nome) {
            return Err(nessun_utente(nome));
        }
        let carta = self.emetti_per(provincia, nome)?;
        self.carta(&carta)
    }

    /// The cards issued to the users of a Prefettura.
    pub fn carte_prefettura(&self, provincia: &str) -> Esito<Vec<Value>> {
        let mut tutte = self.carte(None)?;
        tutte.retain(|c| c["comune"] == provincia);
        Ok(tutte)
    }

    /// The parcels of the Comuni of a province.
    pub fn plichi_della_provincia(&self, provincia: &str) -> Esito<Vec<RigaPlico>> {
        self.pronto_lo_stato()?;
        self.al_passo()?;
        let oggi = self.registro().oggi()?;
        let mut righe = Vec::new();
        for c in comuni(self.registro(), provincia)? {
            let f = fascicolo(self.registro(), &c)?;
            for p in &f.plichi {
                let carte = f.carte.iter().filter(|x| x.plico == p.numero).count();
                righe.push(RigaPlico::nuova(&c, p, carte, oggi));
            }
        }
        Ok(righe)
    }

    /// One parcel as the list of its province shows it.
    pub fn riga_plico(&self, id: &str) -> Esito<RigaPlico> {
        let (comune, p, carte) = self.plico(id)?;
        let oggi = self.registro().oggi()?;
        Ok(RigaPlico::nuova(&comune, &p, carte.len(), oggi))
    }
}

fn nessun_utente(nome: &str) -> ErroreServizio {
    ErroreServizio::assente(format!("Nessun utente {nome} in questa Prefettura."))
}

/// The Prefettura and the user behind a name.
pub(super) fn cerca_utente(t: &impl Lettura, nome: &str) -> Esito<Option<(Prefettura, UtentePrefettura)>> {
    let province: BTreeSet<String> = t.comuni()?.into_iter().map(|c| c.provincia).collect();
    for provincia in province {
        let p = leggi_prefettura(t, &provincia)?;
        if let Some(u) = p.utenti.iter().find(|u| u.nome == nome) {
            let u = u.clone();
            return Ok(Some((p, u)));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn five_users_at_most_and_both_administrators() {
        let u = |nome: &str, ruoli: &[RuoloPrefettura]| UtentePrefettura {
            nome: nome.to_owned(),
            ruoli: ruoli.iter().copied().collect(),
            password: None,
        };
        let (als, alp, ope) = (
            RuoloPrefettura::Als,
            RuoloPrefettura::Alp,
            RuoloPrefettura::Operatore,
        );
        assert!(controlla_utenti(&[u("A", &[als, alp])]).is_ok());
        let cinque = [
            u("A", &[als]),
            u("B", &[alp]),
            u("C", &[ope]),
            u("D", &[ope]),
            u("E", &[ope]),
        ];
        assert!(controlla_utenti(&cinque).is_ok());
        let mut sei = cinque.to_vec();
        sei.push(u("F", &[ope]));
        for (utenti, parola) in [
            (sei, "al più 5"),
            (vec![u("A", &[als])], "almeno un ALP"),
            (vec![u("A", &[alp])], "almeno un ALS"),
            (vec![u("A", &[als, alp]), u("A", &[ope])], "due volte"),
            (vec![u("a<b", &[als, alp])], "non va"),
            (vec![u("A", &[als, alp]), u("B", &[])], "nessun ruolo"),
        ] {
            let e = ErroreServizio::from(controlla_utenti(&utenti).expect_err(parola));
            assert!(e.testo.contains(parola), "{}", e.testo);
        }
    }
}
