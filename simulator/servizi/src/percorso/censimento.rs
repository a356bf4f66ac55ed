//! The censimento: who works on ANPR in a Comune, with how many postazioni, from where, under whose responsibility.
//!
//! A draft until it is sent. Sending registers the people as operators and orders the smart cards of those who need
//! one; people added later are sent later, with a parcel of their own.

use std::collections::BTreeSet;

use anagrafe::{Ambiente, CodiceIstat, codice_fiscale::CodiceFiscale};
use registro::{Comune, Lettura as _, Operatore, Quando, StatoOperatore, posta::indirizzo_valido};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    impedimento::{ErroreCampo, Impedimento, Rifiuto},
    lettere,
    scheda::POSTAZIONI_MASSIME,
};
use crate::{Esito, Simulatore, amministrazione::reti_in_ordine, gestione::leggi};

/// People of one censimento.
const PERSONE_MASSIME: usize = 200;
/// Characters of a name.
const NOME_MASSIMO: usize = 60;

/// What a person is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Incarico {
    /// First referent of the Comune.
    Sindaco,
    /// Works in the web application, with a card.
    #[default]
    Operatore,
    /// Works through the gestionale only: no card.
    SoloServizi,
}

/// A person of the censimento.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Persona {
    /// Codice fiscale: the user name of later.
    pub codice_fiscale: String,
    /// Surname.
    pub cognome: String,
    /// Given name.
    pub nome: String,
    /// Personal mailbox.
    pub email: String,
    /// What for.
    #[serde(default)]
    pub incarico: Incarico,
    /// In something already sent.
    #[serde(default)]
    pub inviata: bool,
}

/// The responsible person for ANPR.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Responsabile {
    /// Surname and given name.
    pub nominativo: String,
    /// Address.
    pub email: String,
}

/// The censimento of a Comune.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Censimento {
    /// Responsible for ANPR.
    pub responsabile: Responsabile,
    /// Institutional PEC.
    pub pec: String,
    /// Number of postazioni.
    pub postazioni: u32,
    /// Source addresses or networks.
    pub indirizzi: Vec<String>,
    /// The people.
    pub persone: Vec<Persona>,
    /// Scenario instant of the first sending; none while it is a draft.
    pub inviato: Option<Quando>,
    /// Number of the receipt.
    pub protocollo: Option<String>,
    /// Something was changed after the sending, and holds only when it is sent again.
    pub da_rinviare: bool,
}

/// The general part of a form, without the people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatiGenerali {
    /// Responsible for ANPR.
    pub responsabile: Responsabile,
    /// Institutional PEC.
    pub pec: String,
    /// Number of postazioni.
    pub postazioni: u32,
    /// Source addresses or networks.
    pub indirizzi: Vec<String>,
}

fn controlla_generali(c: &Censimento, errori: &mut Vec<ErroreCampo>) {
    let mut no = |campo, testo: String| errori.push(ErroreCampo::nuovo(campo, testo));
    if c.responsabile.nominativo.trim().is_empty()
        || c.responsabile.nominativo.chars().count() > 2 * NOME_MASSIMO
    {
        no(
            "responsabile",
            "Indicare cognome e nome del responsabile ANPR.".to_owned(),
        );
    }
    if !indirizzo_valido(&c.responsabile.email) {
        no(
            "emailResponsabile",
            "L'indirizzo del responsabile non è valido, per esempio nome@comune.example.".to_owned(),
        );
    }
    if !indirizzo_valido(&c.pec) {
        no(
            "pec",
            "Indicare la PEC istituzionale, per esempio protocollo@comune.pec.example.".to_owned(),
        );
    }
    if !(1..=POSTAZIONI_MASSIME).contains(&c.postazioni) {
        no(
            "postazioni",
            format!("Indicare il numero di postazioni, da 1 a {POSTAZIONI_MASSIME}."),
        );
    }
    if c.indirizzi.is_empty() {
        no(
            "indirizzi",
            "Indicare gli indirizzi o le reti da cui il Comune chiama, per esempio 203.0.113.7 oppure 203.0.113.0/24."
                .to_owned(),
        );
    }
    for frase in reti_in_ordine(&c.indirizzi).err().unwrap_or_default() {
        no("indirizzi", frase);
    }
}

