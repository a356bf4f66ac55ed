//! A household as XML: straight into a byte buffer, in the order the schema wants.
//!
//! The grammar of the message is checked by tests (our reader, and the official schema where it is at hand), not while
//! writing: a checked writer would cost more than making the people.

#![allow(
    clippy::many_single_char_names,
    reason = "one letter for each thing being written: x the text, u the unit, p the person"
)]

use crate::giorno::Giorno;
use crate::luoghi::Comune;
use crate::modello::{Altro, Atto, Evento, Legame, Luogo, Parente, Persona, Responsabile, Unita};
use crate::persona::Mondo;
use crate::stati::Stato;

/// Writes elements; escapes text; knows nothing of the schema.
#[derive(Default)]
pub(crate) struct Xml(pub(crate) Vec<u8>);

impl Xml {
    pub(crate) fn apri(&mut self, nome: &str) {
        self.0.push(b'<');
        self.0.extend_from_slice(nome.as_bytes());
        self.0.push(b'>');
    }

    pub(crate) fn chiudi(&mut self, nome: &str) {
        self.0.extend_from_slice(b"</");
        self.0.extend_from_slice(nome.as_bytes());
        self.0.push(b'>');
    }

    /// A group on a line of its own, so that a finding's line says which one.
    fn gruppo(&mut self, nome: &str, dentro: impl FnOnce(&mut Self)) {
        self.0.push(b'\n');
        self.dentro(nome, dentro);
    }

    fn dentro(&mut self, nome: &str, dentro: impl FnOnce(&mut Self)) {
        self.apri(nome);
        dentro(self);
        self.chiudi(nome);
    }

    pub(crate) fn foglia(&mut self, nome: &str, testo: &str) {
        self.apri(nome);
        for &b in testo.as_bytes() {
            match b {
                b'&' => self.0.extend_from_slice(b"&amp;"),
                b'<' => self.0.extend_from_slice(b"&lt;"),
                b'>' => self.0.extend_from_slice(b"&gt;"),
                _ => self.0.push(b),
            }
        }
        self.chiudi(nome);
    }

    pub(crate) fn numero(&mut self, nome: &str, n: u64) {
        let mut cifre = [0; 20];
        let mut i = cifre.len();
        let mut resto = n;
        loop {
            i -= 1;
            cifre[i] = b'0' + (resto % 10) as u8;
            resto /= 10;
            if resto == 0 {
                break;
            }
        }
        self.apri(nome);
        self.0.extend_from_slice(&cifre[i..]);
        self.chiudi(nome);
    }

    fn data(&mut self, nome: &str, g: Giorno) {
        self.apri(nome);
        self.0.extend_from_slice(&g.iso());
        self.chiudi(nome);
    }

    fn si_no(&mut self, nome: &str, vero: bool) {
        self.foglia(nome, if vero { "S" } else { "N" });
    }

    fn comune(&mut self, nome: &str, c: &Comune) {
        self.dentro(nome, |x| {
            x.foglia("nomeComune", c.nome);
            x.foglia("codiceIstat", c.istat.as_str());
            x.foglia("siglaProvinciaIstat", c.sigla);
        });
    }

    fn stato(&mut self, s: Option<&Stato>) {
        self.foglia("descrizioneStato", s.map_or("ITALIA", |s| s.nome));
        self.foglia("codiceStato", s.map_or("100", |s| s.istat));
    }

    fn luogo(&mut self, nome: &str, l: &Luogo<'_>) {
        self.dentro(nome, |x| match l {
            Luogo::Italia(c) => x.comune("comune", c),
            Luogo::Estero { stato, citta } => x.dentro("localita", |x| {
                x.foglia("descrizioneLocalita", citta);
                x.stato(Some(stato));
            }),
        });
    }

