//! Typed reads, the same inside and outside a transaction: [`crate::Registro`] sees what is committed,
//! [`crate::Transazione`] also what it has just written.

use anagrafe::{Ambiente, CodiceIstat};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::de::DeserializeOwned;

use crate::chiavi::{Chiave, Tipo, prefisso, ultimo_numero};
use crate::errore::ErroreRegistro;
use crate::modello::{
    Comune, Fornitura, IdFornitura, IdPec, Operatore, Orologio, Pec, Piano, Quando, Revoca,
    RispostaRicordata, Ritmo, Sessione,
};
use crate::store::{Coppia, Verso};
use crate::valori::decodifica;

type Esito<T> = Result<T, ErroreRegistro>;

/// Where reading happens: the raw half, hidden from users.
pub trait Sorgente {
    /// Prefix of the sandbox.
    #[doc(hidden)]
    fn sandbox_byte(&self) -> &[u8];
    /// Value of a key.
    #[doc(hidden)]
    fn grezzo(&self, chiave: &[u8]) -> Esito<Option<Vec<u8>>>;
    /// Up to `limite` pairs of a prefix, past `dopo`.
    #[doc(hidden)]
    fn grezzi(&self, prefisso: &[u8], dopo: Option<&[u8]>, verso: Verso, limite: usize)
    -> Esito<Vec<Coppia>>;
    /// Wall time, as handed in.
    fn adesso(&self) -> Timestamp;
    /// What holds until someone sets it.
    #[doc(hidden)]
    fn iniziale(&self) -> (Orologio, u64);
}

/// Reads. Every list comes in key order; ids ascend with time.
pub trait Lettura: Sorgente {
    /// One Comune.
    fn comune(&self, istat: CodiceIstat) -> Esito<Option<Comune>> {
        self.leggi(
            "comune",
            &self.chiave(None, Tipo::Comune).testo(istat.as_str()).fine(),
        )
    }

    /// Every Comune known, by ISTAT.
    fn comuni(&self) -> Esito<Vec<Comune>> {
        self.tutti("comune", None, Tipo::Comune)
    }

    /// Plan of a Comune in an environment.
    fn piano(&self, ambiente: Ambiente, istat: CodiceIstat) -> Esito<Option<Piano>> {
        self.leggi(
            "piano",
            &self.chiave(ambiente, Tipo::Piano).testo(istat.as_str()).fine(),
        )
    }

    /// An operator by user name.
    fn operatore(&self, name_id: &str) -> Esito<Option<Operatore>> {
        self.leggi(
            "operatore",
            &self.chiave(None, Tipo::Operatore).testo(name_id).fine(),
        )
    }

    /// Every operator; of one Comune when it is given.
    fn operatori(&self, comune: impl Into<Option<CodiceIstat>>) -> Esito<Vec<Operatore>> {
        let mut tutti: Vec<Operatore> = self.tutti("operatore", None, Tipo::Operatore)?;
        if let Some(istat) = comune.into() {
            tutti.retain(|o| o.comuni.contains(&istat));
        }
        Ok(tutti)
    }

    /// A delivery.
    fn fornitura(&self, id: IdFornitura) -> Esito<Option<Fornitura>> {
        self.leggi("fornitura", &self.chiave(None, Tipo::Fornitura).n(id.0).fine())
    }

    /// Deliveries in order of creation, of one environment and of one Comune when given.
    fn forniture(
        &self,
        ambiente: impl Into<Option<Ambiente>>,
        comune: impl Into<Option<CodiceIstat>>,
    ) -> Esito<Vec<Fornitura>> {
        let (ambiente, comune) = (ambiente.into(), comune.into());
        if let (Some(ambiente), Some(comune)) = (ambiente, comune) {
            let indice = self
                .chiave(ambiente, Tipo::FornituraDiComune)
                .testo(comune.as_str())
                .fine();
            let mut uscita = Vec::new();
            for (chiave, _) in self.grezzi(&indice, None, Verso::Avanti, usize::MAX)? {
                let id = ultimo_numero(&chiave).unwrap_or_default();
                uscita.extend(self.fornitura(IdFornitura(id))?);
            }
            return Ok(uscita);
        }
        let mut tutte: Vec<Fornitura> = self.tutti("fornitura", None, Tipo::Fornitura)?;
        tutte.retain(|f| ambiente.is_none_or(|a| f.ambiente == a) && comune.is_none_or(|c| f.comune == c));
        Ok(tutte)
    }

    /// The delivery that is open or under elaboration, if any (gate EN037).
    fn fornitura_in_corso(&self, ambiente: Ambiente, comune: CodiceIstat) -> Esito<Option<Fornitura>> {
        Ok(self
            .forniture(ambiente, comune)?
            .into_iter()
            .rev()
            .find(|f| f.stato.in_corso()))
    }

    /// One message.
    fn messaggio(&self, id: IdPec) -> Esito<Option<Pec>> {
        self.leggi("pec", &self.chiave(None, Tipo::Pec).n(id.0).fine())
    }

    /// Messages in order of arrival, of one environment and of one Comune when given.
    fn pec(
        &self,
        ambiente: impl Into<Option<Ambiente>>,
        comune: impl Into<Option<CodiceIstat>>,
    ) -> Esito<Vec<Pec>> {
        let (ambiente, comune) = (ambiente.into(), comune.into());
        let mut tutte: Vec<Pec> = self.tutti("pec", None, Tipo::Pec)?;
        tutte.retain(|p| ambiente.is_none_or(|a| p.ambiente == a) && comune.is_none_or(|c| p.comune == c));
        Ok(tutte)
    }

