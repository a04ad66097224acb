use super::{Manifest, Method, PREDICATE_TYPE, Symlinks};
use crate::intoto::Version;
use crate::json::write;

impl Manifest {
    /// Writes the payload of an envelope: JSON in one line without spaces, the same bytes for the same manifest.
    ///
    /// It is the specification's form whatever quirks the manifest was read with, except that the order, which
    /// the root digest is over, stays as it is, and with it a name `.`. A statement of 0.2.0 gets the root digest
    /// that it lacked; one without a name for the model is called `model`.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let out = &mut out;
        out.push(b'{');
        write::key(out, "_type");
        write::string(out, Version::V1.uri());
        write::key(out, "subject");
        out.extend_from_slice(b"[{");
        write::key(out, "name");
        let name = match self.subject_name() {
            "" => "model",
            name => name,
        };
        write::string(out, name);
        write::key(out, "digest");
        out.push(b'{');
        write::key(out, "sha256");
        write::string(out, &self.root().to_hex());
        out.extend_from_slice(b"}}]");
        write::key(out, "predicateType");
        write::string(out, PREDICATE_TYPE);
        write::key(out, "predicate");
        out.push(b'{');
        self.write_resources(out);
        self.write_serialization(out);
        out.extend_from_slice(b"}}");
        std::mem::take(out)
    }

    fn write_resources(&self, out: &mut Vec<u8>) {
        let algorithm = self.serialization().hash_type.as_str();
        write::key(out, "resources");
        out.push(b'[');
        for resource in self.resources() {
            write::comma(out);
            out.push(b'{');
            write::key(out, "name");
            write::string(out, &resource.name());
            write::key(out, "digest");
            write::string(out, &resource.part.digest.to_hex());
            write::key(out, "algorithm");
            write::string(out, algorithm);
            out.push(b'}');
        }
        out.push(b']');
    }

    fn write_serialization(&self, out: &mut Vec<u8>) {
        let serialization = self.serialization();
        write::key(out, "serialization");
        out.push(b'{');
        write::key(out, "method");
        match serialization.method {
            Method::Files => write::string(out, "files"),
            Method::Shards { .. } => write::string(out, "shards"),
        }
        write::key(out, "hash_type");
        write::string(out, serialization.hash_type.as_str());
        if let Method::Shards { size } = serialization.method {
            write::key(out, "shard_size");
            out.extend_from_slice(size.to_string().as_bytes());
        }
        write::key(out, "allow_symlinks");
        out.extend_from_slice(match serialization.symlinks {
            Symlinks::Followed => b"true",
            Symlinks::Refused => b"false",
        });
        write::key(out, "ignore_paths");
        out.push(b'[');
        for path in self.ignored().iter() {
            write::comma(out);
            write::string(out, path);
        }
        out.extend_from_slice(b"]}");
    }
}
