//! The one write path. A transaction gathers changes over what is committed, reads its own writes, and becomes
//! one batch; nothing is written when it ends with an error.

use std::collections::BTreeMap;
use std::ops::Bound;

use anagrafe::{Ambiente, CodiceIstat};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::chiavi::Tipo;
use crate::errore::ErroreRegistro;
use crate::lettura::{Grezza, Lettura, Sorgente};
use crate::modello::{
    Comune, Fornitura, IdFile, IdFornitura, IdPec, Operatore, Orologio, Pec, Piano, Quando, Revoca,
    RispostaRicordata, Ritmo, Sessione,
};
use crate::registro::Registro;
use crate::store::{Coppia, Lotto, Verso, fine_prefisso};
use crate::valori::codifica;

type Esito<T> = Result<T, ErroreRegistro>;

/// Changes under way. Made by [`Registro::scrivi`].
pub struct Transazione {
    pub(crate) registro: Registro,
    adesso: Timestamp,
    modifiche: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Prefixes whose keys go after the commit.
    pub(crate) da_spazzare: Vec<Vec<u8>>,
}

impl Transazione {
    pub(crate) fn nuova(registro: &Registro) -> Self {
        Self {
            registro: registro.clone(),
            adesso: registro.adesso(),
            modifiche: BTreeMap::new(),
            da_spazzare: Vec::new(),
        }
    }

    pub(crate) fn lotto(&mut self) -> Lotto {
        let mut lotto = Lotto::nuovo();
        for (chiave, valore) in std::mem::take(&mut self.modifiche) {
            match valore {
                Some(valore) => lotto.metti(chiave, valore),
                None => lotto.togli(chiave),
            }
        }
        lotto
    }

    pub(crate) fn metti_grezzo(&mut self, chiave: Vec<u8>, valore: Vec<u8>) {
        self.modifiche.insert(chiave, Some(valore));
    }

    pub(crate) fn togli_grezzo(&mut self, chiave: Vec<u8>) {
        self.modifiche.insert(chiave, None);
    }

    pub(crate) fn metti<T: Serialize + ?Sized>(
        &mut self,
        cosa: &'static str,
        chiave: Vec<u8>,
        v: &T,
    ) -> Esito<()> {
        let byte = codifica(cosa, v)?;
        self.metti_grezzo(chiave, byte);
        Ok(())
    }

    /// Stores a Comune.
    pub fn salva_comune(&mut self, comune: &Comune) -> Esito<()> {
        let chiave = self
            .chiave(None, Tipo::Comune)
            .testo(comune.istat.as_str())
            .fine();
        self.metti("comune", chiave, comune)
    }

    /// Stores or removes a plan.
    pub fn salva_piano(&mut self, ambiente: Ambiente, istat: CodiceIstat, piano: Option<Piano>) -> Esito<()> {
        let chiave = self.chiave(ambiente, Tipo::Piano).testo(istat.as_str()).fine();
        if let Some(piano) = piano {
            return self.metti("piano", chiave, &piano);
        }
        self.togli_grezzo(chiave);
        Ok(())
    }

    /// Stores an operator.
    pub fn salva_operatore(&mut self, operatore: &Operatore) -> Esito<()> {
        let chiave = self
            .chiave(None, Tipo::Operatore)
            .testo(&operatore.name_id)
            .fine();
        self.metti("operatore", chiave, operatore)
    }

    /// Stores a delivery; a new one under an id of [`Transazione::nuova_fornitura`].
    pub fn salva_fornitura(&mut self, fornitura: &Fornitura) -> Esito<()> {
        let id = fornitura.id.0;
        let indice = self
            .chiave(fornitura.ambiente, Tipo::FornituraDiComune)
            .testo(fornitura.comune.as_str())
            .n(id)
            .fine();
        self.metti_grezzo(indice, Vec::new());
        let chiave = self.chiave(None, Tipo::Fornitura).n(id).fine();
        self.metti("fornitura", chiave, fornitura)
    }

    /// Stores a message; [`crate::posta::Lettera`] makes one.
    pub fn salva_pec(&mut self, pec: &Pec) -> Esito<()> {
        let chiave = self.chiave(None, Tipo::Pec).n(pec.id.0).fine();
        self.metti("pec", chiave, pec)
    }

    /// Marks a message as read or as still to be read. `false` if there is none.
    pub fn segna_pec(&mut self, id: IdPec, letta: bool) -> Esito<bool> {
        let Some(mut pec) = self.messaggio(id)? else {
            return Ok(false);
        };
        if pec.letta != letta {
            pec.letta = letta;
            self.salva_pec(&pec)?;
        }
        Ok(true)
    }

