//! One household from its plan: who lives there, since when, tied how. A pure function of (seed, index), so that households
//! can be made in any order and on any thread.

use anagrafe::Sesso;

use crate::dado::Dado;
use crate::disegno::{Disegno, Genere};
use crate::giorno::Giorno;
use crate::modello::{Altro, Legame, Parente, Persona, Unita};
use crate::persona::{ANNO, Arrivo, Cantiere, Mondo, codice, piccolo};
use crate::stati::STATI;

/// Share of foreign households, out of a thousand.
const STRANIERE_PERMILLE: u64 = 85;
/// Share of children born with the one before, out of a thousand: twice the real one, so that a small town has some.
const GEMELLI_PERMILLE: u64 = 40;
/// Share of twins of one sex whose names give one codice fiscale, out of a thousand.
const OMOCODI_PERMILLE: u64 = 900;
/// Civil unions and registered cohabitations exist since this day.
const UNIONI_DAL: Giorno = Giorno::di(2016, 6, 5);

/// Makes the household number `quale` of a plan.
pub(crate) fn unita<'a>(mondo: &Mondo<'a>, quale: usize, disegni: &[Disegno]) -> Unita<'a> {
    let (indice, disegno) = (quale as u64, disegni[quale]);
    let mut c = Cantiere {
        mondo,
        dado: Dado::nuovo(mondo.seme, indice),
        stato: None,
    };
    if disegno.genere == Genere::Convivenza {
        return crate::convivenza::convivenza(c, quale, disegni);
    }
    if c.dado.permille(STRANIERE_PERMILLE) {
        let pesi: Vec<u64> = STATI.iter().map(|s| s.peso).collect();
        c.stato = Some(&STATI[c.dado.pesato(&pesi)]);
    }
    let n = usize::from(disegno.componenti);
    let (origine, motivo, persone) = match disegno.genere {
        Genere::Singolo | Genere::Convivenza => c.singolo(),
        Genere::Fratelli => c.fratelli(n),
        Genere::Monogenitore => c.nucleo(n, 1, false),
        Genere::Coppia => c.nucleo(n, 2, false),
        Genere::Nonno => c.nucleo(n, 2, true),
        Genere::Affettiva => c.affettiva(n, false),
        Genere::Unione => c.affettiva(n, mondo.oggi > UNIONI_DAL.piu(30)),
    };
    let indirizzo = c.indirizzo();
    Unita {
        indice,
        primo: disegno.primo,
        origine,
        motivo,
        convivenza: None,
        indirizzo,
        persone,
    }
}

type Nucleo<'a> = (Giorno, &'static str, Vec<Persona<'a>>);

