//! User names and passwords that come from the seed, so that scripts may rely on them; fictitious people; the user and
//! the certificate of the test environment.

use anagrafe::{Ambiente, CodiceIstat, Data, codice_fiscale};
use jiff::ToSpan as _;
use registro::{Lettura as _, Operatore, Transazione, impronta_password, mondo::flusso, posta::Allegato};
use serde_json::json;

use super::{
    censimento::{Incarico, Persona},
    scadenze::Scadenze,
};
use crate::{ErroreServizio, Esito, Simulatore, avvio::postazione_pronta};

/// Days before the notice is strictly due at which it goes out.
const MARGINE_GIORNI: i64 = 15;

/// User of the private area of a Comune.
pub fn utente_cnsd(istat: CodiceIstat) -> String {
    format!("CNSD{istat}")
}

/// User of the test environment, as it was for every Comune before the nominal users.
pub(super) fn utente_di_prova(istat: CodiceIstat) -> String {
    format!("COMUNETEST{istat}")
}

/// A password that is a function of the seed and of what it opens.
pub(super) fn parola_derivata(seme: u64, per: &str) -> String {
    use rand::RngExt as _;
    const LETTERE: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut caso = flusso(seme, &format!("password percorso {per}"));
    (0..12)
        .map(|_| char::from(LETTERE[caso.random_range(0..LETTERE.len())]))
        .collect()
}

/// A day so many months later; a calendar that ends stays where it is.
pub(super) fn dopo_mesi(d: Data, mesi: u8) -> Data {
    d.checked_add(i64::from(mesi).months()).unwrap_or(d)
}

/// First day on which the notice of tests goes out: its months before the declared day, and a few days more.
pub(super) fn giorno_del_preavviso(inizio: Data, s: &Scadenze) -> Data {
    let span = (-i64::from(s.anticipo_prove_mesi)).months();
    inizio
        .checked_add(span)
        .and_then(|d| d.checked_sub(MARGINE_GIORNI.days()))
        .unwrap_or(inizio)
}

/// Four people nobody is: their birthplace is the fictitious Comune itself.
pub(super) fn persone_di_esempio(istat: CodiceIstat) -> Vec<Persona> {
    let belfiore = format!("Y{}", &istat.as_str()[3..]);
    [
        ("FITTIZIO", "SINDACO", Incarico::Sindaco, 1960),
        ("PROVA", "AMMINISTRATRICE", Incarico::Operatore, 1975),
        ("ESEMPIO", "OPERATORE", Incarico::Operatore, 1982),
        ("MODELLO", "GESTIONALE", Incarico::SoloServizi, 1990),
    ]
    .into_iter()
    .map(|(cognome, nome, incarico, anno)| {
        let cf = codice_fiscale::calcola(&codice_fiscale::Generalita {
            cognome: Some(cognome),
            nome: Some(nome),
            sesso: anagrafe::Sesso::M,
            nascita: jiff::civil::date(anno, 1, 1),
            belfiore: &belfiore,
        });
        Persona {
            codice_fiscale: String::from_utf8_lossy(&cf).into_owned(),
            cognome: cognome.to_owned(),
            nome: nome.to_owned(),
            email: format!("{}.{}@posta.example", nome.to_lowercase(), cognome.to_lowercase()),
            incarico,
            inviata: false,
        }
    })
    .collect()
}

/// The `.p12` of a postazione as a file of a message.
pub(super) fn in_allegato(p: &certs::Postazione) -> Option<Allegato> {
    Some(Allegato {
        nome: format!("{}.p12", p.id),
        tipo: "application/x-pkcs12".to_owned(),
        byte: std::fs::read(&p.p12).ok()?,
    })
}

impl Simulatore {
    /// User and password of the private area of a Comune: what the console shows and `ready.json` carries.
    pub fn credenziali_cnsd(&self, istat: CodiceIstat) -> Esito<(String, String)> {
        let nome = utente_cnsd(istat);
        let seme = if self.registro_aperto() {
            self.registro().seme()?
        } else {
            self.impostazioni().seme
        };
        let password = parola_derivata(seme, &nome);
        Ok((nome, password))
    }

    /// The certificate of the test environment, if the Comune has none yet.
    pub(super) fn prepara_prove(&self, istat: CodiceIstat) -> Esito<()> {
        let gia = self
            .pki()
            .postazione(&postazione_pronta(istat))
            .map_err(ErroreServizio::guasto)?;
        if gia.is_none() {
            self.emetti_certificato(json!({"comune": istat.as_str(), "tipo": "CO", "numero": 0}))?;
        }
        Ok(())
    }

    /// That certificate as a file; none when it cannot be read: the message goes out all the same.
    pub(super) fn certificato_di_prova(&self, istat: CodiceIstat) -> Option<Allegato> {
        let p = self.pki().postazione(&postazione_pronta(istat)).ok().flatten()?;
        in_allegato(&p)
    }

    /// The user of the test environment, unless there is one.
    #[expect(clippy::unused_self, reason = "part of the facade like its neighbours")]
    pub(super) fn registra_utente_di_prova(
        &self,
        t: &mut Transazione,
        istat: CodiceIstat,
        nome: &str,
    ) -> Esito<()> {
        if t.operatore(nome)?.is_some() {
            return Ok(());
        }
        let seme = t.seme()?;
        let sale: [u8; 16] = rand::RngExt::random(&mut flusso(seme, &format!("sale {nome}")));
        let operatore = Operatore {
            password: impronta_password(&parola_derivata(seme, nome), &sale)?,
            ambienti: [Ambiente::Test].into(),
            ..Operatore::nuovo(nome, istat)
        };
        Ok(t.salva_operatore(&operatore)?)
    }
}
