use std::borrow::Cow;

use crate::{Error, ErrorKind, Number, Type};

/// A JSON value and the byte at which it begins. Strings without escapes are borrowed from the document.
#[derive(Clone, Debug)]
pub struct Value<'a> {
    kind: Kind<'a>,
    offset: u32,
}

/// What a [`Value`] is.
#[derive(Clone, Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "RFC 8259 has these six and no more"
)]
pub enum Kind<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number<'a>),
    /// A string, its escapes undone.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Value<'a>>),
    /// An object.
    Object(Object<'a>),
}

/// The members of an object, in the order in which they are written, no key twice.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    members: Vec<Member<'a>>,
    offset: u32,
}

/// A key and its value.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    pub(crate) key: Cow<'a, str>,
    pub(crate) offset: u32,
    pub(crate) value: Value<'a>,
}

impl<'a> Value<'a> {
    pub(crate) const fn new(kind: Kind<'a>, offset: u32) -> Self {
        Self { kind, offset }
    }

    /// Returns the byte of the document at which the value begins.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset.into()
    }

    /// Returns what the value is.
    #[must_use]
    pub const fn kind(&self) -> &Kind<'a> {
        &self.kind
    }

    /// Returns the value without its place.
    #[must_use]
    pub fn into_kind(self) -> Kind<'a> {
        self.kind
    }

    /// Copies what is borrowed.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        let kind = match self.kind {
            Kind::Null => Kind::Null,
            Kind::Bool(value) => Kind::Bool(value),
            Kind::Number(number) => Kind::Number(number.into_owned()),
            Kind::String(text) => Kind::String(Cow::Owned(text.into_owned())),
            Kind::Array(items) => Kind::Array(items.into_iter().map(Self::into_owned).collect()),
            Kind::Object(object) => Kind::Object(Object {
                members: object
                    .members
                    .into_iter()
                    .map(|member| Member {
                        key: Cow::Owned(member.key.into_owned()),
                        offset: member.offset,
                        value: member.value.into_owned(),
                    })
                    .collect(),
                offset: object.offset,
            }),
        };
        Value {
            kind,
            offset: self.offset,
        }
    }

    /// Returns which of the types the value has.
    #[must_use]
    pub const fn type_of(&self) -> Type {
        match self.kind {
            Kind::Null => Type::Null,
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) => Type::String,
            Kind::Array(_) => Type::Array,
            Kind::Object(_) => Type::Object,
        }
    }

    /// Returns whether the value is `null`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// Returns the boolean.
    ///
    /// # Errors
    /// [`ErrorKind::WrongType`]; nothing but `true` and `false` is one.
    pub fn as_bool(&self) -> Result<bool, Error> {
        match self.kind {
            Kind::Bool(value) => Ok(value),
            _ => Err(self.wrong(Type::Bool)),
        }
    }

    /// Returns the number.
    ///
    /// # Errors
    /// [`ErrorKind::WrongType`].
    pub fn as_number(&self) -> Result<&Number<'a>, Error> {
        match &self.kind {
            Kind::Number(number) => Ok(number),
            _ => Err(self.wrong(Type::Number)),
        }
    }

    /// Returns the number if it is a whole one, see [`Number::as_u64`].
    ///
    /// # Errors
    /// [`ErrorKind::WrongType`] if it is no number, [`ErrorKind::NotAnInteger`] if it is another.
    pub fn as_u64(&self) -> Result<u64, Error> {
        self.as_number()?
            .as_u64()
            .ok_or_else(|| self.error(ErrorKind::NotAnInteger))
    }

    /// Returns the string.
    ///
    /// # Errors
    /// [`ErrorKind::WrongType`].
    pub fn as_str(&self) -> Result<&str, Error> {
        match &self.kind {
            Kind::String(text) => Ok(text),
            _ => Err(self.wrong(Type::String)),
        }
    }

    /// Returns what the array holds.
    ///
    /// # Errors
    /// [`ErrorKind::WrongType`].
    pub fn as_array(&self) -> Result<&[Self], Error> {
        match &self.kind {
            Kind::Array(items) => Ok(items),
            _ => Err(self.wrong(Type::Array)),
        }
    }

    /// Returns the object.
    ///
    /// # Errors
    /// [`ErrorKind::WrongType`].
    pub fn as_object(&self) -> Result<&Object<'a>, Error> {
        match &self.kind {
            Kind::Object(object) => Ok(object),
            _ => Err(self.wrong(Type::Object)),
        }
    }

    /// Returns the string by value, borrowed from the document where it has no escapes.
    ///
    /// # Errors
    /// [`ErrorKind::WrongType`].
    pub fn into_string(self) -> Result<Cow<'a, str>, Error> {
        match self.kind {
            Kind::String(text) => Ok(text),
            _ => Err(self.wrong(Type::String)),
        }
    }

    /// Returns what the array holds, by value.
    ///
    /// # Errors
    /// [`ErrorKind::WrongType`].
    pub fn into_array(self) -> Result<Vec<Self>, Error> {
        match self.kind {
            Kind::Array(items) => Ok(items),
            _ => Err(self.wrong(Type::Array)),
        }
    }

    /// Returns the object by value.
    ///
    /// # Errors
    /// [`ErrorKind::WrongType`].
    pub fn into_object(self) -> Result<Object<'a>, Error> {
        match self.kind {
            Kind::Object(object) => Ok(object),
            _ => Err(self.wrong(Type::Object)),
        }
    }

    const fn wrong(&self, wanted: Type) -> Error {
        self.error(ErrorKind::WrongType {
            found: self.type_of(),
            wanted,
        })
    }

    #[expect(clippy::as_conversions, reason = "u32 to u64, in a constant function")]
    const fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.offset as u64)
    }
}

