//! *Amministrazione* (process G01): what a Comune sets up before the subentro, by its rules.
//!
//! Logo: bytes from outside → decoded under limits and written again as a PNG of our own, so that what is served is an
//! image and nothing else. Addresses: spec security §2, "IP filter": single ones or networks, never private ones, in
//! force from the day after. What holds is here, whoever asks: page, API, console.

use std::{
    io::{Cursor, Read as _},
    net::{IpAddr, Ipv4Addr},
};

use anagrafe::{CodiceIstat, Data};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use frontiera::politica::Rete;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use registro::{Configurazione, Lettura as _, Quando};
use serde::{Deserialize, Serialize};

use crate::{
    Deposito, ErroreServizio, Esito, Simulatore,
    percorso::{ErroreCampo, Rifiuto},
};

/// Most bytes of a logo as it is sent.
pub const LIMITE_LOGO_BYTE: u64 = 512 * 1024;
/// Shortest side of a logo, in pixels.
pub const LOGO_LATO_MINIMO: u32 = 16;
/// Longest side of a logo, in pixels.
pub const LOGO_LATO_MASSIMO: u32 = 600;
/// Memory a logo may take while it is read, in bytes.
const LOGO_MEMORIA_BYTE: u64 = 8 << 20;
/// Longest authorisation of the bollo virtuale, in characters.
pub const LIMITE_BOLLO_CARATTERI: usize = 60;
/// Addresses and networks a Comune may enable.
pub const INDIRIZZI_MASSIMI: usize = 50;
/// Widest network a Comune may enable, as a prefix: IPv4, IPv6.
const RETE_PIU_LARGA: (u8, u8) = (16, 32);
/// Collection of the logos, by Comune.
const LOGHI: &str = "logo";

/// Forgets the logo of a Comune that is no more.
pub(crate) fn dimentica_logo(t: &mut registro::Transazione, istat: CodiceIstat) {
    t.togli_documento(LOGHI, istat.as_str());
}

/// Things on the page, each with who may change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoceAmministrazione {
    /// Address for the outcomes.
    Pec,
    /// The Comune's logo.
    Logo,
    /// Bollo virtuale and diritti di segreteria.
    Diritti,
    /// Enabled addresses.
    Indirizzi,
}

impl VoceAmministrazione {
    /// Roles that may change it: the security administrator and the sindaco speak for the Comune, addresses are the
    /// business of whoever has the postazioni (process B04–B07; which role does what in the real page is not public).
    pub const fn ruoli(self) -> &'static [&'static str] {
        match self {
            Self::Pec => &["ALS", "SINDACO", "RESPONSABILE_CNSD"],
            Self::Logo | Self::Diritti => &["ALS", "SINDACO", "SUPERVISORE"],
            Self::Indirizzi => &["ALP", "SINDACO"],
        }
    }
}

/// A logo kept: a PNG of our own making.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogoTenuto {
    png: String,
    larghezza: u32,
    altezza: u32,
    quando: Quando,
}

/// A logo without its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Logo {
    /// Width in pixels.
    pub larghezza: u32,
    /// Height in pixels.
    pub altezza: u32,
    /// Bytes of the PNG.
    pub byte: u64,
    /// Scenario instant of the upload.
    pub quando: Quando,
}

/// One enabled address as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IndirizzoAbilitato {
    /// Address or network.
    pub rete: String,
    /// Asked for on that day; unknown when it was written before days were kept.
    pub richiesto: Option<Data>,
    /// In force (the real page shows `*`).
    pub attivo: bool,
}

/// How addresses are written, for whoever fills a form in.
pub const NOTA_INDIRIZZI: &str = "Uno per riga, oppure separati da spazi o virgole: un indirizzo (203.0.113.7) o una \
    rete (203.0.113.0/24). Le reti private 192.168.*, 10.* e 172.16.* non sono ammesse.";

