//! One self-contained page for a registry office: nothing is fetched, nothing runs.
//!
//! What blocks comes first; each code has its bar, what it means, what to do, and its samples. What follows from a cause
//! is folded under it. Every text from a file passes [`marcato`]; the page also forbids itself scripts and requests.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anagrafe::italiano::{migliaia, quanti};

use super::EsitoControllo;
use super::bordi::marcato;
use super::cause::CAUSA;
use super::presenta::{Presentazione, Voce};
use super::rimedi::{ANOMALIE_AL_GIORNO, Urgenza, giorni, procedura};
use super::testo::da_correggere;
use crate::anomalie::anomalia;
use crate::tipi::Gravita;

const STILE: &str = include_str!("html/stile.css");

/// A code that was found.
struct Trovato<'a> {
    codice: &'a str,
    quanti: u64,
    seguono: u64,
    urgenza: Urgenza,
}

pub(super) fn scrivi(p: &Presentazione<'_>, out: &mut dyn Write) -> io::Result<()> {
    let voci = p.voci_in_pagina()?;
    let mut trovati: Vec<Trovato<'_>> = p
        .controllo
        .conteggi
        .iter()
        .map(|(codice, quanti)| Trovato {
            codice,
            quanti: *quanti,
            seguono: p.conseguenze.get(codice).copied().unwrap_or_default(),
            urgenza: Urgenza::di(anomalia(codice), p.controllo.gravita(codice) == Gravita::Errore),
        })
        .collect();
    trovati.sort_by(|a, b| {
        (a.urgenza, a.codice != CAUSA, b.quanti, a.codice).cmp(&(
            b.urgenza,
            b.codice != CAUSA,
            a.quanti,
            b.codice,
        ))
    });
    let ok = p.controllo.esito == EsitoControllo::Ok;
    let titolo = format!("Verifica della fornitura: {}", if ok { "OK" } else { "KO" });
    write!(
        out,
        "<!doctype html>\n<html lang=\"it\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{titolo} – anpr-sim</title>\n<style>\n{STILE}</style>\n</head>\n<body>\n\
         <p class=\"banner\" role=\"note\"><strong>SIMULATORE – dati fittizi</strong></p>\n<main>\n<h1>{titolo}</h1>\n"
    )?;
    testa(p, ok, out)?;
    totali(p, out)?;
    confronto(p, out)?;
    if trovati.is_empty() {
        writeln!(out, "<p class=\"bene\">Nessuna anomalia.</p>")?;
    } else {
        barre(p, &trovati, out)?;
        for urgenza in [Urgenza::Blocca, Urgenza::DaRimuovere, Urgenza::Altro] {
            sezione(p, urgenza, &trovati, &voci, out)?;
        }
    }
    write!(
        out,
        "</main>\n<footer><p>anpr-sim {} · testi nostri, non ufficiali. I conteggi sono esatti; per ogni codice si mostrano \
         al più {} esempi.{}</p></footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION"),
        p.in_pagina(),
        if p.oscura {
            " Nomi e codici fiscali sono oscurati."
        } else {
            ""
        }
    )
}

fn testa(p: &Presentazione<'_>, ok: bool, out: &mut dyn Write) -> io::Result<()> {
    let detto = if ok {
        "Nessun errore bloccante: l'elaborazione terminerebbe con esito positivo."
    } else {
        "Ci sono errori bloccanti: l'intera fornitura sarebbe scartata."
    };
    let classe = if ok { "bene" } else { "male" };
    writeln!(out, "<p class=\"esito {classe}\">{detto}</p>")?;
    writeln!(
        out,
        "<p>Ambiente <strong>{}</strong>, data di riferimento <time datetime=\"{1}\">{1}</time>.</p>\n<ul class=\"file\">",
        p.controllo.ambiente.chiave(),
        p.controllo.oggi
    )?;
    for file in &p.controllo.file {
        let layout = file
            .layout
            .as_deref()
            .map(|l| format!(", tracciato {l}"))
            .unwrap_or_default();
        write!(
            out,
            "<li><code>{}</code> ({}, {} byte{})",
            marcato(&file.nome),
            marcato(&file.tipo),
            migliaia(file.byte),
            marcato(&layout)
        )?;
        for nota in &file.note {
            write!(out, "<br>Nota: {}", marcato(nota))?;
        }
        writeln!(out, "</li>")?;
    }
    writeln!(out, "</ul>")
}

fn totali(p: &Presentazione<'_>, out: &mut dyn Write) -> io::Result<()> {
    let c = p.controllo;
    let anomalie: u64 = c.conteggi.values().sum();
    let da_correggere = da_correggere(p);
    writeln!(out, "<h2>Totali</h2>\n<dl class=\"totali\">")?;
    for (nome, valore) in [
        ("Soggetti", c.schede.soggetti),
        ("Famiglie", c.schede.famiglie),
        ("Convivenze", c.schede.convivenze),
        ("AIRE", c.schede.aire),
        ("Anomalie", anomalie),
        ("di cui bloccanti", c.errori()),
    ] {
        writeln!(out, "<div><dt>{nome}</dt><dd>{}</dd></div>", migliaia(valore))?;
    }
    writeln!(out, "</dl>")?;
    if da_correggere > 0 {
        writeln!(
            out,
            "<p class=\"stima\"><strong>Stima del lavoro:</strong> {} da correggere prima del subentro, circa \
             <strong>{} {}-persona</strong> ({ANOMALIE_AL_GIORNO} anomalie al giorno per persona).</p>",
            quanti(da_correggere, "anomalia", "anomalie"),
            migliaia(giorni(da_correggere)),
            if giorni(da_correggere) == 1 {
                "giorno"
            } else {
                "giorni"
            }
        )?;
    }
    Ok(())
}