impl<'a> Cantiere<'a, '_> {
    fn arrivo(&mut self, origine: Giorno, indirizzo: Giorno) -> Arrivo {
        Arrivo {
            nativo: self.stato.is_none() && self.dado.permille(560),
            origine,
            indirizzo,
        }
    }

    /// Start of the household and of its present address, the first between `da` and today.
    fn inizi(&mut self, da: Giorno) -> (Giorno, Giorno) {
        let oggi = self.oggi();
        let da = da.max(oggi.piu(-40 * ANNO)).min(oggi);
        let origine = self.tra(da, oggi);
        (origine, self.tra(origine, oggi))
    }

    fn singolo(&mut self) -> Nucleo<'a> {
        let eta = if self.stato.is_some() {
            self.eta(&[(19, 44, 65), (45, 70, 35)])
        } else {
            self.eta(&[(20, 44, 32), (45, 64, 28), (65, 97, 40)])
        };
        let sesso = self.sesso();
        let nascita = self.nato(eta);
        let (origine, indirizzo) = self.inizi(nascita.piu_anni(18));
        let arrivo = self.arrivo(origine, indirizzo);
        let cognome = self.cognome(self.stato);
        let mut p = self.persona(cognome, sesso, nascita, self.stato, arrivo, "1");
        self.passato(&mut p);
        (origine, "9", vec![p])
    }

    fn fratelli(&mut self, n: usize) -> Nucleo<'a> {
        let eta = self.eta(&[(38, 60, 40), (61, 85, 60)]);
        let prima = self.nato(eta);
        let cognome = self.cognome(self.stato);
        let (origine, indirizzo) = self.inizi(prima.piu_anni(30));
        let mut persone: Vec<Persona<'a>> = Vec::with_capacity(n);
        for i in 0..n {
            let nascita = if i == 0 {
                prima
            } else {
                prima.piu(piccolo(i) * self.dado.tra(400, 1100))
            };
            let sesso = self.sesso();
            let arrivo = self.arrivo(origine, indirizzo);
            let mut p = self.persona(
                cognome,
                sesso,
                nascita,
                self.stato,
                arrivo,
                if i == 0 { "1" } else { "9" },
            );
            if let Some(q) = persone.first() {
                (p.padre, p.madre) = (q.padre, q.madre);
            }
            self.distingui(&mut p, &persone);
            persone.push(p);
        }
        (origine, "2", persone)
    }

    /// Nobody gives two children of a house the same name.
    fn distingui(&mut self, p: &mut Persona<'a>, altri: &[Persona<'a>]) {
        for _ in 0..4 {
            if p.nome.is_none() || altri.iter().all(|q| q.nome != p.nome || q.cognome != p.cognome) {
                break;
            }
            p.nome = Some(self.nome(p.sesso, p.cittadinanza.or(self.stato)));
        }
        p.cf = codice(p);
    }

    /// Births of `n` children of a mother born on `madre`, oldest first; sometimes twins.
    fn nascite(&mut self, madre: Giorno, n: usize) -> Vec<Giorno> {
        let oggi = self.oggi();
        let eta = madre.eta(oggi);
        let (da, a) = ((eta - 30).clamp(19, 38), (eta - 1).clamp(20, 42));
        let mut date: Vec<Giorno> = Vec::with_capacity(n);
        let mut ultima = madre
            .piu_anni(self.dado.tra(da, a.min(da + 8)))
            .piu(self.dado.tra(0, ANNO));
        for i in 0..n {
            if i > 0 && !self.dado.permille(GEMELLI_PERMILLE) {
                ultima = ultima.piu(self.dado.tra(320, 1500));
            }
            date.push(ultima);
        }
        // A family still growing: nobody is born after today.
        if let Some(&fine) = date.last() {
            let troppo = (fine.0 - oggi.0).max(0);
            for d in &mut date {
                *d = d.piu(-troppo);
            }
        }
        date
    }

    fn figli(
        &mut self,
        n: usize,
        padre: Parente,
        madre: Parente,
        nata: Giorno,
        a: Arrivo,
        out: &mut Vec<Persona<'a>>,
    ) {
        let straniera = self.stato;
        let date = self.nascite(nata, n);
        let primo = out.len();
        for nascita in date {
            let sesso = self.sesso();
            let arrivo = Arrivo {
                nativo: nascita >= a.origine || (straniera.is_none() && a.nativo),
                ..a
            };
            let mut p = self.persona(padre.cognome, sesso, nascita, straniera, arrivo, "3");
            (p.padre, p.madre) = (padre, madre);
            self.distingui(&mut p, &out[primo..]);
            let gemello = out[primo..]
                .iter()
                .position(|q| q.nascita == p.nascita && q.sesso == p.sesso);
            if let Some(q) = gemello.filter(|_| self.dado.permille(OMOCODI_PERMILLE)) {
                gemelli(&mut out[primo + q], &mut p);
            }
            out.push(p);
        }
    }

    /// A couple (or one parent) with children, perhaps a grandparent.
    fn nucleo(&mut self, n: usize, genitori: usize, nonno: bool) -> Nucleo<'a> {
        let figli = n - genitori.min(n) - usize::from(nonno && n > genitori);
        let anni = match (figli, self.stato.is_some()) {
            (0, false) if !nonno => self.eta(&[(24, 44, 22), (45, 64, 30), (65, 91, 48)]),
            (0, true) if !nonno => self.eta(&[(22, 60, 100)]),
            _ => self.eta(&[(25, 44, 60), (45, 58, 40)]),
        };
        // Enough years for the children she has.
        let anni = anni.max(23 + 4 * piccolo(figli));
        let nata = self.nato(anni);
        let scarto = self.dado.tra(-1, 7);
        let nato = self.nato((anni + scarto).max(21));
        let maggiorenni = nata.max(nato).piu_anni(18).min(self.oggi().piu(-1));
        let sposati = self.tra(maggiorenni, nata.piu_anni(19).max(maggiorenni).piu(13 * ANNO));
        let (origine, indirizzo) = if self.dado.permille(550) && sposati >= self.oggi().piu(-60 * ANNO) {
            (sposati, self.tra(sposati, self.oggi()))
        } else {
            self.inizi(sposati)
        };
        let marito = self.cognome(self.stato);
        let mut persone = Vec::with_capacity(n);
        if genitori == 2 {
            self.coniugi(marito, (nato, nata), sposati, (origine, indirizzo), &mut persone);
        } else {
            persone.push(self.genitore_solo(marito, nata, origine, indirizzo));
        }
        let (padre, madre) = self.genitori(&persone, marito);
        let a = Arrivo {
            nativo: self.stato.is_none() && self.dado.permille(600),
            origine,
            indirizzo,
        };
        self.figli(figli, padre, madre, nata, a, &mut persone);
        if nonno && persone.len() < n {
            let p = self.nonno(&mut persone[0], origine, indirizzo);
            persone.push(p);
        }
        (origine, if genitori == 2 { "1" } else { "2" }, persone)
    }

    /// Husband and wife, the holder first; `nati` are his birth and hers.
    fn coniugi(
        &mut self,
        marito: &'static str,
        nati: (Giorno, Giorno),
        sposati: Giorno,
        (origine, indirizzo): (Giorno, Giorno),
        persone: &mut Vec<Persona<'a>>,
    ) {
        // A mixed couple now and then: the wife came from abroad.
        let sua = match self.stato {
            None if self.dado.permille(35) => Some(self.dado.uno(STATI)),
            stato => stato,
        };
        let sessi = if self.dado.permille(800) {
            [Sesso::M, Sesso::F]
        } else {
            [Sesso::F, Sesso::M]
        };
        for (sesso, legame) in sessi.into_iter().zip(["1", "2"]) {
            let (cognome, nascita, stato) = match sesso {
                Sesso::F => (self.cognome(sua), nati.1, sua),
                _ => (marito, nati.0, self.stato),
            };
            let mut arrivo = self.arrivo(origine, indirizzo);
            arrivo.nativo &= stato.is_none();
            let mut p = self.persona(cognome, sesso, nascita, stato, arrivo, legame);
            p.stato_civile = "2";
            persone.push(p);
        }
        let evento = self.evento(sposati, "2", "A");
        for (i, p) in persone.iter_mut().enumerate() {
            p.matrimonio = Some(Legame {
                con: Altro::Componente(1 - i),
                evento: evento.clone(),
            });
        }
    }

    fn genitore_solo(
        &mut self,
        cognome: &'static str,
        nascita: Giorno,
        origine: Giorno,
        indirizzo: Giorno,
    ) -> Persona<'a> {
        let sesso = if self.dado.permille(820) {
            Sesso::F
        } else {
            Sesso::M
        };
        let cognome = if sesso == Sesso::F {
            self.cognome(self.stato)
        } else {
            cognome
        };
        let arrivo = self.arrivo(origine, indirizzo);
        let mut p = self.persona(cognome, sesso, nascita, self.stato, arrivo, "1");
        let eta = nascita.eta(self.oggi());
        match self.dado.pesato(&[420, 200, 380]) {
            0 if eta >= 30 => self.divorzia(&mut p),
            1 if eta >= 35 => self.vedova(&mut p),
            _ => {}
        }
        p
    }

    /// The widowed parent of the holder, who becomes father or mother of the holder's record too.
    fn nonno(&mut self, capo: &mut Persona<'a>, origine: Giorno, indirizzo: Giorno) -> Persona<'a> {
        let sesso = if self.dado.permille(700) {
            Sesso::F
        } else {
            Sesso::M
        };
        let nascita = capo.nascita.piu(-self.dado.tra(22 * ANNO, 34 * ANNO));
        let cognome = if sesso == Sesso::F {
            capo.madre.cognome
        } else {
            capo.cognome
        };
        let arrivo = self.arrivo(origine, indirizzo);
        let mut p = self.persona(cognome, sesso, nascita, self.stato, arrivo, "6");
        let genitore = Parente {
            cognome,
            nome: p.nome.unwrap_or(p.padre.nome),
            sesso,
        };
        if sesso == Sesso::F {
            capo.madre = genitore;
        } else {
            capo.padre = genitore;
        }
        self.vedova(&mut p);
        p
    }

    /// Father and mother of the children, from the adults in the house or from outside it.
    fn genitori(&mut self, adulti: &[Persona<'a>], cognome: &'static str) -> (Parente, Parente) {
        let di = |sesso: Sesso| {
            adulti
                .iter()
                .find(|p| p.sesso == sesso && p.nome.is_some())
                .map(|p| Parente {
                    cognome: p.cognome,
                    nome: p.nome.unwrap_or_default(),
                    sesso,
                })
        };
        let padre = di(Sesso::M);
        let madre = di(Sesso::F);
        (
            padre.unwrap_or_else(|| self.parente(Some(cognome), Sesso::M, self.stato)),
            madre.unwrap_or_else(|| self.parente(None, Sesso::F, self.stato)),
        )
    }

    /// Two adults tied by affection, or (when `unione`) by a civil union, perhaps with children.
    fn affettiva(&mut self, n: usize, unione: bool) -> Nucleo<'a> {
        let anni = self.eta(&[(24, 40, 60), (41, 58, 40)]);
        let nata = self.nato(anni);
        let scarto = self.dado.tra(-1, 9);
        let altro = self.nato((anni + scarto).max(21));
        let da = nata.max(altro).piu_anni(18).min(self.oggi().piu(-1));
        let da = if unione { da.max(UNIONI_DAL) } else { da };
        let (origine, indirizzo) = self.inizi(da);
        let primo = self.sesso();
        let secondo = match (unione, primo) {
            (true, s) => s,
            (false, Sesso::M) => Sesso::F,
            (false, _) => Sesso::M,
        };
        let mut persone = Vec::with_capacity(n);
        for (sesso, legame) in [(primo, "1"), (secondo, if unione { "28" } else { "23" })] {
            let nascita = if sesso == Sesso::F || persone.is_empty() {
                nata
            } else {
                altro
            };
            let cognome = self.cognome(self.stato);
            let arrivo = self.arrivo(origine, indirizzo);
            let mut p = self.persona(cognome, sesso, nascita, self.stato, arrivo, legame);
            self.distingui(&mut p, &persone);
            persone.push(p);
        }
        let patto = self.oggi() > UNIONI_DAL.piu(30) && (unione || self.dado.permille(350));
        if patto {
            let data = self.tra(origine.max(UNIONI_DAL), self.oggi());
            let evento = self.evento(data, "1", "A");
            for (i, p) in persone.iter_mut().enumerate() {
                let legame = Some(Legame {
                    con: Altro::Componente(1 - i),
                    evento: evento.clone(),
                });
                if unione {
                    p.stato_civile = "6";
                    p.unione = legame;
                } else {
                    p.convivente = legame;
                }
            }
        }
        let (padre, madre) = self.genitori(&persone, persone[0].cognome);
        let a = Arrivo {
            nativo: self.stato.is_none(),
            origine,
            indirizzo,
        };
        self.figli(n - 2, padre, madre, nata, a, &mut persone);
        (origine, "6", persone)
    }
}

/// Twins whose names leave the same letters share a codice fiscale: the census of the codes must resolve it.
fn gemelli<'a>(primo: &mut Persona<'a>, secondo: &mut Persona<'a>) {
    let nomi = if primo.sesso == Sesso::F {
        ["MARINA", "MORENA"]
    } else {
        ["MARCO", "MIRCO"]
    };
    secondo.luogo = primo.luogo;
    secondo.atto_nascita.clone_from(&primo.atto_nascita);
    if let Some(atto) = &mut secondo.atto_nascita {
        atto.numero += 1;
    }
    for (p, nome) in [primo, secondo].into_iter().zip(nomi) {
        p.nome = Some(nome);
        p.cf = codice(p);
    }
}
