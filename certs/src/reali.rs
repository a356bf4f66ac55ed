//! The host names of the real service (`spec/security.md` §1.1, §1.3; contract.md), certified only on request.

/// Host names of the real web services, web applications and companion sites.
pub const NOMI_REALI: &[&str] = &[
    "wstest.anpr.interno.it",
    "wstest.anpr.sogei.it",
    "wspre.anpr.interno.it",
    "wsfree.anpr.interno.it",
    "ws.anpr.interno.it",
    "dptest.anpr.interno.it",
    "dptest3.anpr.interno.it",
    "webtest.anpr.interno.it",
    "dppre.anpr.interno.it",
    "dpfree.anpr.interno.it",
    "webfree.anpr.interno.it",
    "dp.anpr.interno.it",
    "dp2.anpr.interno.it",
    "anprweb.anpr.interno.it",
    "dashboard.anpr.it",
    "servizidemografici.interno.it",
];

/// The environment a real host name stands for: `test`, `pre` or `sub`; `None` for any other name. The companion sites
/// belong to the esercizio, which `sub` is.
pub fn ambiente_reale(nome: &str) -> Option<&'static str> {
    let nome = nome.to_ascii_lowercase();
    if !NOMI_REALI.contains(&nome.as_str()) {
        return None;
    }
    let primo = nome.split('.').next().unwrap_or_default();
    Some(match primo {
        "wstest" | "wsfree" | "dptest" | "dptest3" | "webtest" | "dpfree" | "webfree" => "test",
        "wspre" | "dppre" => "pre",
        _ => "sub",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_real_name_has_its_environment() {
        for (nome, atteso) in [
            ("wstest.anpr.interno.it", Some("test")),
            ("WSTEST.anpr.sogei.it", Some("test")),
            ("dpfree.anpr.interno.it", Some("test")),
            ("wspre.anpr.interno.it", Some("pre")),
            ("dppre.anpr.interno.it", Some("pre")),
            ("ws.anpr.interno.it", Some("sub")),
            ("dp2.anpr.interno.it", Some("sub")),
            ("dashboard.anpr.it", Some("sub")),
            ("localhost", None),
            ("wspre.example", None),
        ] {
            assert_eq!(ambiente_reale(nome), atteso, "{nome}");
        }
    }
}