fn confronto(p: &Presentazione<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some(confronto) = &p.confronto else {
        return Ok(());
    };
    let nomi: Vec<String> = confronto
        .prima
        .file
        .iter()
        .map(|f| format!("<code>{}</code>", marcato(&f.nome)))
        .collect();
    writeln!(
        out,
        "<h2>Confronto con la fornitura precedente</h2>\n<p>Precedente: {}</p>",
        nomi.join(", ")
    )?;
    let mut codici: Vec<&String> = confronto
        .scomparse
        .keys()
        .chain(confronto.nuove.keys())
        .chain(confronto.rimaste.keys())
        .collect();
    codici.sort_unstable();
    codici.dedup();
    writeln!(
        out,
        "<div class=\"scorre\"><table><thead><tr><th scope=\"col\">Codice</th><th scope=\"col\">Scomparse</th><th scope=\"col\">Nuove</th>\
         <th scope=\"col\">Rimaste</th></tr></thead><tbody>"
    )?;
    let conta = |conti: &BTreeMap<String, u64>, codice: &str| {
        migliaia(conti.get(codice).copied().unwrap_or_default())
    };
    for codice in &codici {
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
            marcato(codice),
            conta(&confronto.scomparse, codice),
            conta(&confronto.nuove, codice),
            conta(&confronto.rimaste, codice)
        )?;
    }
    let somma = |conti: &BTreeMap<String, u64>| migliaia(conti.values().sum());
    writeln!(
        out,
        "</tbody><tfoot><tr><th scope=\"row\">Totale</th><td>{}</td><td>{}</td><td>{}</td></tr></tfoot></table></div>",
        somma(&confronto.scomparse),
        somma(&confronto.nuove),
        somma(&confronto.rimaste)
    )?;
    let scomparse: Vec<Voce> = p
        .scomparse()?
        .take(super::MASSIMO_PER_CODICE)
        .collect::<io::Result<_>>()?;
    if !scomparse.is_empty() {
        writeln!(out, "<details><summary>Esempi di anomalie scomparse</summary>")?;
        tabella(&scomparse.iter().collect::<Vec<_>>(), "Anomalie scomparse", out)?;
        writeln!(out, "</details>")?;
    }
    Ok(())
}

/// A bar per code; the length is also a number beside it.
fn barre(p: &Presentazione<'_>, trovati: &[Trovato<'_>], out: &mut dyn Write) -> io::Result<()> {
    let massimo = trovati.iter().map(|t| t.quanti).max().unwrap_or(1).max(1);
    writeln!(
        out,
        "<h2>Quante per codice</h2>\n<div class=\"scorre\"><table class=\"barre\"><caption>Prima ciò che blocca</caption><thead><tr>\
         <th scope=\"col\">Codice</th><th scope=\"col\">Gravità</th><th scope=\"col\">Quante</th>\
         <th scope=\"col\">Proporzione</th></tr></thead><tbody>"
    )?;
    for t in trovati {
        let (classe, parola) = match t.urgenza {
            Urgenza::Blocca => ("blocca", "blocca"),
            Urgenza::DaRimuovere => ("rimuovere", "da rimuovere"),
            Urgenza::Altro => ("altro", "avviso"),
        };
        // Percent with one decimal; what exists is never invisible.
        let millesimi = (t.quanti.saturating_mul(1000) / massimo).max(5);
        writeln!(
            out,
            "<tr><th scope=\"row\"><a href=\"#{0}\">{0}</a></th><td><span class=\"marca {classe}\">{parola}</span></td>\
             <td class=\"numero\">{1}</td><td class=\"cella\" title=\"{2}\"><span class=\"barra {classe}\" style=\"width:{3}.{4}%\"></span></td></tr>",
            marcato(t.codice),
            migliaia(t.quanti),
            marcato(&p.controllo.titolo(t.codice)),
            millesimi / 10,
            millesimi % 10
        )?;
    }
    writeln!(out, "</tbody></table></div>")
}

