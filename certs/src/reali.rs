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
