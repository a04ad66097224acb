use crate::sniff::{Promise, promise};

/// What a content is called that has no other name.
const CONTENT: &str = "content";

/// Characters of a name that are shown.
const NAME: usize = 200;

/// Names what a compressed stream holds: as its header does, else as the file without the ending that says
/// how it is compressed.
pub(super) fn content_name(stated: Option<&[u8]>, file: &str) -> String {
    if let Some(stated) = stated.filter(|stated| !stated.is_empty()) {
        // ISO 8859-1, by RFC 1952.
        let text: String = stated.iter().copied().map(char::from).collect();
        return findings::escape_shortened(&text, NAME);
    }
    let name = file.rsplit(['/', '\\', '!']).next().unwrap_or(file);
    let Some((stem, ending)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else {
        return CONTENT.to_owned();
    };
    match ending.to_ascii_lowercase().as_str() {
        "tgz" | "tbz" | "tbz2" | "txz" | "tlz" | "tzst" => format!("{stem}.tar"),
        "z" => stem.to_owned(),
        _ if matches!(promise(name), Some(Promise::Compressed(_) | Promise::Tar)) => {
            match stem {
                // `model.tar` that is compressed all the same.
                _ if ending.eq_ignore_ascii_case("tar") => name.to_owned(),
                _ => stem.to_owned(),
            }
        }
        _ => CONTENT.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::content_name;

    #[test]
    fn a_content_is_named_by_its_header_then_by_its_file() {
        assert_eq!(content_name(Some(b"a\n.pkl"), "x.gz"), "a\\n.pkl");
        assert_eq!(content_name(None, "run/model.pkl.gz"), "model.pkl");
        assert_eq!(content_name(None, "model.tgz"), "model.tar");
        assert_eq!(content_name(None, "model.tar.xz"), "model.tar");
        assert_eq!(content_name(None, "model.pkl.z"), "model.pkl");
        assert_eq!(content_name(None, "model.joblib"), "content");
        assert_eq!(content_name(Some(b""), ".gz"), "content");
    }
}
