use model_sign::Limits;
use model_sign::bundle::Bundle;
use proptest::prelude::*;

proptest! {
    #[test]
    fn any_bytes_are_a_bundle_or_an_error_within_them(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Err(error) = Bundle::read(&bytes, &Limits::default()) {
            prop_assert!(error.offset() <= bytes.len() as u64, "{error}");
        }
    }
}
