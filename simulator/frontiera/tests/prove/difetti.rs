//! Every defect of the catalogue leads to the fault it announces, whatever the client's habits.

use frontiera::Politica;
use frontiera::firma::{Algoritmo, DIFETTI, componi};

use crate::scena::*;

#[test]
fn ogni_difetto_porta_al_suo_fault() {
    for algoritmo in [Algoritmo::RsaSha1, Algoritmo::RsaSha256] {
        for (difetto, nome, fault, _) in DIFETTI {
            let mut m = messaggio();
            m.algoritmo = algoritmo;
            let e = prova(&m, Some(*difetto));
            assert_eq!(e.esito.expect_err(nome).tipo, *fault, "{nome}");
        }
    }
}

#[test]
fn ogni_difetto_vale_anche_con_un_solo_certificato() {
    let co = &scena().co;
    for (difetto, nome, fault, _) in DIFETTI {
        let mut m = messaggio();
        m.id_postazione = "888001-CO-0000".into();
        let e = esamina(&componi(&m, &chiavi(co, co), Some(*difetto)).unwrap());
        assert_eq!(e.esito.expect_err(nome).tipo, *fault, "{nome}");
    }
}

#[test]
fn la_politica_permissiva_accetta_ogni_cornice_strutturalmente_corretta() {
    use frontiera::firma::DifettoMessaggio as D;
    let f = frontiera_con(Politica::permissiva());
    for difetto in [
        D::CorpoModificato,
        D::TimestampScaduto,
        D::OraLocale,
        D::IdSedeDiversa,
        D::AsserzioneAlterata,
        D::AsserzioneScaduta,
        D::SenderVouches,
        D::OperatoreSconosciuto,
        D::Pkcs7Altrui,
        D::Pkcs7Staccato,
    ] {
        let busta = componi(&messaggio(), &chiavi_solite(), Some(difetto)).unwrap();
        let e = esamina_con(&busta, &f, &Registro::default());
        assert!(e.esito.is_ok(), "{}: {:?}", difetto.nome(), e.esito);
        assert!(
            e.passi.iter().any(|p| p.verdetto == frontiera::Verdetto::Fallito),
            "{}: said",
            difetto.nome()
        );
    }
    for difetto in [
        D::SenzaFirma,
        D::SoloCorpo,
        D::RiferimentoInesistente,
        D::Doctype,
        D::XsdErrato,
    ] {
        let busta = componi(&messaggio(), &chiavi_solite(), Some(difetto)).unwrap();
        assert!(
            esamina_con(&busta, &f, &Registro::default()).esito.is_err(),
            "{}",
            difetto.nome()
        );
    }
}
