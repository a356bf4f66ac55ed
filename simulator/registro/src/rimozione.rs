//! Taking things out of the register for good: a Comune that was only lent to a lesson goes with all that was its.
//!
//! Each call removes one thing and its indexes; what hangs on it (segments, files on disk, documents of other rooms)
//! is its caller's to remove, in the same transaction where it can be. Ids are counters and are never given again.

use anagrafe::{Ambiente, CodiceIstat};

use crate::{
    chiavi::Tipo,
    errore::ErroreRegistro,
    lettura::{Grezza as _, Sorgente as _},
    modello::{Fornitura, IdPec},
    store::Verso,
    transazione::Transazione,
};

impl Transazione {
    /// Removes a Comune and its plans.
    pub fn togli_comune(&mut self, istat: CodiceIstat) {
        let chiave = self.chiave(None, Tipo::Comune).testo(istat.as_str()).fine();
        self.togli_grezzo(chiave);
        for ambiente in Ambiente::TUTTI {
            let chiave = self.chiave(ambiente, Tipo::Piano).testo(istat.as_str()).fine();
            self.togli_grezzo(chiave);
        }
    }

    /// Removes an operator.
    pub fn togli_operatore(&mut self, name_id: &str) {
        let chiave = self.chiave(None, Tipo::Operatore).testo(name_id).fine();
        self.togli_grezzo(chiave);
    }

    /// Removes a delivery and its place in the list of its Comune.
    pub fn togli_fornitura(&mut self, f: &Fornitura) {
        let indice = self
            .chiave(f.ambiente, Tipo::FornituraDiComune)
            .testo(f.comune.as_str())
            .n(f.id.0)
            .fine();
        self.togli_grezzo(indice);
        let chiave = self.chiave(None, Tipo::Fornitura).n(f.id.0).fine();
        self.togli_grezzo(chiave);
    }

    /// Removes a message.
    pub fn togli_pec(&mut self, id: IdPec) {
        let chiave = self.chiave(None, Tipo::Pec).n(id.0).fine();
        self.togli_grezzo(chiave);
    }

    /// Forgets every reply given to a sender in an environment.
    pub fn togli_risposte_di(&mut self, ambiente: Ambiente, mittente: &str) -> Result<(), ErroreRegistro> {
        let prefisso = self.chiave(ambiente, Tipo::Risposta).parte(mittente).fine();
        for (chiave, _) in self.grezzi(&prefisso, None, Verso::Avanti, usize::MAX)? {
            self.togli_grezzo(chiave);
        }
        Ok(())
    }
}

#[cfg(test)]
mod prove {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        Comune, IdFornitura, Lettura as _, Operatore, OpzioniRegistro, Piano, Registro, RispostaRicordata,
        Schede, StatoFornitura,
    };

    #[test]
    fn what_is_removed_is_in_no_list_and_what_is_not_stays() {
        let r = Registro::in_memoria(OpzioniRegistro::default()).expect("a register");
        let (a, b) = ("888101", "888102");
        let istat = |t: &str| CodiceIstat::parse(t).expect("a code");
        let giorno = jiff::civil::date(2021, 3, 1);
        let ora = giorno.at(8, 0, 0, 0);
        let fornitura = |id, comune| Fornitura {
            id: IdFornitura(id),
            ambiente: Ambiente::Pre,
            comune,
            stato: StatoFornitura::Ko,
            versione: 1,
            file: Vec::new(),
            conteggi: BTreeMap::new(),
            schede: Schede::default(),
            creata: ora,
            conclusa: None,
            protocollo: String::new(),
            bloccanti: Vec::new(),
            non_prima: None,
            segmento: None,
            cancellazione: None,
        };
        let risposta = RispostaRicordata {
            operazione: "S001".to_owned(),
            impronta: String::new(),
            http: 200,
            corpo: String::new(),
            quando: ora,
        };
        r.scrivi(|t| -> Result<(), ErroreRegistro> {
            for (n, codice) in [(1, a), (2, b)] {
                t.salva_comune(&Comune::nuovo(istat(codice), "X", "XX", None))?;
                t.salva_operatore(&Operatore::nuovo(codice, istat(codice)))?;
                t.salva_fornitura(&fornitura(n, istat(codice)))?;
                t.ricorda(Ambiente::Pre, codice, "1", &risposta)?;
                let piano = Piano {
                    inizio: giorno,
                    fine: giorno,
                };
                t.salva_piano(Ambiente::Sub, istat(codice), Some(piano))?;
            }
            Ok(())
        })
        .expect("written");
        r.scrivi(|t| -> Result<(), ErroreRegistro> {
            t.togli_comune(istat(a));
            t.togli_operatore(a);
            t.togli_fornitura(&fornitura(1, istat(a)));
            t.togli_risposte_di(Ambiente::Pre, a)
        })
        .expect("removed");
        for (codice, c_e) in [(a, false), (b, true)] {
            let k = istat(codice);
            assert_eq!(r.comune(k).expect("read").is_some(), c_e, "{codice}");
            assert_eq!(r.operatore(codice).expect("read").is_some(), c_e, "{codice}");
            assert_eq!(
                r.piano(Ambiente::Sub, k).expect("read").is_some(),
                c_e,
                "{codice}"
            );
            assert_eq!(
                r.forniture(Ambiente::Pre, k).expect("read").len(),
                usize::from(c_e),
                "{codice}"
            );
            let ricordata = r.risposta(Ambiente::Pre, codice, "1").expect("read");
            assert_eq!(ricordata.is_some(), c_e, "{codice}");
        }
        assert_eq!(r.forniture(None, None).expect("read").len(), 1);
    }
}
