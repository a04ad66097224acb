use std::cell::Cell;

/// A regular expression of Python as configurations of adapters use them, matched without backtracking: time is the
/// product of the lengths of expression and text.
///
/// What is not understood (looking around, references to groups, flags, properties) is no pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    program: Vec<Step>,
    /// Steps that may still be taken, over all texts.
    left: Cell<u64>,
}

/// Characters of an expression that is read. The longest that we know, for every linear layer of a vision model, has
/// about 600.
const LONGEST: usize = 8_192;

/// Steps of a program. Repetitions with a count are written out.
const STEPS: usize = 20_000;

/// Groups inside each other.
const DEPTH: usize = 64;

/// Steps taken over all texts: 1,000 modules with names of 50 characters against an expression of 1,000 steps.
const WORK: u64 = 50_000_000;

#[derive(Clone, Debug)]
enum Step {
    One(Class),
    /// Goes on at both of two places, as distances from here.
    Split(isize, isize),
    Jump(isize),
    /// Only at the beginning of the text.
    Start,
    /// Only at its end.
    End,
    /// Only between a character of a word and one of none, or not there.
    Boundary {
        is_wanted: bool,
    },
}

#[derive(Clone, Debug)]
struct Class {
    is_negated: bool,
    ranges: Vec<(char, char)>,
}

impl Class {
    fn has(&self, c: char) -> bool {
        let is_in = self
            .ranges
            .iter()
            .any(|(first, last)| (first..=last).contains(&&c));
        is_in != self.is_negated
    }
}

/// A group that is being read.
#[derive(Default)]
struct Group {
    /// The alternatives before the one that is being read.
    before: Vec<Vec<Step>>,
    /// The alternative that is being read, but for its last item.
    items: Vec<Step>,
    /// The last item, to which a repetition applies.
    last: Vec<Step>,
}

impl Group {
    fn push(&mut self, item: Vec<Step>) {
        self.items.append(&mut self.last);
        self.last = item;
    }

    fn alternative(&mut self) {
        self.items.append(&mut self.last);
        self.before.push(std::mem::take(&mut self.items));
    }

    /// Joins the alternatives.
    fn close(mut self) -> Option<Vec<Step>> {
        self.alternative();
        let mut joined = self.before.pop()?;
        while let Some(mut before) = self.before.pop() {
            let mut all = vec![Step::Split(1, distance(before.len())?.checked_add(2)?)];
            all.append(&mut before);
            all.push(Step::Jump(distance(joined.len())?.checked_add(1)?));
            all.append(&mut joined);
            joined = all;
        }
        Some(joined)
    }
}

fn distance(steps: usize) -> Option<isize> {
    (steps <= STEPS)
        .then(|| isize::try_from(steps).ok())
        .flatten()
}

impl Pattern {
    /// Reads an expression; none if it is not understood.
    pub(super) fn read(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut open = Vec::new();
        let mut group = Group::default();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            match c {
                '(' => {
                    if rest.as_str().starts_with('?') {
                        let inner = rest.as_str();
                        let named = inner.strip_prefix("?P<").and_then(|named| {
                            let (name, behind) = named.split_once('>')?;
                            let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                            name.chars().all(is_word).then_some(behind)
                        });
                        rest = inner.strip_prefix("?:").or(named)?.chars();
                    }
                    if open.len() >= DEPTH {
                        return None;
                    }
                    open.push(std::mem::take(&mut group));
                }
                ')' => {
                    let inner = std::mem::replace(&mut group, open.pop()?).close()?;
                    group.push(inner);
                }
                '|' => group.alternative(),
                '^' => group.push(vec![Step::Start]),
                '$' => group.push(vec![Step::End]),
                '*' | '+' | '?' | '{' => {
                    let (least, most) = match c {
                        '*' => (0, None),
                        '+' => (1, None),
                        '?' => (0, Some(1)),
                        _ => {
                            let (counts, behind) = rest.as_str().split_once('}')?;
                            rest = behind.chars();
                            counted(counts)?
                        }
                    };
                    // Whether as few or as many as possible are taken makes no difference to whole texts.
                    match rest.as_str().chars().next() {
                        Some('?') => {
                            rest.next();
                        }
                        Some('+' | '*' | '{') => return None,
                        _ => {}
                    }
                    let item = std::mem::take(&mut group.last);
                    if item.is_empty() {
                        return None;
                    }
                    group.last = repeated(&item, least, most)?;
                }
                '.' => group.push(one(vec![('\n', '\n')], true)),
                '[' => {
                    let class = class(&mut rest)?;
                    group.push(vec![Step::One(class)]);
                }
                '\\' => match rest.next()? {
                    'b' => group.push(vec![Step::Boundary { is_wanted: true }]),
                    'B' => group.push(vec![Step::Boundary { is_wanted: false }]),
                    'A' => group.push(vec![Step::Start]),
                    'Z' => group.push(vec![Step::End]),
                    escaped => {
                        let (ranges, is_negated) = escape(escaped)?;
                        group.push(one(ranges, is_negated));
                    }
                },
                c => group.push(one(vec![(c, c)], false)),
            }
            if group.items.len().saturating_add(group.last.len()) > STEPS {
                return None;
            }
        }
        if !open.is_empty() {
            return None;
        }
        let program = group.close()?;
        (program.len() <= STEPS).then_some(Self {
            program,
            left: Cell::new(WORK),
        })
    }

    /// Says whether the expression matches the whole text; `None` if too much was matched before to tell.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        let characters = u64::try_from(text.len()).ok()?.saturating_add(1);
        let steps = u64::try_from(self.program.len()).ok()?.saturating_add(1);
        let left = self.left.get();
        self.left
            .set(left.checked_sub(characters.saturating_mul(steps))?);
        let mut threads = Threads::new(self.program.len());
        let mut next = Threads::new(self.program.len());
        let mut rest = text.chars();
        threads.add(&self.program, 0, None, rest.as_str());
        while let Some(c) = rest.next() {
            for &at in &threads.list {
                if let Some(Step::One(class)) = self.program.get(at)
                    && class.has(c)
                {
                    next.add(&self.program, at.saturating_add(1), Some(c), rest.as_str());
                }
            }
            threads.clear();
            std::mem::swap(&mut threads, &mut next);
            if threads.list.is_empty() {
                return Some(false);
            }
        }
        Some(threads.list.contains(&self.program.len()))
    }
}