/// Addresses and networks as people write them: by lines, blanks, commas, semicolons. One more than a Comune may have is
/// enough to be refused.
pub fn indirizzi_scritti(testo: &str) -> Vec<String> {
    testo
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .filter(|i| !i.is_empty())
        .take(INDIRIZZI_MASSIMI + 1)
        .map(ToOwned::to_owned)
        .collect()
}

/// Addresses in one form, each once; or everything that is wrong with them, in sentences.
pub(crate) fn reti_in_ordine(scritte: &[String]) -> Result<Vec<String>, Vec<String>> {
    if scritte.len() > INDIRIZZI_MASSIMI {
        return Err(vec![format!("Al massimo {INDIRIZZI_MASSIMI} indirizzi o reti.")]);
    }
    let (mut reti, mut errori): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for scritta in scritte {
        match rete_abilitabile(scritta) {
            Ok(rete) => {
                let rete = rete.to_string();
                if !reti.contains(&rete) {
                    reti.push(rete);
                }
            }
            Err(e) => errori.push(e),
        }
    }
    if errori.is_empty() { Ok(reti) } else { Err(errori) }
}

/// Reads an address or a network as the form takes it, or says why not.
fn rete_abilitabile(testo: &str) -> Result<Rete, String> {
    let breve: String = testo.trim().chars().take(60).collect();
    let Ok(rete) = testo.trim().parse::<Rete>() else {
        return Err(format!(
            "«{breve}» non è un indirizzo IP (203.0.113.7) né una rete (203.0.113.0/24)."
        ));
    };
    let ip = rete.indirizzo().to_canonical();
    let larga = match ip {
        IpAddr::V4(_) => rete.bit() < RETE_PIU_LARGA.0,
        IpAddr::V6(_) => rete.bit() < RETE_PIU_LARGA.1,
    };
    if larga {
        return Err(format!(
            "«{breve}» è una rete troppo larga: al più /{} per IPv4, /{} per IPv6.",
            RETE_PIU_LARGA.0, RETE_PIU_LARGA.1
        ));
    }
    let privato = match ip {
        IpAddr::V4(v4) => {
            v4.is_private()
                || v4.is_link_local()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.octets()[0] == Ipv4Addr::UNSPECIFIED.octets()[0]
        }
        IpAddr::V6(v6) => {
            v6.is_unique_local() || v6.is_unicast_link_local() || v6.is_multicast() || v6.is_unspecified()
        }
    };
    if privato {
        return Err(format!(
            "«{breve}» è un indirizzo privato o riservato: serve quello con cui il Comune esce su Internet (le reti \
             192.168.*, 10.* e 172.16.* non sono ammesse)."
        ));
    }
    Ok(rete)
}

/// A configuration put in order: addresses read and written in one form, each with the day it was asked for; or each
/// field that is not right.
pub(crate) fn in_ordine(
    mut nuova: Configurazione,
    prima: &Configurazione,
    oggi: Data,
) -> Result<Configurazione, Rifiuto> {
    let mut errori = Vec::new();
    if let Some(bollo) = &mut nuova.bollo_virtuale {
        *bollo = bollo.trim().to_owned();
        if bollo.chars().count() > LIMITE_BOLLO_CARATTERI || bollo.chars().any(char::is_control) {
            errori.push(ErroreCampo::nuovo(
                "bolloVirtuale",
                format!(
                    "Autorizzazione del bollo virtuale: al massimo {LIMITE_BOLLO_CARATTERI} caratteri, su una riga."
                ),
            ));
        }
    }
    nuova.bollo_virtuale = nuova.bollo_virtuale.filter(|b| !b.is_empty());
    match reti_in_ordine(&nuova.indirizzi_ip) {
        Ok(reti) => {
            nuova.indirizzi_dal = reti
                .iter()
                .map(|r| (r.clone(), prima.indirizzi_dal.get(r).copied().unwrap_or(oggi)))
                .collect();
            nuova.indirizzi_ip = reti;
        }
        Err(frasi) => errori.extend(frasi.into_iter().map(|f| ErroreCampo::nuovo("indirizziIp", f))),
    }
    if errori.is_empty() {
        Ok(nuova)
    } else {
        Err(Rifiuto::Campi(errori))
    }
}

