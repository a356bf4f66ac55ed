//! One resident: name, birth, registration, acts, documents, work; and the steps of civil status a person goes through.
//!
//! Every date follows from the one before it (birth ≤ registration ≤ residence ≤ last update ≤ today), therefore a clean
//! delivery has nothing for the date rules to find.

use anagrafe::Sesso;
use anagrafe::codice_fiscale::{Generalita, calcola};

use crate::dado::Dado;
use crate::giorno::Giorno;
use crate::luoghi::{Comune, Paese};
use crate::modello::{
    Altro, Atto, Carta, Cessazione, Evento, Indirizzo, Legame, Luogo, Parente, Permesso, Persona,
};
use crate::nomi::nomi;
use crate::stati::Stato;

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

    pub(crate) fn parente(
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
            Some(s) if !s.unione && self.dado.permille(20) => None,
            _ => Some(self.nome(sesso, stato)),
        };
        let atto_nascita = match luogo {
            Luogo::Italia(c) => Some(self.atto(c, nascita, "1", "A")),
            Luogo::Estero { .. } => italiano.then(|| self.trascrizione(prima_iscrizione)),
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

    /// The foreign act of birth, transcribed in the own Comune.
    fn trascrizione(&mut self, quando: Giorno) -> Atto<'a> {
        let comune = self.mondo.paese.qui(quando, &mut self.dado);
        Atto {
            trascritto: true,
            ..self.atto(comune, quando, "2", "B")
        }
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
        if estero.is_some_and(|s| !s.unione) && p.cittadinanza.is_some() {
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
    pub(crate) fn passato(&mut self, p: &mut Persona<'a>) {
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

/// A position or a number of children as a factor of days.
pub(crate) fn piccolo(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
