//! The foreign states the synthetic population comes from, and the consulates it is registered at.
//!
//! A short extract of tables 2 and 40 (codes are facts); a test holds every row against the embedded tables.

/// A group of names used for the people of a state.
pub(crate) struct Onomastica {
    pub(crate) maschili: &'static [&'static str],
    pub(crate) femminili: &'static [&'static str],
    pub(crate) cognomi: &'static [&'static str],
}

/// A foreign state: ISTAT code, name, Belfiore code, member of the Union, towns, names.
pub(crate) struct Stato {
    pub(crate) istat: &'static str,
    pub(crate) nome: &'static str,
    pub(crate) belfiore: &'static str,
    pub(crate) unione: bool,
    pub(crate) citta: &'static [&'static str],
    pub(crate) nomi: &'static Onomastica,
    /// Relative frequency among the foreign households.
    pub(crate) peso: u64,
}

/// A consulate: state of residence, code of table 40, seat.
pub(crate) struct Consolato {
    pub(crate) stato: &'static str,
    pub(crate) codice: &'static str,
    pub(crate) sede: &'static str,
    pub(crate) localita: &'static str,
    pub(crate) belfiore: &'static str,
}

static EST: Onomastica = Onomastica {
    maschili: &[
        "ADRIAN",
        "ALEXANDRU",
        "BOGDAN",
        "CATALIN",
        "CRISTIAN",
        "DRAGOS",
        "FLORIN",
        "GHEORGHE",
        "IOAN",
        "IONUT",
        "MARIAN",
        "MIHAI",
        "NICOLAE",
        "OVIDIU",
        "PETRU",
        "RADU",
        "SORIN",
        "STEFAN",
        "VASILE",
        "VIOREL",
    ],
    femminili: &[
        "ADRIANA",
        "ALINA",
        "ANCA",
        "CARMEN",
        "CORINA",
        "DANIELA",
        "DOINA",
        "ELENA",
        "FLORENTINA",
        "GABRIELA",
        "IOANA",
        "LAVINIA",
        "LILIANA",
        "MIHAELA",
        "NATALIA",
        "OKSANA",
        "OLGA",
        "RODICA",
        "SIMONA",
        "VIORICA",
    ],
    cognomi: &[
        "POPESCU",
        "IONESCU",
        "POPA",
        "STAN",
        "DUMITRU",
        "GHEORGHE",
        "RUSU",
        "MUNTEANU",
        "MATEI",
        "CIOBANU",
        "ROTARU",
        "MOLDOVAN",
        "LUPU",
        "BOYKO",
        "KOVALENKO",
        "SHEVCHENKO",
        "NOWAK",
        "KOWALSKI",
        "HOXHA",
        "DERVISHI",
        "PRIFTI",
        "SHEHU",
        "GJONI",
        "MARKU",
    ],
};
static MEDITERRANEO: Onomastica = Onomastica {
    maschili: &[
        "ABDELKADER",
        "AHMED",
        "ALI",
        "AMINE",
        "FOUAD",
        "HAMID",
        "HASSAN",
        "IBRAHIM",
        "KARIM",
        "KHALID",
        "MOHAMED",
        "MUSTAPHA",
        "OMAR",
        "RACHID",
        "SAID",
        "SAMIR",
        "TAREK",
        "YOUSSEF",
    ],
    femminili: &[
        "AICHA", "AMINA", "FATIHA", "FATIMA", "HANANE", "KHADIJA", "LAILA", "MALIKA", "MARYAM", "NADIA",
        "NAJAT", "NAIMA", "RACHIDA", "SALMA", "SAMIRA", "SOUAD", "YASMINE", "ZAHRA",
    ],
    cognomi: &[
        "ALAOUI",
        "BENALI",
        "BENNANI",
        "BOUZID",
        "CHAKIR",
        "DIALLO",
        "DIOP",
        "EL AMRANI",
        "EL IDRISSI",
        "FALL",
        "HADDAD",
        "HASSANI",
        "IBRAHIM",
        "KHALIL",
        "MANSOUR",
        "NDIAYE",
        "OKAFOR",
        "SAIDI",
        "TAHIRI",
        "ZIANI",
    ],
};
static ORIENTE: Onomastica = Onomastica {
    maschili: &[
        "AJIT", "ARJUN", "CHEN", "DINESH", "GURPREET", "HARPREET", "IMRAN", "JIAN", "KUMAR", "LEI",
        "MANPREET", "NUWAN", "RAJESH", "RAMESH", "SANJAY", "SHAKIL", "WEI", "XIN", "YONG", "ZHI",
    ],
    femminili: &[
        "ANITA", "ASHA", "FANG", "HUI", "JASMIN", "KAMALA", "LAKSHMI", "LI", "MEI", "MIN", "NILUFAR",
        "PRIYA", "RANI", "RINA", "SHANTI", "SUNITA", "XIAO", "YAN", "YING", "ZHEN",
    ],
    cognomi: &[
        "CHEN", "FERNANDO", "HU", "HUANG", "HOSSAIN", "ISLAM", "KAUR", "KHAN", "KUMAR", "LIN", "PERERA",
        "RAHMAN", "SHARMA", "SILVA", "SINGH", "UDDIN", "WANG", "WU", "ZHANG", "ZHOU",
    ],
};
static AMERICHE: Onomastica = Onomastica {
    maschili: &[
        "ALEXIS", "CARLOS", "CESAR", "DIEGO", "EDUARDO", "FELIPE", "FERNANDO", "GUSTAVO", "JAVIER", "JORGE",
        "JOSE", "JUAN", "LUIS", "MIGUEL", "PEDRO", "RAFAEL", "RICARDO", "WILSON",
    ],
    femminili: &[
        "ALEJANDRA",
        "BLANCA",
        "CARMEN",
        "DOLORES",
        "ELIZABETH",
        "GLADYS",
        "JUANA",
        "LETICIA",
        "LOURDES",
        "LUZ",
        "MARIBEL",
        "MERCEDES",
        "NORMA",
        "PATRICIA",
        "PILAR",
        "ROSARIO",
        "VERONICA",
        "YOLANDA",
    ],
    cognomi: &[
        "ALVAREZ",
        "CASTILLO",
        "CRUZ",
        "DELGADO",
        "DIAZ",
        "FLORES",
        "GARCIA",
        "GOMEZ",
        "GONZALEZ",
        "GUTIERREZ",
        "HERRERA",
        "LOPEZ",
        "MARTINEZ",
        "MENDOZA",
        "MORALES",
        "RAMIREZ",
        "RAMOS",
        "REYES",
        "RIVERA",
        "ROJAS",
        "SANTOS",
        "TORRES",
        "VARGAS",
        "VASQUEZ",
    ],
};

