//! How a number is written: its digits, in groups.

use crate::detect::comma::is_within_number;

/// So many groups and digits are read; a number that is longer is none of a telephone.
const MOST_GROUPS: usize = 8;
const MOST_DIGITS: usize = 18;

/// Digits in groups, as they are written from one place on.
pub(super) struct Shape {
    start: usize,
    digits: [u8; MOST_DIGITS],
    count: usize,
    lengths: [u8; MOST_GROUPS],
    /// How far behind the start each group ends, which is not far: what is between two is of three bytes at most.
    ends: [u8; MOST_GROUPS],
    groups: usize,
    has_plus: bool,
    /// Which group stands in brackets.
    bracketed: Option<usize>,
    /// The byte before each group but the first.
    separators: [u8; MOST_GROUPS],
}

impl Shape {
    /// Reads the groups that begin here.
    pub(super) fn read(bytes: &[u8], start: usize) -> Option<Self> {
        let mut shape = Shape {
            start,
            digits: [b'0'; MOST_DIGITS],
            count: 0,
            lengths: [0; MOST_GROUPS],
            ends: [0; MOST_GROUPS],
            groups: 0,
            has_plus: bytes[start] == b'+',
            bracketed: None,
            separators: [0; MOST_GROUPS],
        };
        let mut at = start + usize::from(shape.has_plus);
        while shape.groups < MOST_GROUPS {
            let Some(group) = gap(bytes, at, shape.groups == 0) else { break };
            let length = shape.add(bytes, group);
            if length == 0 {
                break;
            }
            if bytes[..group].last() == Some(&b'(') && bytes.get(group + length) == Some(&b')') {
                shape.bracketed.get_or_insert(shape.groups - 1);
            }
            shape.separators[shape.groups - 1] = bytes[..group].last().copied().unwrap_or_default();
            at = group + length;
        }
        (shape.groups > 0).then_some(shape)
    }

    /// Takes the digits of a group: how many these are, and none if there are too many.
    fn add(&mut self, bytes: &[u8], at: usize) -> usize {
        let mut length = 0;
        while let Some(digit) = bytes.get(at + length).filter(|byte| byte.is_ascii_digit()) {
            let Some(room) = self.digits.get_mut(self.count + length) else { return 0 };
            *room = *digit;
            length += 1;
        }
        if length > 0 {
            self.count += length;
            self.lengths[self.groups] = length as u8;
            self.ends[self.groups] = (at + length - self.start) as u8;
            self.groups += 1;
        }
        length
    }

    /// Leaves out its last group.
    pub(super) fn drop_last(&mut self) {
        self.groups -= 1;
        self.count -= usize::from(self.lengths[self.groups]);
    }

    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    pub(super) fn has_plus(&self) -> bool {
        self.has_plus
    }

    /// Whether it says a country.
    pub(super) fn is_international(&self) -> bool {
        self.has_plus || (self.digits[..self.count].starts_with(b"00") && self.count >= 10)
    }

    /// Its digits, without the `00` before a country.
    pub(super) fn digits(&self) -> &[u8] {
        let all = &self.digits[..self.count];
        if self.has_plus { all } else { all.strip_prefix(b"00").unwrap_or(all) }
    }

    /// Its digits without a `0` that is only dialled inside the country, as of `+46 (0)8`.
    pub(super) fn without_trunk(&self) -> Vec<u8> {
        let mut digits = self.digits().to_vec();
        let code = usize::from(self.lengths[0]).saturating_sub(self.count - digits.len());
        if self.groups > 1 && digits.get(code) == Some(&b'0') {
            digits.remove(code);
        }
        digits
    }

    pub(super) fn end(&self) -> usize {
        self.start + usize::from(self.ends[self.groups - 1])
    }

    /// Whether the number may end with its last group: no letter follows, and no digits that belong to it.
    pub(super) fn ends_well(&self, bytes: &[u8]) -> bool {
        let end = self.end();
        let last = self.lengths[self.groups - 1];
        match bytes.get(end..) {
            _ if self.groups > 1 && last < 2 => false,
            None | Some([]) => true,
            // Nothing that is counted begins with a zero.
            Some([b',', ..]) => self.digits[0] == b'0' || !is_within_number(bytes, end),
            Some([b'-' | b'.' | b'/' | b':', next, ..]) => !next.is_ascii_digit(),
            Some([b'@' | b'_' | b'%', ..]) => false,
            Some([next, ..]) => !next.is_ascii_alphanumeric() || self.extension_end(bytes) > end,
        }
    }

    /// Behind `x506` or `ext. 506`, where that follows.
    pub(super) fn extension_end(&self, bytes: &[u8]) -> usize {
        let end = self.end();
        let rest = &bytes[end..];
        let spaced = rest.strip_prefix(b" ").unwrap_or(rest);
        let number = match spaced {
            [b'x', number @ ..] | [b'e', b'x', b't', b'.', b' ', number @ ..] => number,
            [b'e', b'x', b't', b'.' | b' ', number @ ..] | [b'e', b'x', b't', number @ ..] => number,
            _ => return end,
        };
        let digits = number.iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
        let is_whole = number.get(digits).is_none_or(|byte| !byte.is_ascii_alphanumeric());
        if (1..=6).contains(&digits) && is_whole { bytes.len() - number.len() + digits } else { end }
    }

