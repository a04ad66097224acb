//! The methods of constants, bound or taken from their class.

use crate::constant::Const;

use super::budget::Budget;
use super::kind::Kind;
use super::{
    chars, codec, container, escape, index, iterate, key, names, number, operators, order, percent,
    show, split, template, translate,
};

/// The class of a constant, by its full name.
pub(super) fn class(value: &Const) -> Option<&'static str> {
    Some(match value {
        Const::Bool(_) => "builtins.bool",
        Const::Int(_) => "builtins.int",
        Const::Float(_) => "builtins.float",
        Const::Str(_) => "builtins.str",
        Const::Bytes(_) => "builtins.bytes",
        Const::ByteArray(_) => "builtins.bytearray",
        Const::Tuple(_) => "builtins.tuple",
        Const::List(_) => "builtins.list",
        Const::Dict(_) => "builtins.dict",
        Const::Set(_) => "builtins.set",
        Const::FrozenSet(_) => "builtins.frozenset",
        Const::Slice(_) => "builtins.slice",
        _ => return None,
    })
}

/// The class whose methods a constant has: those of `int` for a bool.
fn methods_of(value: &Const) -> Option<&'static str> {
    match class(value)? {
        "builtins.bool" => Some("builtins.int"),
        class => Some(class),
    }
}

/// Whether a constant has a method that is computed.
pub(super) fn has(value: &Const, method: &str) -> bool {
    methods_of(value).is_some_and(|class| names::is_method(class, method))
}

/// Computes `object.method(*args)`.
pub(super) fn call(
    object: &Const,
    method: &str,
    args: &[Const],
    budget: &mut Budget,
) -> Option<Const> {
    if !has(object, method) {
        return None;
    }
    if method.starts_with("__") {
        return special(object, method, args, budget);
    }
    let Some((kind, data)) = Kind::of(object) else {
        return container::call(object, method, args, budget);
    };
    match (method, kind) {
        ("format", _) => template::format(data, args, budget).map(Const::Str),
        ("encode", _) => codec::encode_text(data, args, budget),
        ("decode", _) => codec::decode_bytes(data, args, budget),
        ("hex", _) if args.is_empty() => escape::hex(data, budget).map(Const::Str),
        ("maketrans" | "fromhex", _) => of_class(kind, method, args, budget),
        ("translate", _) => translate::translate(kind, data, args, budget),
        ("split" | "rsplit" | "partition" | "rpartition" | "splitlines", _) => {
            split::call(kind, data, method, args, budget)
        }
        ("copy", Kind::ByteArray) if args.is_empty() => budget.copy(object),
        _ => chars::call(kind, data, method, args, budget),
    }
}

/// Computes `class.method(*args)`, where the first argument is the object unless the method is static.
pub(super) fn unbound(
    class_name: &str,
    method: &str,
    args: &[Const],
    budget: &mut Budget,
) -> Option<Const> {
    if !names::is_method(class_name, method) {
        return None;
    }
    let kind = match class_name {
        "builtins.str" => Some(Kind::Text),
        "builtins.bytes" => Some(Kind::Bytes),
        "builtins.bytearray" => Some(Kind::ByteArray),
        _ => None,
    };
    match (method, kind) {
        ("maketrans" | "fromhex", Some(kind)) => return of_class(kind, method, args, budget),
        ("from_bytes", _) => return container::from_bytes(args, budget),
        _ => {}
    }
    let (object, rest) = args.split_first()?;
    if class_name == "builtins.object" {
        return special(object, method, rest, budget);
    }
    if methods_of(object)? != class_name {
        return None;
    }
    match object {
        // Methods of `int` see a bool as a number, but for two that ask its own class.
        Const::Bool(_) if !matches!(method, "__str__" | "__format__") => {
            call(&Const::Int(number::int(object)?), method, rest, budget)
        }
        _ => call(object, method, rest, budget),
    }
}

