//! IP addresses down to their network, as RFC 4632 (IPv4) and RFC 4291 (IPv6) write it.
//!
//! What is no address becomes null: a port, a zone or a blank beside one makes it none. So does an address of a kind
//! for which no length is given. An IPv4 address inside of an IPv6 one (`::ffff:192.0.2.1`) is the IPv4 address.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::{positive, refusal};
use crate::document::{Fault, Section};
use crate::method::values::{is_text, map_text_or_null};
use crate::method::{ApplyError, Context, Method, Outcome, Unsupported, options_text};

/// Takes `network` and `network6`, where they are given.
pub fn take(section: &mut Section<'_>) -> Result<Option<Box<dyn Method>>, Fault> {
    let (narrow, wide) = (bits(section, "network", 31)?, bits(section, "network6", 127)?);
    if narrow.is_none() && wide.is_none() {
        return Ok(None);
    }
    Ok(Some(Box::new(Network { narrow, wide })))
}

fn bits(section: &mut Section<'_>, option: &'static str, most: u32) -> Result<Option<u32>, Fault> {
    let Some(given) = positive(section, option)? else { return Ok(None) };
    match u32::try_from(given) {
        Ok(bits) if bits <= most => Ok(Some(bits)),
        _ => Err(section.fault_at(option, format!("`{option}` takes at most {most} bits"), None)),
    }
}

/// How many bits of an address stay; none where no address of the kind does.
struct Network {
    narrow: Option<u32>,
    wide: Option<u32>,
}

impl Network {
    /// Writes the network of an address; none where the text is no address, or none of a kind that stays.
    fn write(&self, text: &str, out: &mut Vec<u8>) -> Option<()> {
        match text.parse::<IpAddr>().ok()?.to_canonical() {
            IpAddr::V4(address) => {
                let bits = self.narrow?;
                let network = Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << (32 - bits)));
                write!(out, "{network}/{bits}").ok()
            }
            IpAddr::V6(address) => {
                let bits = self.wide?;
                let network = Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - bits)));
                write!(out, "{network}/{bits}").ok()
            }
        }
    }

    fn given(&self) -> impl Iterator<Item = (&'static str, String)> {
        let options = [("network", self.narrow), ("network6", self.wide)];
        options.into_iter().filter_map(|(name, bits)| bits.map(|bits| (name, bits.to_string())))
    }
}

impl Method for Network {
    fn plan(&self, input: &DataType) -> Result<Outcome, Unsupported> {
        if is_text(input) {
            return Ok(Outcome::becomes_or_null(DataType::Utf8));
        }
        Err(refusal(input, "`network` takes IP addresses in text; numbers take `width`"))
    }

    fn apply(&self, input: &ArrayRef, _: &Context) -> Result<ArrayRef, ApplyError> {
        self.plan(input.data_type())?;
        map_text_or_null(input, |text, out| self.write(text, out))
    }

    /// The address of a network is written as one of a host.
    fn makes(&self) -> &'static [&'static str] {
        &["IP"]
    }

    fn words(&self) -> String {
        let stays = |bits: Option<u32>, kind: &str| match bits {
            Some(bits) => format!("of an {kind} address only the first {bits} bits stay readable"),
            None => format!("an {kind} address becomes null"),
        };
        format!("{}; {}; other text becomes null", stays(self.narrow, "IPv4"), stays(self.wide, "IPv6"))
    }

    fn options(&self) -> String {
        let given: Vec<_> = self.given().collect();
        options_text(&given.iter().map(|(name, bits)| (*name, bits.as_str())).collect::<Vec<_>>())
    }
}