/// The enabled addresses of a Comune on a day.
fn abilitati(c: &Configurazione, oggi: Data) -> Vec<IndirizzoAbilitato> {
    c.indirizzi_ip
        .iter()
        .map(|rete| {
            let richiesto = c.indirizzi_dal.get(rete).copied();
            IndirizzoAbilitato {
                rete: rete.clone(),
                richiesto,
                attivo: richiesto.is_none_or(|d| d < oggi),
            }
        })
        .collect()
}

fn rifiutata(testo: impl Into<String>) -> ErroreServizio {
    ErroreServizio {
        codice: Some("SIM010"),
        http: 422,
        testo: testo.into(),
    }
}

/// The image, decoded under limits and written again.
fn rifai(byte: Vec<u8>) -> Esito<(Vec<u8>, u32, u32)> {
    let mut lettore = ImageReader::new(Cursor::new(byte))
        .with_guessed_format()
        .map_err(ErroreServizio::guasto)?;
    if !matches!(lettore.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(rifiutata(
            "Il logo deve essere un'immagine PNG o JPEG, qualunque sia il nome del file.",
        ));
    }
    let mut limiti = Limits::default();
    limiti.max_image_width = Some(LOGO_LATO_MASSIMO);
    limiti.max_image_height = Some(LOGO_LATO_MASSIMO);
    limiti.max_alloc = Some(LOGO_MEMORIA_BYTE);
    lettore.limits(limiti);
    let immagine = lettore.decode().map_err(|e| match e {
        image::ImageError::Limits(_) => rifiutata(format!(
            "Il logo è troppo grande: ogni lato ha al massimo {LOGO_LATO_MASSIMO} pixel."
        )),
        _ => {
            rifiutata("L'immagine del logo non si legge: il file è rovinato o non è ciò che dice di essere.")
        }
    })?;
    let immagine = DynamicImage::ImageRgba8(immagine.into_rgba8());
    let (l, a) = (immagine.width(), immagine.height());
    if l.min(a) < LOGO_LATO_MINIMO {
        return Err(rifiutata(format!(
            "Il logo è troppo piccolo: {l}×{a} pixel, ogni lato ne ha almeno {LOGO_LATO_MINIMO}."
        )));
    }
    let mut png = Cursor::new(Vec::new());
    immagine
        .write_to(&mut png, ImageFormat::Png)
        .map_err(ErroreServizio::guasto)?;
    Ok((png.into_inner(), l, a))
}

impl Simulatore {
    /// Takes the logo of a Comune.
    pub fn metti_logo(&self, istat: CodiceIstat, deposito: &Deposito) -> Esito<Logo> {
        self.comune(istat)?;
        if deposito.byte() > LIMITE_LOGO_BYTE {
            return Err(ErroreServizio {
                codice: Some("SIM013"),
                http: 413,
                testo: format!("Il logo supera i {} kB ammessi.", LIMITE_LOGO_BYTE / 1024),
            });
        }
        let mut byte = Vec::new();
        deposito.leggi()?.take(LIMITE_LOGO_BYTE).read_to_end(&mut byte)?;
        let (png, larghezza, altezza) = rifai(byte)?;
        let byte = png.len() as u64;
        let quando = self.registro().scrivi(|t| -> Esito<_> {
            let quando = t.evento()?;
            let tenuto = LogoTenuto {
                png: STANDARD.encode(&png),
                larghezza,
                altezza,
                quando,
            };
            t.salva_documento(LOGHI, istat.as_str(), &tenuto)?;
            Ok(quando)
        })?;
        Ok(Logo {
            larghezza,
            altezza,
            byte,
            quando,
        })
    }

