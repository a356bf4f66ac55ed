//! Plants on one person of the APR.

use anagrafe::codice_fiscale::{Generalita, calcola, controllo};
use anagrafe::tabelle::tabelle;

use super::{Adatto, Ambito, Fascicolo, Modo, Muta, Pianta};
use crate::giorno::Giorno;
use crate::modello::{Luogo, Persona, Unita};

const fn su(codice: &'static str, adatto: Adatto, muta: Muta) -> Pianta {
    Pianta {
        codice,
        modo: Modo::Soggetto { adatto, muta },
    }
}

/// A Comune that never existed, without a code that could stand for it.
const MAI_ESISTITO: &str =
    "<nomeComune>COMUNE MAI ESISTITO</nomeComune><siglaProvinciaIstat>RM</siglaProvinciaIstat>";
/// A Comune that ended in 1928 and never came back, without its code.
const CESSATO: &str = "<nomeComune>ABBADIA ALPINA</nomeComune><siglaProvinciaIstat>TO</siglaProvinciaIstat>";
/// The first day after which [`CESSATO`] is surely gone.
const CESSATO_DAL: Giorno = Giorno::di(1930, 1, 1);

const CF: &str = "generalitaSubIscr/codiceFiscale/codFiscale";
const NASCITA: &str = "generalitaSubIscr/dataNascita";
const SENTENZA: &str = "separazioneAnnullamentoCessazioneMatrimonio/sentenza";
const ATTO_CESSAZIONE: &str = "separazioneAnnullamentoCessazioneMatrimonio/attoAnnullamentoMatrimonio";

fn chiunque(_: Ambito, _: &Unita<'_>, _: &Persona<'_>) -> bool {
    true
}

fn con_atto(_: Ambito, _: &Unita<'_>, p: &Persona<'_>) -> bool {
    p.atto_nascita.is_some()
}

fn coniugato(_: Ambito, _: &Unita<'_>, p: &Persona<'_>) -> bool {
    p.matrimonio.is_some()
}

fn vedovo(_: Ambito, _: &Unita<'_>, p: &Persona<'_>) -> bool {
    p.vedovanza.is_some()
}

fn divorziato(_: Ambito, _: &Unita<'_>, p: &Persona<'_>) -> bool {
    p.cessazione.is_some()
}

fn nato_fuori(_: Ambito, _: &Unita<'_>, p: &Persona<'_>) -> bool {
    matches!(p.luogo, Luogo::Estero { .. })
}

/// A minor born in Italy without acts later than the birth.
fn bambino(a: Ambito, _: &Unita<'_>, p: &Persona<'_>) -> bool {
    p.nascita.eta(a.oggi) < 15 && matches!(p.luogo, Luogo::Italia(c) if c.vale_il(a.oggi.piu(1)))
}

/// Not the holder of the sheet, in a family of at least two.
fn familiare(_: Ambito, u: &Unita<'_>, p: &Persona<'_>) -> bool {
    u.convivenza.is_none() && p.legame != "1"
}

fn figlio(_: Ambito, _: &Unita<'_>, p: &Persona<'_>) -> bool {
    p.legame == "3"
}

fn cf(f: &mut Fascicolo, i: usize, p: &Persona<'_>, cambia: impl FnOnce(&mut Generalita<'_>)) -> Option<()> {
    let mut g = Generalita {
        cognome: Some(p.cognome),
        nome: p.nome,
        sesso: p.sesso,
        nascita: p.nascita.data(),
        belfiore: p.luogo.belfiore(),
    };
    cambia(&mut g);
    let cf = calcola(&g);
    f.soggetti[i].imposta(CF, std::str::from_utf8(&cf).ok()?)
}

/// Replaces the residence by one abroad made of the given parts.
fn residenza_estera(f: &mut Fascicolo, i: usize, localita: &str, cap: &str, consolato: &str) -> Option<()> {
    f.soggetti[i].sostituisci(
        "residenza/indirizzo",
        &format!(
            "<localitaEstera><indirizzoEstero>{cap}<localita>{localita}</localita></indirizzoEstero><consolato><codiceConsolato>{consolato}\
             </codiceConsolato><descrizioneConsolato>BRUXELLES</descrizioneConsolato></consolato></localitaEstera>"
        ),
    )
}

