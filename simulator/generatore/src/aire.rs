//! The AIRE file: citizens abroad in the simulator's own layout `SIMAIRE-1` (spec subentro.md §2.5).
//!
//! ISO-8859-1, lines of 720 characters plus CR LF, one per person, members of a family on consecutive lines. The layout is ours:
//! the real one is not public.

use anagrafe::codice_fiscale::{Generalita, calcola};
use anagrafe::{CodiceIstat, Sesso};

use crate::dado::Dado;
use crate::giorno::Giorno;
use crate::luoghi::Comune;
use crate::modello::{Luogo, Persona};
use crate::nomi::nomi;
use crate::persona::{ANNO, Mondo, piccolo};
use crate::stati::{CONSOLATI, Consolato};

/// Characters of a line, without its end.
pub(crate) const LUNGHEZZA_RIGA: usize = 720;
/// First day an AIRE registration can bear (law 470/1988 in force).
const AIRE_DAL: Giorno = Giorno::di(1990, 7, 1);
/// Keeps the draws of the AIRE apart from those of the APR.
const SALE_AIRE: u64 = 0xA12E_0000_0000;

/// A field: first character (from 0) and length.
#[derive(Clone, Copy)]
pub(crate) struct Campo(usize, usize);

macro_rules! campi {
    ($($nome:ident $da:literal $len:literal;)+) => { $(pub(crate) const $nome: Campo = Campo($da - 1, $len);)+ };
}

campi! {
    ISTAT_INVIO 1 6; CODICE_AIRE 7 20; CODICE_FISCALE 27 16; COGNOME 43 36; NOME 79 36; SESSO 115 1; NASCITA 116 8;
    FLAG_NASCITA 124 1; ISTAT_NASCITA 125 6; COMUNE_NASCITA 131 40; SIGLA_NASCITA 171 2; LOCALITA_NASCITA 173 40;
    STATO_NASCITA 213 3; ISTAT_ATTO 216 6; COMUNE_ATTO 222 40; SIGLA_ATTO 262 2; ANNO_ATTO 264 4; PARTE_ATTO 268 1;
    SERIE_ATTO 269 1; NUMERO_ATTO 270 6; STATO_CIVILE 276 1; CONIUGE 277 36; MATRIMONIO 313 8; ISTAT_MATRIMONIO 321 6;
    STATO_MATRIMONIO 327 3; CITTADINANZA 330 3; TITOLO 333 1; CONDIZIONE 334 1; POSIZIONE 335 1; FAMIGLIA 336 20;
    PARENTELA 356 2; PROGRESSIVO 358 3; MOTIVO 361 3; ISTAT_ISCRIZIONE 364 6; ISCRIZIONE 370 8; INIZIATIVA 378 1;
    INDIVIDUAZIONE 379 1; ESPATRIO 380 4; ISTRUTTORIA 384 1; STATO_RESIDENZA 385 3; CONSOLATO 388 7; SEDE 395 40;
    LOCALITA 435 40; INDIRIZZO 505 60; CIVICO 565 9; CAP 574 10; DECORRENZA 624 8; ELETTORE 632 1; AGGIORNAMENTO 633 8;
}

/// One line in the making.
pub(crate) struct Riga([u8; LUNGHEZZA_RIGA]);

impl Riga {
    /// Puts a text at the left of its field, cut to it; the rest stays as it was.
    pub(crate) fn metti(&mut self, campo: Campo, testo: &str) {
        for (posto, c) in self.0[campo.0..campo.0 + campo.1].iter_mut().zip(testo.chars()) {
            *posto = u8::try_from(u32::from(c)).unwrap_or(b' ');
        }
    }

    /// Blanks a field.
    pub(crate) fn vuota(&mut self, campo: Campo) {
        self.0[campo.0..campo.0 + campo.1].fill(b' ');
    }

    fn data(&mut self, campo: Campo, g: Option<Giorno>) {
        match g {
            Some(g) => {
                let (a, m, d) = g.civile();
                self.metti(campo, &format!("{a:04}{m:02}{d:02}"));
            }
            None => self.metti(campo, "00000000"),
        }
    }

    fn comune(&mut self, istat: Campo, nome: Campo, sigla: Campo, c: &Comune) {
        self.metti(istat, c.istat.as_str());
        self.metti(nome, c.nome);
        self.metti(sigla, c.sigla);
    }

