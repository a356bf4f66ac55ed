//! A chart of few points as SVG: size on a logarithmic axis, microseconds upwards from zero.

use std::fmt::Write as _;

/// One size.
pub(crate) struct Punto {
    pub(crate) soggetti: u64,
    /// Microseconds of wall time per soggetto.
    pub(crate) tempo: f64,
    /// Microseconds of the cores per soggetto.
    pub(crate) cpu: f64,
}

const LARGO: f64 = 640.0;
const ALTO: f64 = 320.0;
const MARGINE: f64 = 56.0;

pub(crate) fn disegna(punti: &[Punto]) -> String {
    let cima = punti.iter().map(|p| p.tempo.max(p.cpu)).fold(1.0, f64::max) * 1.25;
    #[expect(clippy::cast_precision_loss, reason = "a place in a chart")]
    let logaritmo = |n: u64| (n as f64).log10();
    let (da, fino) = (
        punti.first().map_or(0.0, |p| logaritmo(p.soggetti)),
        punti.last().map_or(1.0, |p| logaritmo(p.soggetti)),
    );
    let x = |n: u64| MARGINE + (logaritmo(n) - da) / (fino - da).max(f64::EPSILON) * (LARGO - 2.0 * MARGINE);
    let y = |v: f64| ALTO - MARGINE - v / cima * (ALTO - 2.0 * MARGINE);
    let mut s = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {LARGO} {ALTO}\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\">\n\
         <title>Tempo di check per soggetto, al crescere della fornitura</title>\n\
         <rect width=\"{LARGO}\" height=\"{ALTO}\" fill=\"#fff\"/>\n"
    );
    let riga = |s: &mut String, v: f64, nome: &str| {
        let _ = writeln!(
            s,
            "<path d=\"M{MARGINE} {0:.1}H{1:.1}\" stroke=\"#ddd\"/><text x=\"{2}\" y=\"{3:.1}\" text-anchor=\"end\">{nome}</text>",
            y(v),
            LARGO - MARGINE,
            MARGINE - 6.0,
            y(v) + 4.0
        );
    };
    let passo = if cima > 12.0 { 5.0 } else { 2.0 };
    let mut v = 0.0;
    while v < cima {
        riga(&mut s, v, &format!("{v:.0} µs"));
        v += passo;
    }
    for p in punti {
        let _ = writeln!(
            s,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            x(p.soggetti),
            ALTO - MARGINE + 22.0,
            migliaia(p.soggetti)
        );
    }
    for (nome, colore, valore, altro) in [
        (
            "tempo",
            "#0b5cad",
            (|p| p.tempo) as fn(&Punto) -> f64,
            (|p| p.cpu) as fn(&Punto) -> f64,
        ),
        ("CPU", "#b35900", |p| p.cpu, |p| p.tempo),
    ] {
        let linea: Vec<String> = punti
            .iter()
            .map(|p| format!("{:.1},{:.1}", x(p.soggetti), y(valore(p))))
            .collect();
        let _ = writeln!(
            s,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colore}\" stroke-width=\"2\"/>",
            linea.join(" ")
        );
        for p in punti {
            let (cx, cy) = (x(p.soggetti), y(valore(p)));
            // The higher of the two has its figure above.
            let sopra = valore(p) > altro(p) || (nome == "tempo" && valore(p) >= altro(p));
            let alza = if sopra { -12.0 } else { 20.0 };
            let _ = writeln!(
                s,
                "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"4\" fill=\"{colore}\"/>\
                 <text x=\"{cx:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"{colore}\">{:.1}</text>",
                cy + alza,
                valore(p)
            );
        }
        let cx = if nome == "tempo" { MARGINE } else { MARGINE + 190.0 };
        let _ = writeln!(
            s,
            "<circle cx=\"{cx:.1}\" cy=\"24\" r=\"4\" fill=\"{colore}\"/><text x=\"{:.1}\" y=\"28\" fill=\"{colore}\">{nome} per soggetto</text>",
            cx + 10.0
        );
    }
    s.push_str("</svg>\n");
    s
}

fn migliaia(n: u64) -> String {
    let cifre = n.to_string();
    let mut s = String::new();
    for (i, c) in cifre.chars().enumerate() {
        if i > 0 && (cifre.len() - i).is_multiple_of(3) {
            s.push('.');
        }
        s.push(c);
    }
    s
}
