use findings::{Rule, Severity};

/// The header is not one that numpy writes.
pub const MALFORMED_HEADER: Rule = Rule::new(
    "NPY001/malformed-header",
    Severity::Low,
    "The header of a .npy file cannot be read, or is not the plain literal that numpy writes",
);

/// Bytes follow the array.
pub const TRAILING_BYTES: Rule = Rule::new(
    "NPY002/trailing-bytes",
    Severity::Low,
    "Bytes follow the last element of an array",
);

/// The array is cut off.
pub const SHORT_DATA: Rule = Rule::new(
    "NPY003/short-data",
    Severity::Low,
    "The file ends before the last element that its header promises",
);

/// The elements are a pickle.
pub const PICKLED_OBJECTS: Rule = Rule::new(
    "NPY004/pickled-objects",
    Severity::Info,
    "The array holds Python objects, so what follows its header is a pickle",
);

/// Every rule of this module.
pub const RULES: &[Rule] = &[
    MALFORMED_HEADER,
    TRAILING_BYTES,
    SHORT_DATA,
    PICKLED_OBJECTS,
];
