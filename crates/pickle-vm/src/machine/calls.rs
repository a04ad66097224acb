use super::{LONGEST_NAME, Machine};
use crate::constant::Const;
use crate::decoder::Op;
use crate::effect::{Divergence, EffectKind, EffectSink, Origin};
use crate::error::ErrorKind;
use crate::graph::{Call, Node, View};
use crate::value::Value;

impl<'a> Machine<'a> {
    pub(super) fn import<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        module: &[u8],
        name: &[u8],
        origin: Origin,
        sink: &mut S,
    ) -> Value {
        let value = self.name(module, name);
        if self.state.protocol < 4
            && matches!(origin, Origin::Global | Origin::Inst | Origin::StackGlobal)
            && memchr::memchr(b'.', name).is_some()
        {
            self.diverge(op, Divergence::DottedName, sink);
        }
        self.tell(op, EffectKind::Import { value, origin }, sink);
        self.push(value);
        value
    }

    pub(super) fn stack_global<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        sink: &mut S,
    ) -> Result<(), ErrorKind> {
        let name = self.pop()?;
        let module = self.pop()?;
        let texts = match (self.graph.text(module), self.graph.text(name)) {
            (Some(module), Some(name))
                if module.len() <= LONGEST_NAME && name.len() <= LONGEST_NAME =>
            {
                Some((module.into_owned(), name.into_owned()))
            }
            _ => None,
        };
        let Some((module_text, name_text)) = texts else {
            self.tell(op, EffectKind::UnresolvedName { module, name }, sink);
            self.push(Value::UNKNOWN);
            return Ok(());
        };
        let computed = module.as_node().is_some() || name.as_node().is_some();
        let origin = if computed {
            Origin::Computed
        } else {
            Origin::StackGlobal
        };
        self.import(op, &module_text, &name_text, origin, sink);
        Ok(())
    }

    pub(super) fn extension<S: EffectSink + ?Sized>(&mut self, op: Op<'_>, sink: &mut S) {
        let code = u32::try_from(op.unsigned()).unwrap_or(u32::MAX);
        if code.cast_signed() <= 0 {
            self.diverge(op, Divergence::ExtensionCode, sink);
        }
        let value = match self.extensions.get(&code) {
            Some(&value) => {
                self.tell(
                    op,
                    EffectKind::Import {
                        value,
                        origin: Origin::Extension,
                    },
                    sink,
                );
                value
            }
            None => {
                let value = self.graph.heap.add(Node::Extension(code));
                self.tell(op, EffectKind::Extension { code, value }, sink);
                value
            }
        };
        self.push(value);
    }

    pub(super) fn persistent<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        id: Value,
        sink: &mut S,
    ) {
        // torch's older form stores a class with its source: ("module", class, file, source).
        let class = match self.graph.view(id) {
            View::Tuple(mut items) => match (items.next(), items.next()) {
                (Some(kind), Some(class))
                    if self
                        .graph
                        .text(kind)
                        .is_some_and(|kind| *kind == *b"module")
                        && self.graph.name(class).is_some() =>
                {
                    Some(class)
                }
                _ => None,
            },
            _ => None,
        };
        let value = match class {
            Some(class) => class,
            None => self.graph.heap.add(Node::Persistent(id)),
        };
        self.graph.heap.may_have_changed(op.range().end);
        self.tell(op, EffectKind::PersistentLoad { id, value }, sink);
        self.push(value);
    }

    pub(super) fn check_class<S: EffectSink + ?Sized>(
        &self,
        op: Op<'_>,
        class: Value,
        sink: &mut S,
    ) {
        if class.is_plain() {
            self.diverge(op, Divergence::NewObjWithoutClass, sink);
        }
    }

    pub(super) fn call<S: EffectSink + ?Sized>(
        &mut self,
        op: Op<'_>,
        callee: Value,
        arguments: Value,
        call: Call,
        sink: &mut S,
    ) {
        let folded = match call {
            Call::Reduce | Call::Obj | Call::Inst => {
                self.graph.fold(callee, arguments, &mut self.folding)
            }
            _ => None,
        };
        let can_change = folded
            .as_ref()
            .is_some_and(|(constant, _)| Const::can_change(constant));
        let (result, import) = match folded {
            Some((constant, uses_up)) => {
                if uses_up {
                    self.graph.heap.may_have_changed(op.range().end);
                }
                self.graph.hold(constant, &mut self.imports, &self.lists)
            }
            None => {
                self.graph.heap.may_have_changed(op.range().end);
                let object = self.graph.heap.add(Node::Object {
                    callee,
                    arguments,
                    state: Value::ABSENT,
                    call,
                });
                (object, false)
            }
        };
        if can_change {
            self.graph.heap.may_be_shared();
        }
        let folded = !matches!(self.graph.heap.node(result), Some(Node::Object { .. }));
        self.tell(
            op,
            EffectKind::Call {
                callee,
                arguments,
                call,
                result,
                folded,
            },
            sink,
        );
        if import {
            self.tell(
                op,
                EffectKind::Import {
                    value: result,
                    origin: Origin::Computed,
                },
                sink,
            );
        }
        self.register_extension(callee, arguments);
        self.push(result);
    }

    /// Notes what `copyreg.add_extension(module, name, code)` registers.
    pub(super) fn register_extension(&mut self, callee: Value, arguments: Value) {
        if !self
            .graph
            .name(callee)
            .is_some_and(|name| name.module == "copyreg" && name.name == "add_extension")
        {
            return;
        }
        let View::Tuple(mut items) = self.graph.view(arguments) else {
            return;
        };
        let (Some(module), Some(name), Some(code)) = (items.next(), items.next(), items.next())
        else {
            return;
        };
        let (Some(module), Some(name)) = (self.graph.text(module), self.graph.text(name)) else {
            return;
        };
        let Some(code) = code.as_int().and_then(|code| u32::try_from(code).ok()) else {
            return;
        };
        let (module, name) = (module.into_owned(), name.into_owned());
        let value = self.name(&module, &name);
        self.extensions.insert(code, value);
    }
}
