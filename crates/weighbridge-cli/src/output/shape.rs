/// Dimensions that are shown.
const DIMENSIONS: usize = 8;

/// Writes a shape as Python does a list, its first dimensions if it has very many.
pub(crate) fn shape(shape: &[u64]) -> String {
    let shown = shape.iter().take(DIMENSIONS).map(u64::to_string);
    let mut shown: Vec<String> = shown.collect();
    if let Some(more) = shape.len().checked_sub(DIMENSIONS).filter(|more| *more > 0) {
        shown.push(format!("… {more} more"));
    }
    format!("[{}]", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn a_shape_of_very_many_dimensions_is_cut() {
        assert_eq!(shape(&[]), "[]");
        assert_eq!(shape(&[2, 3]), "[2, 3]");
        assert_eq!(shape(&[1; 10]), "[1, 1, 1, 1, 1, 1, 1, 1, … 2 more]");
    }
}
