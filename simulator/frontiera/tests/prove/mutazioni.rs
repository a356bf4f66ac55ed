//! What changes the canonical form of a signed part is refused, what does not is accepted: mutators over the text of an
//! accepted message that know which of the two they are ([`crate::neutre`], [`crate::alteranti`]).
//!
//! A case is a list of numbers: kind and place of each mutation. Shrinking it gives the shortest list and the earliest
//! places that still fail.

use frontiera::albero::leggi as albero;
use frontiera::firma::{catalogo, componi_con};
use frontiera::security::c14n;
use frontiera::soap::busta::{Busta, unico_figlio};
use frontiera::{Politica, TipoFault, TipoFault::*};
use proptest::prelude::*;
use proptest::sample::Index;
use schema::Modello;

use crate::alteranti::ALTERANTI;
use crate::neutre::{Dove, NEUTRE, Parte};
use crate::scena::*;

/// The faults a change of this part may end in.
fn attesi(t: &str, p: Parte) -> Vec<TipoFault> {
    match p {
        // The schema is looked at before the signature.
        Parte::Body if !valido(t) => vec![F2],
        Parte::Body | Parte::Timestamp => vec![F5],
        Parte::Asserzione | Parte::InfoAsserzione => vec![F1],
        // A reference that leads nowhere, a digest that differs, or a SignedInfo other than the one signed.
        Parte::Info => vec![F1, F2, F5],
    }
}

/// Whether the body still obeys the schema of its service, by the grammar alone.
fn valido(t: &str) -> bool {
    let Ok(doc) = albero(t) else { return false };
    let Ok(busta) = Busta::leggi(&doc) else {
        return false;
    };
    let Some(radice) = unico_figlio(busta.body) else {
        return false;
    };
    let nome = (
        radice.tag_name().namespace().unwrap_or(""),
        radice.tag_name().name(),
    );
    TESTCONN.radici.contains(&nome)
        && Modello::di(nome.0, nome.1).is_some_and(|m| schema::valida(m, &c14n::documento(radice)).is_empty())
}

/// Messages of several habits, each accepted as it is.
fn originali() -> &'static [String] {
    static ORIGINALI: std::sync::OnceLock<Vec<String>> = std::sync::OnceLock::new();
    ORIGINALI.get_or_init(|| {
        let abitudini: [&[&str]; 5] = [
            &[],
            &["lista-prefissi"],
            &["prefissi-wcf", "asserzione-prima", "sha256"],
            &["rientri", "chiave-inclusa"],
            &["prefissi-predefiniti", "attributi-in-piu"],
        ];
        abitudini
            .iter()
            .map(|nomi| {
                let voci: Vec<_> = nomi
                    .iter()
                    .map(|n| catalogo::stranezza(n).expect("in the catalogue"))
                    .collect();
                componi_con(&messaggio(), &chiavi_solite(), &voci).expect("composes")
            })
            .collect()
    })
}

/// Applies neutral mutations one after the other; one that finds no place is left out.
fn neutre(t: &str, passi: &[(Dove, Dove, Dove)]) -> (String, Vec<&'static str>) {
    let mut testo = t.to_owned();
    let mut fatte = Vec::new();
    for (quale, a, b) in passi {
        let (nome, muta) = NEUTRE[quale.index(NEUTRE.len())];
        if let Some(nuovo) = muta(&testo, *a, *b) {
            testo = nuovo;
            fatte.push(nome);
        }
    }
    (testo, fatte)
}

