//! One household from its plan: who lives there, since when, tied how. A pure function of (seed, index), so that households
//! can be made in any order and on any thread.
//!
//! Every date follows from the one before it (birth ≤ registration ≤ residence ≤ last update ≤ today), therefore a clean
//! delivery has nothing for the date rules to find.

use anagrafe::Sesso;
use anagrafe::codice_fiscale::{Generalita, calcola};

use crate::dado::Dado;
use crate::disegno::{Disegno, Genere};
use crate::giorno::Giorno;
use crate::luoghi::{Comune, Paese};
use crate::modello::{
    Altro, Atto, Carta, Cessazione, Evento, Indirizzo, Legame, Luogo, Parente, Permesso, Persona, Unita,
};
use crate::nomi::nomi;
use crate::stati::{STATI, Stato};

/// Share of foreign households, out of a thousand.
const STRANIERE_PERMILLE: u64 = 85;
/// Share of twins of one sex whose names give one codice fiscale, out of a thousand.
const OMOCODI_PERMILLE: u64 = 300;
/// Civil unions and registered cohabitations exist since this day.
pub(crate) const UNIONI_DAL: Giorno = Giorno::di(2016, 6, 5);
/// Days in a year, for spans where a day more or less means nothing.
pub(crate) const ANNO: i32 = 365;

/// What every household needs to know.
pub(crate) struct Mondo<'a> {
    pub(crate) paese: &'a Paese,
    pub(crate) oggi: Giorno,
    pub(crate) seme: u64,
}

/// A household in the making.
pub(crate) struct Cantiere<'a, 'm> {
    pub(crate) mondo: &'m Mondo<'a>,
    pub(crate) dado: Dado,
    /// State of a foreign household.
    pub(crate) stato: Option<&'static Stato>,
}

/// Where somebody stood before joining the household.
#[derive(Clone, Copy)]
pub(crate) struct Arrivo {
    /// Registered here since the birth.
    pub(crate) nativo: bool,
    /// Start of the household's life here.
    pub(crate) origine: Giorno,
    /// Start at the present address.
    pub(crate) indirizzo: Giorno,
}

