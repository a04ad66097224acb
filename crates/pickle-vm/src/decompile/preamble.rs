use super::program::{Event, How, Kind, Program};
use crate::graph::Call;
use crate::value::Value;

/// A function that the source may need.
pub(super) struct Function {
    pub(super) text: &'static str,
    pub(super) needed: fn(Needs) -> bool,
}

/// Which functions the source needs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Needs {
    pub(super) find: bool,
    instantiate: bool,
    build: bool,
    extend: bool,
    add: bool,
    read_only: bool,
    persistent: bool,
    extension: bool,
    buffer: bool,
    array: bool,
}

impl Needs {
    /// Looks at every statement. `finds` says which imports cannot be written as a statement.
    pub(super) fn of(program: &Program, mut finds: impl FnMut(u32) -> bool) -> Self {
        let mut needs = Self::default();
        for &event in &program.events {
            match event {
                Event::Effect(number) => {
                    let Some(node) = program.node(Value::node(number)) else {
                        continue;
                    };
                    match node.kind {
                        Kind::Global { .. } | Kind::StackGlobal { .. } => {
                            needs.find = needs.find || finds(number);
                        }
                        Kind::Call {
                            call: Call::Obj | Call::Inst,
                            arguments: Value::EMPTY_TUPLE,
                            ..
                        } => needs.instantiate = true,
                        Kind::Persistent(_) | Kind::PersistentText => needs.persistent = true,
                        Kind::Extension(_) => needs.extension = true,
                        Kind::Buffer => needs.buffer = true,
                        Kind::ReadOnly(_) => needs.read_only = true,
                        Kind::Array(_) | Kind::ObjectArray { .. } => needs.array = true,
                        _ => {}
                    }
                }
                Event::Change(number) => {
                    let change = usize::try_from(number)
                        .ok()
                        .and_then(|number| program.changes.get(number));
                    match change.map(|change| change.how) {
                        Some(How::Build) => needs.build = true,
                        Some(How::Extend) => needs.extend = true,
                        Some(How::Add) => needs.add = true,
                        _ => {}
                    }
                }
                Event::Define(_) | Event::Note(_) => {}
            }
        }
        needs
    }
}

/// Every function, in the order of writing. They do what CPython 3.11's unpicklers do.
pub(super) const FUNCTIONS: [Function; 10] = [
    Function {
        needed: |needs| needs.find,
        text: r"def _find(module, name, protocol):
    # Looks up a global as the opcodes do.
    import _compat_pickle
    import sys
    if protocol < 3:
        if (module, name) in _compat_pickle.NAME_MAPPING:
            module, name = _compat_pickle.NAME_MAPPING[module, name]
        elif module in _compat_pickle.IMPORT_MAPPING:
            module = _compat_pickle.IMPORT_MAPPING[module]
    __import__(module, level=0)
    if protocol < 4:
        return getattr(sys.modules[module], name)
    found = sys.modules[module]
    for part in name.split('.'):
        if part == '<locals>':
            raise AttributeError(name)
        found = getattr(found, part)
    return found",
    },
    Function {
        needed: |needs| needs.instantiate,
        text: r"def _instantiate(cls):
    # Makes an instance as INST and OBJ do without arguments.
    if not isinstance(cls, type) or hasattr(cls, '__getinitargs__'):
        return cls()
    return cls.__new__(cls)",
    },
    Function {
        needed: |needs| needs.build,
        text: r"def _build(obj, state):
    # Gives an object its state as BUILD does.
    import sys
    setstate = getattr(obj, '__setstate__', None)
    if setstate is not None:
        setstate(state)
        return
    slots = None
    if isinstance(state, tuple) and len(state) == 2:
        state, slots = state
    if state:
        attributes = obj.__dict__
        for key, value in state.items():
            attributes[sys.intern(key) if type(key) is str else key] = value
    if slots:
        for key, value in slots.items():
            setattr(obj, key, value)",
    },
    Function {
        needed: |needs| needs.extend,
        text: r"def _extend(obj, items):
    # Adds items as APPEND and APPENDS do.
    extend = getattr(obj, 'extend', None)
    if extend is not None:
        extend(items)
        return
    append = obj.append
    for item in items:
        append(item)",
    },
    Function {
        needed: |needs| needs.add,
        text: r"def _add(obj, items):
    # Adds members as ADDITEMS does.
    if isinstance(obj, set):
        obj.update(items)
        return
    add = obj.add
    for item in items:
        add(item)",
    },
    Function {
        needed: |needs| needs.read_only,
        text: r"def _read_only(buffer):
    # Makes a buffer read-only as READONLY_BUFFER does.
    view = memoryview(buffer)
    return buffer if view.readonly else view.toreadonly()",
    },
    Function {
        needed: |needs| needs.persistent,
        text: r"if '_persistent' not in globals():
    def _persistent(id):
        # What the loader gives for a persistent id: define it before.
        raise RuntimeError('no persistent ids here', id)",
    },
    Function {
        needed: |needs| needs.extension,
        text: r"if '_extension' not in globals():
    def _extension(code):
        # What the registry of copyreg holds under a code: define it before.
        raise RuntimeError('no extension registry here', code)",
    },
    Function {
        needed: |needs| needs.buffer,
        text: r"if '_buffer' not in globals():
    def _buffer():
        # The next out-of-band buffer: define it before.
        raise RuntimeError('no out-of-band buffers here')",
    },
    Function {
        needed: |needs| needs.array,
        text: r"if '_array' not in globals():
    def _array(wrapper, start, end, content=None):
        # The array that joblib reads from the bytes behind its wrapper: define it before.
        raise RuntimeError('no arrays here', wrapper, start, end)",
    },
];