/// Where in a program a match can stand.
struct Threads {
    list: Vec<usize>,
    is_in: Vec<bool>,
    todo: Vec<usize>,
}

impl Threads {
    fn new(steps: usize) -> Self {
        Self {
            list: Vec::new(),
            is_in: vec![false; steps.saturating_add(1)],
            todo: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.list.clear();
        self.is_in.fill(false);
    }

    /// Adds a place, and those that follow it without a character.
    fn add(&mut self, program: &[Step], at: usize, before: Option<char>, rest: &str) {
        self.todo.push(at);
        while let Some(at) = self.todo.pop() {
            match self.is_in.get_mut(at) {
                Some(is_in) if !*is_in => *is_in = true,
                _ => continue,
            }
            let Some(step) = program.get(at) else {
                // The end of the program: a match, if the text ends too.
                self.list.push(at);
                continue;
            };
            let mut go = |by: isize| self.todo.extend(at.checked_add_signed(by));
            let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            match step {
                Step::One(_) => self.list.push(at),
                Step::Split(one, other) => {
                    go(*one);
                    go(*other);
                }
                Step::Jump(by) => go(*by),
                Step::Start if before.is_none() => go(1),
                Step::End if rest.is_empty() => go(1),
                Step::Boundary { is_wanted } => {
                    let is_boundary = is_word(before) != is_word(rest.chars().next());
                    if is_boundary == *is_wanted {
                        go(1);
                    }
                }
                Step::Start | Step::End => {}
            }
        }
    }
}

fn one(ranges: Vec<(char, char)>, is_negated: bool) -> Vec<Step> {
    vec![Step::One(Class { is_negated, ranges })]
}

/// Reads what stands between braces.
fn counted(counts: &str) -> Option<(usize, Option<usize>)> {
    let number = |text: &str| {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse::<usize>().ok()).flatten()
    };
    match counts.split_once(',') {
        None => {
            let count = number(counts)?;
            Some((count, Some(count)))
        }
        Some((least, "")) => Some((number(least)?, None)),
        Some(("", most)) => Some((0, Some(number(most)?))),
        Some((least, most)) => {
            let (least, most) = (number(least)?, number(most)?);
            (least <= most).then_some((least, Some(most)))
        }
    }
}

/// Writes an item as often as it is wanted.
fn repeated(item: &[Step], least: usize, most: Option<usize>) -> Option<Vec<Step>> {
    let copies = most.unwrap_or_else(|| least.saturating_add(1));
    if item.len().saturating_add(2).checked_mul(copies)? > STEPS {
        return None;
    }
    let behind = distance(item.len())?.checked_add(1)?;
    let mut all = Vec::new();
    for _ in 0..least {
        all.extend_from_slice(item);
    }
    match most {
        None => {
            all.push(Step::Split(1, behind.checked_add(1)?));
            all.extend_from_slice(item);
            all.push(Step::Jump(behind.checked_neg()?));
        }
        Some(most) => {
            for _ in least..most {
                all.push(Step::Split(1, behind));
                all.extend_from_slice(item);
            }
        }
    }
    Some(all)
}