fn controlla_persona(p: &Persona) -> Vec<ErroreCampo> {
    let mut errori = Vec::new();
    let mut no = |campo, testo: &str| errori.push(ErroreCampo::nuovo(campo, testo));
    if !matches!(
        CodiceFiscale::parse(&p.codice_fiscale),
        Ok(CodiceFiscale::Alfanumerico(_))
    ) {
        no(
            "codiceFiscale",
            "Il codice fiscale non è valido: 16 caratteri, con il carattere di controllo giusto. Non usare quello di una \
             persona reale.",
        );
    }
    for (campo, testo, parola) in [
        ("cognome", &p.cognome, "Indicare il cognome, al più 60 caratteri."),
        ("nome", &p.nome, "Indicare il nome, al più 60 caratteri."),
    ] {
        if testo.trim().is_empty()
            || testo.chars().count() > NOME_MASSIMO
            || testo.chars().any(char::is_control)
        {
            no(campo, parola);
        }
    }
    if !indirizzo_valido(&p.email) {
        no(
            "email",
            "L'indirizzo personale non è valido, per esempio nome@posta.example: lì arriva la seconda metà dei codici.",
        );
    }
    errori
}

/// What a censimento to be sent lacks.
fn controlla(c: &Censimento) -> Vec<ErroreCampo> {
    let mut errori = Vec::new();
    controlla_generali(c, &mut errori);
    let sindaci = c
        .persone
        .iter()
        .filter(|p| p.incarico == Incarico::Sindaco)
        .count();
    if sindaci != 1 {
        errori.push(ErroreCampo::nuovo(
            "persone",
            format!("Fra le persone serve un sindaco, uno solo (ora: {sindaci})."),
        ));
    }
    if !c.persone.iter().any(|p| p.incarico == Incarico::Operatore) {
        errori.push(ErroreCampo::nuovo(
            "persone",
            "Serve almeno un operatore con smart card: fra loro il sindaco sceglierà ALS e ALP.",
        ));
    }
    if c.persone.len() > PERSONE_MASSIME {
        errori.push(ErroreCampo::nuovo(
            "persone",
            format!("Più di {PERSONE_MASSIME} persone."),
        ));
    }
    let mut visti = BTreeSet::new();
    for p in &c.persone {
        for mut e in controlla_persona(p) {
            e.testo = format!("{} {}: {}", p.cognome, p.nome, e.testo);
            errori.push(e);
        }
        if !visti.insert(p.codice_fiscale.as_str()) {
            errori.push(ErroreCampo::nuovo(
                "persone",
                format!("{} è indicato due volte.", p.codice_fiscale),
            ));
        }
    }
    errori
}

fn pulita(mut p: Persona) -> Persona {
    p.codice_fiscale = p.codice_fiscale.trim().to_ascii_uppercase();
    for t in [&mut p.cognome, &mut p.nome, &mut p.email] {
        *t = t.trim().to_owned();
    }
    p
}

/// Registers a person of the censimento; one who is an operator already (a ready one, say) keeps what he has.
fn registra(t: &mut registro::Transazione, comune: &Comune, p: &Persona) -> Esito<()> {
    let name_id = &p.codice_fiscale;
    let gia = t.operatore(name_id)?;
    let mut o = match gia {
        Some(o) if o.comuni.contains(&comune.istat) => o,
        Some(o) if !o.comuni.is_empty() => {
            return Err(crate::ErroreServizio::conflitto(format!(
                "{name_id} è già censito per il Comune {}: per aggiungerlo anche qui serve l'assistenza (la console del \
                 simulatore).",
                o.comuni
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            )));
        }
        _ => Operatore {
            ruoli: BTreeSet::new(),
            // Profiles are the ALS's to give (C07); the test console's users too (C11).
            funzioni: BTreeSet::new(),
            ambienti: [Ambiente::Pre, Ambiente::Sub].into(),
            ..Operatore::nuovo(name_id, comune.istat)
        },
    };
    match p.incarico {
        Incarico::Sindaco => {
            o.ruoli.insert("SINDACO".to_owned());
        }
        Incarico::Operatore | Incarico::SoloServizi => {
            o.ruoli.insert("OPERATORE".to_owned());
        }
    }
    // Who was blocked stays blocked: that is the ALS's to undo.
    if p.incarico != Incarico::SoloServizi && o.stato != StatoOperatore::Bloccato {
        o.stato = StatoOperatore::SchedaDaAttivare;
    }
    t.salva_operatore(&o)?;
    Ok(())
}

