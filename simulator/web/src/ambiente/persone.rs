//! Search and view of a person or family of the Comune of the session; another Comune's does not exist.

use askama::Template;
use http::StatusCode;
use servizi::{ErroreServizio, Esito, http::Risposta};

use super::Dentro;
use crate::{
    cornice::{Cornice, pagina},
    fuori,
    persone::{self, Base, Modulo, Persona, Trovate, Unita},
};

#[derive(Template)]
#[template(path = "ambiente/persone.html")]
struct Ricerca {
    c: Cornice,
    base: Base,
    modulo: Modulo,
    trovate: Option<Trovate>,
    massimo: usize,
}

/// `/combas/persone`: the form, and what was found.
pub(super) async fn cerca(d: &Dentro<'_>) -> Esito<Risposta> {
    let modulo = Modulo::leggi(&d.query);
    let base = Base::ambiente();
    let comune = Ok(Some(d.sessione.comune));
    let ricerca = persone::Ricerca::di(d.sim, d.ambiente, comune, &modulo, &base).await?;
    let c = d.cornice("Ricerca di una persona", "/combas/persone").await?;
    Ok(pagina(
        ricerca.stato,
        &Ricerca {
            c: c.con_errore(ricerca.errore),
            base,
            modulo,
            trovate: ricerca.trovate,
            massimo: servizi::SCHEDE_PER_RICERCA,
        },
    ))
}

fn id(d: &Dentro<'_>) -> Esito<u64> {
    d.segmenti
        .prendi("id")
        .parse()
        .map_err(|_| ErroreServizio::assente("Nessuna scheda con questo idANPR tra quelle del Comune."))
}

#[derive(Template)]
#[template(path = "ambiente/persona.html")]
struct Una {
    c: Cornice,
    base: Base,
    p: Persona,
}

/// `/combas/persone/{id}`.
pub(super) async fn una(d: &Dentro<'_>) -> Esito<Risposta> {
    let (id, ambiente, comune) = (id(d)?, d.ambiente, d.sessione.comune);
    let vista = fuori(d.sim, move |s| s.persona(ambiente, Some(comune), id)).await?;
    let base = Base::ambiente();
    let p = Persona::nuova(&vista, &base);
    let c = d.cornice(p.riga.nome.clone(), "/combas/persone").await?;
    Ok(pagina(StatusCode::OK, &Una { c, base, p }))
}

#[derive(Template)]
#[template(path = "ambiente/famiglia.html")]
struct UnaFamiglia {
    c: Cornice,
    base: Base,
    u: Unita,
}

/// `/combas/famiglie/{id}`: a family, of the APR or of the AIRE, or a convivenza.
pub(super) async fn famiglia(d: &Dentro<'_>) -> Esito<Risposta> {
    let (id, ambiente, comune) = (id(d)?, d.ambiente, d.sessione.comune);
    let vista = fuori(d.sim, move |s| s.unita(ambiente, Some(comune), id)).await?;
    let base = Base::ambiente();
    let u = Unita::nuova(&vista, &base);
    let c = d
        .cornice(format!("{} {}", u.tipo, u.id_comune), "/combas/persone")
        .await?;
    Ok(pagina(StatusCode::OK, &UnaFamiglia { c, base, u }))
}

#[cfg(test)]
mod prove {
    use std::collections::BTreeMap;

    use anagrafe::{Ambiente, CodiceIstat, Sesso};
    use registro::IdFornitura;
    use servizi::{Componente, EsitoRicerca, PersonaBreve, PersonaVista, UnitaBreve, UnitaVista};

    use super::*;

    /// Not every door lets markup into a name; the pages do not rely on the doors.
    const CATTIVO: &str = "<script>alert(1)</script>\"'&";

    fn breve() -> PersonaBreve {
        PersonaBreve {
            id_anpr: 7,
            anagrafe: "APR",
            comune: CodiceIstat::parse("888001").expect("code"),
            id_comune: CATTIVO.to_owned(),
            codice_fiscale: Some(CATTIVO.to_owned()),
            cognome: Some(CATTIVO.to_owned()),
            nome: Some(CATTIVO.to_owned()),
            sesso: Some(Sesso::F),
            nascita: None,
            stato: "ATTIVA",
            cancellazione: None,
        }
    }

    fn unita() -> UnitaBreve {
        UnitaBreve {
            id_anpr: 9,
            tipo: "FAMIGLIA_AIRE",
            comune: breve().comune,
            id_comune: CATTIVO.to_owned(),
            istat_iscrizione_aire: Some(CATTIVO.to_owned()),
        }
    }

    #[test]
    fn markup_is_text_wherever_it_comes_from() {
        let (base, valori) = (Base::ambiente(), vec![(CATTIVO.to_owned(), CATTIVO.to_owned())]);
        let cornice = || Cornice::ambiente(Ambiente::Test, CATTIVO);
        let persona = PersonaVista {
            breve: breve(),
            ambiente: Ambiente::Test,
            codice_fiscale_inviato: Some(CATTIVO.to_owned()),
            validita_cf: 1,
            fornitura: IdFornitura(1),
            unita: vec![unita()],
            stesso_id: Vec::new(),
            valori: BTreeMap::new(),
            in_ordine: valori.clone(),
        };
        let famiglia = UnitaVista {
            breve: unita(),
            ambiente: Ambiente::Test,
            fornitura: IdFornitura(1),
            componenti: vec![Componente {
                persona: breve(),
                legame: Some(CATTIVO.to_owned()),
                descrizione_legame: None,
                progressivo: Some(1),
            }],
            altri: false,
            senza_indice: false,
            valori: BTreeMap::new(),
            in_ordine: valori,
        };
        let trovate = EsitoRicerca {
            persone: vec![breve()],
            ..EsitoRicerca::default()
        };
        let pagine = [
            Una {
                c: cornice(),
                p: Persona::nuova(&persona, &base),
                base: base.clone(),
            }
            .render(),
            UnaFamiglia {
                c: cornice(),
                u: Unita::nuova(&famiglia, &base),
                base: base.clone(),
            }
            .render(),
            Ricerca {
                c: cornice(),
                trovate: Some(Trovate::nuove(&trovate, &base)),
                base,
                modulo: Modulo {
                    cognome: CATTIVO.to_owned(),
                    ..Modulo::default()
                },
                massimo: 50,
            }
            .render(),
        ];
        for pagina in pagine {
            let pagina = pagina.expect("rendered");
            assert!(!pagina.contains("<script>alert"), "{pagina}");
            let pulito = "&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;";
            assert!(pagina.matches(pulito).count() >= 4, "{pagina}");
        }
    }
}
