//! What stands in each certificate: names, validity, extensions (`spec/security.md` §5.1, §5.5).
//!
//! The real layout is kept in order and number of RDNs, with the owner replaced by a mark that cannot be mistaken:
//! no certificate made here says that it comes from a ministry.

use std::{net::IpAddr, time::Duration};

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyUsagePurpose, NameConstraints, SanType, SerialNumber,
};

use crate::ErrorePki;

/// The mark every root carries in its O, every other certificate too. Plain ASCII, as the real names are: some stacks
/// (node-forge) encode anything else twice when they copy a name into a PKCS#7.
pub(crate) const MARCHIO: &str = "SIMULATORE anpr-sim - dati fittizi";
/// Length of the certificate of a postazione.
const ANNI_POSTAZIONE: i64 = 6;
/// Length of a server certificate.
const ANNI_SERVER: i64 = 2;
/// Length of a root at least.
const ANNI_RADICE: i64 = 20;
/// Certificates begin a little before their issue, for clients whose clock is behind.
const ANTICIPO_ORE: i64 = 1;
/// Begin of the roots: that of the real test root, so that certificates long expired still fit into its validity.
const INIZIO_RADICI: &str = "2015-10-05T00:00:00Z";
/// End of the roots: the last day X.509 writes with two digits of year, which the oldest parsers need.
const FINE_RADICI: &str = "2049-12-31T23:59:59Z";
/// OID of OU; spelt out because rcgen holds one value per named type, and a postazione has two OUs.
const OU: [u64; 4] = [2, 5, 4, 11];

/// From when until when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validita {
    pub(crate) da: Timestamp,
    pub(crate) a: Timestamp,
}

impl Validita {
    pub(crate) fn radice(adesso: Timestamp) -> Result<Self, ErrorePki> {
        let fissa = |t: &str| t.parse::<Timestamp>().map_err(ErrorePki::cripto);
        Ok(Self {
            da: fissa(INIZIO_RADICI)?.min(anni(adesso, -ANNI_RADICE)?),
            a: fissa(FINE_RADICI)?.max(anni(adesso, ANNI_RADICE)?),
        })
    }

    pub(crate) fn server(adesso: Timestamp, fine_ca: Timestamp) -> Result<Self, ErrorePki> {
        Self::da(adesso, ANNI_SERVER, fine_ca)
    }

    pub(crate) fn postazione(adesso: Timestamp, fine_ca: Timestamp) -> Result<Self, ErrorePki> {
        Self::da(adesso, ANNI_POSTAZIONE, fine_ca)
    }

    /// Ended a year ago.
    pub(crate) fn scaduta(adesso: Timestamp) -> Result<Self, ErrorePki> {
        Ok(Self {
            da: anni(adesso, -1 - ANNI_POSTAZIONE)?,
            a: anni(adesso, -1)?,
        })
    }

    /// Begins in a year.
    pub(crate) fn futura(adesso: Timestamp, fine_ca: Timestamp) -> Result<Self, ErrorePki> {
        let da = anni(adesso, 1)?;
        Ok(Self {
            da,
            a: anni(da, ANNI_POSTAZIONE)?.min(fine_ca),
        })
    }

    fn da(adesso: Timestamp, lunga: i64, fine_ca: Timestamp) -> Result<Self, ErrorePki> {
        let da = intero(adesso)
            .checked_sub(ANTICIPO_ORE.hours())
            .map_err(ErrorePki::cripto)?;
        Ok(Self {
            da,
            a: anni(da, lunga)?.min(fine_ca),
        })
    }
}

/// Certificates know whole seconds.
fn intero(t: Timestamp) -> Timestamp {
    Timestamp::from_second(t.as_second()).unwrap_or(t)
}

fn anni(t: Timestamp, quanti: i64) -> Result<Timestamp, ErrorePki> {
    let z = intero(t)
        .to_zoned(TimeZone::UTC)
        .checked_add(quanti.years())
        .map_err(ErrorePki::cripto)?;
    Ok(z.timestamp())
}

/// The DN of a root, in the layout of the environment it stands for.
fn dn_radice(quale: &str) -> DistinguishedName {
    let cn = |s: &str| (DnType::CommonName, s.to_owned());
    let ou = |s: &str| (DnType::OrganizationalUnitName, s.to_owned());
    let o = (DnType::OrganizationName, MARCHIO.to_owned());
    let voci = match quale {
        "test" => vec![cn("CA ANPR Postazioni Svil SIMULATORE"), ou("ANPR SIMULATORE"), o],
        "pre" => vec![cn("CA Postazioni Svil SIMULATORE"), ou("ANPR SIMULATORE"), o],
        "sub" => {
            let mut dn = DistinguishedName::new();
            dn.push(DnType::CountryName, paese());
            dn.push(DnType::OrganizationName, MARCHIO);
            dn.push(DnType::OrganizationalUnitName, "Anagrafe fittizia SIMULATORE");
            dn.push(DnType::CommonName, "CA Postazioni ANPR SIMULATORE");
            return dn;
        }
        "utenti" => vec![cn("CA Utenti SIMULATORE"), ou("ANPR SIMULATORE"), o],
        "reali" => vec![
            cn("CA nomi di host reali SIMULATORE"),
            ou("solo con nomi-reali SIMULATORE"),
            o,
        ],
        _ => vec![
            cn("CA estranea SIMULATORE"),
            ou("non fidata di proposito SIMULATORE"),
            o,
        ],
    };
    let mut dn = DistinguishedName::new();
    for (tipo, valore) in voci {
        dn.push(tipo, valore);
    }
    dn.push(DnType::CountryName, paese());
    dn
}