    /// Stores a web session under its token.
    pub fn salva_sessione(&mut self, token: &str, sessione: &Sessione) -> Esito<()> {
        let chiave = self.chiave(None, Tipo::Sessione).testo(token).fine();
        self.metti("sessione", chiave, sessione)
    }

    /// Ends a web session.
    pub fn togli_sessione(&mut self, token: &str) {
        let chiave = self.chiave(None, Tipo::Sessione).testo(token).fine();
        self.togli_grezzo(chiave);
    }

    /// Removes the sessions whose time is over; gives how many.
    pub fn togli_sessioni_scadute(&mut self) -> Esito<usize> {
        let adesso = self.adesso;
        self.togli_sessioni(|s| s.scade <= adesso)
    }

    /// Ends every session of an operator, in every environment; gives how many.
    pub fn togli_sessioni_di(&mut self, name_id: &str) -> Esito<usize> {
        self.togli_sessioni(|s| s.name_id == name_id)
    }

    fn togli_sessioni(&mut self, quali: impl Fn(&Sessione) -> bool) -> Esito<usize> {
        let prefisso = self.chiave(None, Tipo::Sessione).fine();
        let mut tolte = 0;
        for (chiave, valore) in self.grezzi(&prefisso, None, Verso::Avanti, usize::MAX)? {
            if quali(&crate::valori::decodifica("sessione", &valore)?) {
                self.togli_grezzo(chiave);
                tolte += 1;
            }
        }
        Ok(tolte)
    }

    /// Remembers a reply for (environment, sender, id).
    pub fn ricorda(
        &mut self,
        amb: Ambiente,
        mittente: &str,
        id_operazione: &str,
        r: &RispostaRicordata,
    ) -> Esito<()> {
        let chiave = self
            .chiave(amb, Tipo::Risposta)
            .parte(mittente)
            .testo(id_operazione)
            .fine();
        self.metti("risposta", chiave, r)
    }

    /// Stores a revocation.
    pub fn salva_revoca(&mut self, revoca: &Revoca) -> Esito<()> {
        let chiave = self
            .chiave(revoca.ambiente, Tipo::Revoca)
            .testo(&revoca.seriale)
            .fine();
        self.metti("revoca", chiave, revoca)
    }

    /// Stores a document of another room.
    pub fn salva_documento<T: Serialize + ?Sized>(
        &mut self,
        raccolta: &str,
        chiave: &str,
        valore: &T,
    ) -> Esito<()> {
        let chiave = self
            .chiave(None, Tipo::Documento)
            .parte(raccolta)
            .testo(chiave)
            .fine();
        self.metti("documento", chiave, valore)
    }

    /// Removes a document.
    pub fn togli_documento(&mut self, raccolta: &str, chiave: &str) {
        let chiave = self
            .chiave(None, Tipo::Documento)
            .parte(raccolta)
            .testo(chiave)
            .fine();
        self.togli_grezzo(chiave);
    }

    /// Something happened: its scenario instant. With `velocita` 0 the clock takes one second.
    pub fn evento(&mut self) -> Esito<Quando> {
        let mut orologio = self.orologio()?;
        let prima = orologio;
        let quando = orologio.evento(self.adesso);
        if orologio != prima {
            self.salva_orologio(&orologio)?;
        }
        Ok(quando)
    }

    /// Sets the clock.
    pub fn salva_orologio(&mut self, orologio: &Orologio) -> Esito<()> {
        let chiave = self.chiave(None, Tipo::Orologio).fine();
        self.metti("orologio", chiave, orologio)
    }

    /// Moves the scenario date and, when given, changes its speed.
    pub fn imposta_orologio(&mut self, oggi: Option<Date>, velocita: Option<u32>) -> Esito<Orologio> {
        let mut orologio = self.orologio()?;
        if let Some(velocita) = velocita {
            orologio.imposta_velocita(velocita, self.adesso);
        }
        if let Some(oggi) = oggi {
            orologio.imposta_oggi(oggi, self.adesso);
        }
        self.salva_orologio(&orologio)?;
        Ok(orologio)
    }

    /// Sets the pace of the batch.
    pub fn salva_ritmo(&mut self, ritmo: Ritmo) -> Esito<()> {
        let chiave = self.chiave(None, Tipo::Ritmo).fine();
        self.metti("ritmo", chiave, &ritmo)
    }