    /// The registrant is this resident: who it is, not where it lives.
    pub(crate) fn diventa(&mut self, p: &Persona<'_>) {
        for campo in [
            COGNOME,
            NOME,
            COMUNE_NASCITA,
            SIGLA_NASCITA,
            LOCALITA_NASCITA,
            CONIUGE,
        ] {
            self.vuota(campo);
        }
        self.metti(CODICE_FISCALE, std::str::from_utf8(&p.cf).unwrap_or_default());
        self.metti(COGNOME, p.cognome);
        self.metti(NOME, p.nome.unwrap_or_default());
        self.metti(SESSO, if p.sesso == Sesso::F { "2" } else { "1" });
        self.data(NASCITA, Some(p.nascita));
        match p.luogo {
            Luogo::Italia(c) => {
                self.comune(ISTAT_NASCITA, COMUNE_NASCITA, SIGLA_NASCITA, c);
                self.metti(STATO_NASCITA, "000");
            }
            Luogo::Estero { stato, citta } => {
                self.metti(ISTAT_NASCITA, "000000");
                self.metti(LOCALITA_NASCITA, citta);
                self.metti(STATO_NASCITA, stato.istat);
            }
        }
        self.metti(ANNO_ATTO, &format!("{:04}", p.nascita.anno()));
        self.metti(STATO_CIVILE, "1");
        self.data(MATRIMONIO, None);
        self.metti(STATO_MATRIMONIO, "000");
        self.metti(ELETTORE, "S");
    }

    /// The line with its end.
    pub(crate) fn chiudi(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
        out.extend_from_slice(b"\r\n");
    }
}

/// A citizen abroad.
pub(crate) struct Iscritto<'a> {
    cognome: &'static str,
    nome: &'static str,
    sesso: Sesso,
    pub(crate) nascita: Giorno,
    /// `None`: born in the state of residence.
    luogo: Option<&'a Comune>,
    comune_atto: &'a Comune,
    formazione: Giorno,
    numero_atto: u64,
    pub(crate) cf: [u8; 16],
    coniuge: Option<(&'static str, Giorno)>,
    parentela: &'static str,
    iscrizione: Giorno,
    espatrio: i32,
    aggiornamento: Giorno,
    consolato: &'static Consolato,
    via: &'static str,
    civico: u64,
    codici: [&'static str; 3],
}

/// Exactly `quanti` registrants, family by family.
pub(crate) fn iscritti<'a>(mondo: &Mondo<'a>, quanti: u64) -> Vec<Vec<Iscritto<'a>>> {
    let mut famiglie = Vec::new();
    let mut fatti = 0;
    while fatti < quanti {
        let mut dado = Dado::nuovo(mondo.seme ^ SALE_AIRE, famiglie.len() as u64);
        let n = ([1, 2, 3, 4][dado.pesato(&[550, 180, 150, 120])]).min(quanti - fatti);
        fatti += n;
        famiglie.push(famiglia(mondo, &mut dado, n as usize));
    }
    famiglie
}

fn famiglia<'a>(m: &Mondo<'a>, dado: &mut Dado, n: usize) -> Vec<Iscritto<'a>> {
    let oggi = m.oggi;
    let consolato = dado.uno(CONSOLATI);
    let (via, civico) = (dado.parola(&nomi().strade), 1 + dado.sotto(300));
    let eta = if n > 2 { dado.tra(32, 50) } else { dado.tra(24, 82) };
    let capo = oggi.piu_anni(-eta).piu(-dado.tra(0, ANNO - 1));
    let padre = dado.parola(&nomi().cognomi);
    let madre = dado.parola(&nomi().cognomi);
    let nozze = capo.piu_anni(24).piu(dado.tra(0, 6 * ANNO)).min(oggi);
    let mut gente = Vec::with_capacity(n);
    for i in 0..n {
        let (nascita, parentela, cognome) = match i {
            0 => (capo, "01", padre),
            1 => (capo.piu(dado.tra(-900, 1200)), "02", madre),
            _ => (
                capo.piu_anni(26).piu(piccolo(i) * dado.tra(350, 800)).min(oggi),
                "03",
                padre,
            ),
        };
        let sesso = match i {
            0 => Sesso::M,
            1 => Sesso::F,
            _ if dado.permille(500) => Sesso::F,
            _ => Sesso::M,
        };
        let nome = dado.parola(if sesso == Sesso::F {
            &nomi().femminili
        } else {
            &nomi().maschili
        });
        // Children and half of the adults were born there; the others left Italy.
        let luogo = (i < 2 && dado.permille(560)).then(|| {
            let c = if dado.permille(800) {
                m.paese.qui(nascita, dado)
            } else {
                m.paese.altrove(nascita, dado)
            };
            if c.nome.chars().all(|c| u32::from(c) < 256) {
                c
            } else {
                m.paese.attuale()
            }
        });
        let luogo = luogo.filter(|c| c.vale_il(nascita));
        let da = AIRE_DAL
            .max(if luogo.is_some() {
                nascita.piu_anni(19)
            } else {
                nascita
            })
            .max(oggi.piu(-30 * ANNO))
            .min(oggi);
        let iscrizione = Giorno(dado.tra(da.0, oggi.0));
        let comune_atto = luogo.unwrap_or_else(|| m.paese.qui(nascita, dado));
        let formazione = if luogo.is_some() { nascita } else { iscrizione };
        let belfiore = luogo.map_or(consolato.belfiore, |c| c.belfiore);
        let cf = calcola(&Generalita {
            cognome: Some(cognome),
            nome: Some(nome),
            sesso,
            nascita: nascita.data(),
            belfiore,
        });
        gente.push(Iscritto {
            cognome,
            nome,
            sesso,
            nascita,
            luogo,
            comune_atto,
            formazione,
            numero_atto: 1 + dado.sotto(900),
            cf,
            coniuge: match i {
                0 if n > 1 => Some((madre, nozze.max(capo.piu(1)))),
                1 => Some((padre, nozze.max(capo.piu(1)))),
                _ => None,
            },
            parentela,
            iscrizione,
            espatrio: if luogo.is_some() { iscrizione.anno() } else { 0 },
            aggiornamento: Giorno(dado.tra(iscrizione.0, oggi.0)),
            consolato,
            via,
            civico,
            codici: [
                ["0", "1", "2", "3", "4"][if i < 2 {
                    dado.pesato(&[3, 10, 30, 40, 17])
                } else {
                    0
                }],
                if i < 2 && dado.permille(60) { "1" } else { "0" },
                ["0", "1", "2", "3", "4", "5"][if i < 2 {
                    dado.pesato(&[30, 8, 25, 8, 4, 25])
                } else {
                    0
                }],
            ],
        });
    }
    gente
}