fn paese() -> DnValue {
    "IT".try_into()
        .map_or_else(|_| DnValue::Utf8String("IT".to_owned()), DnValue::PrintableString)
}

/// A host name or an address, as certificates write it.
enum Nome {
    Dns(String),
    Ip(IpAddr),
}

fn nome(s: &str) -> Result<Nome, ErrorePki> {
    if let Ok(ip) = s.parse() {
        return Ok(Nome::Ip(ip));
    }
    let etichetta = |e: &str| {
        !e.is_empty()
            && e.len() <= 63
            && !e.starts_with('-')
            && !e.ends_with('-')
            && e.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if s.len() <= 253 && s.split('.').all(etichetta) {
        Ok(Nome::Dns(s.to_owned()))
    } else {
        Err(ErrorePki::Nome(s.to_owned()))
    }
}

/// Critical constraints: these names (and what lies under them) and addresses, nothing else.
fn vincoli(nomi: &[String]) -> Result<NameConstraints, ErrorePki> {
    let mut permessi = Vec::new();
    let mut indirizzi = false;
    for n in nomi {
        permessi.push(match nome(n)? {
            Nome::Dns(d) => GeneralSubtree::DnsName(d),
            Nome::Ip(ip) => {
                indirizzi = true;
                GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(
                    ip,
                    if ip.is_ipv4() { 32 } else { 128 },
                ))
            }
        });
    }
    // A form of name that no permitted subtree mentions is unconstrained: addresses must be shut out by name.
    let vietati = if indirizzi {
        Vec::new()
    } else {
        vec![
            GeneralSubtree::IpAddress(CidrSubnet::V4([0; 4], [0; 4])),
            GeneralSubtree::IpAddress(CidrSubnet::V6([0; 16], [0; 16])),
        ]
    };
    Ok(NameConstraints {
        permitted_subtrees: permessi,
        excluded_subtrees: vietati,
    })
}

/// Parameters of a root.
pub(crate) fn radice(quale: &str, nomi: &[String], v: Validita) -> Result<CertificateParams, ErrorePki> {
    let mut p = comuni(dn_radice(quale), v);
    p.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    p.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyCertSign,
        KeyUsagePurpose::CrlSign,
    ];
    p.name_constraints = Some(vincoli(nomi)?);
    Ok(p)
}

/// Parameters of a server certificate for `nomi`, the first of which is its CN.
pub(crate) fn server(nomi: &[String], v: Validita) -> Result<CertificateParams, ErrorePki> {
    let mut dn = DistinguishedName::new();
    dn.push(
        DnType::CommonName,
        nomi.first().map_or("localhost", String::as_str),
    );
    dn.push(DnType::OrganizationalUnitName, "Server SIMULATORE");
    dn.push(DnType::OrganizationName, MARCHIO);
    dn.push(DnType::CountryName, paese());
    let mut p = comuni(dn, v);
    for n in nomi {
        p.subject_alt_names.push(match nome(n)? {
            Nome::Ip(ip) => SanType::IpAddress(ip),
            Nome::Dns(d) => SanType::DnsName(d.try_into().map_err(ErrorePki::cripto)?),
        });
    }
    p.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyEncipherment,
    ];
    p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(p)
}

/// Parameters of the certificate of a postazione; without `cn` the defect `senza-cn`.
pub(crate) fn postazione(cn: Option<&str>, v: Validita) -> CertificateParams {
    let mut dn = DistinguishedName::new();
    if let Some(cn) = cn {
        dn.push(DnType::CommonName, cn);
    }
    dn.push(DnType::OrganizationalUnitName, "Postazioni di lavoro SIMULATORE");
    dn.push(DnType::CustomDnType(OU.to_vec()), "Anagrafe fittizia SIMULATORE");
    dn.push(DnType::OrganizationName, MARCHIO);
    dn.push(DnType::CountryName, paese());
    let mut p = comuni(dn, v);
    p.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    p
}

/// Parameters of the card of an operator, whose name (a codice fiscale) is the CN.
pub(crate) fn carta(name_id: &str, v: Validita) -> CertificateParams {
    let mut dn = DistinguishedName::new();
    dn.push(DnType::CommonName, name_id);
    dn.push(DnType::OrganizationalUnitName, "Carte degli operatori SIMULATORE");
    dn.push(DnType::OrganizationName, MARCHIO);
    dn.push(DnType::CountryName, paese());
    let mut p = comuni(dn, v);
    p.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    p.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    p
}

fn comuni(dn: DistinguishedName, v: Validita) -> CertificateParams {
    // rcgen speaks another calendar crate; the epoch and a distance suffice to reach it.
    let istante = |t: Timestamp| {
        let epoca = rcgen::date_time_ymd(1970, 1, 1);
        let distanza = Duration::from_secs(t.as_second().unsigned_abs());
        if t.as_second() < 0 {
            epoca - distanza
        } else {
            epoca + distanza
        }
    };
    let mut p = CertificateParams::default();
    p.distinguished_name = dn;
    p.not_before = istante(v.da);
    p.not_after = istante(v.a);
    p.serial_number = Some(seriale());
    p.is_ca = IsCa::ExplicitNoCa;
    p.use_authority_key_identifier_extension = true;
    p
}

/// Eight bytes, the first neither zero nor negative, so that it is eight in DER too.
fn seriale() -> SerialNumber {
    let mut b: [u8; 8] = rand::random();
    b[0] = (b[0] & 0x7f) | 0x40;
    SerialNumber::from_slice(&b)
}