impl<'a> Cantiere<'a, '_> {
    pub(crate) fn oggi(&self) -> Giorno {
        self.mondo.oggi
    }

    /// A day of birth for someone of `anni` completed years.
    pub(crate) fn nato(&mut self, anni: i32) -> Giorno {
        let ultimo = self.oggi().piu_anni(-anni);
        ultimo.piu(-self.dado.tra(0, ANNO - 1))
    }

    /// An age out of ranges with weights.
    pub(crate) fn eta(&mut self, fasce: &[(i32, i32, u64)]) -> i32 {
        let pesi: Vec<u64> = fasce.iter().map(|f| f.2).collect();
        let f = fasce[self.dado.pesato(&pesi)];
        self.dado.tra(f.0, f.1)
    }

    /// A day in `da..=a`, never after today.
    pub(crate) fn tra(&mut self, da: Giorno, a: Giorno) -> Giorno {
        let a = a.min(self.oggi());
        Giorno(self.dado.tra(da.0.min(a.0), a.0))
    }

    pub(crate) fn nome(&mut self, sesso: Sesso, stato: Option<&'static Stato>) -> &'static str {
        match (sesso, stato) {
            (Sesso::F, None) => self.dado.parola(&nomi().femminili),
            (_, None) => self.dado.parola(&nomi().maschili),
            (Sesso::F, Some(s)) => self.dado.parola(s.nomi.femminili),
            (_, Some(s)) => self.dado.parola(s.nomi.maschili),
        }
    }

    pub(crate) fn cognome(&mut self, stato: Option<&'static Stato>) -> &'static str {
        match stato {
            None => self.dado.parola(&nomi().cognomi),
            Some(s) => self.dado.parola(s.nomi.cognomi),
        }
    }

    fn parente(
        &mut self,
        cognome: Option<&'static str>,
        sesso: Sesso,
        stato: Option<&'static Stato>,
    ) -> Parente {
        let cognome = cognome.unwrap_or_else(|| self.cognome(stato));
        Parente {
            cognome,
            nome: self.nome(sesso, stato),
            sesso,
        }
    }

    pub(crate) fn sesso(&mut self) -> Sesso {
        if self.dado.permille(512) {
            Sesso::F
        } else {
            Sesso::M
        }
    }

    /// An act registered in a Comune a few days after the event, never in the future.
    pub(crate) fn atto(
        &mut self,
        comune: &'a Comune,
        evento: Giorno,
        parte: &'static str,
        serie: &'static str,
    ) -> Atto<'a> {
        let dopo = self.dado.tra(0, 9);
        let formazione = evento.piu(dopo).min(self.oggi());
        // A Comune that ended between the event and its act keeps the act on the day of the event.
        let formazione = if comune.vale_il(formazione) {
            formazione
        } else {
            evento
        };
        let numero = 1 + self.dado.sotto(1500);
        Atto {
            comune,
            anno: formazione.anno(),
            parte,
            serie,
            numero,
            formazione,
            trascritto: false,
        }
    }

    /// An event in the own Comune (or elsewhere) with its act.
    pub(crate) fn evento(&mut self, data: Giorno, parte: &'static str, serie: &'static str) -> Evento<'a> {
        let comune = if self.dado.permille(750) {
            self.mondo.paese.qui(data, &mut self.dado)
        } else {
            self.mondo.paese.altrove(data, &mut self.dado)
        };
        let atto = self.atto(comune, data, parte, serie);
        Evento { data, comune, atto }
    }

    pub(crate) fn indirizzo(&mut self) -> Indirizzo {
        const SPECIE: [(&str, &str); 6] = [
            ("213", "VIA"),
            ("125", "PIAZZA"),
            ("230", "VIALE"),
            ("42", "CORSO"),
            ("240", "VICOLO"),
            ("62", "LARGO"),
        ];
        let (cod_specie, specie) = SPECIE[self.dado.pesato(&[70, 8, 9, 5, 5, 3])];
        Indirizzo {
            cod_specie,
            specie,
            via: self.dado.parola(&nomi().strade),
            civico: 1 + self.dado.sotto(180),
            interno: self.dado.sotto(24),
        }
    }

    /// A person with every date in order. `origine` and `indirizzo` of the arrival are those of the household.
    pub(crate) fn persona(
        &mut self,
        cognome: &'static str,
        sesso: Sesso,
        nascita: Giorno,
        stato: Option<&'static Stato>,
        arrivo: Arrivo,
        legame: &'static str,
    ) -> Persona<'a> {
        let oggi = self.oggi();
        let eta = nascita.eta(oggi);
        let nato_qui = arrivo.nativo && (stato.is_none() || nascita >= arrivo.origine);
        let estero = stato.filter(|_| !nato_qui);
        let senza_giorno_mese = estero.is_some()
            && self.dado.permille(15)
            && Giorno::di(nascita.anno(), 1, 1) >= Giorno::di(1900, 1, 1);
        let nascita = if senza_giorno_mese {
            Giorno::di(nascita.anno(), 1, 1)
        } else {
            nascita
        };
        let luogo = match estero {
            Some(s) => Luogo::Estero {
                stato: s,
                citta: self.dado.parola(s.citta),
            },
            None if nato_qui && self.dado.permille(650) => {
                Luogo::Italia(self.mondo.paese.qui(nascita, &mut self.dado))
            }
            None => Luogo::Italia(self.mondo.paese.altrove(nascita, &mut self.dado)),
        };
        let prima_iscrizione = if nato_qui {
            nascita
        } else if eta >= 18 && self.dado.permille(300) {
            self.tra(nascita.piu_anni(17).min(arrivo.origine), arrivo.origine)
        } else {
            arrivo.origine
        }
        .max(nascita);
        let legame_dal = arrivo.origine.max(nascita).max(prima_iscrizione);
        let residenza_dal = arrivo.indirizzo.max(legame_dal);
        let aggiornamento = self.tra(residenza_dal, oggi);
        let motivo = match (nato_qui, estero) {
            (true, _) => "1",
            (false, Some(_)) if self.dado.permille(500) => "4",
            (false, _) => "3",
        };
        // Some of those who came from abroad have become Italian since.
        let naturalizzato = estero.is_some() && eta >= 28 && self.dado.permille(40);
        let cittadinanza = if naturalizzato { None } else { stato };
        let italiano = cittadinanza.is_none();
        let nome = match stato {
            Some(s) if !s.unione && self.dado.permille(6) => None,
            _ => Some(self.nome(sesso, stato)),
        };
        let atto_nascita = match luogo {
            Luogo::Italia(c) => Some(self.atto(c, nascita, "1", "A")),
            Luogo::Estero { .. } if italiano => {
                let comune = self.mondo.paese.qui(prima_iscrizione, &mut self.dado);
                let mut atto = self.atto(comune, prima_iscrizione, "2", "B");
                atto.trascritto = true;
                Some(atto)
            }
            Luogo::Estero { .. } => None,
        };
        let padre = self.parente(Some(cognome), Sesso::M, stato);
        let madre = self.parente(None, Sesso::F, stato);
        let (posizione, condizione, studio) = self.lavoro(eta);
        let mut p = Persona {
            cognome,
            nome,
            sesso,
            nascita,
            senza_giorno_mese,
            luogo,
            cf: [0; 16],
            stato_civile: "1",
            cittadinanza,
            cittadina_dal: match (italiano, stato) {
                (true, Some(_)) => Some(self.tra(prima_iscrizione, oggi)),
                (false, _) => Some(nascita),
                _ => None,
            },
            altra_cittadinanza: stato.filter(|_| italiano),
            padre,
            madre,
            prima_iscrizione,
            residenza_dal,
            legame_dal,
            aggiornamento,
            motivo,
            atto_nascita,
            legame,
            matrimonio: None,
            vedovanza: None,
            cessazione: None,
            unione: None,
            convivente: None,
            carta: None,
            permesso: None,
            elettore: italiano && eta >= 18,
            leva: italiano && sesso == Sesso::M && eta >= 17,
            patente: eta >= 18 && self.dado.permille(720),
            auto: eta >= 18 && self.dado.permille(560),
            posizione,
            condizione,
            studio,
        };
        self.documenti(&mut p, estero);
        p.cf = codice(&p);
        p
    }

    fn lavoro(&mut self, eta: i32) -> (&'static str, &'static str, &'static str) {
        const TITOLI: [&str; 7] = ["1", "2", "3", "4", "5", "6", "8"];
        if eta < 6 {
            return ("0", "0", "0");
        }
        let studio = match eta {
            6..=10 => "7",
            11..=13 => "8",
            14..=18 => "2",
            _ => TITOLI[self.dado.pesato(&[40, 300, 400, 60, 120, 10, 70])],
        };
        match eta {
            6..=18 => ("0", "2", studio),
            19..=25 if self.dado.permille(500) => ("0", "2", studio),
            19..=66 if self.dado.permille(640) => (
                ["1", "2", "3", "4", "5", "6", "7"][self.dado.pesato(&[20, 380, 360, 80, 110, 20, 30])],
                "0",
                studio,
            ),
            19..=66 => ("0", ["1", "3", "5"][self.dado.pesato(&[400, 400, 200])], studio),
            _ => ("0", ["4", "1"][self.dado.pesato(&[850, 150])], studio),
        }
    }

    fn documenti(&mut self, p: &mut Persona<'a>, estero: Option<&'static Stato>) {
        let oggi = self.oggi();
        let da = p
            .nascita
            .piu_anni(10)
            .max(oggi.piu(-9 * ANNO))
            .max(p.prima_iscrizione);
        if da < oggi && self.dado.permille(780) {
            let rilascio = self.tra(da, oggi);
            let comune = self.mondo.paese.qui(rilascio, &mut self.dado);
            p.carta = Some(Carta {
                numero: self.dado.sotto(10_000_000),
                rilascio,
                scadenza: rilascio.piu_anni(if p.nascita.eta(rilascio) < 18 { 5 } else { 10 }),
                elettronica: rilascio >= Giorno::di(2016, 7, 4),
                comune,
            });
        }
        if let (Some(s), Some(_)) = (estero, p.cittadinanza) {
            if !s.unione {
                let rilascio = self.tra(p.prima_iscrizione.max(oggi.piu(-4 * ANNO)), oggi);
                p.permesso = Some(Permesso {
                    numero: self.dado.sotto(100_000_000),
                    tipo: ["1", "2", "6"][self.dado.pesato(&[600, 300, 100])],
                    rilascio,
                    scadenza: rilascio.piu_anni(5),
                    comune: self.mondo.paese.qui(rilascio, &mut self.dado),
                });
            }
        }
    }

    pub(crate) fn vedova(&mut self, p: &mut Persona<'a>) {
        let da = p
            .nascita
            .piu_anni(30)
            .max(self.oggi().piu(-25 * ANNO))
            .min(self.oggi());
        let data = self.tra(da, self.oggi());
        p.stato_civile = "3";
        p.vedovanza = Some(self.evento(data, "1", "A"));
    }

    pub(crate) fn divorzia(&mut self, p: &mut Persona<'a>) {
        let da = p
            .nascita
            .piu_anni(27)
            .max(self.oggi().piu(-20 * ANNO))
            .min(self.oggi());
        let sentenza = self.tra(da, self.oggi());
        let comune = self.mondo.paese.qui(sentenza, &mut self.dado);
        let atto = self.atto(comune, sentenza, "2", "C");
        p.stato_civile = "4";
        p.cessazione = Some(Cessazione {
            tipo: ["1", "3"][self.dado.pesato(&[650, 350])],
            sentenza,
            numero: 1 + self.dado.sotto(4000),
            tribunale: "1",
            atto,
        });
    }

    /// A single adult's past, by age: unmarried, divorced, widowed or married to somebody elsewhere.
    fn passato(&mut self, p: &mut Persona<'a>) {
        let eta = p.nascita.eta(self.oggi());
        let (vedovi, divorziati, coniugati) = match (eta, p.sesso) {
            (..=30, _) => (0, 0, 0),
            (31..=64, _) => (30, 200, 70),
            (_, Sesso::F) => (620, 90, 30),
            (_, _) => (330, 130, 50),
        };
        match self.dado.pesato(&[
            vedovi,
            divorziati,
            coniugati,
            1000 - vedovi - divorziati - coniugati,
        ]) {
            0 => self.vedova(p),
            1 => self.divorzia(p),
            2 => {
                let da = p.nascita.piu_anni(20).min(self.oggi());
                let data = self.tra(da, da.piu(12 * ANNO));
                let sesso = if p.sesso == Sesso::M { Sesso::F } else { Sesso::M };
                let con = Altro::Fuori(self.parente(None, sesso, self.stato));
                p.stato_civile = "2";
                p.matrimonio = Some(Legame {
                    con,
                    evento: self.evento(data, "2", "A"),
                });
            }
            _ => {}
        }
    }
}

