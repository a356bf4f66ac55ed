//! The dates of a proposal: whether they can be read, go together and keep the rules.
//!
//! What must stay true: one round names all that is wrong, each at its field. A date that is missing or cannot be read says
//! nothing against the others.

use anagrafe::{Data, italiano::giorno};
use jiff::ToSpan as _;
use serde::Deserialize;

use super::{
    cruscotto::ChiPianifica,
    impedimento::{ErroreCampo, Impedimento, Rifiuto},
    scadenze::Scadenze,
    scritto::Scritto,
};
use crate::ErroreServizio;

/// Years ahead a planned day may lie.
const ANNI_MASSIMI: i64 = 10;
/// The fields of a proposal, as forms and JSON name them.
const PRIMA: &str = "prima";
const ULTIMA: &str = "ultima";
const PREFERITA: &str = "preferita";

/// The dates of a proposal, as they were written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PropostaDate {
    /// First day of the window.
    pub prima: Scritto<Data>,
    /// Last day.
    pub ultima: Scritto<Data>,
    /// The day one would like.
    pub preferita: Scritto<Data>,
}

/// What is missing, cannot be read or lies too far ahead.
fn mal_scritte(p: &PropostaDate, oggi: Data) -> Vec<ErroreCampo> {
    let limite = oggi.checked_add(ANNI_MASSIMI.years()).unwrap_or(Data::MAX);
    let mut errori = Vec::new();
    for (campo, nome, chiesta, d) in [
        (
            PRIMA,
            "Prima data possibile",
            "Indicare la prima data possibile.",
            &p.prima,
        ),
        (
            ULTIMA,
            "Ultima data possibile",
            "Indicare l'ultima data possibile.",
            &p.ultima,
        ),
        (
            PREFERITA,
            "Data preferita",
            "Indicare la data preferita.",
            &p.preferita,
        ),
    ] {
        errori.extend(d.errore(campo, nome));
        match d {
            Scritto::Assente => errori.push(ErroreCampo::nuovo(campo, chiesta)),
            Scritto::Letto(d) if *d > limite => errori.push(ErroreCampo::nuovo(
                campo,
                format!("{nome}: la data è oltre {ANNI_MASSIMI} anni da oggi."),
            )),
            Scritto::Letto(_) | Scritto::Errato(_) => {}
        }
    }
    errori
}

/// What does not go together among the dates that could be read.
fn in_disordine(p: &PropostaDate) -> Vec<ErroreCampo> {
    let (prima, ultima, preferita) = (p.prima.letto(), p.ultima.letto(), p.preferita.letto());
    if let (Some(&prima), Some(&ultima)) = (prima, ultima)
        && prima > ultima
    {
        let testo = format!(
            "La prima data ({}) è successiva all'ultima ({}).",
            giorno(prima),
            giorno(ultima)
        );
        return vec![ErroreCampo::di_regola(
            PRIMA,
            ErroreServizio {
                codice: Some("EN033"),
                http: 422,
                testo,
            },
        )];
    }
    // One that is missing says nothing against the preferred one.
    let presto = preferita.zip(prima).is_some_and(|(d, prima)| d < prima);
    let tardi = preferita.zip(ultima).is_some_and(|(d, ultima)| d > ultima);
    if presto || tardi {
        vec![ErroreCampo::nuovo(
            PREFERITA,
            "La data preferita sta fra la prima e l'ultima.",
        )]
    } else {
        Vec::new()
    }
}

/// What who plans must keep to: no day gone by, and for a software house notice and room.
fn contro_le_regole(
    chi: ChiPianifica<'_>,
    p: &PropostaDate,
    (oggi, s): (Data, &Scadenze),
    c_e_posto: impl Fn(Data) -> bool,
) -> Vec<ErroreCampo> {
    let mut errori = Vec::new();
    match chi {
        ChiPianifica::Ministero => {
            if p.prima.letto().is_some_and(|d| *d < oggi) {
                errori.push(ErroreCampo::di_regola(PRIMA, Impedimento::DataPassata(oggi)));
            }
        }
        ChiPianifica::SoftwareHouse(_) => {
            let dal = primo_giorno(oggi, s);
            if p.prima.letto().is_some_and(|d| *d < dal) {
                let giorni = s.preavviso_giorni;
                errori.push(ErroreCampo::di_regola(
                    PRIMA,
                    Impedimento::Preavviso { giorni, dal },
                ));
            }
            if let Some(&data) = p.preferita.letto().filter(|d| !c_e_posto(**d)) {
                let capienza = s.capienza_giornaliera;
                errori.push(ErroreCampo::di_regola(
                    PREFERITA,
                    Impedimento::GiornoPieno { data, capienza },
                ));
            }
        }
    }
    errori
}

