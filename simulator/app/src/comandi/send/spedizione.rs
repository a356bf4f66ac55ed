//! How a request travels: address, headers, bytes.

use std::io::Write as _;

use anpr_sim::cliente::{Cliente, Ricevuta};
use anyhow::Result;
use frontiera::firma::{Come, Trasporto, Voce};

/// Bytes of one piece of a chunked body.
const PEZZO_BYTE: usize = 1000;

/// A request ready to go.
pub(super) struct Spedizione {
    url: String,
    intestazioni: Vec<(&'static str, &'static str)>,
    byte: Vec<u8>,
    a_pezzi: bool,
    volte: u32,
}

impl Spedizione {
    /// Applies what the rows say of the transport.
    pub(super) fn prepara(ws: &str, percorso: &str, busta: &str, voci: &[&Voce]) -> Result<Self> {
        let tipo = if busta.contains("http://www.w3.org/2003/05/soap-envelope") {
            "application/soap+xml; charset=utf-8"
        } else {
            "text/xml; charset=utf-8"
        };
        let mut s = Self {
            url: format!("{ws}{percorso}"),
            intestazioni: vec![("content-type", tipo), ("soapaction", "\"\"")],
            byte: busta.as_bytes().to_vec(),
            a_pezzi: false,
            volte: 1,
        };
        for v in voci {
            let Come::Trasporto(come) = v.come else { continue };
            match come {
                Trasporto::Percorso(altro) => s.url = format!("{ws}{altro}"),
                Trasporto::Intestazioni(altre) => altre.iter().for_each(|(n, v)| s.metti(n, v)),
                Trasporto::APezzi => {
                    s.metti("expect", "100-continue");
                    s.a_pezzi = true;
                }
                Trasporto::Gzip => {
                    s.metti("content-encoding", "gzip");
                    let mut z = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                    z.write_all(&s.byte)?;
                    s.byte = z.finish()?;
                }
                Trasporto::Byte(scrivi) => {
                    s.byte = scrivi(busta);
                    // The message says its encoding itself.
                    s.metti("content-type", "text/xml");
                }
                Trasporto::DueVolte => s.volte = 2,
            }
        }
        Ok(s)
    }

    fn metti(&mut self, nome: &'static str, valore: &'static str) {
        self.intestazioni.retain(|(n, _)| *n != nome);
        self.intestazioni.push((nome, valore));
    }

    /// What is sent.
    pub(super) fn byte(&self) -> &[u8] {
        &self.byte
    }

    /// Sends it, as often as asked; the last answer.
    pub(super) fn invia(&self, c: &Cliente) -> Result<Ricevuta> {
        let una = || {
            if self.a_pezzi {
                let pezzi = self.byte.chunks(PEZZO_BYTE).map(<[u8]>::to_vec).collect();
                c.chiedi_a_pezzi("POST", &self.url, &self.intestazioni, pezzi)
            } else {
                c.chiedi("POST", &self.url, &self.intestazioni, self.byte.clone())
            }
        };
        for _ in 1..self.volte {
            una()?;
        }
        una()
    }
}
