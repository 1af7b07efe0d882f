//! The Thrift compact protocol, as far as a Parquet page header needs it, and a look at a footer.
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

/// Reads fields from bytes; `None` at the first byte that cannot be.
pub struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

/// The type of a field on the wire.
pub type Wire = u8;
pub const TRUE: Wire = 1;
pub const FALSE: Wire = 2;
pub const I32: Wire = 5;
pub const STRUCT: Wire = 12;

/// How deep an unknown field may nest.
const DEEPEST: u8 = 8;

impl<'b> Reader<'b> {
    /// A reader at the start of `bytes`.
    pub fn new(bytes: &'b [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    /// How many bytes were read.
    pub fn position(&self) -> usize {
        self.at
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn zigzag(&mut self) -> Option<i64> {
        self.varint().map(|value| (value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// A 32-bit number.
    pub fn i32(&mut self) -> Option<i32> {
        i32::try_from(self.zigzag()?).ok()
    }

    /// The next field's id and type; `Some(None)` at the end of the struct. `last` is the id before it, 0 at first.
    pub fn field(&mut self, last: i16) -> Option<Option<(i16, Wire)>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        let id = match head >> 4 {
            0 => i16::try_from(self.zigzag()?).ok()?,
            delta => last.checked_add(i16::from(delta))?,
        };
        Some(Some((id, head & 0x0f)))
    }

    /// Passes over a field of this type.
    pub fn skip(&mut self, wire: Wire) -> Option<()> {
        self.skip_at(wire, 0)
    }

    fn skip_at(&mut self, wire: Wire, depth: u8) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        match wire {
            TRUE | FALSE => Some(()),
            3 => self.byte().map(drop),
            4..=6 => self.varint().map(drop),
            7 => self.pass(8),
            8 => self.varint().and_then(|length| self.pass(length)),
            9 | 10 => self.skip_list(depth),
            STRUCT => {
                let mut last = 0;
                while let Some((id, wire)) = self.field(last)? {
                    self.skip_at(wire, depth + 1)?;
                    last = id;
                }
                Some(())
            }
            _ => None,
        }
    }

    fn skip_list(&mut self, depth: u8) -> Option<()> {
        let head = self.byte()?;
        let length = if head >> 4 == 15 { self.varint()? } else { u64::from(head >> 4) };
        // A boolean in a list is a byte of its own.
        let wire = if matches!(head & 0x0f, TRUE | FALSE) { 3 } else { head & 0x0f };
        (0..length).try_for_each(|_| self.skip_at(wire, depth + 1))
    }

    fn pass(&mut self, length: u64) -> Option<()> {
        self.at = self.at.checked_add(usize::try_from(length).ok()?).filter(|at| *at <= self.bytes.len())?;
        Some(())
    }
}

/// Writes the fields of one struct, in the order of their ids.
pub struct Writer {
    bytes: Vec<u8>,
    last: Vec<i16>,
}

impl Writer {
    /// A writer of one struct.
    pub fn new() -> Self {
        Writer { bytes: Vec::with_capacity(32), last: vec![0] }
    }

    fn head(&mut self, id: i16, wire: Wire) {
        let last = self.last.last_mut().expect("a struct is open");
        // Page headers have ids below 16, so a delta always fits.
        self.bytes.push(((id - *last) as u8) << 4 | wire);
        *last = id;
    }

    /// A 32-bit number.
    pub fn i32(&mut self, id: i16, value: i32) -> &mut Self {
        self.head(id, I32);
        let mut rest = ((value << 1) ^ (value >> 31)) as u32;
        while rest >= 0x80 {
            self.bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest as u8);
        self
    }

    /// A truth value.
    pub fn truth(&mut self, id: i16, value: bool) -> &mut Self {
        self.head(id, if value { TRUE } else { FALSE });
        self
    }

    /// A struct inside; closed by [`Writer::close`].
    pub fn open(&mut self, id: i16) -> &mut Self {
        self.head(id, STRUCT);
        self.last.push(0);
        self
    }

    /// Closes the innermost open struct.
    pub fn close(&mut self) -> &mut Self {
        self.bytes.push(0);
        self.last.pop();
        self
    }

    /// The bytes of all.
    pub fn finish(mut self) -> Vec<u8> {
        self.close();
        self.bytes
    }
}
