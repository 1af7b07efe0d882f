//! Addresses and names of machines, hosts and programs that are nobody's.

use super::draw::Draws;
use super::recipe::{HOSTS, Piece, Recipe};
use super::words::Words;

/// Networks for documentation: three of RFC 5737, 254 hosts each.
const NETWORKS: [&[u8]; 3] = [b"192.0.2.", b"198.51.100.", b"203.0.113."];

const HEX: &[u8; 16] = b"0123456789abcdef";

/// An address for documentation: of version 6 where the input has a colon, else of version 4.
pub fn ip(draws: &mut Draws, input: Option<&[u8]>, out: &mut Vec<u8>) {
    if input.is_some_and(|input| input.contains(&b':')) {
        return ipv6(draws, out);
    }
    out.extend_from_slice(draws.one_of(&NETWORKS));
    let host = 1 + draws.below(254);
    let places = [100, 10, 1].into_iter().filter(|place| host >= *place);
    out.extend(places.map(|place| b'0' + (host / place % 10) as u8));
}

/// Groups are never zero, so that RFC 5952 has nothing to shorten.
fn ipv6(draws: &mut Draws, out: &mut Vec<u8>) {
    out.extend_from_slice(b"2001:db8");
    for _ in 0..6 {
        let group = 1 + draws.below(0xffff);
        out.push(b':');
        let places = [12, 8, 4, 0].into_iter().filter(|place| group >> place > 0);
        out.extend(places.map(|place| HEX[group >> place & 15]));
    }
}

/// A unicast, locally administered address of the quadrant that IEEE 802c keeps for later.
pub fn mac(draws: &mut Draws, out: &mut Vec<u8>) {
    let bytes = draws.sixteen();
    out.extend_from_slice(&[HEX[usize::from(bytes[0] >> 4)], b'6']);
    for byte in &bytes[1..6] {
        out.push(b':');
        hex(*byte, out);
    }
}

fn hex(byte: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
}

/// A UUID of the version for vendors, with 122 bits of the choices.
pub fn uuid(draws: &mut Draws, out: &mut Vec<u8>) {
    write_uuid(draws.sixteen(), out);
}

/// The same with 122 bits of the value's own hash.
pub fn own_uuid(draws: &mut Draws, out: &mut Vec<u8>) {
    write_uuid(draws.own_sixteen(), out);
}

fn write_uuid(mut bytes: [u8; 16], out: &mut Vec<u8>) {
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    for (at, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&at) {
            out.push(b'-');
        }
        hex(*byte, out);
    }
}

/// A page of a host for documentation; `end` is what tells pages apart.
pub fn url(end: Piece) -> Recipe {
    let host = Words::written(HOSTS.into_iter().map(|host| format!("https://www.{host}/")));
    let folders = ["about", "account", "catalogue", "help", "news", "orders", "search", "shop"];
    let folder = Words::written(folders.into_iter().map(|folder| format!("{folder}/")));
    Recipe::of(vec![Piece::Any(host), Piece::Any(folder), end])
}

/// A program and a system that do not exist.
pub fn user_agent(draws: &mut Draws, out: &mut Vec<u8>) {
    out.extend_from_slice(draws.one_of(&[&b"Curtain"[..], b"Lantern", b"Meadow", b"Pebble", b"Quill"]));
    version(b'/', draws, out);
    out.extend_from_slice(draws.one_of(&[&b" (ExampleOS"[..], b" (SampleOS", b" (TestPhone"]));
    version(b' ', draws, out);
    out.extend_from_slice(draws.one_of(&[&b"; desktop)"[..], b"; mobile)", b"; tablet)"]));
}

fn version(before: u8, draws: &mut Draws, out: &mut Vec<u8>) {
    out.push(before);
    draws.number(2, out);
    out.push(b'.');
    draws.digit(out);
}
