//! The folder of pure computations: what a stream computes from constants before it uses the result
//! as a name or hands it to a loader.
//!
//! Every result equals what CPython 3.11 gives, or there is none: no guess, no I/O, no state. The
//! work is bounded by a [`Budget`], the nesting by [`MAX_DEPTH`].

mod base64;
mod budget;
mod builtin;
mod chars;
mod charset;
mod codec;
mod construct;
mod container;
mod escape;
mod index;
mod inflate;
mod iterate;
mod key;
mod kind;
mod lookup;
mod method;
mod names;
mod number;
mod operators;
mod order;
mod percent;
mod quoted;
mod radix;
mod show;
mod spec;
mod split;
mod template;
mod text;
mod transfer;
mod translate;

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::constant::Const;

pub(crate) use budget::{Budget, MAX_DEPTH};
pub(crate) use names::{FOLDED, constant, is_foldable};

/// Computes `callee(*args)`, where that is pure and everything is known.
///
/// The arguments must not be nested deeper than [`MAX_DEPTH`], and the result is not.
pub(crate) fn call(callee: &Const, args: &[Const], budget: &mut Budget) -> Option<Const> {
    let result = apply(callee, args, budget, 0)?;
    budget.admits(&result)?;
    Some(result)
}

/// Computes `getattr(object, name)`.
pub(crate) fn attribute(object: &Const, name: &str) -> Option<Const> {
    match object {
        Const::Module(owner) => lookup::attribute(owner, name),
        Const::Name(owner) => match names::constant(owner) {
            Some(value) => attribute(&value, name),
            None => lookup::attribute(owner, name),
        },
        Const::Partial(function, args) => match name {
            "func" => Some((**function).clone()),
            "args" => Some(Const::Tuple(args.clone())),
            "__call__" => Some(object.clone()),
            _ => None,
        },
        Const::Method(..)
        | Const::AttrGetter(_)
        | Const::ItemGetter(_)
        | Const::MethodCaller(..) => (name == "__call__").then(|| object.clone()),
        _ if name == "__class__" => method::class(object).map(|class| Const::Name(class.into())),
        _ => {
            method::has(object, name).then(|| Const::Method(Box::new(object.clone()), name.into()))
        }
    }
}