    /// Sets the seed.
    pub fn salva_seme(&mut self, seme: u64) -> Esito<()> {
        let chiave = self.chiave(None, Tipo::Seme).fine();
        self.metti("seme", chiave, &seme)
    }

    /// Next number of a counter, from 1.
    pub fn prossimo(&mut self, ambiente: Option<Ambiente>, nome: &str) -> Esito<u64> {
        self.riserva(ambiente, nome, 1)
    }

    /// Reserves `quanti` numbers of a counter and gives the first.
    pub fn riserva(&mut self, ambiente: Option<Ambiente>, nome: &str, quanti: u64) -> Esito<u64> {
        let ultimo = self.contatore(ambiente, nome)?;
        let chiave = self.chiave(ambiente, Tipo::Contatore).testo(nome).fine();
        self.metti("contatore", chiave, &(ultimo.saturating_add(quanti)))?;
        Ok(ultimo.saturating_add(1))
    }

    /// Id for a new delivery.
    pub fn nuova_fornitura(&mut self) -> Esito<IdFornitura> {
        self.prossimo(None, "forniture").map(IdFornitura)
    }

    /// Id for a new file.
    pub fn nuovo_file(&mut self) -> Esito<IdFile> {
        self.prossimo(None, "file").map(IdFile)
    }

    /// Id for a new message.
    pub fn nuova_pec(&mut self) -> Esito<IdPec> {
        self.prossimo(None, "pec").map(IdPec)
    }

    /// A protocol number of the environment: `SIM/PRE/2021/0000001`, one sequence per environment.
    pub fn nuovo_protocollo(&mut self, ambiente: Ambiente) -> Esito<String> {
        let anno = self.oggi()?.year();
        let n = self.prossimo(Some(ambiente), "protocollo")?;
        Ok(format!("SIM/{}/{anno}/{n:07}", ambiente.chiave().to_uppercase()))
    }

    /// `idOperazioneANPR`: digits, one growing sequence per environment for all services, KO included
    /// (registrations.md §7).
    pub fn id_operazione_anpr(&mut self, ambiente: Ambiente) -> Esito<u64> {
        /// Real values have 6 to 10 digits.
        const PRIMO: u64 = 1_000_000;
        Ok(PRIMO + self.prossimo(Some(ambiente), "idOperazioneANPR")?)
    }
}

impl Sorgente for Transazione {
    fn sandbox_byte(&self) -> &[u8] {
        self.registro.sandbox_byte()
    }

    fn grezzo(&self, chiave: &[u8]) -> Esito<Option<Vec<u8>>> {
        match self.modifiche.get(chiave) {
            Some(modifica) => Ok(modifica.clone()),
            None => self.registro.grezzo(chiave),
        }
    }

    fn grezzi(
        &self,
        prefisso: &[u8],
        dopo: Option<&[u8]>,
        verso: Verso,
        limite: usize,
    ) -> Esito<Vec<Coppia>> {
        let fine = fine_prefisso(prefisso).map_or(Bound::Unbounded, Bound::Excluded);
        let mut mie: BTreeMap<&[u8], &Option<Vec<u8>>> = self
            .modifiche
            .range((Bound::Included(prefisso.to_vec()), fine))
            .map(|(k, v)| (k.as_slice(), v))
            .collect();
        if let Some(dopo) = dopo {
            mie.retain(|k, _| {
                if verso == Verso::Avanti {
                    *k > dopo
                } else {
                    *k < dopo
                }
            });
        }
        if mie.is_empty() {
            return self.registro.grezzi(prefisso, dopo, verso, limite);
        }
        // Enough of the committed pairs that the removals among them cannot leave the page short.
        let committate = self
            .registro
            .grezzi(prefisso, dopo, verso, limite.saturating_add(mie.len()))?;
        let mut unite: BTreeMap<Vec<u8>, Vec<u8>> = committate.into_iter().collect();
        for (chiave, valore) in mie {
            match valore {
                Some(valore) => unite.insert(chiave.to_vec(), valore.clone()),
                None => unite.remove(chiave),
            };
        }
        Ok(match verso {
            Verso::Avanti => unite.into_iter().take(limite).collect(),
            Verso::Indietro => unite.into_iter().rev().take(limite).collect(),
        })
    }

    fn adesso(&self) -> Timestamp {
        self.adesso
    }

    fn iniziale(&self) -> (Orologio, u64) {
        self.registro.iniziale()
    }
}
