//! The Merkle tree of RFC 6962, section 2.1, and its tiles (c2sp.org/tlog-tiles, height 8).

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use tlog_tiles::{Hash, HashReader, Tile, record_hash, stored_hashes, tree_hash};

/// Hashes in a tile, and entries in a bundle.
pub const WIDTH: u64 = 256;
const HEIGHT: u8 = 8;

/// How a leaf begins that names an entry by its SHA-256 in hex.
const LONG: &str = "verho.dev/entry/v1 sha256:";

/// Every hash of a tree, in the order in which they come to be as it grows.
#[derive(Debug, Default)]
pub struct Tree {
    size: u64,
    hashes: Vec<Hash>,
}

impl HashReader for Tree {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let hash = |index: &u64| usize::try_from(*index).ok().and_then(|index| self.hashes.get(index)).copied();
        indexes.iter().map(|index| hash(index).ok_or(tlog_tiles::Error::IndexesNotInTree)).collect()
    }
}

/// Part of a tree as it is published: where, and what.
pub struct Piece {
    /// Below the ledger's folder.
    pub path: String,
    pub content: Vec<u8>,
}

impl Tree {
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends one entry.
    pub fn push(&mut self, entry: &[u8]) {
        let new = stored_hashes(self.size, &carried(entry), self).expect("the hashes of a smaller tree are there");
        self.hashes.extend(new);
        self.size += 1;
    }

    /// The root over the first `size` entries; none where there are not as many.
    pub fn root(&self, size: u64) -> Option<[u8; 32]> {
        (size <= self.size).then(|| tree_hash(size, self).expect("the hashes of a smaller tree are there").0)
    }

    /// The audit path of an entry (RFC 6962, section 2.1.1) to the root over the first `size`.
    pub fn proof(&self, size: u64, index: u64) -> Option<Vec<Hash>> {
        if size > self.size { None } else { tlog_tiles::prove_record(size, index, self).ok() }
    }

    /// The tiles that a tree of `size` has and one of `old` had not.
    pub fn tiles(&self, old: u64, size: u64) -> Vec<Piece> {
        let piece = |tile: Tile| Some(Piece { path: path(&tile), content: tile.read_data(self).ok()? });
        Tile::new_tiles(HEIGHT, old, size.min(self.size)).into_iter().filter_map(piece).collect()
    }

    /// What a tile of hashes holds, by its path; none where no tree of this size or a smaller one has it.
    pub fn tile(&self, at: &str) -> Option<Vec<u8>> {
        Tile::from_path(&at.replacen("tile/", "tile/8/", 1)).ok().filter(|tile| !tile.is_data())?.read_data(self).ok()
    }
}

/// The hash of an entry as a leaf.
pub fn leaf(entry: &[u8]) -> Hash {
    record_hash(&carried(entry))
}

/// tlog-tiles leaves the height out, which is always 8.
fn path(tile: &Tile) -> String {
    tile.path().replacen("tile/8/data/", "tile/entries/", 1).replacen("tile/8/", "tile/", 1)
}

/// Where the bundle of entries lies that begins at `WIDTH * number` and holds `width`.
pub fn bundle_path(number: u64, width: u64) -> String {
    let width = u32::try_from(width).expect("a bundle has 256 entries at most");
    path(&Tile::new(HEIGHT, 0, number, width, true))
}

/// Where the tile of leaf hashes lies that goes with a bundle.
pub fn leaf_tile_path(number: u64, width: u64) -> String {
    let width = u32::try_from(width).expect("a tile has 256 hashes at most");
    path(&Tile::new(HEIGHT, 0, number, width, false))
}

/// Which entries a bundle holds, by its path.
pub fn bundle_range(at: &str) -> Option<std::ops::Range<u64>> {
    let tile = Tile::from_path(&at.replacen("tile/entries/", "tile/8/data/", 1)).ok().filter(Tile::is_data)?;
    let start = tile.level_index().checked_mul(WIDTH)?;
    Some(start..start.checked_add(tile.width().into())?)
}