/// The identifier of a registrant, by position in the file from 0.
pub(crate) fn codice_aire(posizione: u64) -> String {
    format!("A{:08}", posizione + 1)
}

/// The line of a registrant: `posizione` in the file, `famiglia` number, `posto` in the family, all from 0.
pub(crate) fn riga(
    istat: CodiceIstat,
    oggi: Giorno,
    p: &Iscritto<'_>,
    posizione: u64,
    famiglia: usize,
    posto: usize,
) -> Riga {
    let mut r = Riga([b' '; LUNGHEZZA_RIGA]);
    r.metti(ISTAT_INVIO, istat.as_str());
    r.metti(CODICE_AIRE, &codice_aire(posizione));
    r.metti(CODICE_FISCALE, std::str::from_utf8(&p.cf).unwrap_or_default());
    r.metti(COGNOME, p.cognome);
    r.metti(NOME, p.nome);
    r.metti(SESSO, if p.sesso == Sesso::F { "2" } else { "1" });
    r.data(NASCITA, Some(p.nascita));
    r.metti(FLAG_NASCITA, "0");
    if let Some(c) = p.luogo {
        r.comune(ISTAT_NASCITA, COMUNE_NASCITA, SIGLA_NASCITA, c);
        r.metti(STATO_NASCITA, "000");
    } else {
        r.metti(ISTAT_NASCITA, "000000");
        r.metti(LOCALITA_NASCITA, p.consolato.localita);
        r.metti(STATO_NASCITA, p.consolato.stato);
    }
    r.comune(ISTAT_ATTO, COMUNE_ATTO, SIGLA_ATTO, p.comune_atto);
    r.metti(ANNO_ATTO, &format!("{:04}", p.formazione.anno()));
    let (parte, serie) = if p.luogo.is_some() { ("1", "A") } else { ("2", "B") };
    r.metti(PARTE_ATTO, parte);
    r.metti(SERIE_ATTO, serie);
    r.metti(NUMERO_ATTO, &p.numero_atto.to_string());
    let sposato = p.coniuge.filter(|&(_, g)| g <= oggi);
    r.metti(STATO_CIVILE, if sposato.is_some() { "2" } else { "1" });
    r.metti(CONIUGE, sposato.map_or("", |s| s.0));
    r.data(MATRIMONIO, sposato.map(|s| s.1));
    r.metti(ISTAT_MATRIMONIO, "000000");
    r.metti(
        STATO_MATRIMONIO,
        if sposato.is_some() {
            p.consolato.stato
        } else {
            "000"
        },
    );
    r.metti(CITTADINANZA, "100");
    for (campo, codice) in [TITOLO, CONDIZIONE, POSIZIONE].into_iter().zip(p.codici) {
        r.metti(campo, codice);
    }
    r.metti(FAMIGLIA, &format!("FE{:08}", famiglia + 1));
    r.metti(PARENTELA, p.parentela);
    r.metti(PROGRESSIVO, &format!("{:03}", posto + 1));
    r.metti(MOTIVO, if p.luogo.is_some() { "C01" } else { "C02" });
    r.metti(ISTAT_ISCRIZIONE, istat.as_str());
    r.data(ISCRIZIONE, Some(p.iscrizione));
    r.metti(INIZIATIVA, "4");
    r.metti(INDIVIDUAZIONE, if p.luogo.is_some() { "1" } else { "2" });
    r.metti(ESPATRIO, &format!("{:04}", p.espatrio));
    r.metti(STATO_RESIDENZA, p.consolato.stato);
    r.metti(CONSOLATO, p.consolato.codice);
    r.metti(SEDE, p.consolato.sede);
    r.metti(LOCALITA, p.consolato.localita);
    r.metti(INDIRIZZO, p.via);
    r.metti(CIVICO, &p.civico.to_string());
    r.metti(CAP, "10000");
    r.data(DECORRENZA, Some(p.iscrizione));
    r.metti(ELETTORE, if p.nascita.eta(oggi) >= 18 { "S" } else { "N" });
    r.data(AGGIORNAMENTO, Some(p.aggiornamento));
    r
}
