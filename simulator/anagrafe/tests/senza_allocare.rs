//! The look-ups that the checks make for every person do not allocate, not even once.

use std::hint::black_box;

use anagrafe::codice_fiscale::{self, CodiceFiscale, Generalita};
use anagrafe::tabelle::{ComuneInviato, Tabella, tabelle};
use anagrafe::{CodiceIstat, Sesso, leggi_data};

/// Makes the compiler believe that a value is needed.
fn usa<T>(valore: T) {
    let _ = black_box(valore);
}

/// Allocations made while `cosa` runs in this thread.
fn allocazioni(cosa: impl FnOnce()) -> u64 {
    allocation_counter::measure(cosa).count_total
}

#[test]
fn le_ricerche_non_allocano() {
    let t = tabelle();
    let giorno = leggi_data("1985-06-15").expect("a date");
    let inviati = [
        ComuneInviato {
            nome: "ROMA",
            istat: Some("058091"),
            sigla: "RM",
        },
        ComuneInviato {
            nome: "Nardo'",
            istat: None,
            sigla: "le",
        },
        ComuneInviato {
            nome: "Eppan an der Weinstraße",
            istat: None,
            sigla: "BZ",
        },
        ComuneInviato {
            nome: "ABANO",
            istat: Some("028500"),
            sigla: "PD",
        },
        ComuneInviato {
            nome: "ROCCACANNUCCIA",
            istat: Some("cinque"),
            sigla: "",
        },
    ];
    for inviato in &inviati {
        assert_eq!(
            allocazioni(|| usa(t.comuni().luogo(inviato, Some(giorno)))),
            0,
            "{inviato:?}"
        );
        assert_eq!(
            allocazioni(|| usa(t.comuni().luogo(inviato, None))),
            0,
            "{inviato:?}"
        );
        assert_eq!(
            allocazioni(|| usa(t.comuni().ha_belfiore(inviato, "H501"))),
            0,
            "{inviato:?}"
        );
        assert_eq!(
            allocazioni(|| usa(t.comuni().nome_esistito(inviato.nome))),
            0,
            "{inviato:?}"
        );
    }
    assert_eq!(
        allocazioni(|| {
            for codice in ["1", "14", "C01", "zzz"] {
                for tabella in Tabella::TUTTE {
                    usa(t.voce(*tabella, codice));
                    usa(t.conversione_aire(*tabella, codice));
                }
            }
            usa((t.stato("201"), t.stato("000"), t.consolato("2200100")));
            usa(t.consolati_del_territorio("201").count());
            usa(t.comuni().per_istat("058091").count());
            usa(t.comuni().per_belfiore("H501").count());
            usa(t.comuni().attivi(giorno).count());
            usa(t.subentrato_il(CodiceIstat::parse("058091").expect("digits")));
        }),
        0
    );
}

#[test]
fn le_letture_non_allocano() {
    let quante = allocazioni(|| {
        for testo in ["1985-06-15", " 1985-06-15Z ", "1985-02-30", "", "ieri"] {
            usa(leggi_data(testo));
        }
        let nascita = leggi_data("1980-01-01").expect("a date");
        let cf = codice_fiscale::calcola(&Generalita {
            cognome: Some("D'Àvola Straßer"),
            nome: Some("Ñandù"),
            sesso: Sesso::F,
            nascita,
            belfiore: "H501",
        });
        usa(codice_fiscale::varianti(&cf).count());
        usa(codice_fiscale::decodifica("PRVNUOULALMHRLMS"));
        usa(CodiceFiscale::parse("12345678903"));
        usa(codice_fiscale::stessi("D'Angelo", "DANGELO"));
    });
    assert_eq!(quante, 0);
}

/// The counter counts: a text that is built shows up.
#[test]
fn il_contatore_conta() {
    assert!(allocazioni(|| usa(codice_fiscale::normalizza("D'Angelo"))) > 0);
}