impl Simulatore {
    /// The censimento as it stands, sent or not.
    pub fn censimento(&self, istat: CodiceIstat) -> Esito<Censimento> {
        Ok(self.fascicolo(istat)?.censimento.unwrap_or_default())
    }

    /// Replaces the whole draft from JSON; people already sent stay whatever it says, but for a mailbox that was wrong.
    pub fn metti_censimento(&self, istat: CodiceIstat, valore: Value) -> Result<Censimento, Rifiuto> {
        let mut nuovo: Censimento = leggi(valore)?;
        (nuovo.inviato, nuovo.protocollo, nuovo.da_rinviare) = (None, None, false);
        nuovo.persone = nuovo.persone.into_iter().map(pulita).collect();
        for p in &mut nuovo.persone {
            p.inviata = false;
        }
        self.bozza(istat, |c| {
            let mut inviate: Vec<Persona> = c.persone.iter().filter(|p| p.inviata).cloned().collect();
            for p in &mut inviate {
                let ora = nuovo
                    .persone
                    .iter()
                    .find(|n| n.codice_fiscale == p.codice_fiscale);
                if let Some(n) = ora.filter(|n| n.email != p.email) {
                    p.email.clone_from(&n.email);
                    let errori = controlla_persona(p);
                    if !errori.is_empty() {
                        return Err(Rifiuto::Campi(errori));
                    }
                }
            }
            let gia: BTreeSet<&str> = inviate.iter().map(|p| p.codice_fiscale.as_str()).collect();
            nuovo.persone.retain(|p| !gia.contains(p.codice_fiscale.as_str()));
            let persone = inviate.iter().cloned().chain(nuovo.persone.clone()).collect();
            *c = Censimento {
                persone,
                inviato: c.inviato,
                protocollo: c.protocollo.clone(),
                da_rinviare: c.da_rinviare,
                ..nuovo.clone()
            };
            Ok(())
        })
    }

    /// Changes the general part of the draft.
    pub fn metti_dati_censimento(&self, istat: CodiceIstat, d: &DatiGenerali) -> Result<Censimento, Rifiuto> {
        self.bozza(istat, |c| {
            let mut prova = c.clone();
            (prova.responsabile, prova.pec, prova.postazioni, prova.indirizzi) = (
                d.responsabile.clone(),
                d.pec.trim().to_owned(),
                d.postazioni,
                d.indirizzi.clone(),
            );
            let mut errori = Vec::new();
            controlla_generali(&prova, &mut errori);
            if !errori.is_empty() {
                return Err(Rifiuto::Campi(errori));
            }
            prova.indirizzi = reti_in_ordine(&prova.indirizzi).unwrap_or_default();
            *c = prova;
            Ok(())
        })
    }

    /// Adds a person to the draft.
    pub fn aggiungi_persona(&self, istat: CodiceIstat, p: Persona) -> Result<Censimento, Rifiuto> {
        let p = Persona {
            inviata: false,
            ..pulita(p)
        };
        self.bozza(istat, |c| {
            let mut errori = controlla_persona(&p);
            if c.persone.iter().any(|x| x.codice_fiscale == p.codice_fiscale) {
                errori.push(ErroreCampo::nuovo(
                    "codiceFiscale",
                    "Questa persona è già nell'elenco.",
                ));
            }
            if p.incarico == Incarico::Sindaco && c.persone.iter().any(|x| x.incarico == Incarico::Sindaco) {
                errori.push(ErroreCampo::nuovo(
                    "incarico",
                    "Nell'elenco c'è già un sindaco: prima togliere quello.",
                ));
            }
            if c.persone.len() >= PERSONE_MASSIME {
                errori.push(ErroreCampo::nuovo(
                    "persone",
                    format!("Sono già {PERSONE_MASSIME} persone."),
                ));
            }
            if !errori.is_empty() {
                return Err(Rifiuto::Campi(errori));
            }
            c.persone.push(p.clone());
            Ok(())
        })
    }

    /// Takes a person out of the draft.
    pub fn togli_persona(&self, istat: CodiceIstat, codice_fiscale: &str) -> Result<Censimento, Rifiuto> {
        self.bozza(istat, |c| {
            let posto = c
                .persone
                .iter()
                .position(|p| p.codice_fiscale == codice_fiscale)
                .ok_or_else(|| crate::ErroreServizio::assente("Questa persona non è nell'elenco."))?;
            if c.persone[posto].inviata {
                return Err(Impedimento::PersonaInviata(codice_fiscale.to_owned()).into());
            }
            c.persone.remove(posto);
            Ok(())
        })
    }