/// The three dates, or all that is wrong with them, in the order of the fields.
pub(super) fn tre_date(
    chi: ChiPianifica<'_>,
    p: &PropostaDate,
    (oggi, s): (Data, &Scadenze),
    c_e_posto: impl Fn(Data) -> bool,
) -> Result<(Data, Data, Data), Rifiuto> {
    let mut errori = mal_scritte(p, oggi);
    errori.extend(in_disordine(p));
    errori.extend(contro_le_regole(chi, p, (oggi, s), c_e_posto));
    errori.sort_by_key(|e| [PRIMA, ULTIMA, PREFERITA].iter().position(|c| *c == e.campo));
    match tutte_lette(p) {
        Some(tre) if errori.is_empty() => Ok(tre),
        _ => Err(Rifiuto::Campi(errori)),
    }
}

/// The three of them, when each could be read.
pub(super) fn tutte_lette(p: &PropostaDate) -> Option<(Data, Data, Data)> {
    Some((*p.prima.letto()?, *p.ultima.letto()?, *p.preferita.letto()?))
}

/// First day that respects the notice.
fn primo_giorno(oggi: Data, s: &Scadenze) -> Data {
    oggi.checked_add(i64::from(s.preavviso_giorni).days())
        .unwrap_or(Data::MAX)
}

#[cfg(test)]
mod prove {
    use super::*;

    fn d(t: &str) -> Data {
        anagrafe::leggi_data(t).expect("date")
    }

    #[test]
    fn three_dates_in_order_and_each_wrong_one_is_named() {
        let oggi = d("2021-03-01");
        let p = |a: &str, b: &str, c: &str| PropostaDate {
            prima: Scritto::da_testo(a),
            ultima: Scritto::da_testo(b),
            preferita: Scritto::da_testo(c),
        };
        let s = Scadenze {
            preavviso_giorni: 5,
            capienza_giornaliera: 1,
            ..Scadenze::default()
        };
        let piena = d("2021-03-20");
        let giudicate =
            |p: PropostaDate| match tre_date(ChiPianifica::SoftwareHouse("SWALFA"), &p, (oggi, &s), |g| {
                g != piena
            }) {
                Err(Rifiuto::Campi(e)) => e,
                altro => {
                    assert!(altro.is_ok(), "{altro:?}");
                    Vec::new()
                }
            };
        let campi = |p: PropostaDate| -> Vec<&'static str> { giudicate(p).iter().map(|e| e.campo).collect() };
        assert_eq!(campi(PropostaDate::default()), ["prima", "ultima", "preferita"]);
        assert!(campi(p("2021-03-10", "2021-03-10", "2021-03-10")).is_empty());
        let rovesciate = giudicate(p("2021-03-11", "2021-03-10", "2021-03-10"));
        let regola = rovesciate[0].regola.expect("a rule");
        assert_eq!(
            (rovesciate.len(), rovesciate[0].campo, regola.codice, regola.http),
            (1, "prima", Some("EN033"), 422)
        );
        assert_eq!(campi(p("2021-03-10", "2021-03-12", "2021-03-13")), ["preferita"]);
        assert_eq!(campi(p("2021-03-10", "2041-03-12", "2021-03-11")), ["ultima"]);
        // One that cannot be read and one that is missing, in one round.
        assert_eq!(campi(p("31/02/2021", "12/03/2021", "")), ["prima", "preferita"]);
        assert!(campi(p("10/03/2021", "12-03-2021", "2021-03-11")).is_empty());
        // Rules are told together, each at its field, and what only rules refuse has the code of the first.
        let insieme = giudicate(p("2021-03-02", "", "2021-03-20"));
        assert_eq!(
            insieme
                .iter()
                .map(|e| (e.campo, e.regola.is_some()))
                .collect::<Vec<_>>(),
            [("prima", true), ("ultima", false), ("preferita", true)]
        );
        assert_eq!(
            campi(p("2021-03-02", "2021-03-10", "2021-03-11")),
            ["prima", "preferita"]
        );
        let due = giudicate(p("2021-03-22", "2021-03-21", "2021-03-20"));
        assert_eq!(
            due.iter().map(|e| e.campo).collect::<Vec<_>>(),
            ["prima", "preferita"]
        );
        let e = ErroreServizio::from(Rifiuto::Campi(due));
        assert_eq!((e.codice, e.http), (Some("EN033"), 422));
        assert_eq!(
            e.testo,
            "La prima data (22/03/2021) è successiva all'ultima (21/03/2021). Il giorno 20/03/2021 è al completo: i \
             subentri di un giorno sono al più 1. Scegliere un'altra data preferita."
        );
    }
}
