//! What a folder lacks, and making it.
//!
//! The comparison of index and options looks at names, dates and the presence of files only; nothing is parsed.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rcgen::KeyPair;

use crate::{
    ErrorePki, NOMI_REALI, OpzioniPki, RichiestaEmissione,
    chiavi::{self, ChiavePostazione},
    deposito::{Accesso, Deposito},
    indice::{Indice, VoceServer},
    p12,
    pki::controlla,
    profilo::{self, Validita},
    rilascio::{
        Emittente, Posto, chiave_radice, crea_radice, leggi_certificato, leggi_chiave, pem_radice, rilascia,
    },
};

/// Certificates with less than this left are made anew at start.
const RINNOVO: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Root of the certificates for real host names.
pub(crate) const REALI: &str = "reali";
/// Roots that always exist, one per environment.
pub(crate) const RADICI: [&str; 3] = ["test", "pre", "sub"];
/// Listeners with a certificate of their own, and the root it hangs on.
const SERVER: [(&str, &str); 4] = [
    ("test", "test"),
    ("pre", "pre"),
    ("sub", "sub"),
    ("carta", "test"),
];
/// Names every server certificate carries.
pub(crate) const NOMI_LOCALI: [&str; 3] = ["localhost", "127.0.0.1", "::1"];
/// The same as trust store for Java.
const CA_P12: &str = "ca.p12";
/// Bundle of every root, PEM.
pub(crate) const CA_PEM: &str = "ca.pem";
/// The root that every environment trusts.
pub(crate) const COMUNE_A_TUTTI: &str = "test";