/// What a call really calls, one step further: the function of a `partial`, the method of a
/// `methodcaller`, the first call of `map`, `filter`, `reduce` and `operator.call`.
///
/// For the judgement of calls that are not pure: `methodcaller("system", "id")(os)`.
pub(crate) fn reached(
    callee: &Const,
    args: &[Const],
    budget: &mut Budget,
) -> Option<(Const, Vec<Const>)> {
    match callee {
        Const::Partial(function, bound) => Some((
            budget.copy(function)?,
            iterate::copies(bound.iter().chain(args), budget)?,
        )),
        Const::MethodCaller(method, bound) => {
            let [object] = args else { return None };
            Some((
                attribute_within(object, method, budget)?,
                iterate::copies(bound, budget)?,
            ))
        }
        Const::Name(name) => match (names::canonical(name).as_ref(), args) {
            ("operator.call", [function, rest @ ..]) => {
                Some((budget.copy(function)?, iterate::copies(rest, budget)?))
            }
            ("builtins.map", [function, columns @ ..]) => {
                let mut first = Vec::new();
                for column in columns {
                    first.push(iterate::items(column, budget)?.into_iter().next()?);
                }
                Some((budget.copy(function)?, first))
            }
            ("builtins.filter", [function, values]) => {
                let first = iterate::items(values, budget)?.into_iter().next()?;
                Some((budget.copy(function)?, [first].into()))
            }
            ("functools.reduce", [function, values, start @ ..]) => {
                let mut first = iterate::copies(start, budget)?;
                first.extend(iterate::items(values, budget)?);
                first.truncate(2);
                (first.len() == 2).then_some(())?;
                Some((budget.copy(function)?, first))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether a constant can change, or is used up, behind the back of whoever still holds it.
///
/// Once such a value went into a call that was not folded, or an iterator into any call, it is no
/// longer known.
pub(crate) fn can_change(value: &Const) -> bool {
    fn any(values: &[Const]) -> bool {
        values.iter().any(can_change)
    }
    match value {
        Const::ByteArray(_)
        | Const::List(_)
        | Const::Dict(_)
        | Const::Set(_)
        | Const::Iterator(_) => true,
        Const::Tuple(items)
        | Const::FrozenSet(items)
        | Const::ItemGetter(items)
        | Const::MethodCaller(_, items) => any(items),
        Const::Slice(parts) => any(parts.as_slice()),
        Const::Method(object, _) => can_change(object),
        Const::Partial(function, args) => can_change(function) || any(args),
        _ => false,
    }
}

fn apply(callee: &Const, args: &[Const], budget: &mut Budget, depth: usize) -> Option<Const> {
    if depth > MAX_DEPTH {
        return None;
    }
    budget.step(1)?;
    let resolved;
    let args = if args
        .iter()
        .any(|arg| matches!(arg, Const::Name(name) if names::constant(name).is_some()))
    {
        resolved = args
            .iter()
            .map(|arg| resolve(arg, budget))
            .collect::<Option<Vec<_>>>()?;
        &resolved
    } else {
        args
    };
    match callee {
        Const::Name(name) => function(&names::canonical(name), args, budget, depth),
        Const::Method(object, method) => method::call(object, method, args, budget),
        Const::Partial(function, bound) => {
            let all = iterate::copies(bound.iter().chain(args), budget)?;
            apply(function, &all, budget, depth.checked_add(1)?)
        }
        Const::AttrGetter(paths) => {
            let [object] = args else { return None };
            several(paths, budget, |path, budget| walk(object, path, budget))
        }
        Const::ItemGetter(keys) => {
            let [object] = args else { return None };
            several(keys, budget, |key, budget| index::item(object, key, budget))
        }
        Const::MethodCaller(..) => {
            let (method, bound) = reached(callee, args, budget)?;
            apply(&method, &bound, budget, depth.checked_add(1)?)
        }
        _ => None,
    }
}

/// The constant that a name is known to stand for.
fn resolve(value: &Const, budget: &mut Budget) -> Option<Const> {
    match value {
        Const::Name(name) => match names::constant(name) {
            Some(constant) => Some(constant),
            None => budget.copy(value),
        },
        other => budget.copy(other),
    }
}

/// One result alone, several as a tuple.
fn several<T>(
    asked: &[T],
    budget: &mut Budget,
    mut each: impl FnMut(&T, &mut Budget) -> Option<Const>,
) -> Option<Const> {
    match asked {
        [one] => each(one, budget),
        _ => asked
            .iter()
            .map(|one| each(one, budget))
            .collect::<Option<_>>()
            .map(Const::Tuple),
    }
}

/// As [`attribute`], with the copy that a method keeps of its object paid for.
fn attribute_within(object: &Const, name: &str, budget: &mut Budget) -> Option<Const> {
    budget.weigh(object, 0)?;
    attribute(object, name)
}

fn walk(object: &Const, path: &str, budget: &mut Budget) -> Option<Const> {
    let mut at = budget.copy(object)?;
    for name in path.split('.') {
        budget.make(path.len())?;
        at = attribute_within(&at, name, budget)?;
    }
    Some(at)
}

fn function(name: &str, args: &[Const], budget: &mut Budget, depth: usize) -> Option<Const> {
    if lookup::is_lookup(name) {
        return lookup::call(name, args, budget);
    }
    if !is_foldable(name) {
        return None;
    }
    let (owner, last) = name.rsplit_once('.')?;
    match owner {
        "builtins" => builtin::call(last, args, budget, depth),
        "operator" if last == "call" => {
            let (function, rest) = args.split_first()?;
            apply(function, rest, budget, depth.checked_add(1)?)
        }
        "operator" => operators::call(last, args, budget),
        "functools" if last == "reduce" => builtin::reduce(args, budget, depth),
        "functools" => partial(args, budget),
        "itertools" if last == "chain" => builtin::chain(args, budget),
        "itertools" => builtin::star_map(args, budget, depth),
        "importlib" | "pkgutil" | "pydoc" => lookup::call(name, args, budget),
        "codecs" | "_codecs" => codec::call(last, args, budget),
        "base64" | "binascii" | "quopri" => transfer::call(owner, last, args, budget),
        "zlib" | "gzip" => inflate::call(owner, args, budget),
        _ => method::unbound(owner, last, args, budget),
    }
}

fn partial(args: &[Const], budget: &mut Budget) -> Option<Const> {
    let (function, bound) = args.split_first()?;
    // A partial of a partial is one partial.
    match function {
        Const::Partial(inner, first) => Some(Const::Partial(
            Box::new(budget.copy(inner)?),
            iterate::copies(first.iter().chain(bound), budget)?,
        )),
        Const::Name(_)
        | Const::Method(..)
        | Const::AttrGetter(_)
        | Const::ItemGetter(_)
        | Const::MethodCaller(..) => Some(Const::Partial(
            Box::new(budget.copy(function)?),
            iterate::copies(bound, budget)?,
        )),
        _ => None,
    }
}
