//! Names as they are compared: compatibility characters decomposed, case folded, look-alikes replaced, what is
//! not seen left out. The tables are searched where they lie.

use super::table::{CLASSES, LOOK_ALIKES, ONE_TO_MANY, ONE_TO_ONE};

const HANGUL_FIRST: u32 = 0xac00;
const HANGUL_COUNT: u32 = 11_172;
const VOWELS: u32 = 21;
const TAILS: u32 = 28;

/// Returns the name in Unicode's normal form KD; two names are equal in NFKC exactly if they are in NFKD.
pub(super) fn decomposed(name: &str) -> String {
    if name.is_ascii() {
        return name.to_owned();
    }
    let mut chars = Vec::with_capacity(name.len());
    for c in name.chars() {
        decompose(c, &mut chars);
    }
    // Canonical order: between two characters of class 0, marks stand in the order of their classes.
    for marks in chars.split_mut(|c| class(*c) == 0) {
        marks.sort_by_key(|c| class(*c));
    }
    chars.into_iter().collect()
}

/// Returns what two names must share to be taken for each other: decomposed, without what is not seen, look-alikes
/// as the ASCII characters that they look like, lower case.
pub(super) fn skeleton(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    let decomposed = decomposed(name);
    let seen = decomposed.chars().filter(|c| !is_ignorable(*c)).map(|c| {
        look_alike(c)
            .or_else(|| punctuation(c))
            .map_or(c, |(ascii, _)| ascii)
    });
    let text: String = seen.flat_map(char::to_lowercase).collect();
    // A capital may look like an ASCII letter only once it is small, and the other way round.
    text.chars()
        .map(|c| look_alike(c).map_or(c, |(ascii, _)| ascii.to_ascii_lowercase()))
        .collect()
}

/// Returns the ASCII letter or digit that a letter looks like, and whether the letter is Latin itself.
pub(super) fn look_alike(c: char) -> Option<(char, bool)> {
    let at = LOOK_ALIKES.binary_search_by_key(&c, |row| row.0).ok()?;
    let (_, ascii, latin) = LOOK_ALIKES.get(at)?;
    Some((*ascii, *latin))
}

/// Returns the one character that a character decomposes to.
pub(super) fn one_for_one(c: char) -> Option<char> {
    let point = u32::from(c);
    let behind = ONE_TO_ONE.partition_point(|run| run.0 <= point);
    let (first, count, target) = ONE_TO_ONE.get(behind.checked_sub(1)?)?;
    let step = point.checked_sub(*first).filter(|step| step < count)?;
    char::from_u32(target.checked_add(step)?)
}

/// Returns the separator of names that a mark looks like and is not.
pub(super) fn punctuation(c: char) -> Option<(char, bool)> {
    let ascii = match c {
        '\u{2024}' | '\u{a4f8}' | '\u{ff0e}' => '.',
        '\u{2044}' | '\u{2215}' | '\u{29f8}' | '\u{ff0f}' => '/',
        '\u{ff3f}' | '\u{2017}' => '_',
        _ => return None,
    };
    Some((ascii, false))
}

/// Says whether nothing is seen of a character between others.
pub(super) const fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

fn decompose(c: char, into: &mut Vec<char>) {
    if c.is_ascii() {
        into.push(c);
    } else if let Some(index) = u32::from(c)
        .checked_sub(HANGUL_FIRST)
        .filter(|index| *index < HANGUL_COUNT)
    {
        syllable(index, into);
    } else if let Some(one) = one_for_one(c) {
        into.push(one);
    } else if let Ok(at) = ONE_TO_MANY.binary_search_by_key(&c, |row| row.0) {
        let text = ONE_TO_MANY.get(at).map_or("", |row| row.1);
        into.extend(text.chars());
    } else {
        into.push(c);
    }
}

/// Takes a Hangul syllable apart as Unicode's section 3.12 computes it.
fn syllable(index: u32, into: &mut Vec<char>) {
    let tail = index.checked_rem(TAILS).unwrap_or(0);
    let rest = index.checked_div(TAILS).unwrap_or(0);
    let vowel = rest.checked_rem(VOWELS).unwrap_or(0);
    let lead = rest.checked_div(VOWELS).unwrap_or(0);
    let part = |first: u32, step: u32| first.checked_add(step).and_then(char::from_u32);
    into.extend(part(0x1100, lead));
    into.extend(part(0x1161, vowel));
    if tail > 0 {
        into.extend(part(0x11a7, tail));
    }
}

/// Returns the canonical combining class.
fn class(c: char) -> u8 {
    let point = u32::from(c);
    if point < 0x300 {
        return 0;
    }
    let at = CLASSES.partition_point(|run| run.1 < point);
    CLASSES
        .get(at)
        .filter(|run| run.0 <= point)
        .map_or(0, |run| run.2)
}

#[cfg(test)]
mod tests {
    use super::{decomposed, look_alike, skeleton};

    #[test]
    fn composed_and_decomposed_forms_are_one() {
        for (a, b) in [
            ("\u{e9}", "e\u{301}"),
            ("\u{ac01}", "\u{1100}\u{1161}\u{11a8}"),
            ("\u{1e69}", "s\u{307}\u{323}"),
            ("\u{fb01}lter", "filter"),
            ("\u{ff57}", "w"),
            ("\u{1d400}", "A"),
            ("\u{212b}", "\u{c5}"),
        ] {
            assert_eq!(decomposed(a), decomposed(b), "{a} {b}");
        }
        assert_ne!(decomposed("e\u{301}"), decomposed("e\u{300}"));
    }

    #[test]
    fn a_skeleton_is_what_is_seen() {
        assert_eq!(skeleton("w\u{435}ight"), "weight");
        assert_eq!(skeleton("wei\u{200b}ght"), "weight");
        assert_eq!(skeleton("\u{1d6fc}.\u{39f}"), "a.o");
        assert_eq!(skeleton("a\u{2024}b"), "a.b");
        assert_ne!(skeleton("\u{5c42}"), skeleton("\u{5c43}"));
    }

    #[test]
    fn ascii_looks_like_itself_only() {
        for c in '\0'..='\x7f' {
            assert_eq!(look_alike(c), None);
        }
        assert_eq!(look_alike('\u{430}'), Some(('a', false)));
        assert_eq!(look_alike('\u{131}'), Some(('i', true)));
    }
}
