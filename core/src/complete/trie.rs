//! The trie of a vocabulary: common beginnings of byte strings are read once.
//!
//! Nodes stand in depth-first preorder in one flat array, children in byte order. A node knows the byte read on entering it
//! and the first node behind its subtree, so a walk goes through memory from front to back and leaves a subtree out by one
//! jump. For the entries 0 `a`, 1 `abc`, 2 `ad`, 3 `abc`:
//!
//! ```text
//! node   0 (root)   1 a    2 b    3 c       4 d
//! end    5          5      4      4         5
//! ids               0             1, 3      2
//! ```
//!
//! A node also knows what *kinds* of bytes stand below it: a walk for which all of them change nothing takes the subtree at once.
//!
//! Source: tries, Fredkin (1960); stored as a preorder sequence with the sizes of the subtrees, as in Jacobson (1989).

use std::ops::Range;

/// A node; the root has [`Trie::ROOT`].
pub type NodeId = u32;

/// A set of kinds of bytes: bit `k` stands for the bytes of the kind `k`, see [`kind_of`].
pub(crate) type Kinds = u64;

/// The kind of a byte. Small and large letters, digits, and the bytes of characters beyond ASCII by their upper bits are
/// a kind each, for most automata treat them alike; other bytes that texts are made of are one by themselves.
pub(crate) const fn kind_of(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        b'\t' => 3,
        b'\n' => 4,
        b'\r' => 5,
        0..=0x1f | 0x7f => 6,
        0x80..=0xff => 7 + ((byte - 0x80) >> 4),
        b' '..=b'/' => 15 + (byte - b' '),
        b':'..=b'@' => 31 + (byte - b':'),
        b'['..=b'`' => 38 + (byte - b'['),
        b'{'..=b'~' => 44 + (byte - b'{'),
    }
}

/// The trie of the byte strings of a vocabulary. 17 bytes per node, and four per entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trie {
    /// `bytes[node]`: the byte read on entering it; 0 for the root.
    bytes: Vec<u8>,
    /// `ends[node]`: the first node behind its subtree.
    ends: Vec<NodeId>,
    /// `first_ids[node]..first_ids[node + 1]`: where its entries are in `ids`. One longer than there are nodes.
    first_ids: Vec<u32>,
    /// Entries in the order of their byte strings, then of their numbers.
    ids: Vec<u32>,
    /// `kinds[node]`: the kinds of the bytes below it.
    kinds: Vec<Kinds>,
}

impl Trie {
    /// The node that no byte leads to.
    pub const ROOT: NodeId = 0;