fn of_class(kind: Kind, method: &str, args: &[Const], budget: &mut Budget) -> Option<Const> {
    match (method, args) {
        ("maketrans", _) => translate::table(kind, args, budget),
        ("fromhex", [Const::Str(text)]) => {
            escape::from_hex(text, budget).map(|data| kind.wrap(data))
        }
        _ => None,
    }
}

/// Computes a method with underscores around its name.
fn special(object: &Const, method: &str, args: &[Const], budget: &mut Budget) -> Option<Const> {
    match (method, args) {
        ("__getattribute__", [name]) => {
            super::attribute_within(object, &super::lookup::text(name)?, budget)
        }
        ("__len__", []) => number::from_size(iterate::length(object, budget)?),
        ("__str__", []) => show::str(object, budget).map(Const::Str),
        ("__repr__", []) => show::repr(object, show::Beyond::Kept, budget).map(Const::Str),
        ("__format__", [Const::Str(spec)]) => {
            super::spec::format(object, spec, budget).map(Const::Str)
        }
        ("__contains__", [wanted]) => index::contains(object, wanted, budget).map(Const::Bool),
        ("__getitem__", [key]) => index::item(object, key, budget),
        ("__iter__", []) => iterate::items(object, budget).map(Const::Iterator),
        ("__mod__", [args]) if Kind::of(object).is_some() => {
            let (kind, data) = Kind::of(object)?;
            percent::format(kind, data, args, budget)
        }
        ("__rmul__", [times]) => operators::binary("mul", object, times, budget),
        // Two kinds give `NotImplemented` or an error.
        (_, [other])
            if methods_of(object)? == methods_of(other)?
                || (method == "__mul__" && is_run(object)) =>
        {
            let operator = method.trim_matches('_');
            match operator {
                "eq" => key::equal(object, other, budget).map(Const::Bool),
                "ne" => key::equal(object, other, budget).map(|same| Const::Bool(!same)),
                "lt" => {
                    order::compare(object, other, budget).map(|order| Const::Bool(order.is_lt()))
                }
                "gt" => {
                    order::compare(object, other, budget).map(|order| Const::Bool(order.is_gt()))
                }
                "le" => {
                    order::compare(object, other, budget).map(|order| Const::Bool(order.is_le()))
                }
                "ge" => {
                    order::compare(object, other, budget).map(|order| Const::Bool(order.is_ge()))
                }
                _ => operators::binary(operator, object, other, budget),
            }
        }
        _ => None,
    }
}

fn is_run(object: &Const) -> bool {
    Kind::of(object).is_some() || matches!(object, Const::Tuple(_) | Const::List(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn str(text: &str) -> Const {
        Const::Str(text.into())
    }

    #[test]
    fn a_method_of_a_class_takes_the_object_first() {
        let budget = &mut Budget::default();
        let out = unbound(
            "builtins.str",
            "replace",
            &[str("xs"), str("x"), str("o")],
            budget,
        );
        assert_eq!(out, Some(str("os")));
        assert_eq!(
            unbound(
                "builtins.bytes",
                "replace",
                &[str("xs"), str("x"), str("o")],
                budget
            ),
            None
        );
        assert_eq!(unbound("builtins.str", "replace", &[], budget), None);
    }

    #[test]
    fn a_method_that_the_class_has_not_gives_nothing() {
        let budget = &mut Budget::default();
        assert_eq!(call(&str("a"), "decode", &[], budget), None);
        assert_eq!(
            call(&Const::Bytes(b"a".into()), "format", &[], budget),
            None
        );
        assert_eq!(call(&str("a"), "__class__", &[], budget), None);
    }

    #[test]
    fn mixed_kinds_are_left_to_python() {
        let budget = &mut Budget::default();
        assert_eq!(call(&str("a"), "__eq__", &[Const::Int(1)], budget), None);
        assert_eq!(
            call(&str("a"), "__mul__", &[Const::Int(2)], budget),
            Some(str("aa"))
        );
        assert_eq!(call(&Const::Int(2), "__mul__", &[str("a")], budget), None);
    }
}
