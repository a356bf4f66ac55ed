//! Ports and addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use anpr_sim::trasporto::{Ascolto, ErroreAscolto, Limiti, Presa, Trasporto};

use crate::aiuti::{avvia, gestore, post, presa, scambia, stato};

fn ip(s: &str) -> IpAddr {
    s.parse().expect("an address")
}

#[tokio::test]
async fn porta_occupata_dice_quale_opzione() {
    let (_t, dove) = avvia(Limiti::default(), false);
    let mut p = Presa {
        numero: dove.port(),
        opzione: "--pre-port",
        ..presa(false)
    };
    let e = Ascolto::lega(&p).err().expect("taken");
    assert!(
        matches!(e, ErroreAscolto::Occupata { indirizzo, opzione: "--pre-port" } if indirizzo == dove),
        "{e:?}"
    );
    let testo = e.to_string();
    assert!(
        testo.contains(&dove.port().to_string()) && testo.contains("--pre-port"),
        "{testo}"
    );
    p.indirizzi.clear();
    assert_eq!(Ascolto::lega(&p).err().map(|e| e.opzione()), Some("--pre-port"));
    if cfg!(target_os = "linux") {
        // Taken on the second address only: as bad, and the first one is let go again.
        p.indirizzi = vec![ip("127.0.0.2"), ip("127.0.0.1")];
        assert!(matches!(Ascolto::lega(&p), Err(ErroreAscolto::Occupata { .. })));
        p.indirizzi.pop();
        assert_eq!(Ascolto::lega(&p).map(|a| a.numero()).ok(), Some(dove.port()));
    }
}

#[tokio::test]
async fn ipv4_e_ipv6_sulla_stessa_porta() {
    let ce_ipv6 = std::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok();
    let due: Vec<IpAddr> = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    let a = Ascolto::lega(&Presa {
        indirizzi: due,
        ..presa(false)
    })
    .unwrap_or_else(|e| panic!("{e}"));
    let indirizzi = a.indirizzi().to_vec();
    assert!(indirizzi.iter().all(|i| i.port() == a.numero() && i.port() != 0));
    assert_eq!(
        (indirizzi.len(), a.avvisi().len()),
        if ce_ipv6 { (2, 0) } else { (1, 1) }
    );
    let t = Trasporto::nuovo(Limiti::default(), gestore());
    t.avvia(a).expect("inside a runtime");
    for i in indirizzi {
        assert_eq!(stato(&scambia(i, &post("/eco", "", b"")).await), 200, "{i}");
    }
    // An IPv6 address the machine has not: a notice; an IPv4 one: an error.
    let manca = vec![ip("127.0.0.1"), ip("2001:db8::1")];
    let a = Ascolto::lega(&Presa {
        indirizzi: manca,
        ..presa(false)
    })
    .unwrap_or_else(|e| panic!("{e}"));
    assert!(
        a.indirizzi().len() == 1 && a.avvisi()[0].contains("2001:db8::1"),
        "{:?}",
        a.avvisi()
    );
    let e = Ascolto::lega(&Presa {
        indirizzi: vec![ip("192.0.2.1")],
        ..presa(false)
    });
    assert!(matches!(e, Err(ErroreAscolto::Indirizzo { .. })));
}
