//! Findings of a delivery, page by page, and the lists people download (spec subentro §6.1).

use std::collections::{BTreeMap, BTreeSet};

use elaborazione::{
    Rilievo, TipoScheda,
    liste::{COLONNE_SUBENTRATI, Lista, ScrittoreLista, nome_subentrati},
    segmento::impronta,
};
use registro::{Classe, Fornitura, LetturaSchede as _, Quando, SegmentoVisibile, TipoRecord};

use crate::{
    ErroreServizio, Esito, Simulatore,
    batch::{CARTELLA_ESITO, in_ordine},
    incroci::tipo,
    piano_di_test::Evento,
};

/// The lists of anomalies, in the order of the page.
const LISTE: [Lista; 3] = [Lista::Individuali, Lista::Famiglie, Lista::CodiceFiscale];

impl Simulatore {
    /// Findings after the first `dopo`, of one code when given, at most `limite`; in (file, position, code) order.
    /// None for a delivery that was not elaborated yet or was cancelled.
    pub fn anomalie(&self, id: &str, codice: Option<&str>, dopo: u64, limite: usize) -> Esito<Vec<Rilievo>> {
        let f = self.fornitura(id)?;
        self.tutti_i_rilievi(&f)?
            .chain(self.incroci_subiti(&f)?.into_iter().map(Ok))
            .filter(|r| r.as_ref().map_or(true, |r| codice.is_none_or(|c| c == r.codice)))
            .skip(usize::try_from(dopo).unwrap_or(usize::MAX))
            .take(limite)
            .collect()
    }