    /// A draft filled with fictitious people, for who wants to see the rest: a sindaco, two operators with a card, one
    /// who works through the gestionale.
    pub fn censimento_di_esempio(&self, istat: CodiceIstat) -> Result<Censimento, Rifiuto> {
        let comune = self.comune(istat)?;
        self.bozza(istat, |c| {
            if c.pec.is_empty() {
                c.pec = comune
                    .pec
                    .clone()
                    .unwrap_or_else(|| format!("protocollo@{istat}.pec.example"));
            }
            if c.responsabile.nominativo.is_empty() {
                c.responsabile = Responsabile {
                    nominativo: "FITTIZIA RESPONSABILE".to_owned(),
                    email: format!("anagrafe@{istat}.example"),
                };
            }
            if c.postazioni == 0 {
                c.postazioni = 2;
            }
            if c.indirizzi.is_empty() {
                c.indirizzi = vec!["127.0.0.1".to_owned()];
            }
            for p in super::credenziali::persone_di_esempio(istat) {
                let doppio = c.persone.iter().any(|x| {
                    x.codice_fiscale == p.codice_fiscale
                        || (p.incarico == Incarico::Sindaco && x.incarico == Incarico::Sindaco)
                });
                if !doppio {
                    c.persone.push(p);
                }
            }
            Ok(())
        })
    }

    fn bozza(
        &self,
        istat: CodiceIstat,
        cambia: impl FnOnce(&mut Censimento) -> Result<(), Rifiuto>,
    ) -> Result<Censimento, Rifiuto> {
        self.nel_fascicolo(istat, |_, _, f, _| {
            if f.scheda.is_none() {
                return Err(Impedimento::SchedaMancante.into());
            }
            let mut c = f.censimento.clone().unwrap_or_default();
            let prima = c.clone();
            cambia(&mut c)?;
            c.da_rinviare |= c.inviato.is_some() && c != prima;
            // The other halves of the codes go to the mailbox as it is when the card is handed over.
            for p in &c.persone {
                let sue = f.carte.iter_mut().filter(|k| k.titolare == p.codice_fiscale);
                for k in sue.filter(|k| k.registrata.is_none()) {
                    k.email.clone_from(&p.email);
                }
            }
            f.censimento = Some(c.clone());
            Ok(c)
        })
    }

    /// Sends the censimento: operators registered, smart cards ordered, receipt by PEC, in one commit.
    pub fn invia_censimento(&self, istat: CodiceIstat) -> Result<Censimento, Rifiuto> {
        let seme = self.registro().seme()?;
        let inviato = self.nel_fascicolo(istat, |t, comune, f, quando| -> Result<Censimento, Rifiuto> {
            if f.scheda.is_none() {
                return Err(Impedimento::SchedaMancante.into());
            }
            let mut c = f.censimento.clone().unwrap_or_default();
            let errori = controlla(&c);
            if !errori.is_empty() {
                return Err(Rifiuto::Campi(errori));
            }
            let nuove: Vec<Persona> = c.persone.iter().filter(|p| !p.inviata).cloned().collect();
            if nuove.is_empty() {
                return Err(Impedimento::NullaDaInviare.into());
            }
            for p in &nuove {
                registra(t, comune, p)?;
                // What he came in with so far was of another round, or of the desk: from now on his new card counts.
                t.togli_sessioni_di(&p.codice_fiscale)?;
            }
            self.ritira_carte(t, comune.istat, |c| {
                nuove.iter().any(|p| p.codice_fiscale == c.name_id)
            })?;
            for p in &mut c.persone {
                p.inviata = true;
            }
            c.inviato = c.inviato.or(Some(quando));
            c.da_rinviare = false;
            if c.protocollo.is_none() {
                c.protocollo = Some(t.nuovo_protocollo(Ambiente::Sub)?);
            }
            comune.pec = Some(c.pec.clone());
            c.indirizzi = reti_in_ordine(&c.indirizzi).unwrap_or_default();
            comune.configurazione.indirizzi_ip.clone_from(&c.indirizzi);
            f.ordina_carte(t, seme, istat, &nuove, quando)?;
            lettere::ricevuta_censimento(t, comune, &c, f.plichi.last())?;
            f.censimento = Some(c.clone());
            Ok(c)
        })?;
        self.al_passo()?;
        Ok(inviato)
    }
}