/// What is missing of the folder.
pub(crate) struct Piano {
    /// Roots to make or make anew, with the names they are to admit.
    radici: Vec<(&'static str, Vec<String>)>,
    /// Server certificates to make or make anew: who, root, names.
    server: Vec<(&'static str, &'static str, Vec<String>)>,
    /// Comuni whose ready certificate is to be made or made anew.
    pronti: Vec<String>,
    /// Roots to put into the bundle, when it has not exactly these.
    ca: Option<Vec<String>>,
}

impl Piano {
    pub(crate) fn di(indice: &Indice, o: &OpzioniPki, d: &Deposito) -> Self {
        let ce = |r: &str| d.percorso(r).is_file();
        let breve = |fine: Timestamp| fine.duration_since(o.adesso) < RINNOVO;
        let mut nomi: Vec<String> = NOMI_LOCALI.map(str::to_owned).to_vec();
        for n in &o.nomi {
            if !nomi.contains(n) {
                nomi.push(n.clone());
            }
        }
        let reali: Vec<String> = NOMI_REALI.iter().map(|n| (*n).to_owned()).collect();
        let mut radici = Vec::new();
        let mut volute: Vec<(&'static str, &Vec<String>)> = RADICI.iter().map(|r| (*r, &nomi)).collect();
        let mut server_voluti: Vec<(&'static str, &'static str, &Vec<String>)> =
            SERVER.iter().map(|(s, r)| (*s, *r, &nomi)).collect();
        if o.nomi_reali {
            volute.push((REALI, &reali));
            server_voluti.push((REALI, REALI, &reali));
        }
        for (r, nomi) in &volute {
            let voce = indice.radici.get(*r);
            let buona = voce.is_some_and(|v| nomi.iter().all(|n| v.nomi.contains(n)) && !breve(v.non_dopo));
            if !(buona && ce(&pem_radice(r)) && ce(&chiave_radice(r))) {
                // Names once admitted stay so: certificates made for them go on working.
                let mut tutti = voce.map_or_else(Vec::new, |v| v.nomi.clone());
                tutti.extend(
                    nomi.iter()
                        .filter(|n| !tutti.contains(n))
                        .cloned()
                        .collect::<Vec<_>>(),
                );
                radici.push((*r, tutti));
            }
        }
        let server = server_voluti
            .into_iter()
            .filter(|(s, r, nomi)| {
                let buono = indice.server.get(*s).is_some_and(|v| {
                    v.nomi == **nomi && v.radice == *r && !breve(v.non_dopo) && v.non_prima <= o.adesso
                });
                !(buono && ce(&format!("server/{s}.pem")) && ce(&format!("server/{s}.key.pem")))
            })
            .map(|(s, r, nomi)| (s, r, nomi.clone()))
            .collect();
        let pronti = o
            .pronti
            .iter()
            .filter(|c| {
                let buona = indice.postazione(&id_pronto(c)).is_some_and(|p| {
                    p.difetto.is_none()
                        && !breve(p.non_dopo)
                        && [&p.p12, &p.pem, &p.chiave]
                            .iter()
                            .all(|f| ce(&f.to_string_lossy()))
                });
                !buona
            })
            .cloned()
            .collect();
        let ca: Vec<String> = volute.iter().map(|(r, _)| (*r).to_owned()).collect();
        let ca_buono = radici.is_empty() && indice.ca == ca && ce(CA_PEM) && ce(CA_P12);
        Self {
            radici,
            server,
            pronti,
            ca: (!ca_buono).then_some(ca),
        }
    }

    pub(crate) fn vuoto(&self) -> bool {
        self.radici.is_empty() && self.server.is_empty() && self.pronti.is_empty() && self.ca.is_none()
    }

    pub(crate) fn esegui(self, indice: &mut Indice, o: &OpzioniPki, d: &Deposito) -> Result<(), ErrorePki> {
        for c in &self.pronti {
            controlla(&richiesta_pronto(c))?;
        }
        // A key already in the folder serves again (a root made anew must keep it, or everything under it falls).
        let in_mano = |relativo: String| {
            leggi_chiave(d, &relativo)
                .ok()
                .and_then(|k| chiavi::rileggi(&k).ok())
        };
        let radici: Vec<_> = self
            .radici
            .into_iter()
            .map(|(r, n)| (r, n, in_mano(chiave_radice(r))))
            .collect();
        let server: Vec<_> = self
            .server
            .into_iter()
            .map(|(s, r, n)| (s, r, n, in_mano(format!("server/{s}.key.pem"))))
            .collect();
        let grandi = radici.iter().filter(|r| r.2.is_none()).count();
        let piccole = server.iter().filter(|s| s.3.is_none()).count() + self.pronti.len();
        let (grandi, piccole) = chiavi::genera(grandi, piccole, o.fili)?;
        let (mut grandi, mut piccole) = (grandi.into_iter(), piccole.into_iter());
        let mut nuova = |altra: Option<KeyPair>, grande: bool| {
            altra
                .or_else(|| if grande { grandi.next() } else { piccole.next() })
                .ok_or_else(|| ErrorePki::Cripto("manca una chiave".to_owned()))
        };
        for (r, nomi, chiave) in radici {
            crea_radice(d, indice, r, nomi, &nuova(chiave, true)?, o.adesso)?;
        }
        let mut emittenti: BTreeMap<&str, Emittente> = BTreeMap::new();
        for (s, r, nomi, chiave) in server {
            if !emittenti.contains_key(r) {
                emittenti.insert(r, Emittente::apri(d, indice, r)?);
            }
            let emittente = &emittenti[r];
            let chiave = nuova(chiave, false)?;
            let v = Validita::server(o.adesso, emittente.fine)?;
            let cert = profilo::server(&nomi, v)?
                .signed_by(&chiave, &emittente.issuer)
                .map_err(ErrorePki::cripto)?;
            d.scrivi(
                &format!("server/{s}.key.pem"),
                chiave.serialize_pem().as_bytes(),
                Accesso::Privato,
            )?;
            d.scrivi(
                &format!("server/{s}.pem"),
                cert.pem().as_bytes(),
                Accesso::Pubblico,
            )?;
            let voce = VoceServer {
                radice: r.to_owned(),
                nomi,
                non_prima: v.da,
                non_dopo: v.a,
            };
            indice.server.insert(s.to_owned(), voce);
        }
        if !self.pronti.is_empty() {
            let emittente = match emittenti.remove(COMUNE_A_TUTTI) {
                Some(e) => e,
                None => Emittente::apri(d, indice, COMUNE_A_TUTTI)?,
            };
            for c in &self.pronti {
                let chiave = ChiavePostazione::da(&nuova(None, false)?)?;
                let posto = indice
                    .postazioni
                    .iter()
                    .rposition(|p| p.id == id_pronto(c) && p.difetto.is_none());
                // A certificate made anew keeps its password, which stands in people's configurations.
                let password = posto.map(|i| indice.postazioni[i].password.clone());
                // Over the files of the one it replaces.
                let file = posto.map(|i| indice.postazioni[i].nome_file());
                let file = file.unwrap_or_else(|| id_pronto(c));
                let p = rilascia(
                    d,
                    &richiesta_pronto(c),
                    Posto { numero: 0, file },
                    &emittente,
                    &chiave,
                    o.adesso,
                    password,
                )?;
                match posto {
                    Some(i) => indice.postazioni[i] = p,
                    None => indice.postazioni.push(p),
                }
            }
        }
        if let Some(ca) = self.ca {
            let mut fascio = Vec::new();
            let mut voci = Vec::new();
            for r in &ca {
                fascio.extend(d.leggi(&pem_radice(r))?.unwrap_or_default());
                voci.push((format!("anpr-sim-{r}"), leggi_certificato(d, &pem_radice(r))?));
            }
            d.scrivi(CA_PEM, &fascio, Accesso::Pubblico)?;
            d.scrivi(CA_P12, &p12::fiducia(&voci)?, Accesso::Privato)?;
            indice.ca = ca;
        }
        Ok(())
    }
}

fn id_pronto(comune: &str) -> String {
    format!("{comune}-CO-0000")
}

fn richiesta_pronto(comune: &str) -> RichiestaEmissione {
    RichiestaEmissione {
        comune: comune.to_owned(),
        tipo: "CO".to_owned(),
        numero: Some(0),
        difetto: None,
        ambiente: None,
    }
}