    /// The logo of a Comune with its bytes, a PNG.
    pub fn logo(&self, istat: CodiceIstat) -> Esito<Option<(Logo, Vec<u8>)>> {
        self.comune(istat)?;
        let tenuto: Option<LogoTenuto> = self.registro().documento(LOGHI, istat.as_str())?;
        tenuto
            .map(|t| {
                let png = STANDARD.decode(&t.png).map_err(ErroreServizio::guasto)?;
                let logo = Logo {
                    larghezza: t.larghezza,
                    altezza: t.altezza,
                    byte: png.len() as u64,
                    quando: t.quando,
                };
                Ok((logo, png))
            })
            .transpose()
    }

    /// Takes the logo away; `false` when there was none.
    pub fn togli_logo(&self, istat: CodiceIstat) -> Esito<bool> {
        let cera = self.logo(istat)?.is_some();
        self.registro().scrivi(|t| -> Esito<()> {
            t.togli_documento(LOGHI, istat.as_str());
            Ok(())
        })?;
        Ok(cera)
    }

    /// Changes the configuration of a Comune, whole, under the rules above.
    pub fn configura_comune(
        &self,
        istat: CodiceIstat,
        f: impl FnOnce(&mut Configurazione),
    ) -> Result<registro::Comune, Rifiuto> {
        self.pronto_lo_stato()?;
        self.registro().scrivi(|t| -> Result<_, Rifiuto> {
            let mut c = t
                .comune(istat)?
                .ok_or_else(|| ErroreServizio::assente(format!("Comune {istat} assente.")))?;
            let mut nuova = c.configurazione.clone();
            f(&mut nuova);
            c.configurazione = in_ordine(nuova, &c.configurazione, t.oggi()?)?;
            t.salva_comune(&c)?;
            t.evento()?;
            Ok(c)
        })
    }

    /// The enabled addresses of a Comune, as of today.
    pub fn indirizzi_abilitati(&self, istat: CodiceIstat) -> Esito<Vec<IndirizzoAbilitato>> {
        Ok(abilitati(
            &self.comune(istat)?.configurazione,
            self.registro().oggi()?,
        ))
    }

    /// Whether some Comune has enabled an address.
    pub(crate) fn abilitato_da_un_comune(&self, ip: IpAddr) -> bool {
        if !self.registro_aperto() {
            return false;
        }
        let (Ok(comuni), Ok(oggi)) = (self.registro().comuni(), self.registro().oggi()) else {
            return false;
        };
        comuni
            .iter()
            .flat_map(|c| abilitati(&c.configurazione, oggi))
            .filter(|a| a.attivo)
            .any(|a| a.rete.parse::<Rete>().is_ok_and(|r| r.contiene(ip)))
    }
}

#[cfg(test)]
mod prove {
    use super::*;