fn sezione(
    p: &Presentazione<'_>,
    urgenza: Urgenza,
    trovati: &[Trovato<'_>],
    voci: &BTreeMap<String, Vec<Voce>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    // What only follows from a cause has no card of its own: it stands under the cause.
    let suoi: Vec<&Trovato<'_>> = trovati
        .iter()
        .filter(|t| t.urgenza == urgenza && t.seguono < t.quanti)
        .collect();
    if suoi.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>{}</h2>", urgenza.titolo())?;
    for t in suoi {
        articolo(p, t, voci, out)?;
        if t.codice == CAUSA {
            conseguenze(trovati, voci, out)?;
        }
        writeln!(out, "</section>")?;
    }
    Ok(())
}

fn articolo(
    p: &Presentazione<'_>,
    t: &Trovato<'_>,
    voci: &BTreeMap<String, Vec<Voce>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(
        out,
        "<section class=\"codice\" id=\"{0}\" aria-labelledby=\"t-{0}\"><h3 id=\"t-{0}\">{0} <span class=\"conta\">× {1}</span></h3>\n<p>{2}</p>",
        marcato(t.codice),
        migliaia(t.quanti),
        marcato(&p.controllo.titolo(t.codice))
    )?;
    if let Some(a) = anomalia(t.codice) {
        writeln!(out, "<p>{}</p>", marcato(a.spiegazione))?;
        if let Some((numero, parole)) = a.procedura.and_then(|n| Some((n.0, procedura(n.0)?))) {
            writeln!(
                out,
                "<p class=\"rimedio\"><strong>Che cosa fare</strong> (procedura {numero}): {}</p>",
                marcato(parole)
            )?;
        }
    }
    let propri: Vec<&Voce> = voci
        .get(t.codice)
        .into_iter()
        .flatten()
        .filter(|v| v.causa.is_none())
        .collect();
    if t.seguono > 0 {
        writeln!(
            out,
            "<p>Di queste, {} probabili conseguenze di <a href=\"#{CAUSA}\">{CAUSA}</a>, elencate là.</p>",
            migliaia(t.seguono)
        )?;
    }
    elenco(&propri, t.quanti - t.seguono, t.codice, out)
}

/// Samples under a fold, with how many there are in all.
fn elenco(voci: &[&Voce], quanti: u64, codice: &str, out: &mut dyn Write) -> io::Result<()> {
    if voci.is_empty() {
        return Ok(());
    }
    let mostrati = voci.len() as u64;
    let detto = if mostrati < quanti {
        format!("{} esempi su {}", migliaia(mostrati), migliaia(quanti))
    } else {
        format!("Dove ({})", migliaia(quanti))
    };
    writeln!(out, "<details><summary>{detto}</summary>")?;
    tabella(voci, &format!("Anomalie {codice}"), out)?;
    writeln!(out, "</details>")
}

fn conseguenze(
    trovati: &[Trovato<'_>],
    voci: &BTreeMap<String, Vec<Voce>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let seguono: Vec<&Trovato<'_>> = trovati.iter().filter(|t| t.seguono > 0).collect();
    if seguono.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<details class=\"conseguenze\"><summary>Probabili conseguenze ({})</summary>\n<p>Ciò che non si è potuto leggere manca dai \
         contatori e dalle famiglie: correggere prima {CAUSA}, poi ripetere la verifica.</p>",
        migliaia(seguono.iter().map(|t| t.seguono).sum())
    )?;
    for t in seguono {
        let sue: Vec<&Voce> = voci
            .get(t.codice)
            .into_iter()
            .flatten()
            .filter(|v| v.causa.is_some())
            .collect();
        // A code with a card of its own keeps the anchor there.
        let ancora = if t.seguono == t.quanti {
            format!(" id=\"{}\"", marcato(t.codice))
        } else {
            String::new()
        };
        let titolo = marcato(t.codice);
        writeln!(out, "<h4{ancora}>{titolo} × {}</h4>", migliaia(t.seguono))?;
        elenco(&sue, t.seguono, t.codice, out)?;
    }
    writeln!(out, "</details>")
}

fn tabella(voci: &[&Voce], titolo: &str, out: &mut dyn Write) -> io::Result<()> {
    let confronto = voci.iter().any(|v| v.confronto.is_some());
    writeln!(
        out,
        "<div class=\"scorre\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table><thead><tr><th scope=\"col\">Scheda</th>\
         <th scope=\"col\">Dove</th><th scope=\"col\">Testo</th><th scope=\"col\">Campo</th><th scope=\"col\">Valore</th>{1}</tr></thead><tbody>",
        marcato(titolo),
        if confronto {
            "<th scope=\"col\">Confronto</th>"
        } else {
            ""
        }
    )?;
    for voce in voci {
        let r = &voce.rilievo;
        let dove = r
            .posizione
            .map(|p| format!(", riga {}, colonna {}", p.riga, p.colonna))
            .unwrap_or_default();
        let o = |t: &Option<String>| marcato(t.as_deref().unwrap_or_default()).into_owned();
        let campo = [&r.oggetto, &r.campo]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("/");
        write!(
            out,
            "<tr><td>{}</td><td>{}{dove}</td><td>{}</td><td>{}</td><td>{}</td>",
            marcato(&r.scheda),
            o(&r.file),
            marcato(&r.testo),
            marcato(&campo),
            o(&r.valore)
        )?;
        if let Some(novita) = voce.confronto {
            write!(out, "<td>{}</td>", novita.parola())?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></div>")
}

#[cfg(test)]
mod prove {
    #[test]
    fn i_numeri_si_leggono() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(super::migliaia),
            ["0", "999", "1.000", "1.234.567"]
        );
    }
}