    /// The trie of entries, in any order. An entry of length 0 is left out: reading it changes nothing.
    ///
    /// Cost: one sort of the entries, and their bytes.
    pub fn new<'a>(entries: impl IntoIterator<Item = (u32, &'a [u8])>) -> Trie {
        let mut sorted: Vec<(u64, &[u8], u32)> = entries
            .into_iter()
            .filter(|(_, bytes)| !bytes.is_empty())
            .map(|(id, bytes)| (first_bytes(bytes), bytes, id))
            .collect();
        sorted.sort_unstable();
        let ids = Vec::with_capacity(sorted.len());
        let mut trie = Trie { bytes: vec![0], ends: vec![0], first_ids: vec![0], ids, kinds: Vec::new() };
        // The path from the root to the entry before, by depth.
        let mut path = vec![Trie::ROOT];
        let mut before: &[u8] = &[];
        for (_, bytes, id) in sorted {
            let n_common = before.iter().zip(bytes).take_while(|(a, b)| a == b).count();
            trie.close(path.drain(n_common + 1..));
            for &byte in &bytes[n_common..] {
                path.push(trie.open(byte));
            }
            trie.ids.push(id);
            before = bytes;
        }
        trie.close(path.into_iter());
        trie.first_ids.push(trie.ids.len() as u32);
        trie.kinds = vec![0; trie.bytes.len()];
        // From the back, so that what stands below a node is known before the node; a subtree is one run of nodes.
        let mut open: Vec<NodeId> = Vec::new();
        for node in (0..trie.n_nodes()).rev() {
            let mut kinds = 0;
            while let Some(child) = open.pop_if(|child| *child < trie.ends[node as usize]) {
                kinds |= trie.kinds[child as usize] | 1 << kind_of(trie.bytes[child as usize]);
            }
            trie.kinds[node as usize] = kinds;
            open.push(node);
        }
        trie
    }

    fn open(&mut self, byte: u8) -> NodeId {
        let node = self.bytes.len() as NodeId;
        self.bytes.push(byte);
        self.ends.push(node);
        self.first_ids.push(self.ids.len() as u32);
        node
    }

    fn close(&mut self, nodes: impl Iterator<Item = NodeId>) {
        let end = self.bytes.len() as NodeId;
        for node in nodes {
            self.ends[node as usize] = end;
        }
    }

    /// Number of nodes, the root included.
    pub fn n_nodes(&self) -> u32 {
        self.bytes.len() as u32
    }

    /// The byte that is read on entering the node; 0 for the root.
    pub fn byte(&self, node: NodeId) -> u8 {
        self.bytes[node as usize]
    }

    /// The first node behind the subtree of the node. The node itself has no children if that is the next one.
    pub fn end(&self, node: NodeId) -> NodeId {
        self.ends[node as usize]
    }

    /// The entries that end at the node, in ascending order: several if their byte strings are equal.
    pub fn ids(&self, node: NodeId) -> &[u32] {
        &self.ids[self.first_ids[node as usize] as usize..self.first_ids[node as usize + 1] as usize]
    }

    /// The entries that end at the node or below it, in the order of their byte strings.
    pub fn ids_below(&self, node: NodeId) -> &[u32] {
        let Range { start, end } = node as usize..self.end(node) as usize;
        &self.ids[self.first_ids[start] as usize..self.first_ids[end] as usize]
    }

    /// The kinds of the bytes below the node; its own byte is not among them.
    pub(crate) fn kinds_below(&self, node: NodeId) -> Kinds {
        self.kinds[node as usize]
    }

    /// The children of the node, by ascending byte. Each step is one jump.
    pub fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let end = self.end(node);
        let child = move |child: NodeId| (child < end).then_some(child);
        std::iter::successors(child(node + 1), move |&before| child(self.end(before)))
    }

    /// The child that the byte leads to. Cost: the children before it.
    pub fn child(&self, node: NodeId, byte: u8) -> Option<NodeId> {
        self.children(node).take_while(|&child| self.byte(child) <= byte).find(|&child| self.byte(child) == byte)
    }

    /// Bytes of memory.
    pub fn memory(&self) -> usize {
        let numbers = self.ends.capacity() + self.first_ids.capacity() + self.ids.capacity();
        self.bytes.capacity() + 4 * numbers + size_of::<Kinds>() * self.kinds.capacity()
    }
}