const BRUXELLES: &str = "<descrizioneLocalita>BRUXELLES</descrizioneLocalita><descrizioneStato>BELGIO</descrizioneStato><codiceStato>206</codiceStato>";
const CAP_ESTERO: &str = "<cap>1000</cap>";
const CONSOLATO: &str = "2230100";

/// The plants of this file.
pub(super) static SOGGETTI: &[Pianta] = &[
    su("ES092", familiare, |_, f, _, i| f.soggetti[i].togli("famiglia")),
    su("EN064", figlio, |_, f, _, i| {
        f.soggetti[i].imposta("famiglia/legameSoggetto/codiceLegame", "14")
    }),
    su("EC002", familiare, |_, f, _, i| {
        f.soggetti[i].imposta("famiglia/legameSoggetto/codiceLegame", "27")
    }),
    su(
        "EC003",
        |_, u, p| u.convivenza.is_some() && p.legame == "2",
        |_, f, _, i| f.soggetti[i].imposta("convivenza/legameSoggetto/codiceLegame", "4"),
    ),
    // Born tomorrow: whatever else speaks of the birth goes with it.
    su("ES008", bambino, |a, f, u, i| {
        let domani = a.oggi.piu(1);
        f.soggetti[i].imposta(NASCITA, &domani.testo())?;
        cf(f, i, &u.persone[i], |g| g.nascita = domani.data())?;
        if f.soggetti[i].leggi("attoNascita").is_some() {
            f.soggetti[i].togli("attoNascita")?;
        }
        if f.soggetti[i].leggi("cittadinanza/dataValidita").is_some() {
            f.soggetti[i].togli("cittadinanza/dataValidita")?;
        }
        Some(())
    }),
    su("ES050", chiunque, |_, f, _, i| {
        f.soggetti[i].imposta("generalitaSubIscr/luogoNascita", "")
    }),
    su(
        "ES057",
        |_, _, p| p.nome.is_some(),
        |_, f, u, i| {
            f.soggetti[i].sostituisci("generalitaSubIscr/cognome", "<senzaCognome>1</senzaCognome>")?;
            f.soggetti[i].sostituisci("generalitaSubIscr/nome", "<senzaNome>1</senzaNome>")?;
            cf(f, i, &u.persone[i], |g| (g.cognome, g.nome) = (None, None))
        },
    ),
    su(
        "ES063",
        |_, _, p| p.nascita != Giorno::di(p.nascita.anno(), 1, 1),
        |_, f, _, i| f.soggetti[i].dopo(NASCITA, "<senzaGiornoMese>1</senzaGiornoMese>"),
    ),
    su(
        "ES066",
        |_, _, p| p.nascita.civile().2 != 1,
        |_, f, _, i| f.soggetti[i].dopo(NASCITA, "<senzaGiorno>1</senzaGiorno>"),
    ),
    su(
        "EC007",
        |_, _, p| matches!(p.luogo, Luogo::Italia(_)),
        |_, f, _, i| f.soggetti[i].imposta("generalitaSubIscr/luogoNascita/comune", MAI_ESISTITO),
    ),
    su("EC030", nato_fuori, |_, f, _, i| {
        f.soggetti[i].imposta("generalitaSubIscr/luogoNascita/localita/codiceStato", "100")
    }),
    su(
        "EN347",
        |_, _, p| matches!(p.luogo, Luogo::Italia(c) if solo_denominazione(c.denom)),
        |_, f, u, i| {
            let Luogo::Italia(c) = u.persone[i].luogo else {
                return None;
            };
            f.soggetti[i].imposta("generalitaSubIscr/luogoNascita/comune/codiceIstat", c.denom)
        },
    ),
    su("EC006", chiunque, |_, f, _, i| {
        f.soggetti[i].imposta("motivoIscrizioneAPR", "11")
    }),
    su(
        "EC036",
        |_, _, p| p.cittadinanza.is_some(),
        |_, f, _, i| f.soggetti[i].imposta("cittadinanza/codiceStato", "000"),
    ),
    su(
        "ES009",
        |_, _, p| p.cittadina_dal.is_some(),
        |_, f, u, i| {
            f.soggetti[i].imposta("cittadinanza/dataValidita", &u.persone[i].nascita.piu(-1).testo())
        },
    ),
    su(
        "EC001",
        |_, _, p| p.stato_civile == "1",
        |_, f, _, i| f.soggetti[i].imposta("statoCivile/statoCivile", "5"),
    ),
    su(
        "EC075",
        |_, _, p| p.atto_nascita.is_some() && p.nascita >= CESSATO_DAL,
        |_, f, _, i| f.soggetti[i].imposta("attoNascita/comuneRegistrazione", CESSATO),
    ),
    su("EC166", con_atto, |_, f, _, i| {
        f.soggetti[i].imposta("attoNascita/comuneRegistrazione", MAI_ESISTITO)
    }),
    su("EHR69", con_atto, |_, f, _, i| {
        f.soggetti[i].imposta("attoNascita/anno", "0000")
    }),
    su(
        "ES013",
        |_, _, p| {
            p.atto_nascita
                .as_ref()
                .is_some_and(|a| a.comune.vale_il(p.nascita.piu(-1)))
        },
        |_, f, u, i| {
            f.soggetti[i].imposta(
                "attoNascita/dataFormazioneAtto",
                &u.persone[i].nascita.piu(-1).testo(),
            )
        },
    ),
    su("ES127", chiunque, |_, f, u, i| {
        f.soggetti[i].imposta(
            "residenza/dataDecorrenzaResidenza",
            &u.persone[i].prima_iscrizione.piu(-1).testo(),
        )
    }),
    su("ES128", chiunque, |_, f, _, i| {
        f.soggetti[i].togli("generalitaSubIscr/dataPrimaIscrizioneComune")
    }),
    su("ES027", chiunque, |_, f, _, i| {
        residenza_estera(
            f,
            i,
            "<descrizioneStato>BELGIO</descrizioneStato><codiceStato>206</codiceStato>",
            CAP_ESTERO,
            CONSOLATO,
        )
    }),
    su("ES028", chiunque, |_, f, _, i| {
        residenza_estera(f, i, BRUXELLES, "", CONSOLATO)
    }),
    su("EC032", chiunque, |_, f, _, i| {
        residenza_estera(f, i, BRUXELLES, CAP_ESTERO, "9999999")
    }),
    su("EC053", chiunque, |_, f, _, i| {
        let altrove = "<descrizioneLocalita>BRUXELLES</descrizioneLocalita><descrizioneStato>BELGIO</descrizioneStato><codiceStato>998</codiceStato>";
        residenza_estera(f, i, altrove, CAP_ESTERO, CONSOLATO)
    }),
    su("EC073", chiunque, |_, f, _, i| {
        f.soggetti[i].imposta("residenza/indirizzo/toponimo/codSpecie", "9999")
    }),
    su("EN524", chiunque, |_, f, _, i| {
        f.soggetti[i].togli("residenza/indirizzo/toponimo/codSpecie")?;
        f.soggetti[i].togli("residenza/indirizzo/toponimo/specie")
    }),
    su("EN306", coniugato, |_, f, _, i| {
        f.soggetti[i].togli("matrimonio/datiMatrimonio")
    }),
    su(
        "ES010",
        |_, _, p| {
            p.matrimonio
                .as_ref()
                .is_some_and(|l| l.evento.comune.vale_il(p.nascita))
        },
        |_, f, u, i| {
            f.soggetti[i].imposta(
                "matrimonio/datiMatrimonio/dataEvento",
                &u.persone[i].nascita.testo(),
            )
        },
    ),
    su("ES048", coniugato, |_, f, _, i| {
        f.soggetti[i].togli("matrimonio/datiMatrimonio/luogoEvento")
    }),
    su("EC042", coniugato, |_, f, _, i| {
        f.soggetti[i].imposta("matrimonio/datiMatrimonio/luogoEvento/comune", MAI_ESISTITO)
    }),
    su("EC039", coniugato, |_, f, _, i| {
        f.soggetti[i].imposta(
            "matrimonio/datiMatrimonio/luogoEvento",
            "<localita><descrizioneStato>STATO IGNOTO</descrizioneStato><codiceStato>000</codiceStato></localita>",
        )
    }),
    su("EC081", coniugato, |_, f, _, i| {
        f.soggetti[i].imposta(
            "matrimonio/datiMatrimonio/attoEvento/comuneRegistrazione",
            MAI_ESISTITO,
        )
    }),
    su("EHR71", coniugato, |_, f, _, i| {
        f.soggetti[i].imposta("matrimonio/datiMatrimonio/attoEvento/anno", "0000")
    }),
    su("ES067", vedovo, |_, f, _, i| {
        f.soggetti[i].togli("vedovanza/datiMorteconiuge/luogoEvento")
    }),
    su("EHR70", vedovo, |_, f, _, i| {
        f.soggetti[i].imposta("vedovanza/datiMorteconiuge/attoEvento/anno", "0000")
    }),
    su("ES007", vedovo, |a, f, _, i| {
        f.soggetti[i].imposta("vedovanza/datiMorteconiuge/dataEvento", &a.oggi.piu(1).testo())
    }),
    su("EC165", divorziato, |_, f, _, i| {
        f.soggetti[i].imposta("separazioneAnnullamentoCessazioneMatrimonio/tipoCessazione", "11")
    }),
    su("EN242", divorziato, |_, f, _, i| {
        f.soggetti[i].imposta(&format!("{SENTENZA}/tipoTribunale"), "5")
    }),
    su("ES012", divorziato, |a, f, _, i| {
        f.soggetti[i].imposta(&format!("{SENTENZA}/dataValidita"), &a.oggi.piu(1).testo())
    }),
    su("EC096", divorziato, |_, f, _, i| {
        f.soggetti[i].imposta(&format!("{ATTO_CESSAZIONE}/comuneRegistrazione"), MAI_ESISTITO)
    }),
    su("EHR73", divorziato, |_, f, _, i| {
        f.soggetti[i].imposta(&format!("{ATTO_CESSAZIONE}/anno"), "0000")
    }),
    su(
        "EN383",
        |_, _, p| p.unione.is_some(),
        |_, f, _, i| f.soggetti[i].togli("unioneCivile/attoUnione"),
    ),
    su(
        "EC177",
        |_, _, p| p.convivente.is_some(),
        |_, f, _, i| {
            f.soggetti[i].dopo(
                "convivenzaDiFatto/contrattoStipula",
                "<contrattoRisoluzione><motivoRisoluzione>7</motivoRisoluzione></contrattoRisoluzione>",
            )
        },
    ),
    su(
        "EC078",
        |_, _, p| p.carta.is_some(),
        |_, f, _, i| f.soggetti[i].imposta("cartaIdentita/comuneRilascio", MAI_ESISTITO),
    ),
    su(
        "EC087",
        |_, _, p| p.permesso.is_some(),
        |_, f, _, i| f.soggetti[i].imposta("permessoSoggiorno/comune", MAI_ESISTITO),
    ),
    su(
        "EC063",
        |_, _, p| p.permesso.is_some(),
        |_, f, _, i| f.soggetti[i].imposta("permessoSoggiorno/tipoSoggiorno", "10"),
    ),
    su("EC064", chiunque, |_, f, _, i| {
        f.soggetti[i].imposta("altriDati/posizioneProfessionale", "8")
    }),
    su("EC065", chiunque, |_, f, _, i| {
        f.soggetti[i].imposta("altriDati/condizioneNonProfessionale", "7")
    }),
    su("EC066", chiunque, |_, f, _, i| {
        f.soggetti[i].imposta("altriDati/titoloStudio", "10")
    }),
    su("EA001", chiunque, |_, f, u, i| {
        f.soggetti[i].imposta(CF, std::str::from_utf8(&u.persone[i].cf[..15]).ok()?)
    }),
    su("EA002", chiunque, |_, f, _, i| {
        f.soggetti[i].togli("generalitaSubIscr/codiceFiscale")
    }),
    su("EA038", chiunque, |_, f, u, i| {
        let p = &u.persone[i];
        // The same day of another year: 1 January and 28 February exist in every year.
        let (anno, mese, giorno) = p.nascita.civile();
        let altra = Giorno::di(anno - 1, mese, giorno.min(28)).data();
        cf(f, i, p, |g| g.nascita = altra)
    }),
    su("EA042", chiunque, |_, f, u, i| {
        let p = &u.persone[i];
        cf(f, i, p, |g| {
            g.sesso = if p.sesso == anagrafe::Sesso::F {
                anagrafe::Sesso::M
            } else {
                anagrafe::Sesso::F
            }
        })
    }),
    su("EA048", chiunque, |_, f, u, i| {
        let mut cf = u.persone[i].cf;
        let giusta = controllo(&cf[..15])?;
        cf[15] = if giusta == b'Z' { b'A' } else { giusta + 1 };
        f.soggetti[i].imposta(CF, std::str::from_utf8(&cf).ok()?)
    }),
];

/// A name code that is nobody's ISTAT code.
fn solo_denominazione(codice: &str) -> bool {
    codice.len() == 6 && tabelle().comuni().per_istat(codice).next().is_none()
}