    fn atto(&mut self, nome: &str, a: &Atto<'_>) {
        self.dentro(nome, |x| {
            x.comune("comuneRegistrazione", a.comune);
            x.numero("anno", a.anno.unsigned_abs().into());
            x.foglia("parte", a.parte);
            x.foglia("serie", a.serie);
            x.numero("numeroAtto", a.numero);
            x.data("dataFormazioneAtto", a.formazione);
            if a.trascritto {
                x.foglia("trascritto", "1");
            }
        });
    }

    fn evento(&mut self, nome: &str, e: &Evento<'_>) {
        self.dentro(nome, |x| {
            x.data("dataEvento", e.data);
            x.dentro("luogoEvento", |x| x.comune("comune", e.comune));
            x.atto("attoEvento", &e.atto);
        });
    }

    fn nomi(&mut self, cognome: &str, nome: Option<&str>) {
        self.foglia("cognome", cognome);
        match nome {
            Some(n) => self.foglia("nome", n),
            None => self.foglia("senzaNome", "1"),
        }
    }

    fn parente(&mut self, nome: &str, p: &Parente, nascita: Option<Giorno>) {
        self.dentro(nome, |x| {
            x.nomi(p.cognome, Some(p.nome));
            x.foglia("sesso", p.sesso.lettera());
            if let Some(g) = nascita {
                x.data("dataNascita", g);
            }
        });
    }

    /// What one person says of another of the same house.
    fn componente(&mut self, nome: &str, p: &Persona<'_>) {
        self.dentro(nome, |x| {
            x.dentro("codiceFiscale", |x| x.cf(p));
            x.nomi(p.cognome, p.nome);
            x.foglia("sesso", p.sesso.lettera());
            x.data("dataNascita", p.nascita);
            x.luogo("luogoNascita", &p.luogo);
        });
    }

    fn cf(&mut self, p: &Persona<'_>) {
        self.foglia("codFiscale", std::str::from_utf8(&p.cf).unwrap_or_default());
    }

    fn altro(&mut self, nome: &str, u: &Unita<'_>, l: &Legame<'_>) {
        match &l.con {
            Altro::Componente(i) => self.componente(nome, &u.persone[*i]),
            Altro::Fuori(p) => self.parente(nome, p, None),
        }
    }
}

/// The `soggetto` of the member at position `i`, with the line feed before it.
pub(crate) fn soggetto(x: &mut Xml, m: &Mondo<'_>, u: &Unita<'_>, i: usize) {
    let p = &u.persone[i];
    let qui = m.paese.attuale();
    x.gruppo("soggetto", |x| {
        generalita(x, qui, u, i);
        x.gruppo("statoCivile", |x| x.foglia("statoCivile", p.stato_civile));
        x.0.push(b'\n');
        x.data("dataUltimoAggiornamento", p.aggiornamento);
        x.foglia("motivoIscrizioneAPR", p.motivo);
        if let Some(a) = &p.atto_nascita {
            x.0.push(b'\n');
            x.atto("attoNascita", a);
        }
        x.gruppo("cittadinanza", |x| {
            x.stato(p.cittadinanza);
            if let Some(g) = p.cittadina_dal {
                x.data("dataValidita", g);
            }
        });
        x.gruppo("paternita", |x| x.parente("generalita", &p.padre, None));
        x.gruppo("maternita", |x| x.parente("generalita", &p.madre, None));
        residenza(x, qui, u, p);
        x.gruppo(
            if u.convivenza.is_some() {
                "convivenza"
            } else {
                "famiglia"
            },
            |x| {
                x.numero("idFamConvComune", u.id());
                x.dentro("legameSoggetto", |x| {
                    x.foglia("tipoLegame", if u.convivenza.is_some() { "4" } else { "3" });
                    x.data("dataDecorrenza", p.legame_dal);
                    x.foglia("codiceLegame", p.legame);
                    x.numero("progressivoComponente", i as u64 + 1);
                });
                x.data("dataDecorrenzaLegame", p.legame_dal);
            },
        );
        stato_civile(x, u, p);
        documenti(x, qui, p);
        x.gruppo("altriDati", |x| {
            x.foglia("posizioneProfessionale", p.posizione);
            x.foglia("condizioneNonProfessionale", p.condizione);
            x.foglia("titoloStudio", p.studio);
        });
        if let Some(l) = &p.unione {
            x.gruppo("unioneCivile", |x| {
                x.altro("unitoCivilmente", u, l);
                x.evento("attoUnione", &l.evento);
            });
        }
        if let Some(l) = &p.convivente {
            x.gruppo("convivenzaDiFatto", |x| {
                x.altro("convivente", u, l);
                x.dentro("contrattoStipula", |x| {
                    x.data("data", l.evento.data);
                    x.numero("protocollo", l.evento.atto.numero);
                    x.comune("comuneRegistrazione", l.evento.comune);
                });
            });
        }
        if let Some(s) = p.altra_cittadinanza {
            x.gruppo("altraCittadinanza", |x| x.stato(Some(s)));
        }
    });
}

