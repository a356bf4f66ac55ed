//! Bars: requests a second of each contestant at each number of connections, with the bound as a line.

use std::fmt::Write as _;

use super::Prova;

const LARGO: f64 = 640.0;
const ALTO: f64 = 320.0;
const MARGINE: f64 = 56.0;
/// Width of one bar.
const BARRA: f64 = 44.0;
const COLORI: [&str; 3] = ["#0b5cad", "#b35900", "#4d7c0f"];

pub(super) fn disegna(prove: &[Prova], tetto: f64) -> String {
    let cima = prove
        .iter()
        .flat_map(|p| &p.misure)
        .map(|m| m.al_secondo)
        .fold(tetto, f64::max)
        * 1.1;
    let y = |v: f64| ALTO - MARGINE - v / cima * (ALTO - 2.0 * MARGINE);
    let mut s = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {LARGO} {ALTO}\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\">\n\
         <title>Richieste firmate verificate al secondo, un core</title>\n\
         <rect width=\"{LARGO}\" height=\"{ALTO}\" fill=\"#fff\"/>\n\
         <path d=\"M{MARGINE} {0:.1}H{1:.1}\" stroke=\"#888\" stroke-dasharray=\"5 4\"/>\
         <text x=\"{1:.1}\" y=\"{2:.1}\" text-anchor=\"end\" fill=\"#555\">tetto: tre verifiche RSA-2048 nude, {tetto:.0}/s</text>\n\
         <path d=\"M{MARGINE} {3:.1}H{1:.1}\" stroke=\"#333\"/>\n",
        y(tetto),
        LARGO - MARGINE / 2.0,
        y(tetto) - 6.0,
        y(0.0)
    );
    let gruppi = prove.first().map_or(0, |p| p.misure.len());
    #[expect(clippy::cast_precision_loss, reason = "a place in a chart")]
    let passo = (LARGO - 1.5 * MARGINE) / gruppi.max(1) as f64;
    for g in 0..gruppi {
        #[expect(clippy::cast_precision_loss, reason = "a place in a chart")]
        let centro = MARGINE + passo * (g as f64 + 0.5);
        for (i, p) in prove.iter().enumerate() {
            let Some(m) = p.misure.get(g) else { continue };
            #[expect(clippy::cast_precision_loss, reason = "a place in a chart")]
            let x = centro + (i as f64 - prove.len() as f64 / 2.0) * (BARRA + 4.0);
            let _ = writeln!(
                s,
                "<rect x=\"{x:.1}\" y=\"{0:.1}\" width=\"{BARRA}\" height=\"{1:.1}\" fill=\"{2}\"/>\
                 <text x=\"{3:.1}\" y=\"{4:.1}\" text-anchor=\"middle\" fill=\"{2}\">{5:.0}</text>",
                y(m.al_secondo),
                y(0.0) - y(m.al_secondo),
                COLORI[i % COLORI.len()],
                x + BARRA / 2.0,
                y(m.al_secondo) - 5.0,
                m.al_secondo
            );
        }
        let connessioni = prove[0].misure[g].connessioni;
        let nome = if connessioni == 1 {
            "connessione"
        } else {
            "connessioni"
        };
        let _ = writeln!(
            s,
            "<text x=\"{centro:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{connessioni} {nome}</text>",
            ALTO - MARGINE + 20.0
        );
    }
    let mut x = MARGINE;
    for (i, p) in prove.iter().enumerate() {
        let _ = writeln!(
            s,
            "<rect x=\"{x:.1}\" y=\"{0:.1}\" width=\"10\" height=\"10\" fill=\"{1}\"/><text x=\"{2:.1}\" y=\"{3:.1}\">{4}</text>",
            ALTO - 22.0,
            COLORI[i % COLORI.len()],
            x + 15.0,
            ALTO - 13.0,
            p.nome
        );
        x += if i == 0 { 110.0 } else { 215.0 };
    }
    s.push_str("</svg>\n");
    s
}
