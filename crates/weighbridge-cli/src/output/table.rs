use std::fmt::Write as _;

/// Widest cell that makes its column wider, in characters; a wider one pushes only its own row to the right.
const WIDEST: usize = 32;

/// On which side of its column a cell stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// Rows whose cells stand below each other. The last column is as wide as it likes: it is the place for names.
#[derive(Debug)]
pub(crate) struct Table<const N: usize> {
    columns: [(&'static str, Side); N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// Begins a table with these headings.
    pub(crate) const fn new(columns: [(&'static str, Side); N]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds a row. Cells are one line each, and harmless.
    pub(crate) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    /// Writes headings and rows, each behind two spaces.
    pub(crate) fn write(&self, out: &mut String) {
        let mut widths = self.columns.map(|(heading, _)| heading.len());
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count().min(WIDEST));
            }
        }
        let headings = self.columns.map(|(heading, _)| heading.to_owned());
        for row in [&headings].into_iter().chain(&self.rows) {
            let mut line = String::new();
            for ((cell, (_, side)), width) in row.iter().zip(self.columns).zip(widths) {
                // Writing to a String cannot fail.
                let _ = match side {
                    Side::Left => write!(line, "  {cell:<width$}"),
                    Side::Right => write!(line, "  {cell:>width$}"),
                };
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Side, Table, WIDEST};

    #[test]
    fn cells_stand_below_each_other_and_a_wide_one_moves_only_its_own_row() {
        let mut table = Table::new([
            ("dtype", Side::Left),
            ("bytes", Side::Right),
            ("name", Side::Left),
        ]);
        table.row(["F32".into(), "8".into(), "a".into()]);
        table.row(["F8_E4M3FNUZ".into(), "1234567".into(), "a name".into()]);
        let wide = "x".repeat(WIDEST + 1);
        table.row([wide.clone(), "8".into(), "b".into()]);
        let mut out = String::new();
        table.write(&mut out);
        let pad = " ".repeat(WIDEST - 5);
        let short = " ".repeat(WIDEST - 11);
        assert_eq!(
            out,
            format!(
                "  dtype{pad}    bytes  name\n  F32  {pad}        8  a\n  F8_E4M3FNUZ{short}  1234567  a name\n  {wide}        8  b\n"
            )
        );
    }
}