fn generalita(x: &mut Xml, qui: &Comune, u: &Unita<'_>, i: usize) {
    let p = &u.persone[i];
    x.gruppo("generalitaSubIscr", |x| {
        x.dentro("codiceFiscale", |x| x.cf(p));
        x.nomi(p.cognome, p.nome);
        x.foglia("sesso", p.sesso.lettera());
        x.data("dataNascita", p.nascita);
        if p.senza_giorno_mese {
            x.foglia("senzaGiornoMese", "1");
        }
        x.luogo("luogoNascita", &p.luogo);
        x.dentro("idSchedaSoggettoComune", |x| {
            x.foglia("idSchedaSoggettoComuneIstat", qui.istat.as_str());
            x.numero("idSchedaSoggetto", u.id_persona(i));
        });
        x.data("dataPrimaIscrizioneComune", p.prima_iscrizione);
    });
}

/// An invented postal code, the same for the whole Comune.
fn cap(qui: &Comune) -> String {
    let n: u32 = qui.istat.as_str().parse().unwrap_or(0);
    format!("{:05}", 10 + n % 98_000 / 10 * 10)
}

fn residenza(x: &mut Xml, qui: &Comune, u: &Unita<'_>, p: &Persona<'_>) {
    x.gruppo("residenza", |x| {
        x.foglia("tipoIndirizzo", "1");
        x.dentro("indirizzo", |x| {
            x.foglia("cap", &cap(qui));
            x.comune("comune", qui);
            x.dentro("toponimo", |x| {
                x.foglia("codSpecie", u.indirizzo.cod_specie);
                x.foglia("specie", u.indirizzo.specie);
                x.foglia("denominazioneToponimo", u.indirizzo.via);
            });
            x.dentro("numeroCivico", |x| {
                x.numero("numero", u.indirizzo.civico);
                if u.indirizzo.interno > 0 {
                    x.dentro("civicoInterno", |x| x.numero("interno1", u.indirizzo.interno));
                }
            });
        });
        x.data("dataDecorrenzaResidenza", p.residenza_dal);
    });
}

fn stato_civile(x: &mut Xml, u: &Unita<'_>, p: &Persona<'_>) {
    if let Some(l) = &p.matrimonio {
        x.gruppo("matrimonio", |x| {
            x.altro("coniuge", u, l);
            x.evento("datiMatrimonio", &l.evento);
            x.foglia("ordineMatrimonio", "1");
        });
    }
    if let Some(e) = &p.vedovanza {
        x.gruppo("vedovanza", |x| x.evento("datiMorteconiuge", e));
    }
    if let Some(c) = &p.cessazione {
        x.gruppo("separazioneAnnullamentoCessazioneMatrimonio", |x| {
            x.foglia("tipoCessazione", c.tipo);
            x.dentro("sentenza", |x| {
                x.data("data", c.sentenza);
                x.numero("numero", c.numero);
                x.foglia("tipoTribunale", c.tribunale);
                x.foglia("autorita", "TRIBUNALE");
                x.data("dataValidita", c.sentenza);
            });
            x.atto("attoAnnullamentoMatrimonio", &c.atto);
        });
    }
}