    /// How many things each group of codes speaks of: a scheda with three findings counts once, a finding about a
    /// file counts by itself ("Monitoraggio anomalie", spec subentro §6.2). `gruppo` names the group of a code.
    pub fn segnalati_per_gruppo(
        &self,
        id: &str,
        gruppo: impl Fn(&str) -> &'static str,
    ) -> Esito<BTreeMap<&'static str, u64>> {
        let f = self.fornitura(id)?;
        let mut viste = BTreeSet::new();
        let mut conti = BTreeMap::new();
        for rilievo in self.tutti_i_rilievi(&f)? {
            let rilievo = rilievo?;
            let gruppo = gruppo(&rilievo.codice);
            let di_scheda = !matches!(rilievo.tipo_scheda, TipoScheda::File | TipoScheda::Fornitura);
            // A hash stands for the name of the scheda: what is kept does not grow with the text.
            if di_scheda && !viste.insert((gruppo, rilievo.tipo_scheda, impronta(&rilievo.scheda))) {
                continue;
            }
            *conti.entry(gruppo).or_insert(0) += 1;
        }
        Ok(conti)
    }

    /// The lists of a concluded delivery with their number of rows, in the order in which the page shows them.
    pub fn liste(&self, id: &str) -> Esito<Vec<(String, u64)>> {
        let f = self.fornitura(id)?;
        let Some(giorno) = f.conclusa.map(Quando::date) else {
            return Ok(Vec::new());
        };
        let mut uscita = Vec::new();
        if f.segmento.is_some() {
            for file in in_ordine(&f) {
                uscita.push((nome_subentrati(&file.nome), file.schede.totale()));
            }
        }
        let mut righe = [0_u64; LISTE.len()];
        let subiti = self.incroci_subiti(&f)?.into_iter().map(Ok);
        for rilievo in self.tutti_i_rilievi(&f)?.chain(subiti) {
            let lista = Lista::di(&rilievo?);
            if let Some(i) = LISTE.iter().position(|l| Some(*l) == lista) {
                righe[i] += 1;
            }
        }
        let piene = LISTE.iter().zip(righe).filter(|(_, n)| *n > 0);
        uscita.extend(piene.map(|(l, n)| (l.nome(f.comune, giorno), n)));
        uscita.extend(self.liste_duplicati(&f)?);
        Ok(uscita)
    }

    /// One of the lists for the Comune: it counts in its test plan.
    pub fn scarica_lista(&self, id: &str, nome: &str) -> Esito<Vec<u8>> {
        let byte = self.lista(id, nome)?;
        let f = self.fornitura(id)?;
        self.annota_evento(
            f.ambiente,
            f.comune,
            Evento::ListaScaricata,
            &format!("{}: {nome}", f.id),
        );
        Ok(byte)
    }

    /// One of the lists, Windows-1252, as the Comune downloads it.
    pub fn lista(&self, id: &str, nome: &str) -> Esito<Vec<u8>> {
        let f = self.fornitura(id)?;
        let assente = || ErroreServizio::assente(format!("La fornitura {id} non ha la lista {nome}."));
        let giorno = f.conclusa.map(Quando::date).ok_or_else(assente)?;
        if let Some(lista) = LISTE.into_iter().find(|l| l.nome(f.comune, giorno) == nome) {
            return self.lista_anomalie(&f, lista);
        }
        if let Some(lista) = self.lista_duplicati(&f, nome)? {
            return Ok(lista);
        }
        let i = in_ordine(&f)
            .iter()
            .position(|x| nome_subentrati(&x.nome) == nome)
            .ok_or_else(assente)?;
        let segmento = f.segmento.ok_or_else(assente)?;
        let visibile = self
            .registro()
            .segmento(f.ambiente, segmento)?
            .ok_or_else(assente)?;
        self.lista_subentrati(&f, i, &visibile)
    }

    fn lista_anomalie(&self, f: &Fornitura, lista: Lista) -> Esito<Vec<u8>> {
        let mut scrittore = ScrittoreLista::di_anomalie(Vec::new(), lista)?;
        let subiti = self.incroci_subiti(f)?.into_iter().map(Ok);
        for rilievo in self.tutti_i_rilievi(f)?.chain(subiti) {
            let mut rilievo = rilievo?;
            if Lista::di(&rilievo) != Some(lista) {
                continue;
            }
            if f.segmento.is_some() {
                let classe = if rilievo.tipo_scheda.individuale() {
                    Classe::Soggetti
                } else {
                    Classe::Unita
                };
                let schede =
                    self.registro()
                        .schede_per_id_comune(f.ambiente, f.comune, classe, &rilievo.scheda)?;
                rilievo.prog_anpr = schede
                    .iter()
                    .find(|s| {
                        // An AIRE family may have the id of an APR one, and no finding speaks of it.
                        Some(s.segmento) == f.segmento
                            && s.record.tipo != TipoRecord::FamigliaAire
                            && tipo(s.record.tipo) == rilievo.tipo_scheda
                    })
                    .map(|s| s.id_anpr);
            }
            scrittore.rilievo(&rilievo)?;
        }
        Ok(scrittore.fine()?)
    }

    /// The ids of one file: its records are a run of the segment, in file order.
    fn lista_subentrati(&self, f: &Fornitura, indice: usize, visibile: &SegmentoVisibile) -> Esito<Vec<u8>> {
        let file = in_ordine(f);
        let prima = file[..indice]
            .iter()
            .fold(registro::Schede::default(), |mut s, x| {
                s.somma(x.schede);
                s
            });
        let mie = file[indice].schede;
        let mut scrittore = ScrittoreLista::nuova(Vec::new(), &COLONNE_SUBENTRATI)?;
        for (classe, salta, prendi) in [
            (Classe::Soggetti, prima.individuali(), mie.individuali()),
            (Classe::Unita, prima.unita(), mie.unita()),
        ] {
            let (salta, prendi) = (salta as usize, prendi as usize);
            for scheda in self
                .registro()
                .schede_di(f.ambiente, visibile, classe)?
                .skip(salta)
                .take(prendi)
            {
                let scheda = scheda?;
                scrittore.subentrato(tipo(scheda.record.tipo), scheda.id_anpr, &scheda.record.id_comune)?;
            }
        }
        Ok(scrittore.fine()?)
    }

    pub(crate) fn tutti_i_rilievi(
        &self,
        f: &Fornitura,
    ) -> Esito<impl Iterator<Item = Esito<Rilievo>> + use<>> {
        let cartella = self.cartella(f.id).join(CARTELLA_ESITO);
        let rilievi = if cartella.is_dir() {
            Some(elaborazione::rilievi(&cartella)?)
        } else {
            None
        };
        Ok(rilievi
            .into_iter()
            .flatten()
            .map(|r| r.map_err(ErroreServizio::from)))
    }
}