/// The codice fiscale of a person, without omocodia.
pub(crate) fn codice(p: &Persona<'_>) -> [u8; 16] {
    calcola(&Generalita {
        cognome: Some(p.cognome),
        nome: p.nome,
        sesso: p.sesso,
        nascita: p.nascita.data(),
        belfiore: p.luogo.belfiore(),
    })
}

/// Makes the household number `indice`.
pub(crate) fn unita<'a>(mondo: &Mondo<'a>, indice: u64, disegno: Disegno) -> Unita<'a> {
    let mut c = Cantiere {
        mondo,
        dado: Dado::nuovo(mondo.seme, indice),
        stato: None,
    };
    if disegno.genere == Genere::Convivenza {
        return crate::convivenza::convivenza(c, indice, disegno);
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
                prima.piu(i as i32 * (self.dado.tra(400, 1100)))
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
            if i > 0 && !self.dado.permille(25) {
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
            (0, false) => self.eta(&[(24, 44, 22), (45, 64, 30), (65, 91, 48)]),
            (0, true) => self.eta(&[(22, 60, 100)]),
            _ => self.eta(&[(25, 44, 60), (45, 58, 40)]),
        };
        // Enough years for the children she has.
        let anni = anni.max(23 + 4 * figli as i32);
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
        let (marito, moglie) = (self.cognome(self.stato), self.cognome(self.stato));
        let capo = if self.dado.permille(800) {
            Sesso::M
        } else {
            Sesso::F
        };
        let mut persone = Vec::with_capacity(n);
        if genitori == 2 {
            // A mixed couple now and then: the wife came from abroad.
            let sua = if self.stato.is_none() && self.dado.permille(35) {
                Some(self.dado.uno(STATI))
            } else {
                self.stato
            };
            for (i, sesso) in [capo, if capo == Sesso::M { Sesso::F } else { Sesso::M }]
                .into_iter()
                .enumerate()
            {
                let mut arrivo = self.arrivo(origine, indirizzo);
                let (cognome, nascita, stato) = match sesso {
                    Sesso::F => (
                        if sua.is_some() && self.stato.is_none() {
                            self.cognome(sua)
                        } else {
                            moglie
                        },
                        nata,
                        sua,
                    ),
                    _ => (marito, nato, self.stato),
                };
                arrivo.nativo &= stato.is_none();
                let mut p = self.persona(
                    cognome,
                    sesso,
                    nascita,
                    stato,
                    arrivo,
                    if i == 0 { "1" } else { "2" },
                );
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
        } else {
            let sesso = if self.dado.permille(820) {
                Sesso::F
            } else {
                Sesso::M
            };
            let arrivo = self.arrivo(origine, indirizzo);
            let mut p = self.persona(
                if sesso == Sesso::F { moglie } else { marito },
                sesso,
                nata,
                self.stato,
                arrivo,
                "1",
            );
            match self.dado.pesato(&[420, 200, 380]) {
                0 if anni >= 30 => self.divorzia(&mut p),
                1 if anni >= 35 => self.vedova(&mut p),
                _ => {}
            }
            persone.push(p);
        }
        let (padre, madre) = self.genitori(&persone, marito);
        let a = Arrivo {
            nativo: self.stato.is_none() && self.dado.permille(600),
            origine,
            indirizzo,
        };
        self.figli(figli, padre, madre, nata, a, &mut persone);
        if nonno && persone.len() < n {
            let (cognome, figlio) = (persone[0].cognome, persone[0].nascita);
            let sesso = if self.dado.permille(700) {
                Sesso::F
            } else {
                Sesso::M
            };
            let nascita = figlio.piu(-self.dado.tra(22 * ANNO, 34 * ANNO));
            let cognome = if sesso == Sesso::F {
                persone[0].madre.cognome
            } else {
                cognome
            };
            let arrivo = self.arrivo(origine, indirizzo);
            let mut p = self.persona(cognome, sesso, nascita, self.stato, arrivo, "6");
            let genitore = Parente {
                cognome,
                nome: p.nome.unwrap_or(p.padre.nome),
                sesso,
            };
            if sesso == Sesso::F {
                persone[0].madre = genitore;
            } else {
                persone[0].padre = genitore;
            }
            self.vedova(&mut p);
            persone.push(p);
        }
        (origine, if genitori == 2 { "1" } else { "2" }, persone)
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