impl<'a> Object<'a> {
    pub(crate) const fn new(members: Vec<Member<'a>>, offset: u32) -> Self {
        Self { members, offset }
    }

    /// Returns the byte of the document at which the object begins.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset.into()
    }

    /// Returns the members, in the order in which they are written.
    #[must_use]
    pub fn members(&self) -> &[Member<'a>] {
        &self.members
    }

    /// Returns the members by value.
    #[must_use]
    pub fn into_members(self) -> Vec<Member<'a>> {
        self.members
    }

    /// Returns the value of a key. Looks at one member after the other.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.members
            .iter()
            .find_map(|member| (member.key == key).then_some(&member.value))
    }

    /// Returns the value of a key; one that is `null` counts as missing, as protobuf's JSON has it.
    #[must_use]
    pub fn get_set(&self, key: &str) -> Option<&Value<'a>> {
        self.get(key).filter(|value| !value.is_null())
    }

    /// Returns the value of a key that has to be there.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    pub fn required(&self, key: &'static str) -> Result<&Value<'a>, Error> {
        self.get(key).ok_or_else(|| self.missing(key))
    }

    /// Takes out the value of a key; what is left keeps its order.
    pub fn take(&mut self, key: &str) -> Option<Value<'a>> {
        let at = self.members.iter().position(|member| member.key == key)?;
        Some(self.members.remove(at).value)
    }

    /// Takes out the value of a key that has to be there.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    pub fn take_required(&mut self, key: &'static str) -> Result<Value<'a>, Error> {
        self.take(key).ok_or_else(|| self.missing(key))
    }

    /// Checks that the object has no keys but these.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownKey`], with the place of the first other one.
    pub fn only(&self, keys: &[&str]) -> Result<(), Error> {
        match self
            .members
            .iter()
            .find(|member| !keys.contains(&&*member.key))
        {
            Some(other) => Err(Error::new(ErrorKind::UnknownKey, other.offset())),
            None => Ok(()),
        }
    }

    fn missing(&self, key: &'static str) -> Error {
        Error::new(ErrorKind::Missing(key), self.offset())
    }
}

impl<'a> Member<'a> {
    /// Returns the key, its escapes undone.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the value.
    #[must_use]
    pub const fn value(&self) -> &Value<'a> {
        &self.value
    }

    /// Returns key and value.
    #[must_use]
    pub fn into_pair(self) -> (Cow<'a, str>, Value<'a>) {
        (self.key, self.value)
    }

    /// Returns the byte of the document at which the key begins.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset.into()
    }
}
