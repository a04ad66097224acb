//! A small writer of 7z archives in which every part can be bent.

/// One run of data that is unpacked together.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    pub(crate) packed: Vec<u8>,
    /// The coders as the header has them, from the last step of packing on.
    pub(crate) coders: Vec<u8>,
    /// The size after each coder.
    pub(crate) sizes: Vec<u64>,
    /// Size and checksum of each file.
    pub(crate) files: Vec<(u64, u32)>,
}

impl Folder {
    /// Files that are packed as one, in a way that has no properties.
    pub(crate) fn of(method: &[u8], pack: impl Fn(&[u8]) -> Vec<u8>, files: &[&[u8]]) -> Self {
        let whole = files.concat();
        let mut coders = vec![1, u8::try_from(method.len()).unwrap_or(0)];
        coders.extend(method);
        Self {
            packed: pack(&whole),
            coders,
            sizes: vec![whole.len() as u64],
            files: files
                .iter()
                .map(|file| (file.len() as u64, crc32fast::hash(file)))
                .collect(),
        }
    }

    pub(crate) fn copied(files: &[&[u8]]) -> Self {
        Self::of(&[0], <[u8]>::to_vec, files)
    }
}

/// An archive.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seven {
    pub(crate) folders: Vec<Folder>,
    pub(crate) names: Vec<String>,
    /// Replaces the count of files.
    pub(crate) count: Option<u64>,
    /// Further properties of the files.
    pub(crate) properties: Vec<(u64, Vec<u8>)>,
    /// Replaces the names, the byte before them included.
    pub(crate) name_bytes: Option<Vec<u8>>,
    pub(crate) before: Vec<u8>,
    pub(crate) between: Vec<u8>,
    pub(crate) behind: Vec<u8>,
    /// Bytes behind the end of the header, within it.
    pub(crate) header_tail: Vec<u8>,
    pub(crate) packs_header: bool,
}

/// A number as 7z writes it, in nine bytes where it is not small.
pub(crate) fn number(value: u64) -> Vec<u8> {
    match u8::try_from(value) {
        Ok(small @ 0..=0x7f) => vec![small],
        _ => [&[0xff][..], &value.to_le_bytes()].concat(),
    }
}

impl Seven {
    pub(crate) fn of(folders: Vec<Folder>, names: &[&str]) -> Self {
        Self {
            folders,
            names: names.iter().map(ToString::to_string).collect(),
            ..Self::default()
        }
    }

    fn streams(folders: &[Folder], position: u64, substreams: bool) -> Vec<u8> {
        let mut out = vec![0x06];
        out.extend(number(position));
        out.extend(number(folders.len() as u64));
        out.push(0x09);
        out.extend(
            folders
                .iter()
                .flat_map(|folder| number(folder.packed.len() as u64)),
        );
        out.extend([0, 0x07, 0x0b]);
        out.extend(number(folders.len() as u64));
        out.push(0);
        out.extend(folders.iter().flat_map(|folder| folder.coders.clone()));
        out.push(0x0c);
        out.extend(
            folders
                .iter()
                .flat_map(|folder| folder.sizes.clone())
                .flat_map(number),
        );
        if substreams {
            out.extend([0, 0x08, 0x0d]);
            out.extend(
                folders
                    .iter()
                    .flat_map(|folder| number(folder.files.len() as u64)),
            );
            out.push(0x09);
            for folder in folders {
                let sized = folder.files.len().saturating_sub(1);
                out.extend(
                    folder
                        .files
                        .iter()
                        .take(sized)
                        .flat_map(|(size, _)| number(*size)),
                );
            }
            out.extend([0x0a, 1]);
            let files = folders.iter().flat_map(|folder| &folder.files);
            out.extend(files.flat_map(|(_, crc)| crc.to_le_bytes()));
        } else {
            out.extend([0x0a, 1]);
            let files = folders.iter().flat_map(|folder| &folder.files);
            out.extend(files.flat_map(|(_, crc)| crc.to_le_bytes()));
        }
        out.extend([0, 0]);
        out
    }

    fn header(&self) -> Vec<u8> {
        let mut out = vec![0x01];
        if !self.folders.is_empty() {
            out.push(0x04);
            out.extend(Self::streams(&self.folders, self.before.len() as u64, true));
        }
        out.push(0x05);
        out.extend(number(self.count.unwrap_or(self.names.len() as u64)));
        for (id, bytes) in &self.properties {
            out.extend(number(*id));
            out.extend(number(bytes.len() as u64));
            out.extend(bytes);
        }
        let names = self.name_bytes.clone().unwrap_or_else(|| {
            let mut names = vec![0];
            for name in &self.names {
                names.extend(name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
            }
            names
        });
        out.push(0x11);
        out.extend(number(names.len() as u64));
        out.extend(names);
        out.extend([0, 0]);
        out.extend(&self.header_tail);
        out
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let mut data = self.before.clone();
        data.extend(self.folders.iter().flat_map(|folder| folder.packed.clone()));
        data.extend(&self.between);
        let mut header = self.header();
        if self.packs_header {
            let folder = Folder::of(&[4, 1, 8], crate::forge::deflate, &[&header]);
            header = vec![0x17];
            header.extend(Self::streams(
                std::slice::from_ref(&folder),
                data.len() as u64,
                false,
            ));
            data.extend(folder.packed);
        }
        let mut start = (data.len() as u64).to_le_bytes().to_vec();
        start.extend((header.len() as u64).to_le_bytes());
        start.extend(crc32fast::hash(&header).to_le_bytes());
        let mut out = b"7z\xbc\xaf\x27\x1c\0\x04".to_vec();
        out.extend(crc32fast::hash(&start).to_le_bytes());
        out.extend(start);
        out.extend(data);
        out.extend(header);
        out.extend(&self.behind);
        out
    }
}
