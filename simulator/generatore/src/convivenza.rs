//! A convivenza from its plan: a care home, a convent, a barracks, with its responsabile in one of the ways §2.3 allows.

use anagrafe::Sesso;

use crate::disegno::{Disegno, Genere};
use crate::famiglia::unita;
use crate::modello::{Convivenza, Parente, Persona, Responsabile, Unita};
use crate::nomi::nomi;
use crate::persona::{ANNO, Arrivo, Cantiere, Mondo};

/// Species (table 27), what it is called, ages of its members, share of women out of a thousand.
const SPECIE: [(&str, &str, (i32, i32), u64); 4] = [
    ("1", "CONVENTO", (24, 88), 600),
    ("2", "CASA DI CURA", (50, 96), 620),
    ("3", "CASA DI RIPOSO", (70, 99), 700),
    ("4", "CASERMA", (20, 45), 120),
];

/// The holder of the nearest family before, and his position among the residents. A family never looks at others, so
/// one unit more is made and no more.
fn vicino<'a>(mondo: &Mondo<'a>, quale: usize, disegni: &[Disegno]) -> Option<(Box<Persona<'a>>, u64)> {
    let famiglia = disegni[..quale]
        .iter()
        .rposition(|d| d.genere != Genere::Convivenza)?;
    let chi = unita(mondo, famiglia, disegni).persone.into_iter().next()?;
    Some((Box::new(chi), disegni[famiglia].primo))
}

/// Makes the convivenza number `quale` of a plan; the caller has seeded the stream.
pub(crate) fn convivenza<'a>(mut c: Cantiere<'a, '_>, quale: usize, disegni: &[Disegno]) -> Unita<'a> {
    let (indice, disegno) = (quale as u64, disegni[quale]);
    let (specie, tipo, (da, a), donne) = SPECIE[c.dado.pesato(&[200, 150, 550, 100])];
    let oggi = c.oggi();
    let origine = oggi.piu(-c.dado.tra(15 * ANNO, 70 * ANNO));
    let persone: Vec<_> = (0..disegno.componenti)
        .map(|_| {
            let eta = c.dado.tra(da, a);
            let nascita = c.nato(eta);
            let sesso = if c.dado.permille(donne) {
                Sesso::F
            } else {
                Sesso::M
            };
            let ingresso = c.tra(origine.max(nascita.piu_anni(18)).max(oggi.piu(-8 * ANNO)), oggi);
            let arrivo = Arrivo {
                nativo: c.dado.permille(450),
                origine: ingresso,
                indirizzo: ingresso,
            };
            let cognome = c.cognome(None);
            let mut p = c.persona(cognome, sesso, nascita, None, arrivo, "2");
            if specie != "1" && eta >= 70 && c.dado.permille(550) {
                c.vedova(&mut p);
            }
            p
        })
        .collect();
    let mut persone = persone;
    let vicino = vicino(c.mondo, quale, disegni);
    let responsabile = match (disegno.turno % 4, vicino) {
        (0, _) => {
            persone[0].legame = "1";
            Responsabile::Interno
        }
        (1, _) => Responsabile::InternoInScheda(0),
        (2, Some((chi, posizione))) => Responsabile::InFamiglia { chi, posizione },
        _ => {
            let sesso = c.sesso();
            let eta = c.dado.tra(35, 64);
            let chi = Parente {
                cognome: c.cognome(None),
                nome: c.nome(sesso, None),
                sesso,
            };
            let nascita = c.nato(eta);
            Responsabile::Esterno {
                chi,
                nascita,
                comune: c.mondo.paese.altrove(oggi, &mut c.dado),
            }
        }
    };
    let denominazione = format!("{tipo} {}", c.dado.parola(&nomi().strade));
    let indirizzo = c.indirizzo();
    Unita {
        indice,
        primo: disegno.primo,
        origine,
        motivo: "9",
        convivenza: Some(Convivenza {
            denominazione,
            specie,
            responsabile,
        }),
        indirizzo,
        persone,
    }
}
