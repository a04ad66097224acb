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
pub(crate) mod names;
mod number;
mod operators;
mod order;
#[cfg(test)]
mod peer;
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
pub(crate) use names::is_foldable;

/// Computes `callee(*args)`, where that is pure and everything is known.
///
/// The arguments must not be nested deeper than [`MAX_DEPTH`], and the result is not.
///
/// Constants are values here, while Python hands on the lists, dicts, sets and byte arrays themselves:
/// what was folded must not change afterwards, and an iterator is used up by the first call that it is
/// given to.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn str(text: &str) -> Const {
        Const::Str(text.into())
    }

    fn name(name: &str) -> Const {
        Const::Name(name.into())
    }

    fn done(callee: &Const, args: &[Const]) -> Option<Const> {
        call(callee, args, &mut Budget::default())
    }

    #[test]
    fn names_are_reached_through_getters() {
        let getter = done(&name("operator.itemgetter"), &[str("os")]).unwrap();
        let module = done(&getter, &[name("sys.modules")]);
        assert_eq!(module, Some(Const::Module("os".into())));
        let getter = done(
            &name("_operator.attrgetter"),
            &[str("path.join"), str("system")],
        )
        .unwrap();
        let found = done(&getter, &[Const::Module("os".into())]);
        assert_eq!(
            found,
            Some(Const::Tuple(
                [name("os.path.join"), name("os.system")].into()
            ))
        );
        let getter = done(
            &name("operator.methodcaller"),
            &[str("__getitem__"), str("eval")],
        )
        .unwrap();
        assert_eq!(
            done(&getter, &[name("builtins.__dict__")]),
            Some(name("builtins.eval"))
        );
        assert_eq!(
            done(&name("builtins.getattr"), &[name("os.path"), str("join.x")]),
            None
        );
    }

    #[test]
    fn a_name_is_put_together_from_constants_of_modules() {
        let join = attribute(&str(""), "join").unwrap();
        let letter = |place| {
            done(
                &name("operator.getitem"),
                &[name("string.ascii_lowercase"), Const::Int(place)],
            )
            .unwrap()
        };
        let os = done(&join, &[Const::List([letter(14), letter(18)].into())]);
        assert_eq!(os, Some(str("os")));
        let upper = attribute(&name("string.digits"), "__len__").unwrap();
        assert_eq!(done(&upper, &[]), Some(Const::Int(10)));
    }

    #[test]
    fn partials_are_one_partial() {
        let first = done(
            &name("functools.partial"),
            &[name("operator.add"), str("o")],
        )
        .unwrap();
        let second = done(&name("functools.partial"), &[first, str("s")]).unwrap();
        assert_eq!(
            attribute(&second, "args"),
            Some(Const::Tuple([str("o"), str("s")].into()))
        );
        assert_eq!(done(&second, &[]), Some(str("os")));
    }

    #[test]
    fn what_a_call_reaches_is_told() {
        let budget = &mut Budget::default();
        let caller = done(&name("operator.methodcaller"), &[str("system"), str("id")]).unwrap();
        let os = Const::Module("os".into());
        assert_eq!(done(&caller, core::slice::from_ref(&os)), None);
        let system = Some((name("os.system"), [str("id")].into()));
        assert_eq!(reached(&caller, &[os], budget), system);
        let args = [
            name("os.system"),
            Const::List([str("id"), str("ls")].into()),
        ];
        assert_eq!(reached(&name("builtins.map"), &args, budget), system);
        assert_eq!(
            reached(
                &name("operator.call"),
                &[name("os.system"), str("id")],
                budget
            ),
            system
        );
    }

    #[test]
    fn nothing_impure_is_computed() {
        for function in [
            "os.system",
            "builtins.eval",
            "builtins.open",
            "builtins.setattr",
            "operator.setitem",
            "x",
        ] {
            assert_eq!(done(&name(function), &[str("id"), str("id")]), None);
        }
        let clear = attribute(&Const::List([].into()), "clear");
        assert_eq!(clear, None);
    }

    #[test]
    fn a_spent_budget_ends_everything() {
        let mut budget = Budget {
            bytes: 100,
            steps: 100,
        };
        let mut text = str("ab");
        let mut rounds = 0;
        while let Some(longer) = call(
            &name("operator.add"),
            &[text.clone(), text.clone()],
            &mut budget,
        ) {
            text = longer;
            rounds += 1;
        }
        assert!(rounds < 8);
    }
}