/// Reads a class of characters behind its bracket.
fn class(rest: &mut std::str::Chars<'_>) -> Option<Class> {
    let is_negated = rest.as_str().starts_with('^');
    if is_negated {
        rest.next();
    }
    let mut ranges = Vec::new();
    let mut is_first = true;
    loop {
        let first = match rest.next()? {
            ']' if !is_first => return Some(Class { is_negated, ranges }),
            '\\' => {
                let (mut escaped, is_negated) = escape(rest.next()?)?;
                match *escaped.as_slice() {
                    [(c, last)] if c == last && !is_negated => c,
                    _ if is_negated => return None,
                    _ => {
                        ranges.append(&mut escaped);
                        is_first = false;
                        continue;
                    }
                }
            }
            c => c,
        };
        is_first = false;
        let behind = rest.as_str();
        let last = match behind.strip_prefix('-') {
            Some(last) if !last.starts_with(']') => {
                rest.next();
                let last = rest.next()?;
                if last == '\\' {
                    return None;
                }
                last
            }
            _ => first,
        };
        if last < first {
            return None;
        }
        ranges.push((first, last));
    }
}

/// Returns what a character behind a backslash stands for, and whether it is everything else.
fn escape(c: char) -> Option<(Vec<(char, char)>, bool)> {
    let ranges = match c.to_ascii_lowercase() {
        'd' => vec![('0', '9')],
        'w' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
        's' => vec![('\t', '\r'), (' ', ' ')],
        _ if c.is_ascii_alphanumeric() => return None,
        _ => return Some((vec![(c, c)], false)),
    };
    Some((ranges, c.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn matches(pattern: &str, text: &str) -> Option<bool> {
        Pattern::read(pattern)?.matches(text)
    }

    #[test]
    fn expressions_match_as_python_matches_whole_texts() {
        for (pattern, text, wanted) in [
            ("", "", true),
            ("a", "", false),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("a|b", "b", true),
            ("a|bc|", "", true),
            ("a|bc|", "bc", true),
            ("(a|b)c", "bc", true),
            ("(?:a|b)+", "abab", true),
            ("(?P<x>a)?b", "b", true),
            ("a*", "aaaa", true),
            ("a+?b", "aab", true),
            ("a{2}", "aa", true),
            ("a{2}", "aaa", false),
            ("a{2,}", "aaaaa", true),
            ("a{2,3}", "aaaa", false),
            ("a{,2}", "", true),
            ("(ab){1,2}c", "ababc", true),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[]a]", "]", true),
            ("[a-]", "-", true),
            ("[\\d_]+", "1_2", true),
            ("\\d{1,}", "123", true),
            ("\\D", "1", false),
            ("\\w+\\.\\w+", "ab.cd", true),
            ("^a$", "a", true),
            ("a^b", "ab", false),
            (".", "\n", false),
            ("\\bmodel\\b.*", "model.x", true),
            ("\\bmod\\b.*", "model.x", false),
            (
                ".*\\.self_attn\\.(q|k)_proj",
                "model.layers.0.self_attn.q_proj",
                true,
            ),
            (
                ".*\\.self_attn\\.(q|k)_proj",
                "model.layers.0.self_attn.v_proj",
                false,
            ),
            (
                "model\\.layers\\.[\\d]{1,}\\.mlp\\.(?:(?:gate_proj|up_proj))",
                "model.layers.12.mlp.up_proj",
                true,
            ),
            (
                "(?:.*?(?:language|text).*?(?:self_attn|mlp).*?(?:k_proj|up_proj).*?)",
                "model.language_model.layers.0.mlp.up_proj",
                true,
            ),
        ] {
            assert_eq!(matches(pattern, text), Some(wanted), "{pattern} {text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_no_pattern() {
        for pattern in [
            "(?!a)b",
            "(?=a)",
            "(?<=a)",
            "(a)\\1",
            "(?i)a",
            "(",
            ")",
            "[a",
            "a**",
            "*a",
            "a{x}",
            "\\p{L}",
            "[b-a]",
            "a{3,2}",
            "a{99999}",
            "(((a{50}){50}){50}){50}",
        ] {
            assert!(Pattern::read(pattern).is_none(), "{pattern}");
        }
        assert!(Pattern::read(&"(".repeat(8_000)).is_none());
        assert!(Pattern::read(&"a".repeat(10_000)).is_none());
    }

    #[test]
    fn hostile_expressions_cost_no_more_than_they_may() {
        let pattern = Pattern::read("(a*)*(a|aa)+(.*.*.*)*b").unwrap();
        assert_eq!(pattern.matches(&"a".repeat(1_000)), Some(false));
        pattern.left.set(100);
        assert_eq!(pattern.matches("aab"), None);
    }
}