/// What stands in the tree for an entry: the entry, or, where a bundle cannot carry it, which object of entries it is.
pub fn carried(entry: &[u8]) -> Cow<'_, [u8]> {
    match u16::try_from(entry.len()) {
        Ok(_) => Cow::Borrowed(entry),
        Err(_) => Cow::Owned(format!("{LONG}{:x}", Sha256::digest(entry)).into_bytes()),
    }
}

/// Whether this stands for an entry that is too long for a bundle. No entry is such a text: it is no JSON.
pub fn stands_for_another(leaf: &[u8]) -> bool {
    leaf.starts_with(LONG.as_bytes())
}

/// Entries, as they are [`carried`], behind their lengths (16 bits, big endian).
pub fn bundle<'e>(entries: impl Iterator<Item = &'e [u8]>) -> Vec<u8> {
    let framed = |entry: &[u8]| {
        let entry = carried(entry);
        let length = u16::try_from(entry.len()).expect("what is carried has a length of 16 bits");
        [&length.to_be_bytes(), &*entry].concat()
    };
    entries.flat_map(framed).collect()
}

/// The entries of a bundle, exactly; none where it is cut or has more.
pub fn unbundled(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        entries.push(entry.to_vec());
        bytes = rest;
    }
    bytes.is_empty().then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree of the test vectors of the Certificate Transparency project (`merkletree/testdata`, RFC 6962).
    const INPUTS: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("is hex")).collect()
    }

    fn grown() -> Tree {
        let mut tree = Tree::default();
        INPUTS.iter().for_each(|input| tree.push(&bytes(input)));
        tree
    }

    #[test]
    fn roots_are_those_of_the_published_vectors() {
        let tree = grown();
        for (size, root) in (1..).zip(ROOTS) {
            assert_eq!(tree.root(size).map(|hash| hash.to_vec()), Some(bytes(root)), "{size}");
        }
        assert_eq!(tree.root(9), None);
    }

    #[test]
    fn every_audit_path_leads_to_its_root() {
        let tree = grown();
        for size in 1..=8 {
            for (index, input) in INPUTS.iter().enumerate().take(size as usize) {
                let (index, root) = (index as u64, tree.root(size).expect("is there"));
                let proof = tree.proof(size, index).expect("is there");
                assert!(tlog_tiles::check_record(&proof, size, Hash(root), index, leaf(&bytes(input))).is_ok());
                assert!(tlog_tiles::check_record(&proof, size, Hash(root), index, leaf(b"other")).is_err());
            }
        }
    }

    #[test]
    fn paths_are_those_of_the_specification() {
        assert_eq!(bundle_path(1_234_067, 256), "tile/entries/x001/x234/067");
        assert_eq!(bundle_path(0, 5), "tile/entries/000.p/5");
        assert_eq!(leaf_tile_path(273, 112), "tile/0/273.p/112");
    }

    /// The specification's example: a tree of 70,000.
    #[test]
    fn a_tree_has_the_tiles_of_the_specification() {
        let mut tree = Tree::default();
        (0..70_000_u32).for_each(|number| tree.push(&number.to_be_bytes()));
        let tiles = tree.tiles(0, 70_000);
        let full = |level: &str| {
            let start = format!("tile/{level}/");
            tiles.iter().filter(|tile| tile.path.starts_with(&start) && !tile.path.contains(".p/")).count()
        };
        let partial: Vec<_> = tiles.iter().filter(|tile| tile.path.contains(".p/")).map(|tile| &*tile.path).collect();
        assert_eq!((full("0"), full("1"), full("2")), (273, 1, 0));
        assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    }

    #[test]
    fn bundles_read_as_what_was_put_in() {
        let entries: [&[u8]; 3] = [b"a", b"", b"ccc"];
        let packed = bundle(entries.into_iter());
        assert_eq!(unbundled(&packed).expect("is whole"), entries);
        assert_eq!(unbundled(&packed[..packed.len() - 1]), None);
        assert_eq!(unbundled(&[packed, vec![0]].concat()), None);
    }
}
