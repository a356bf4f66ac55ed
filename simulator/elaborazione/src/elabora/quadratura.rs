//! Declared counters against what is there: phases 2 and 7.

use crate::elabora::Ingresso;
use crate::prepara::peso;
use crate::segmento::{Conteggi, Dichiarati};
use crate::sportello::rifiuta_con;
use crate::tipi::{Contesto, Rilievo, TipoFile, TipoScheda};

/// Codes of the file, in the order of [`Conteggi::valori`].
const FILE: [&str; 5] = ["EN011", "EN017", "EN019", "EN021", "EN023"];
/// Codes of the delivery.
const FORNITURA: [&str; 5] = ["EN012", "EN018", "EN020", "EN022", "EN024"];
/// Elements of `datiInvio`.
const CAMPI_FILE: [&str; 5] = [
    "numeroSchedeSoggettoInvio",
    "numeroPersoneSessoFemminileInvio",
    "numeroPersoneSessoMaschileInvio",
    "numeroTotaleSchedeFamigliaInvio",
    "numeroTotaleSchedeConvivenzaInvio",
];
/// Elements of `datiFornitura`.
const CAMPI_FORNITURA: [&str; 5] = [
    "numeroTotaleSchedeSoggetto",
    "numeroTotalePersoneSessoFemminile",
    "numeroTotalePersoneSessoMaschile",
    "numeroTotaleSchedeFamiglia",
    "numeroTotaleSchedeConvivenza",
];

/// Each file against its own `datiInvio`, when it has one; in the order of the files.
pub(super) fn file(file: &[&Ingresso], ctx: &Contesto) -> Vec<Vec<Rilievo>> {
    let testi = ctx.politica.testi();
    file.iter()
        .map(|ingresso| {
            let testa = ingresso.segmento.testa();
            let Some(invio) = &testa.invio else {
                return Vec::new();
            };
            diversi(
                &FILE,
                invio,
                &testa.calcolati,
                ctx,
                |quale, dichiarato, calcolato| {
                    let valori = [dichiarato, ingresso.nome.as_str(), calcolato];
                    let mut rilievo = rifiuta_con(&testi, &ingresso.nome, FILE[quale], &valori);
                    "datiInvio".clone_into(rilievo.oggetto.get_or_insert_default());
                    CAMPI_FILE[quale].clone_into(rilievo.campo.get_or_insert_default());
                    rilievo
                },
            )
        })
        .collect()
}

/// The `datiFornitura` of each APR file against the sum over all of them.
pub(super) fn fornitura(file: &[&Ingresso], totale: &Conteggi, ctx: &Contesto) -> Vec<Vec<Rilievo>> {
    let testi = ctx.politica.testi();
    file.iter()
        .map(|ingresso| {
            let testa = ingresso.segmento.testa();
            if testa.tipo != TipoFile::Apr {
                return Vec::new();
            }
            let versione = testa.versione.as_deref().unwrap_or_default();
            diversi(
                &FORNITURA,
                &testa.fornitura,
                totale,
                ctx,
                |quale, dichiarato, calcolato| {
                    // The validator filled two slots of three and left the last one bare (§3.2).
                    let valori = if ctx.politica.segnaposti_validatore {
                        [dichiarato, calcolato, "@"]
                    } else {
                        [dichiarato, versione, calcolato]
                    };
                    let mut rilievo = rifiuta_con(&testi, &ingresso.nome, FORNITURA[quale], &valori);
                    rilievo.tipo_scheda = TipoScheda::Fornitura;
                    "datiFornitura".clone_into(rilievo.oggetto.get_or_insert_default());
                    CAMPI_FORNITURA[quale].clone_into(rilievo.campo.get_or_insert_default());
                    rilievo
                },
            )
        })
        .collect()
}

fn diversi(
    codici: &[&str; 5],
    dichiarati: &Dichiarati,
    calcolati: &Conteggi,
    ctx: &Contesto,
    crea: impl Fn(usize, &str, &str) -> Rilievo,
) -> Vec<Rilievo> {
    let mut rilievi = Vec::new();
    for (quale, calcolato) in calcolati.valori().into_iter().enumerate() {
        let Some(dichiarato) = dichiarati.valori[quale] else {
            continue;
        };
        let Some(gravita) = peso(codici[quale], ctx).filter(|_| dichiarato != calcolato) else {
            continue;
        };
        let dichiarato = dichiarato.to_string();
        let rilievo = crea(quale, &dichiarato, &calcolato.to_string());
        rilievi.push(Rilievo {
            gravita,
            posizione: dichiarati.posizioni[quale],
            valore: Some(dichiarato),
            ..rilievo
        });
    }
    rilievi
}