    fn lengths(&self) -> &[u8] {
        &self.lengths[..self.groups]
    }

    /// `2024-01-26`, `26.1.2024`, `1/26/24`.
    pub(super) fn is_date(&self) -> bool {
        let one = self.separators[1] == self.separators[2] && b"-./ ".contains(&self.separators[1]);
        one && matches!(self.lengths(), [4, 1 | 2, 1 | 2, ..] | [1 | 2, 1 | 2, 4, ..] | [1 | 2, 1 | 2, 2]) && {
            let number = |from: usize, length: usize| {
                self.digits[from..from + length].iter().fold(0, |all, digit| all * 10 + u32::from(digit - b'0'))
            };
            let [first, second, third, ..] = self.lengths.map(usize::from);
            let (first, second, third) = (number(0, first), number(first, second), number(first + second, third));
            match self.lengths[0] {
                4 => (1000..2200).contains(&first) && second <= 12 && third <= 31,
                _ => first <= 31 && second <= 31 && (first <= 12 || second <= 12) && self.separators[1] != b' ',
            }
        }
    }

    /// `356-47-7563`.
    pub(super) fn is_social_security(&self) -> bool {
        matches!(self.lengths(), [3, 2, 4]) && self.bracketed.is_none()
    }

    /// `555-123-4567`, `(555) 123-4567`, `1-555-123-4567`.
    pub(super) fn is_north_american(&self) -> bool {
        let area = match self.lengths() {
            [3, 3, 4] => 0,
            [1, 3, 3, 4] if self.digits[0] == b'1' => 1,
            [3, 7] if self.bracketed == Some(0) => 0,
            _ => return false,
        };
        self.digits[area] >= b'2'
    }

    /// A number that begins with the `0` that is dialled inside most countries.
    pub(super) fn has_trunk(&self) -> bool {
        let is_long = if self.groups > 1 { (8..=12).contains(&self.count) } else { (10..=11).contains(&self.count) };
        let is_grouped = self.lengths().iter().skip(1).all(|length| *length >= 2)
            && (2..=5).contains(&self.lengths[0]) | (self.groups == 1);
        self.digits[0] == b'0' && self.digits[1] != b'0' && is_long && is_grouped
    }

    /// A number with an area in brackets.
    pub(super) fn has_area(&self) -> bool {
        self.bracketed == Some(0) && (7..=12).contains(&self.count) && self.groups > 1
    }

    /// A number as it is dialled where there is no `0` before it, that ends no count and no year: Nordic, Iberian and Polish ones
    /// of eight or nine digits, and Italian ones of ten.
    pub(super) fn is_subscribers(&self) -> bool {
        let is_long = matches!(self.count, 8 | 9) || self.count == 10 && self.digits[0] == b'3';
        let is_grouped = self.lengths().iter().skip(1).all(|length| *length >= 2) && self.groups <= 4;
        is_long && is_grouped && self.digits[0] >= b'2' && !self.is_day()
    }

    /// As Danes and Norwegians group theirs, and nobody an amount.
    pub(super) fn is_of_the_north(&self) -> bool {
        matches!(self.lengths(), [2, 2, 2, 2] | [3, 2, 3])
    }

    /// `20240126`, and `2024 01 26`.
    fn is_day(&self) -> bool {
        self.count == 8 && matches!(self.lengths(), [8] | [4, 2, 2]) && self.digits.starts_with(b"20")
    }

    /// What can be a number where it is said to be one.
    pub(super) fn is_plausible(&self) -> bool {
        let most = if self.groups > 1 || self.digits[0] == b'0' { 12 } else { 11 };
        let fewest = if self.groups > 1 { 6 } else { 7 };
        (fewest..=most).contains(&self.count)
            && (self.count >= 8 || self.lengths().iter().skip(1).all(|length| *length >= 2))
    }
}

/// Where the next group begins: behind one separator, or a bracket with or without a space or a hyphen.
fn gap(bytes: &[u8], at: usize, is_first: bool) -> Option<usize> {
    let length = match bytes.get(at..)? {
        [digit, ..] if digit.is_ascii_digit() => 0,
        [b'(', ..] => 1,
        _ if is_first => return None,
        [b' ' | b'-' | b'.' | b'/', digit, ..] if digit.is_ascii_digit() => 1,
        [b' ' | b'-', b'(', ..] | [b')', b' ' | b'-' | b'.' | b'(', ..] => 2,
        [b')', ..] => 1,
        [b' ', b'-' | b'/', b' ', ..] => 3,
        _ => return None,
    };
    (length > 0 || is_first).then_some(at + length).filter(|at| bytes.get(*at).is_some_and(u8::is_ascii_digit))
}