    /// Messages that came after one, in order of arrival; all of them after `IdPec(0)`.
    fn pec_dopo(&self, id: IdPec) -> Esito<Vec<Pec>> {
        let dopo = self.chiave(None, Tipo::Pec).n(id.0).fine();
        let tipo = prefisso(self.sandbox_byte(), None, Tipo::Pec);
        self.grezzi(&tipo, Some(&dopo), Verso::Avanti, usize::MAX)?
            .into_iter()
            .map(|(_, v)| decodifica("pec", &v))
            .collect()
    }

    /// A web session, if its time is not over.
    fn sessione(&self, token: &str) -> Esito<Option<Sessione>> {
        let sessione: Option<Sessione> =
            self.leggi("sessione", &self.chiave(None, Tipo::Sessione).testo(token).fine())?;
        Ok(sessione.filter(|s| s.scade > self.adesso()))
    }

    /// The reply already given to (environment, sender, id), registrations.md §1.5.
    fn risposta(
        &self,
        ambiente: Ambiente,
        mittente: &str,
        id_operazione: &str,
    ) -> Esito<Option<RispostaRicordata>> {
        let chiave = self
            .chiave(ambiente, Tipo::Risposta)
            .parte(mittente)
            .testo(id_operazione)
            .fine();
        self.leggi("risposta", &chiave)
    }

    /// A revocation by serial number.
    fn revoca(&self, ambiente: Ambiente, seriale: &str) -> Esito<Option<Revoca>> {
        self.leggi(
            "revoca",
            &self.chiave(ambiente, Tipo::Revoca).testo(seriale).fine(),
        )
    }

    /// Every revocation of an environment.
    fn revoche(&self, ambiente: Ambiente) -> Esito<Vec<Revoca>> {
        self.tutti("revoca", Some(ambiente), Tipo::Revoca)
    }

    /// The scenario clock.
    fn orologio(&self) -> Esito<Orologio> {
        let scritto = self.leggi("orologio", &self.chiave(None, Tipo::Orologio).fine())?;
        Ok(scritto.unwrap_or(self.iniziale().0))
    }

    /// The scenario instant.
    fn ora(&self) -> Esito<Quando> {
        Ok(self.orologio()?.ora(self.adesso()))
    }

    /// The scenario date.
    fn oggi(&self) -> Esito<Date> {
        Ok(self.ora()?.date())
    }

    /// Pace of the batch.
    fn ritmo(&self) -> Esito<Ritmo> {
        Ok(self
            .leggi("ritmo", &self.chiave(None, Tipo::Ritmo).fine())?
            .unwrap_or_default())
    }

    /// Seed of the sandbox; see [`crate::mondo::flusso`].
    fn seme(&self) -> Esito<u64> {
        Ok(self
            .leggi("seme", &self.chiave(None, Tipo::Seme).fine())?
            .unwrap_or(self.iniziale().1))
    }

    /// Last number a counter gave; 0 if none yet.
    fn contatore(&self, ambiente: Option<Ambiente>, nome: &str) -> Esito<u64> {
        let chiave = self.chiave(ambiente, Tipo::Contatore).testo(nome).fine();
        Ok(self.leggi("contatore", &chiave)?.unwrap_or(0))
    }

    /// A document of another room (fault plan, tax-register profile…) by collection and key.
    fn documento<T: DeserializeOwned>(&self, raccolta: &str, chiave: &str) -> Esito<Option<T>> {
        self.leggi(
            "documento",
            &self
                .chiave(None, Tipo::Documento)
                .parte(raccolta)
                .testo(chiave)
                .fine(),
        )
    }

    /// All documents of a collection, with their keys.
    fn documenti<T: DeserializeOwned>(&self, raccolta: &str) -> Esito<Vec<(String, T)>> {
        let prefisso = self.chiave(None, Tipo::Documento).parte(raccolta).fine();
        self.grezzi(&prefisso, None, Verso::Avanti, usize::MAX)?
            .into_iter()
            .map(|(k, v)| {
                let nome = String::from_utf8_lossy(&k[prefisso.len()..]).into_owned();
                Ok((nome, decodifica("documento", &v)?))
            })
            .collect()
    }
}

impl<S: Sorgente + ?Sized> Lettura for S {}

/// The untyped half of reading, for this crate only.
pub(crate) trait Grezza: Sorgente {
    fn chiave(&self, ambiente: impl Into<Option<Ambiente>>, tipo: Tipo) -> Chiave {
        Chiave::di(self.sandbox_byte(), ambiente, tipo)
    }

    fn leggi<T: DeserializeOwned>(&self, cosa: &'static str, chiave: &[u8]) -> Esito<Option<T>> {
        self.grezzo(chiave)?.map(|v| decodifica(cosa, &v)).transpose()
    }

    fn tutti<T: DeserializeOwned>(
        &self,
        cosa: &'static str,
        amb: Option<Ambiente>,
        tipo: Tipo,
    ) -> Esito<Vec<T>> {
        self.grezzi(
            &prefisso(self.sandbox_byte(), amb, tipo),
            None,
            Verso::Avanti,
            usize::MAX,
        )?
        .into_iter()
        .map(|(_, v)| decodifica(cosa, &v))
        .collect()
    }
}

impl<S: Sorgente + ?Sized> Grezza for S {}
