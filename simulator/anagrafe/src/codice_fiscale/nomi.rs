//! Names → the three letters of a code, and the normal form for comparing.

use super::NOME_ASSENTE;

/// Base letters of a character that is not ASCII, upper case; empty when it is no Latin letter we know. The
/// range is that of the names of the schemas, À–ž plus Ɖ (spec subentro.md §2.3).
const fn lettere_base(c: char) -> &'static str {
    match c {
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' => "A",
        'Æ' | 'æ' => "AE",
        'Ç' | 'ç' | 'Ć'..='č' => "C",
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' => "E",
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' => "I",
        'Ð' | 'ð' | 'Ď'..='đ' | 'Ɖ' | 'ɖ' => "D",
        'Ñ' | 'ñ' | 'Ń'..='ŋ' => "N",
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō'..='ő' => "O",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' => "U",
        'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' => "Y",
        'Þ' | 'þ' => "TH",
        'ß' | 'ẞ' => "SS",
        'Ĝ'..='ģ' => "G",
        'Ĥ'..='ħ' => "H",
        'Ĳ' | 'ĳ' => "IJ",
        'Ĵ' | 'ĵ' => "J",
        'Ķ'..='ĸ' => "K",
        'Ĺ'..='ł' => "L",
        'Œ' | 'œ' => "OE",
        'Ŕ'..='ř' => "R",
        'Ś'..='š' | 'ſ' | 'Ș' | 'ș' => "S",
        'Ţ'..='ŧ' | 'Ț' | 'ț' => "T",
        'Ŵ' | 'ŵ' => "W",
        'Ź'..='ž' => "Z",
        _ => "",
    }
}

/// What the comparison drops: blanks, apostrophes, hyphens, full stops.
fn caduco(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\n' | '\r' | '\u{a0}' | '\'' | '’' | '`' | '´' | '-' | '‐' | '–' | '.'
    )
}

/// Characters of the normal form, one by one.
fn normali(testo: &str) -> impl Iterator<Item = char> + '_ {
    testo.chars().filter(|c| !caduco(*c)).flat_map(|c| {
        let base = lettere_base(c);
        let solo = base.is_empty().then(|| c.to_uppercase());
        base.chars().chain(solo.into_iter().flatten())
    })
}

/// The form in which two names are compared: upper case, diacritics to the base letter, blanks, apostrophes,
/// hyphens and full stops dropped. Anything else (another alphabet, a comma) stays, in upper case.
pub fn normalizza(testo: &str) -> String {
    normali(testo).collect()
}

/// Two names have the same normal form; without building it.
pub fn stessi(uno: &str, altro: &str) -> bool {
    uno == altro || normali(uno).eq(normali(altro))
}

/// The first consonants and vowels of a name, as many as a code can use.
#[derive(Default)]
struct Lettere {
    consonanti: [u8; 4],
    quante_consonanti: usize,
    vocali: [u8; 3],
    quante_vocali: usize,
}

impl Lettere {
    fn di(testo: &str) -> Self {
        let mut lettere = Self::default();
        for c in testo.chars() {
            if c.is_ascii() {
                lettere.prende(c as u8);
            } else {
                lettere_base(c).bytes().for_each(|b| lettere.prende(b));
            }
            // Only consonants can still displace vowels: with four of them nothing changes any more.
            if lettere.quante_consonanti == lettere.consonanti.len() {
                break;
            }
        }
        lettere
    }

    fn prende(&mut self, b: u8) {
        match b.to_ascii_uppercase() {
            v @ (b'A' | b'E' | b'I' | b'O' | b'U') if self.quante_vocali < self.vocali.len() => {
                self.vocali[self.quante_vocali] = v;
                self.quante_vocali += 1;
            }
            b'A' | b'E' | b'I' | b'O' | b'U' => {}
            c @ b'A'..=b'Z' if self.quante_consonanti < self.consonanti.len() => {
                self.consonanti[self.quante_consonanti] = c;
                self.quante_consonanti += 1;
            }
            _ => {}
        }
    }

    /// Consonants, then vowels, then X.
    fn tre(&self) -> [u8; 3] {
        let consonanti = self.consonanti[..self.quante_consonanti].iter();
        let vocali = self.vocali[..self.quante_vocali].iter();
        let mut tre = *b"XXX";
        tre.iter_mut()
            .zip(consonanti.chain(vocali))
            .for_each(|(posto, b)| *posto = *b);
        tre
    }
}

/// The three letters of the surname; `XXX` when there is none.
pub(super) fn tre_del_cognome(cognome: Option<&str>) -> [u8; 3] {
    cognome.map_or(NOME_ASSENTE, |c| Lettere::di(c).tre())
}

/// The three letters of the given name: with four consonants or more the first, third and fourth.
pub(super) fn tre_del_nome(nome: Option<&str>) -> [u8; 3] {
    let Some(nome) = nome else { return NOME_ASSENTE };
    let lettere = Lettere::di(nome);
    match lettere.consonanti {
        [prima, _, terza, quarta] if lettere.quante_consonanti == 4 => [prima, terza, quarta],
        _ => lettere.tre(),
    }
}