fn documenti(x: &mut Xml, qui: &Comune, p: &Persona<'_>) {
    if let Some(c) = &p.carta {
        x.gruppo("cartaIdentita", |x| {
            let serie = if c.elettronica { "CA" } else { "AX" };
            x.foglia("numero", &format!("{serie}{:07}", c.numero));
            x.data("dataRilascio", c.rilascio);
            x.foglia("cartaceaElettronica", if c.elettronica { "2" } else { "1" });
            x.foglia("interdizioneEspatrio", "N");
            x.comune("comuneRilascio", c.comune);
            x.data("dataScadenza", c.scadenza);
        });
    }
    if let Some(s) = &p.permesso {
        x.gruppo("permessoSoggiorno", |x| {
            x.foglia("numeroSoggiorno", &format!("I{:08}", s.numero));
            x.foglia("tipoSoggiorno", s.tipo);
            x.data("dataRilascio", s.rilascio);
            x.data("dataScadenza", s.scadenza);
            x.foglia("questuraRilascioSoggiorno", "QUESTURA");
            x.comune("comune", s.comune);
        });
    }
    for (gruppo, foglia, vero) in [
        ("listaElettorale", "elettore", p.elettore),
        ("listaLeva", "iscritto", p.leva),
    ] {
        if vero {
            x.gruppo(gruppo, |x| {
                x.foglia(foglia, "S");
                x.comune("comune", qui);
            });
        }
    }
    if p.patente || p.auto {
        x.gruppo("autoveicoli", |x| {
            x.si_no("possessoAutoveicoli", p.auto);
            x.si_no("possessoPatente", p.patente);
        });
    }
}

/// The sheet of the unit, with the line feed before it.
pub(crate) fn scheda(x: &mut Xml, m: &Mondo<'_>, u: &Unita<'_>) {
    let qui = m.paese.attuale();
    let id = |x: &mut Xml| {
        x.dentro("idFamigliaConvivenzaComune", |x| {
            x.foglia("idFamigliaConvivenzaComuneIstat", qui.istat.as_str());
            x.numero("idFamigliaConvivenza", u.id());
        });
        x.data("dataOrigineFamigliaConvivenza", u.origine);
    };
    let Some(c) = &u.convivenza else {
        x.gruppo("famiglia", |x| {
            id(x);
            x.foglia("motivoCostituzione", u.motivo);
            x.foglia("tipoScheda", "3");
        });
        return;
    };
    x.gruppo("convivenza", |x| {
        id(x);
        x.foglia("denominazioneConvivenza", &c.denominazione);
        x.foglia("specieConvivenza", c.specie);
        x.foglia("tipoScheda", "4");
        let fuori = |x: &mut Xml, dove: &Comune, dal: Giorno| {
            x.comune("comuneResidenza", dove);
            x.data("dataIntestarioConvivenza", dal);
        };
        match &c.responsabile {
            Responsabile::Interno => {}
            Responsabile::InternoInScheda(i) => x.dentro("tipoTutoreIntestatario", |x| {
                x.componente("generalita", &u.persone[*i]);
                fuori(x, qui, u.persone[*i].legame_dal);
            }),
            Responsabile::InFamiglia { chi, .. } => x.dentro("tipoTutoreIntestatario", |x| {
                x.componente("generalita", chi);
                fuori(x, qui, chi.legame_dal.max(u.origine));
            }),
            Responsabile::Esterno { chi, nascita, comune } => x.dentro("tipoTutoreIntestatario", |x| {
                x.parente("generalita", chi, Some(*nascita));
                fuori(x, comune, nascita.piu_anni(30).max(u.origine));
            }),
        }
    });
}
