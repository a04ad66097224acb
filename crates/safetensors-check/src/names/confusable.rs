//! Characters that are taken for ASCII ones.

use findings::Severity;

use super::fold::{look_alike, one_for_one, punctuation};

/// A character that looks like another.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Impostor {
    /// The character.
    pub(super) c: char,
    /// The ASCII one.
    pub(super) like: char,
    /// How bad it is where it stands.
    pub(super) severity: Severity,
}

/// Words that names of tensors are made of; one that is spelled in another alphabet is spelled so on purpose.
const WORDS: [&str; 38] = [
    "alpha", "attn", "base", "beta", "bias", "block", "class", "code", "conv", "core", "cross",
    "decoder", "embed", "encoder", "expert", "gamma", "gate", "head", "index", "kernel", "key",
    "layer", "lora", "mean", "mlp", "model", "norm", "pos", "prior", "proj", "query", "scale",
    "score", "shape", "space", "value", "var", "weight",
];

/// Returns the first character that stands for an ASCII one where that deceives: in one word with ASCII letters, or
/// in a word that is spelled as a common one with look-alikes only. A text in one script of its own is none.
pub(super) fn impostor(name: &str) -> Option<Impostor> {
    if name.is_ascii() {
        return None;
    }
    let words = name.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_ascii())
        .find_map(in_word)
        .or_else(|| between_words(name))
}

fn in_word(word: &str) -> Option<Impostor> {
    let first = word.chars().find_map(|c| like(c).map(|like| (c, like)));
    let (c, like_ascii) = first?;
    let found = |severity| {
        Some(Impostor {
            c,
            like: like_ascii,
            severity,
        })
    };
    let length = word.chars().count();
    let has_ascii = word.chars().any(|c| c.is_ascii_alphabetic());
    if has_ascii {
        // A Greek letter with an index, such as `σx`, is how formulas are written.
        return (length > 2 || !is_greek(c))
            .then_some(())
            .and_then(|()| found(Severity::Medium));
    }
    let spelled: Option<String> = word
        .chars()
        .map(|c| if c.is_ascii() { Some(c) } else { like(c) })
        .collect();
    let spelled = spelled?.to_ascii_lowercase();
    WORDS
        .contains(&spelled.as_str())
        .then_some(())
        .and_then(|()| found(Severity::Medium))
}

/// Looks for a separator that is none, between two ASCII characters.
fn between_words(name: &str) -> Option<Impostor> {
    let mut chars = name.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        if let Some((like, _)) = punctuation(c)
            && before.is_some_and(|c: char| c.is_ascii_alphanumeric())
            && chars.peek().is_some_and(char::is_ascii_alphanumeric)
        {
            return Some(Impostor {
                c,
                like,
                severity: Severity::Medium,
            });
        }
        before = Some(c);
    }
    None
}

/// Returns the ASCII letter or digit that a character of another script, or another form of it, looks like.
fn like(c: char) -> Option<char> {
    if let Some((ascii, latin)) = look_alike(c) {
        // Letters of Latin alphabets other than English: `ı` is Turkish.
        return (!latin).then_some(ascii);
    }
    if !is_other_form(c) {
        return None;
    }
    let one = one_for_one(c)?;
    if one.is_ascii_alphanumeric() {
        return Some(one);
    }
    look_alike(one).map(|(ascii, _)| ascii)
}

/// Says whether a character is a letter in another form: full width, mathematical, letter-like, circled. Indices
/// below and above the line are not, since names use them.
const fn is_other_form(c: char) -> bool {
    matches!(
        c,
        '\u{2102}'..='\u{2149}'
            | '\u{2160}'..='\u{217f}'
            | '\u{24b6}'..='\u{24e9}'
            | '\u{ff10}'..='\u{ff5a}'
            | '\u{1d400}'..='\u{1d7ff}'
            | '\u{1f130}'..='\u{1f149}'
    )
}

const fn is_greek(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{3ff}')
}

#[cfg(test)]
mod tests {
    use super::impostor;

    #[test]
    fn a_foreign_letter_in_a_latin_word_is_an_impostor() {
        for name in [
            "layer.w\u{435}ight",
            "\u{ff57}eight",
            "\u{1d430}eight",
            "lora_\u{410}lpha",
            "encoder\u{2024}weight",
            "\u{455}\u{440}\u{430}\u{441}\u{435}.weight",
            "mod\u{435}l.layer",
        ] {
            assert!(impostor(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_script_of_its_own_is_none() {
        for name in [
            "\u{43c}\u{43e}\u{434}\u{435}\u{43b}\u{44c}.\u{441}\u{43b}\u{43e}\u{439}.\u{432}\u{435}\u{441}",
            "\u{6a21}\u{578b}.\u{5c42}0.weight",
            "bn.\u{3b3}",
            "\u{3c3}_x",
            "\u{3c1}0",
            "\u{3b1}t",
            "couche.\u{e9}tage",
            "a\u{11f}\u{131}rl\u{131}k",
            "x\u{b2}",
            "\u{30ec}\u{30a4}\u{30e4}\u{30fc}.weight",
        ] {
            assert_eq!(impostor(name), None, "{name}");
        }
    }
}