/// The first eight bytes as a number that compares like them: most comparisons of a sort need no more.
fn first_bytes(bytes: &[u8]) -> u64 {
    let mut first = [0; 8];
    let n = bytes.len().min(8);
    first[..n].copy_from_slice(&bytes[..n]);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// The entries of a trie, by walking it.
    fn listed(trie: &Trie) -> Vec<(Vec<u8>, u32)> {
        let mut found = Vec::new();
        let mut open: Vec<(NodeId, Vec<u8>)> = vec![(Trie::ROOT, Vec::new())];
        while let Some((node, bytes)) = open.pop() {
            found.extend(trie.ids(node).iter().map(|&id| (bytes.clone(), id)));
            for child in trie.children(node) {
                open.push((child, [bytes.as_slice(), &[trie.byte(child)]].concat()));
            }
        }
        found.sort();
        found
    }

    #[test]
    fn the_picture_of_the_module() {
        let trie = Trie::new([(0, b"a".as_slice()), (1, b"abc"), (2, b"ad"), (3, b"abc"), (4, b"")]);
        let nodes = 0..trie.n_nodes();
        assert_eq!(nodes.clone().map(|node| trie.byte(node)).collect::<Vec<_>>(), b"\0abcd");
        assert_eq!(nodes.clone().map(|node| trie.end(node)).collect::<Vec<_>>(), [5, 5, 4, 4, 5]);
        let ids: Vec<&[u32]> = nodes.map(|node| trie.ids(node)).collect();
        assert_eq!(ids, [&[] as &[u32], &[0], &[], &[1, 3], &[2]]);
        assert_eq!(trie.ids_below(2), [1, 3]);
        assert_eq!(trie.child(1, b'd'), Some(4));
        assert_eq!(trie.child(1, b'c'), None);
    }

    #[test]
    fn kinds_of_bytes() {
        let mut known = vec![Vec::new(); 48];
        (0..=255u8).for_each(|byte| known[usize::from(kind_of(byte))].push(byte));
        assert!(known.iter().all(|bytes| !bytes.is_empty()), "{known:?}");
        // A byte that ends strings, lines or blanks is alone.
        for byte in b"\"'`\\\n\r\t #_/*{}" {
            assert_eq!(known[usize::from(kind_of(*byte))], [*byte]);
        }
    }

    #[test]
    fn no_entries() {
        let trie = Trie::new([]);
        assert_eq!((trie.n_nodes(), trie.end(Trie::ROOT), trie.children(Trie::ROOT).count()), (1, 1, 0));
    }

    #[test]
    fn zero_bytes_are_not_padding() {
        let trie = Trie::new([(0, b"a\0".as_slice()), (1, b"a"), (2, b"aaaaaaaa\0"), (3, b"aaaaaaaa"), (4, b"a\0\0")]);
        assert_eq!(listed(&trie).len(), 5);
        assert_eq!(trie.ids_below(Trie::ROOT), [1, 0, 4, 3, 2]);
    }

    proptest! {
        /// The trie lists exactly the entries, in the order of their bytes.
        #[test]
        fn a_trie_is_the_map_of_its_entries(
            words in prop::collection::vec(prop::collection::vec(prop::sample::select(vec![0, 1, b'a', b'b', 255]), 0..12), 0..60),
        ) {
            let trie = Trie::new(words.iter().enumerate().map(|(id, word)| (id as u32, word.as_slice())));
            let mut expected: Vec<(Vec<u8>, u32)> =
                words.iter().cloned().zip(0..).filter(|(word, _)| !word.is_empty()).collect();
            expected.sort();
            prop_assert_eq!(trie.ids_below(Trie::ROOT).to_vec(), expected.iter().map(|&(_, id)| id).collect::<Vec<_>>());
            prop_assert_eq!(listed(&trie), expected);
        }

        /// A node stands for one prefix; its subtree holds all that begin with it and nothing else; children ascend.
        #[test]
        fn a_node_is_a_prefix(words in prop::collection::vec("[abc]{1,6}", 1..40)) {
            let trie = Trie::new(words.iter().enumerate().map(|(id, word)| (id as u32, word.as_bytes())));
            let mut by_prefix: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
            for (id, word) in words.iter().enumerate() {
                for end in 0..=word.len() {
                    by_prefix.entry(&word[..end]).or_default().push(id as u32);
                }
            }
            prop_assert_eq!(trie.n_nodes() as usize, by_prefix.len());
            // Prefixes in their order are the nodes in preorder.
            for (node, (prefix, ids)) in by_prefix.into_iter().enumerate() {
                let node = node as NodeId;
                let reached = prefix.bytes().try_fold(Trie::ROOT, |at, byte| trie.child(at, byte));
                prop_assert_eq!(reached, Some(node));
                let mut below = trie.ids_below(node).to_vec();
                below.sort_unstable();
                prop_assert_eq!(below, ids);
                let kinds = (node + 1..trie.end(node)).fold(0, |kinds, below| kinds | 1 << kind_of(trie.byte(below)));
                prop_assert_eq!(trie.kinds_below(node), kinds);
                let bytes: Vec<u8> = trie.children(node).map(|child| trie.byte(child)).collect();
                prop_assert!(bytes.is_sorted_by(|a, b| a < b));
            }
        }
    }
}