fn ottetti(t: &str, codifica: usize) -> Vec<u8> {
    if codifica == 0 {
        return t.as_bytes().to_vec();
    }
    let nome = ["", "bom", "utf16", "iso-8859-1"][codifica];
    // A declaration of UTF-8 would contradict the other encodings.
    let senza = match t.split_once("?>") {
        Some((testa, resto)) if testa.starts_with("<?xml ") => resto,
        _ => t,
    };
    match catalogo::stranezza(nome).expect("in the catalogue").come {
        frontiera::firma::Come::Trasporto(frontiera::firma::Trasporto::Byte(scrivi)) => scrivi(senza),
        _ => unreachable!("a row that writes bytes"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cio_che_non_tocca_la_forma_canonica_e_accettato(
        quale in any::<Index>(),
        passi in proptest::collection::vec(any::<(Dove, Dove, Dove)>(), 1..7),
        codifica in 0_usize..4,
    ) {
        let originale = &originali()[quale.index(originali().len())];
        let (mutato, fatte) = neutre(originale, &passi);
        let f = frontiera_con(Politica::default());
        let e = f.esamina(&ottetti(&mutato, codifica), Some("text/xml"), &TESTCONN, &Registro::default(), adesso());
        let esito = e.esito.map_err(|f| format!("{:?} {}: {}", f.tipo, f.passo, f.causa));
        prop_assert!(esito.is_ok(), "{fatte:?}: {esito:?}\n{mutato}");
        let creduto = esito.expect("just seen");
        let intatto = f.esamina(originale.as_bytes(), None, &TESTCONN, &Registro::default(), adesso());
        let intatto = intatto.esito.expect("accepted as it is");
        prop_assert_eq!(creduto.corpo(), intatto.corpo());
        prop_assert_eq!(creduto.chiamante().name_id.as_str(), OPERATORE);
    }

    #[test]
    fn cio_che_tocca_una_parte_firmata_e_rifiutato(
        quale in any::<Index>(),
        passi in proptest::collection::vec(any::<(Dove, Dove, Dove)>(), 0..3),
        come in any::<Index>(),
        a in any::<Dove>(),
        b in any::<Dove>(),
    ) {
        let originale = &originali()[quale.index(originali().len())];
        let (mutato, fatte) = neutre(originale, &passi);
        let (nome, altera) = ALTERANTI[come.index(ALTERANTI.len())];
        if let Some((alterato, parte)) = altera(&mutato, a, b) {
            let e = esamina(&alterato);
            match e.esito {
                Ok(_) => prop_assert!(false, "accettato con {nome} in {parte:?} dopo {fatte:?}\n{alterato}"),
                Err(f) => {
                    let attesi = attesi(&alterato, parte);
                    prop_assert!(
                        attesi.contains(&f.tipo),
                        "{nome} in {parte:?}: {:?} invece di {attesi:?} ({}: {})\n{alterato}", f.tipo, f.passo, f.causa
                    );
                }
            }
        }
    }
}

/// Every mutation finds places in the messages it works on, in every part: else silence would prove nothing.
#[test]
fn ogni_mutazione_trova_posto() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut viste = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..400 {
        let albero = (any::<Index>(), any::<Index>())
            .new_tree(&mut runner)
            .expect("indices");
        let (a, b) = proptest::strategy::ValueTree::current(&albero);
        for t in originali() {
            for (nome, muta) in NEUTRE {
                *viste.entry((*nome).to_owned()).or_default() +=
                    usize::from(muta(t, a, b).is_some_and(|x| &x != t));
            }
            for (nome, altera) in ALTERANTI {
                if let Some((x, p)) = altera(t, a, b) {
                    assert_ne!(&x, t, "{nome}");
                    *viste.entry(format!("{nome} in {p:?}")).or_default() += 1;
                }
            }
        }
    }
    for (nome, _) in NEUTRE {
        assert!(viste[*nome] > 20, "{nome}: {}", viste[*nome]);
    }
    for (nome, _) in ALTERANTI {
        for p in ["Body", "Timestamp", "Asserzione", "Info", "InfoAsserzione"] {
            let chiave = format!("{nome} in {p}");
            // Attributes live only in some parts, below their roots.
            let puo_mancare = *nome == "un carattere di un attributo" && ["Body", "Timestamp"].contains(&p);
            assert!(
                puo_mancare || viste.get(&chiave).is_some_and(|n| *n > 0),
                "{chiave}"
            );
        }
    }
}