macro_rules! stati {
    ($($istat:literal $nome:literal $belfiore:literal $ue:literal $peso:literal $nomi:ident [$($c:literal),+];)+) => {
        &[$(Stato { istat: $istat, nome: $nome, belfiore: $belfiore, unione: $ue, citta: &[$($c),+], nomi: &$nomi, peso: $peso }),+]
    };
}

/// Where foreign households come from.
pub(crate) static STATI: &[Stato] = stati! {
    "235" "ROMANIA" "Z129" true 220 EST ["BUCAREST", "BACAU", "IASI", "CLUJ"];
    "201" "ALBANIA" "Z100" false 85 EST ["TIRANA", "VALONA", "DURAZZO", "SCUTARI"];
    "436" "MAROCCO" "Z330" false 85 MEDITERRANEO ["CASABLANCA", "RABAT", "FES", "KHOURIBGA"];
    "243" "UCRAINA" "Z138" false 50 EST ["KIEV", "LEOPOLI", "ODESSA"];
    "330" "INDIA" "Z222" false 35 ORIENTE ["JALANDHAR", "AMRITSAR", "NUOVA DELHI"];
    "323" "FILIPPINE" "Z216" false 35 AMERICHE ["MANILA", "BATANGAS", "QUEZON"];
    "305" "BANGLADESH" "Z249" false 35 ORIENTE ["DACCA", "SYLHET"];
    "419" "EGITTO" "Z336" false 30 MEDITERRANEO ["IL CAIRO", "ALESSANDRIA"];
    "344" "PAKISTAN" "Z236" false 30 ORIENTE ["LAHORE", "GUJRAT"];
    "254" "MOLDOVA" "Z140" false 25 EST ["CHISINAU", "BALTI"];
    "311" "SRI LANKA" "Z209" false 22 ORIENTE ["COLOMBO", "NEGOMBO"];
    "450" "SENEGAL" "Z343" false 22 MEDITERRANEO ["DAKAR", "THIES"];
    "460" "TUNISIA" "Z352" false 20 MEDITERRANEO ["TUNISI", "SFAX"];
    "443" "NIGERIA" "Z335" false 20 MEDITERRANEO ["LAGOS", "BENIN CITY"];
    "233" "POLONIA" "Z127" true 18 EST ["VARSAVIA", "CRACOVIA"];
    "609" "ECUADOR" "Z605" false 16 AMERICHE ["QUITO", "GUAYAQUIL"];
};

macro_rules! consolati {
    ($($stato:literal $belfiore:literal $codice:literal $sede:literal $loc:literal;)+) => {
        &[$(Consolato { stato: $stato, codice: $codice, sede: $sede, localita: $loc, belfiore: $belfiore }),+]
    };
}

/// Where the people of the AIRE live.
pub(crate) static CONSOLATI: &[Consolato] = consolati! {
    "206" "Z103" "2230100" "BRUXELLES" "BRUXELLES";
    "215" "Z110" "2290103" "PARIGI" "PARIGI";
    "216" "Z112" "2300300" "BERLINO" "BERLINO";
    "219" "Z114" "2310103" "LONDRA" "LONDRA";
    "239" "Z131" "2480100" "MADRID" "MADRID";
    "241" "Z133" "2500100" "BERNA" "BERNA";
    "602" "Z600" "2600103" "BUENOS AIRES" "BUENOS AIRES";
    "605" "Z602" "2630103" "RIO DE JANEIRO" "RIO DE JANEIRO";
    "536" "Z404" "2810100" "WASHINGTON" "WASHINGTON";
    "701" "Z700" "3020100" "CANBERRA" "CANBERRA";
};

#[cfg(test)]
mod tests {
    use anagrafe::Data;
    use anagrafe::tabelle::tabelle;

    use super::*;

    #[test]
    fn every_row_is_in_the_embedded_tables() {
        let oggi = Data::constant(2021, 3, 1);
        for s in STATI {
            let t = tabelle().stato(s.istat).expect("a state");
            assert_eq!((t.nome, t.belfiore), (s.nome, s.belfiore));
            assert!(t.nascita && t.cittadinanza && t.vale_il(oggi) && !s.citta.is_empty());
        }
        for c in CONSOLATI {
            let t = tabelle().stato(c.stato).expect("a state");
            assert!(t.residenza && t.nascita && t.belfiore == c.belfiore);
            assert_eq!(tabelle().consolato(c.codice).expect("a consulate").sede, c.sede);
        }
    }
}