    #[test]
    fn the_form_takes_what_goes_out_on_the_internet() {
        for (scritta, letta) in [
            ("203.0.113.7", "203.0.113.7"),
            (" 203.0.113.0/24 ", "203.0.113.0/24"),
            ("127.0.0.1", "127.0.0.1"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("172.32.0.1", "172.32.0.1"),
        ] {
            assert_eq!(
                rete_abilitabile(scritta).map(|r| r.to_string()),
                Ok(letta.to_owned()),
                "{scritta}"
            );
        }
        for (scritta, perche) in [
            ("192.168.1.1", "privato"),
            ("10.0.0.0/16", "privato"),
            ("172.16.0.1", "privato"),
            ("172.31.255.255", "privato"),
            ("::ffff:192.168.0.1", "privato"),
            ("169.254.1.1", "privato"),
            ("fc00::1", "privato"),
            ("0.0.0.0", "privato"),
            ("0.0.0.0/0", "troppo larga"),
            ("192.0.0.0/8", "troppo larga"),
            ("::/0", "troppo larga"),
            ("casa.example", "non è un indirizzo"),
            ("", "non è un indirizzo"),
            ("203.0.113.7/33", "non è un indirizzo"),
        ] {
            let e = rete_abilitabile(scritta).expect_err(scritta);
            assert!(e.contains(perche), "{scritta}: {e}");
        }
    }

    #[test]
    fn a_list_of_addresses_is_read_as_people_write_it_and_every_wrong_one_is_told() {
        assert_eq!(
            indirizzi_scritti(
                " 203.0.113.7 \r\n\r\n203.0.113.8, 203.0.113.9;;\t203.0.113.0/24 203.0.113.10\n"
            ),
            [
                "203.0.113.7",
                "203.0.113.8",
                "203.0.113.9",
                "203.0.113.0/24",
                "203.0.113.10"
            ]
        );
        assert!(indirizzi_scritti(" \n ,").is_empty());
        assert_eq!(
            indirizzi_scritti(&"203.0.113.7 ".repeat(1_000)).len(),
            INDIRIZZI_MASSIMI + 1
        );
        let lista = |t: &str| reti_in_ordine(&indirizzi_scritti(t));
        assert_eq!(
            lista("203.0.113.7 203.0.113.7"),
            Ok(vec!["203.0.113.7".to_owned()])
        );
        let errori = lista("casa, 203.0.113.7, 10.0.0.1").expect_err("two wrong ones");
        assert_eq!(errori.len(), 2, "{errori:?}");
        assert!(
            errori[0].contains("«casa»") && errori[1].contains("«10.0.0.1»"),
            "{errori:?}"
        );
        assert!(lista(&"203.0.113.7,".repeat(INDIRIZZI_MASSIMI + 1)).is_err());
    }

    #[test]
    fn an_address_is_in_force_from_the_day_after_and_keeps_its_day() {
        let giorno = |g| jiff::civil::date(2021, 3, g);
        let con = |ip: &[&str]| Configurazione {
            indirizzi_ip: ip.iter().map(|s| (*s).to_owned()).collect(),
            ..Configurazione::default()
        };
        let prima = in_ordine(
            con(&["203.0.113.7", "203.0.113.7"]),
            &Configurazione::default(),
            giorno(1),
        )
        .expect("good");
        assert_eq!(prima.indirizzi_ip, ["203.0.113.7"]);
        let dopo = in_ordine(con(&["203.0.113.7", "203.0.113.8"]), &prima, giorno(5)).expect("good");
        let attivi: Vec<bool> = abilitati(&dopo, giorno(5)).iter().map(|a| a.attivo).collect();
        assert_eq!(attivi, [true, false]);
        assert!(abilitati(&dopo, giorno(6)).iter().all(|a| a.attivo));
    }

    fn png(l: u32, a: u32) -> Vec<u8> {
        let mut fuori = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(l, a)
            .write_to(&mut fuori, ImageFormat::Png)
            .expect("png");
        fuori.into_inner()
    }

    #[test]
    fn a_logo_is_an_image_of_a_sane_size_and_nothing_rides_along() {
        let mut con_coda = png(40, 30);
        con_coda.extend_from_slice(b"<script>alert(1)</script>PK\x03\x04");
        let (rifatto, l, a) = rifai(con_coda).expect("an image");
        assert_eq!((l, a), (40, 30));
        assert!(
            !rifatto.windows(7).any(|w| w == b"<script"),
            "only pixels come through"
        );
        for (byte, perche) in [
            (
                b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
                "PNG o JPEG",
            ),
            (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec(), "PNG o JPEG"),
            (Vec::new(), "PNG o JPEG"),
            (png(40, 30)[..60].to_vec(), "non si legge"),
            (png(LOGO_LATO_MASSIMO + 1, 20), "troppo grande"),
            (png(LOGO_LATO_MINIMO - 1, 20), "troppo piccolo"),
        ] {
            let e = rifai(byte).expect_err(perche);
            assert!(e.testo.contains(perche) && e.http == 422, "{perche}: {}", e.testo);
        }
    }
}
